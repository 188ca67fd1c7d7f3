"""Whether a night failed: only when we did, never when an agency's figures do; and what it came to, in one line."""

from __future__ import annotations

from collections.abc import Iterator

from flows.summary import NightSummary
from tasks.alert.channels import FILE
from tasks.errors import GoujiError, ReaderCrashed

_FEWEST = 3  # documents that crash our readers before their share is looked at: one bad file among few is its own matter


class NightFailed(GoujiError):
    """A night that came to its end, but on which we failed. `summary`: what it came to nevertheless, unless sent elsewhere."""

    summary: NightSummary | None = None


def failure(summary: NightSummary, crashed_share: float) -> NightFailed | None:
    """Why a night that came to its end counts as failed, or None. `crashed_share`: of its documents may crash our readers."""
    found = tuple(_faults(summary, crashed_share))
    if not found:
        return None
    failed = NightFailed(
        "; ".join(said for said, _ in found),
        where=f"the night of {summary.night}",
        remedy=" ".join(remedy for _, remedy in found),
    )
    failed.summary = summary
    return failed


def in_one_line(summary: NightSummary) -> str:
    """The counts of a night, as Prefect shows them beside its state."""
    broken = sum(count.broken for count in summary.findings)
    parts = {
        "见到 seen": summary.documents.seen,
        "读出 read": summary.readings.read,
        "未能读取 quarantined": len(summary.quarantined),
        "未能到达 columns not reached": len(summary.unreached),
        "不成立 findings": broken,
        "告知 digests": sum(bool(news.files) for news in summary.news),
    }
    return f"{summary.night}: " + ", ".join(f"{name} {number}" for name, number in parts.items())


def _faults(summary: NightSummary, crashed_share: float) -> Iterator[tuple[str, str]]:
    """What we failed at, and what to do."""
    columns, unreached = summary.columns, summary.unreached
    if columns and len(unreached) == len(columns):
        yield (
            f"none of the {len(columns)} columns could be read to its end; the first says: {columns[0].reason.rstrip('.')}",
            "What was known stays as it was. Check the network and the register's start URLs, then run the night again.",
        )
    if summary.products.faults:
        yield (
            f"the state was not published, the last one stays ({'; '.join(summary.products.faults)})",
            "Look at what the suites of expectations/products.yml say, then run the night again.",
        )
    unwritten = [each for news in summary.news for each in news.undelivered if each.startswith(f"{FILE} ")]
    if unwritten:
        yield (
            f"{len(unwritten)} digests could not be written ({unwritten[0]})",
            "Free space or correct the outbox folder's permissions, then run the night again.",
        )
    documents = {each.sha256 for each in summary.readings.quarantined if each.kind == ReaderCrashed.__name__}
    crashed, all_read = len(documents), summary.readings.read + len(summary.readings.quarantined)
    if crashed >= _FEWEST and crashed > crashed_share * all_read:
        yield (
            f"{crashed} of {all_read} documents crashed our readers, more than a share of {crashed_share:g}",
            "Look at them (`gouji review list`); memory may be short, or a reader's library broken.",
        )
