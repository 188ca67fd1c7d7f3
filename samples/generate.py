"""Regenerate the sample portal: `python -m samples.generate` writes portal/, agencies.csv and defects.csv beside this file.

The same input gives the same bytes (given the fonts and tools that README.md names).
"""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from samples.figures import HERE, SampleReport, agencies, read_yaml, reports, withdrawn
from samples.site import Tree, portal, start_url
from samples.typeset import pdf
from samples.word import word

PORTAL = HERE / "portal"
DUE = 2024  # the last year whose reports were due before the first night


def main() -> None:
    """Write everything that is generated."""
    shutil.rmtree(PORTAL, ignore_errors=True)
    made: list[tuple[SampleReport, str, bytes]] = []

    def typeset(report: SampleReport, kind: str) -> bytes:
        known = [data for other, its_kind, data in made if (other, its_kind) == (report, kind)]
        if not known:
            made.append((report, kind, word(report) if kind == "docx" else pdf(report, kind)))
        return known[0] if known else made[-1][2]

    first, second = portal(1, typeset), portal(2, typeset)
    overlay = {path: data for path, data in second.items() if first.get(path) != data}
    overlay["DELETED"] = "".join(f"{path}\n" for path in sorted(set(first) - set(second))).encode()
    _write_tree(PORTAL / "night1", first)
    _write_tree(PORTAL / "night2", overlay)
    _write_csv(HERE / "agencies.csv", _register())
    _write_csv(HERE / "defects.csv", _defects())


def _write_tree(folder: Path, tree: Tree) -> None:
    for path, data in tree.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)


def _write_csv(path: Path, rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


def _register() -> Iterable[Sequence[object]]:
    listings = read_yaml("agencies.yml")["listings"]
    yield ("id", "name", "aliases", "level", "parent", "supervisor", "start_urls")
    for agency in agencies().values():
        start = start_url(listings[agency.listing])
        yield (agency.id, agency.name, ";".join(agency.aliases), agency.level, agency.parent, agency.supervisor, start)


def _defects() -> Iterable[Sequence[object]]:
    yield ("night", "agency_id", "year", "rule", "scope", "what", "note")
    first = {(report.agency.id, report.year): report for report in reports(1)}
    yield from _of_first_night(first)
    for report in reports(2):
        key = (report.agency.id, report.year)
        for breach in first[key].breaks if report.what == "corrected" else ():
            for scope in breach.scopes:
                yield (2, *key, breach.rule, scope, "corrected", "同一网址换上改正后的报告")
        if report.what in ("corrected", "changed"):
            note = "改正随之改动数据" if report.what == "corrected" else "同一网址数据悄然改动，改后仍相符"
            yield (2, *key, "D-CHANGE", "report", "changed", note)
        if report.what == "new":
            yield (2, *key, "", "report", "new", "新发布，各项相符")
    for agency_id, year in withdrawn():
        yield (2, agency_id, year, "", "report", "withdrawn", "列表不再有链接，文件已删除")


def _of_first_night(reports: Mapping[tuple[str, int], SampleReport]) -> Iterable[Sequence[object]]:
    for report in reports.values():
        for breach in report.breaks:
            for scope in breach.scopes:
                yield (1, report.agency.id, report.year, breach.rule, scope, "broken", breach.note)
    for agency_id in agencies():
        if (agency_id, DUE) not in reports:
            yield (1, agency_id, DUE, "D-MISSING", "report", "broken", "期限已过，栏目中没有这一年度的报告")


if __name__ == "__main__":
    main()
