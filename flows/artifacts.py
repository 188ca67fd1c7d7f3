"""What Prefect's pages show of a night: its counts, the worst agencies with the evidence, and where everything lies.

The keys stay the same from night to night, so that each artifact has a history. Names and addresses come from outside and are
escaped. What cannot be written is logged: it is no reason for a night to fail.
"""

from __future__ import annotations

from collections.abc import Callable
from logging import getLogger
from typing import Any
from urllib.parse import quote

from prefect.artifacts import create_link_artifact, create_markdown_artifact, create_table_artifact
from sqlalchemy import Engine, text

from flows.marked import code, escaped, link, table
from flows.night import Work
from flows.settings import Settings
from flows.summary import NightSummary

NIGHT, WORST, LINKS, DOCS = "gouji-night", "gouji-worst", "gouji-links", "gouji-docs"
AGENCIES = 20  # in the table of the worst

_LOG = getLogger("gouji")
_QUERY = text(
    "select u.agency, u.supervisor, u.year, u.errors, u.warnings, u.url, r.sha256 from v_unreconciled u"
    " join v_report r on r.agency_id = u.agency_id and r.year = u.year"
    " order by u.errors desc, u.warnings desc, u.agency_id, u.year limit :number"
)


def write_artifacts(work: Work, summary: NightSummary) -> int:
    """Write a night's artifacts, each on its own. Returns how many were written; to be called in a flow run."""
    written = [
        _write(NIGHT, lambda: create_markdown_artifact(night_page(summary), NIGHT, "本夜概况 the night")),
        _write(WORST, lambda: create_table_artifact(worst_rows(work.engine), WORST, "数据对不上最多的单位 the worst agencies")),
        _write(LINKS, lambda: create_markdown_artifact(links_page(summary, work.settings), LINKS, "成果所在 where things lie")),
    ]
    address = docs_address(summary, work.settings)
    if address:
        written.append(_write(DOCS, lambda: create_link_artifact(address, "检查报告 Data Docs", DOCS, "检查报告 Data Docs")))
    _LOG.info("成果 artifacts: %d of %d written in Prefect", sum(written), len(written))
    return sum(written)


def night_page(summary: NightSummary) -> str:
    """The counts of a night, as Markdown."""
    rules = [(each.rule, each.title, each.severity, each.reports, each.broken, each.unsure) for each in summary.findings]
    told = [
        (
            each.supervisor,
            *(len(kind) for kind in (each.new, each.changed, each.reopened, each.resolved, each.escalated)),
            each.still_open,
            "已写 written" if each.files else "—",
            len(each.undelivered),
        )
        for each in summary.news
    ]
    heads = (
        "主管部门 supervisor",
        "新 new",
        "变 changed",
        "再现 reopened",
        "解决 resolved",
        "上报 escalated",
        "未决 open",
        "告知函 digest",
        "未送达",
    )
    sections = {
        f"{summary.night} 文件与报告 documents and reports": table(("", ""), _documents(summary).items()),
        "不成立的规则 rules broken": table(("规则 rule", "名称", "级别", "报告 reports", "处 findings", "待核 unsure"), rules),
        "告知 digests": table(heads, told),
    }
    return "\n\n".join(f"## {title}\n\n{body}" for title, body in sections.items()) + "\n"


def _documents(summary: NightSummary) -> dict[str, object]:
    counts, read = summary.documents, summary.readings
    state = "未发布，保留上次 not published" if summary.products.faults else summary.products.state
    return {
        "见到 seen": counts.seen,
        "新 new": counts.new,
        "改动 changed": counts.changed,
        "未变 unchanged": counts.unchanged,
        "撤下 withdrawn": counts.withdrawn,
        "未取到 missed": counts.missed,
        "读出 read": read.read,
        "未能读取 quarantined": len(summary.quarantined),
        "数据 figures": read.figures,
        "栏目 columns": len(summary.columns),
        "未能到达 not reached": len(summary.unreached),
        "成果 products": state,
    }


def worst_rows(engine: Engine) -> list[dict[str, Any]]:
    """The agencies and years with the most broken rules of their own, worst first, each with its evidence. Cells are Markdown."""
    with engine.connect() as connection:
        found = connection.execute(_QUERY, {"number": AGENCIES}).all()
    return [
        {
            "单位 agency": escaped(row.agency),
            "年度 year": row.year,
            "错误 errors": row.errors,
            "疑似 warnings": row.warnings,
            "主管部门 supervisor": escaped(row.supervisor),
            "报告 report": link("原文", row.url),
            "存档 evidence": f"`sha256:{row.sha256}`",
        }
        for row in found
    ]


def links_page(summary: NightSummary, settings: Settings) -> str:
    """Where the products, the Data Docs, the digests and the warehouse are, as Markdown."""
    address = docs_address(summary, settings)
    index = summary.publication.index
    lines = {
        "成果 products": code(summary.products.folder),
        "检查报告 Data Docs": link("打开 open", address) if address else code(index or summary.docs),
        "告知函 digests": code(summary.outbox / summary.night.isoformat()),
        "数据仓库 warehouse": code(summary.warehouse),
    }
    return table(("", ""), lines.items(), is_markdown=True) + "\n"


def docs_address(summary: NightSummary, settings: Settings) -> str:
    """The address of the latest Data Docs, or blank where none are written or no address is set."""
    index = summary.publication.index
    if not settings.docs_url or index is None or not index.is_relative_to(summary.docs):
        return ""
    return f"{settings.docs_url.rstrip('/')}/{quote(index.relative_to(summary.docs).as_posix())}"


def _write(key: str, write: Callable[[], object]) -> bool:
    try:
        write()
    except Exception as error:  # the night is done; whatever keeps Prefect from showing it does not undo it
        _LOG.warning("成果 artifacts: %s could not be written in Prefect (%s: %s)", key, type(error).__name__, error)
        return False
    return True
