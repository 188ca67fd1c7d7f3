"""The rules as Great Expectations suites, run over a night's frames as one Checkpoint, with Data Docs in Chinese.

The suites are generated from rules/*.yml, so that they cannot disagree with reconcile. Results are complete: every failing
row is named by agency, year, table, row and column. The pages load nothing: no script, no font, no address outside them.
Slow to import (seconds): imported only by those who run suites.
"""

from __future__ import annotations

import html
import shutil
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import great_expectations as gx
import pandas as pd
from great_expectations.core.run_identifier import RunIdentifier
from great_expectations.data_context.types.base import DataContextConfig, InMemoryStoreBackendDefaults, ProgressBarsConfig
from great_expectations.execution_engine.pandas_execution_engine import PandasExecutionEngine
from great_expectations.expectations.expectation import MulticolumnMapExpectation
from great_expectations.expectations.metrics.map_metric_provider.multicolumn_condition_partial import (
    multicolumn_condition_partial,
)
from great_expectations.expectations.metrics.map_metric_provider.multicolumn_map_metric_provider import (
    MulticolumnMapMetricProvider,
)
from great_expectations.render.components import LegacyDiagnosticRendererType, RenderedStringTemplateContent, RenderedTableContent
from great_expectations.render.renderer.renderer import renderer
from great_expectations.render.view.view import DefaultJinjaPageView
from jinja2 import ChoiceLoader, FileSystemLoader

from expectations.suite_checks import Check, FailingRow, RuleResult, SuiteResult, evidence, holds
from expectations.suite_frames import DOCS_ZH, LABELS, SUBJECT, Frame, labels

_SHOWN = ["agency", "year", *LABELS]


class RuleHolds(MulticolumnMapMetricProvider):
    """For every row of a frame: does the rule's test hold?"""

    condition_metric_name = "gouji_rule.holds"
    condition_value_keys = ("test", "left", "right")

    @multicolumn_condition_partial(engine=PandasExecutionEngine)  # type: ignore[untyped-decorator]  # theirs has no types
    def _pandas(cls, column_list: pd.DataFrame, test: str, left: list[int], right: list[int], **_: Any) -> pd.Series[bool]:  # noqa: N805
        return holds(test, column_list, tuple(left), tuple(right))


class ExpectRuleToHold(MulticolumnMapExpectation):
    """One rule of rules/*.yml, asked of every row that has all the figures it needs; told in Chinese."""

    map_metric = "gouji_rule.holds"
    success_keys = ("mostly", "test", "left", "right")
    test: str
    left: list[int]
    right: list[int]

    @classmethod
    @renderer(renderer_type=LegacyDiagnosticRendererType.STATUS_ICON)
    def _diagnostic_status_icon_renderer(
        cls, configuration: Any = None, result: Any = None, runtime_configuration: Any = None
    ) -> RenderedStringTemplateContent:
        found = result.result
        status = _status(found["element_count"] - found["missing_count"], found["unexpected_count"])
        styling = {"params": {"status": {"classes": ["badge", status]}}}
        content = {"template": "$status", "params": {"status": labels().status[status]}, "styling": styling}
        return RenderedStringTemplateContent(content_block_type="string_template", string_template=content)

    @classmethod
    @renderer(renderer_type=LegacyDiagnosticRendererType.UNEXPECTED_STATEMENT)
    def _diagnostic_unexpected_statement_renderer(
        cls, configuration: Any = None, result: Any = None, runtime_configuration: Any = None
    ) -> list[Any]:
        return []  # the table below says it row by row

    @classmethod
    @renderer(renderer_type=LegacyDiagnosticRendererType.OBSERVED_VALUE)
    def _diagnostic_observed_value_renderer(
        cls, configuration: Any = None, result: Any = None, runtime_configuration: Any = None
    ) -> str:
        found = result.result
        counted = {"rows": found["element_count"] - found["missing_count"], "skipped": found["missing_count"]}
        return labels().counts.format(failing=found["unexpected_count"], **counted)

    @classmethod
    @renderer(renderer_type=LegacyDiagnosticRendererType.UNEXPECTED_TABLE)
    def _diagnostic_unexpected_table_renderer(
        cls, configuration: Any = None, result: Any = None, runtime_configuration: Any = None
    ) -> list[Any] | None:
        rows = result.result["unexpected_index_list"]
        if not rows:
            return None
        kwargs = result.expectation_config.kwargs
        shown = [([(name, str(row[name]) or "—") for name in _SHOWN], evidence(kwargs, row)) for row in rows]
        cells = [[*subject, *proof] for subject, proof in shown]
        header = [labels().columns[name] for name, _ in cells[0]]
        table = [[html.escape(text) for _, text in line] for line in cells]
        styling = {"body": {"classes": ["table-bordered", "table-sm"]}}
        return [RenderedTableContent(content_block_type="table", table=table, header_row=header, styling=styling)]


def _status(rows: int, failing: int) -> str:
    """A key of labels.yml's status: nothing assessed is no pass."""
    return "failed" if failing else "passed" if rows else "unassessed"


class ChinesePage(DefaultJinjaPageView):
    """A page of the Data Docs through our own templates, its fixed English labels translated by labels.yml."""

    def __init__(self, suites: dict[str, Any], night: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        theirs = self.env.loader
        self.env.loader = ChoiceLoader([FileSystemLoader(DOCS_ZH), *([theirs] if theirs else [])])
        self.env.globals.update(labels=labels(), suites=suites, night=night)

    def render(self, document: Any, template: str | None = None, **kwargs: Any) -> str:
        """The page's HTML."""
        content = document.to_json_dict()
        if content["renderer_type"] == "ValidationResultsPageRenderer":
            del content["sections"][0]  # statistics that count "nothing to assess" as a pass, paths, wall-clock times
        elif content["renderer_type"] == "ExpectationSuitePageRenderer":
            overview = content["sections"][0]
            overview["content_blocks"] = [
                block for block in overview["content_blocks"] if block["content_block_type"] == "bullet_list"
            ]
        page: str = self._get_template(template or self._template).render(_translated(content), **kwargs)
        return page


class ChineseIndex(ChinesePage):
    """The Data Docs' index page."""

    _template = "index_page.j2"


def _translated(content: Any) -> Any:
    if isinstance(content, dict):
        return {key: _translated(value) for key, value in content.items()}
    if isinstance(content, list):
        return [_translated(value) for value in content]
    return labels().translate.get(content, content) if isinstance(content, str) else content


def run_suites(frames: Sequence[Frame], night: date, docs: Path) -> tuple[SuiteResult, ...]:
    """Run every frame's suite in one Checkpoint, write the Data Docs into the folder `docs`, and say which rows fail."""
    context = new_context()
    source = context.data_sources.add_pandas("night")
    with TemporaryDirectory() as scratch:
        definitions = []
        for frame in frames:
            # A Checkpoint hands the same parameters to all its validations, so each frame is an asset of its own: a file.
            path = Path(scratch) / f"{frame.name}.pkl"
            frame.rows.to_pickle(path)
            batch = source.add_pickle_asset(frame.name, filepath_or_buffer=path).add_batch_definition("night")
            suite = context.suites.add(
                gx.ExpectationSuite(frame.name, expectations=[_expectation(check) for check in frame.checks])
            )
            definitions.append(
                context.validation_definitions.add(gx.ValidationDefinition(name=frame.name, data=batch, suite=suite))
            )
        complete = {
            "result_format": "COMPLETE",
            "unexpected_index_column_names": [*SUBJECT, *LABELS],
            "return_unexpected_index_query": False,
        }
        checkpoint = context.checkpoints.add(
            gx.Checkpoint(name="night", validation_definitions=definitions, actions=[], result_format=complete)
        )
        run = checkpoint.run(run_id=RunIdentifier(run_name=night.isoformat(), run_time=datetime.combine(night, time(), UTC)))
    found = {result.suite_name: result.results for result in run.run_results.values()}
    results = tuple(_suite_result(frame, found[frame.name]) for frame in frames)
    _build_docs(context, results, night, docs)
    return results


def new_context() -> Any:
    """Great Expectations without files of its own, without statistics sent home, and without progress bars."""
    config = DataContextConfig(
        store_backend_defaults=InMemoryStoreBackendDefaults(init_temp_docs_sites=False),
        analytics_enabled=False,
        progress_bars=ProgressBarsConfig(globally=False),
    )
    return gx.get_context(mode="ephemeral", project_config=config)


def _expectation(check: Check) -> ExpectRuleToHold:
    rule = check.rule
    severity = labels().severities[rule.severity]
    text = labels().rule.format(id=rule.id, title=rule.title, severity=severity, says=rule.says, authority=rule.authority)
    return ExpectRuleToHold(
        column_list=list(check.columns),
        test=check.test,
        left=list(check.left),
        right=list(check.right),
        ignore_row_if="any_value_is_missing",
        description=text,
        meta={"rule": rule.id},
    )


def _suite_result(frame: Frame, found: Iterable[Any]) -> SuiteResult:
    by_rule = {result.expectation_config.meta["rule"]: result for result in found}
    return SuiteResult(
        frame.name, frame.title, tuple(_rule_result(check.rule.id, by_rule[check.rule.id]) for check in frame.checks)
    )


def _rule_result(rule: str, found: Any) -> RuleResult:
    result = found.result
    if "unexpected_index_list" not in result:
        raise RuntimeError(f"Great Expectations could not evaluate {rule}: {found.exception_info}")
    subjects = [[row[name] for name in SUBJECT] for row in result["unexpected_index_list"]]
    failing = tuple(
        FailingRow(rule, who, name, int(year), table, row, column) for who, name, year, table, row, column in subjects
    )
    return RuleResult(rule, result["element_count"] - result["missing_count"], result["missing_count"], failing)


def _build_docs(context: Any, results: Sequence[SuiteResult], night: date, docs: Path) -> None:
    suites = {suite.name: _summary(suite) for suite in results}
    page, index = (
        {"module_name": __name__, "class_name": name, "suites": suites, "night": night.isoformat()}
        for name in ("ChinesePage", "ChineseIndex")
    )
    site = {
        "class_name": "SiteBuilder",
        "show_how_to_buttons": False,
        "store_backend": {"class_name": "TupleFilesystemStoreBackend", "base_directory": str(docs.resolve())},
        "site_index_builder": {"class_name": "DefaultSiteIndexBuilder", "view": index},
        "site_section_builders": {"expectations": {"view": page}, "validations": {"view": page}, "profiling": "None"},
    }
    context.add_data_docs_site("gouji", site)
    context.build_data_docs(site_names=["gouji"])
    shutil.rmtree(docs / "static", ignore_errors=True)  # Great Expectations' fonts and pictures, which our pages do not use
    pages = [path for path in docs.rglob("*.html") if path.stat().st_size]
    if len(pages) != 2 * len(results) + 1:  # its site builder logs a page that fails and goes on
        raise RuntimeError(f"Data Docs have {len(pages)} pages where {2 * len(results) + 1} were due")


def _summary(suite: SuiteResult) -> dict[str, Any]:
    rules = suite.results
    rows, failing = sum(rule.rows for rule in rules), sum(len(rule.failing) for rule in rules)
    counts = {"rows": rows, "failing": failing, "skipped": sum(rule.skipped for rule in rules)}
    return {"title": suite.title, "status": _status(rows, failing), "rules": [rule.rule for rule in rules], **counts}
