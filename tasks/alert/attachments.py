"""Write what goes with a digest below the outbox folder: the list of what stands (整改清单) and the letters (整改通知书).

A file that cannot be made is logged and said in the digest, and stops nothing.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from sqlalchemy import Engine

from tasks.alert.channels import file_name, paths, write_whole
from tasks.alert.digest import Attached, Digest, Group, Item, Standing, evidence_of
from tasks.alert.digest_set import GRAVE, TO_BE_ANSWERED
from tasks.alert.notice_list import Line, Wanted, list_notices
from tasks.alert.remedial import UNBROKEN, remedial_rows, remedial_sheet
from tasks.alert.services import load_channels
from tasks.alert.sheets import Column, Sheet, Value, workbook
from tasks.alert.wording import load_wording
from tasks.errors import GoujiError
from tasks.records import NoticeState

MakeLetter = Callable[[str, int], bytes | None]  # of an agency's report of a year, as .docx; None: none is due; or a GoujiError

SETTLED = (NoticeState.EXPLAINED.value, NoticeState.SNOOZED.value)
_WIDTHS = {"agency": 28, "year": 7, "state": 14, "reason": 44, "url": 50, "sha256": 20}
_log = logging.getLogger(__name__)


def attach(engine: Engine, digests: Sequence[Digest], folder: Path, letter: MakeLetter | None) -> tuple[Attached, ...]:
    """The files of each digest, written. What is there already and says the same stays as it is."""
    named = {item.fingerprint for digest in digests for _, _, item in _listed(digest)}
    with engine.connect() as connection:
        lines = {line.fingerprint: line for line in list_notices(connection, Wanted()) if line.fingerprint in named}
        rows = {
            language: dict(zip(lines, remedial_rows(connection, tuple(lines.values()), language), strict=True))
            for language in {digest.language for digest in digests}
        }
    return tuple(_Writer(digest, folder, lines).write(rows[digest.language], letter) for digest in digests)


def _listed(digest: Digest) -> Iterator[tuple[str, Group, Item]]:
    """Every notice that a digest is about, shown in it or not: under which heading, in which report."""
    for section in digest.sections:
        yield from ((section.title, group, item) for group in section.groups for item in group.items)
    yield from ((load_wording(digest.language).open, group, item) for group in digest.standing for item in group.items)


@dataclass(frozen=True, slots=True)
class _Writer:
    """One digest's files. lines: the notices as they stand."""

    digest: Digest
    folder: Path
    lines: Mapping[str, Line]

    def write(self, rows: Mapping[str, Mapping[str, Value]], letter: MakeLetter | None) -> Attached:
        """The list, and the letters of the gravest reports."""
        page = paths(self.folder, self.digest.supervisor, self.digest.night)[1]
        name = f"{page.stem}-{load_wording(self.digest.language).digest.files.remedial}.xlsx"
        remedial = self._keep(page.with_name(name), lambda: workbook(tuple(self._sheets(rows)), self.digest.night))
        if letter is None:
            return Attached(remedial or "")
        due, most = self._due(), load_channels().digest.letters
        made: list[str] = []
        failed: list[tuple[str, str]] = []
        for group, path in zip(due[:most], self._names(due, page.with_suffix("")), strict=False):
            kept = self._keep(path, partial(letter, group.agency_id, group.report_year or 0))
            if kept:
                made.append(kept)
            elif kept is None:
                failed.append((group.agency, group.year))
        return Attached(remedial or "", tuple(made), len(due[most:]), tuple(failed))

    def _keep(self, path: Path, make: Callable[[], bytes | None]) -> str | None:
        """Make and write a file; its path below the outbox folder. Blank: there is nothing to write; None: it failed."""
        try:
            content = make()
            if content is None:
                return ""
            write_whole(path, content)
        except Exception as error:  # whatever a report holds or a disk lacks, its supervisor is told of it
            _log.warning("附件 attachment %s: %s", path, error, exc_info=not isinstance(error, GoujiError | OSError))
            return None
        return path.relative_to(self.folder).as_posix()

    def _due(self) -> tuple[Group, ...]:
        """The reports with errors or warnings that are news and that people have not settled; the gravest first."""
        grave: dict[tuple[str, int], list[str]] = defaultdict(list)
        groups: dict[tuple[str, int], Group] = {}
        for section in self.digest.sections:
            for group in section.groups if section.kind in TO_BE_ANSWERED else ():
                if group.report_year is not None:
                    key = (group.agency_id, group.report_year)
                    groups.setdefault(key, group)
                    grave[key] += [item.severity for item in group.items if self._is_grave(item)]
        order = sorted(
            (key for key, severities in grave.items() if severities),
            key=lambda key: (*(-grave[key].count(severity) for severity in GRAVE), key[0], -key[1]),
        )
        return tuple(groups[key] for key in order)

    def _is_grave(self, item: Item) -> bool:
        line = self.lines.get(item.fingerprint)
        return item.severity in GRAVE and line is not None and line.state not in SETTLED

    def _names(self, due: Sequence[Group], folder: Path) -> Iterator[Path]:
        """Where each letter lies. Agencies of one name are told apart by their ids."""
        ids: dict[str, set[str]] = defaultdict(set)
        for group in due:
            ids[file_name(group.agency).casefold()].add(group.agency_id)
        for group in due:
            name = file_name(group.agency)
            mark = f"-{file_name(group.agency_id)}" if len(ids[name.casefold()]) > 1 else ""
            yield folder / f"{load_wording().digest.files.letter}-{name}{mark}-{group.report_year}.docx"

    def _sheets(self, rows: Mapping[str, Mapping[str, Value]]) -> Iterator[Sheet]:
        """What stands and what was resolved; who has published; what happened to reports."""
        words = load_wording(self.digest.language)
        told = tuple(_listed(self.digest))
        said = [f"{title}{words.digest.colon}{item.reason}" if item.reason else title for title, _, item in told]
        severities = [item.severity for *_, item in told]
        find = evidence_of(self.digest)
        proofs = [dict(zip(("url", "sha256"), find(group), strict=True)) for _, group, _ in told]
        listed = [{**rows[item.fingerprint], **proof} for (*_, item), proof in zip(told, proofs, strict=True)]
        yield remedial_sheet(listed, severities, said, self.digest.language)
        board = words.digest.board
        stated = [(year.year, each) for year in self.digest.coverage for each in year.agencies]
        yield Sheet(
            board.title,
            tuple(Column(name, _WIDTHS[key], key not in UNBROKEN) for key, name in board.columns.items()),
            [_row(year, each, tuple(board.columns)) for year, each in stated],
        )
        if self.digest.changes:
            columns = (Column(board.change, 70), Column(board.url, 60))
            yield Sheet(board.changes, columns, [(each.sentence, each.url) for each in self.digest.changes])


def _row(year: int, each: Standing, keys: Sequence[str]) -> tuple[Value, ...]:
    cells: dict[str, Value] = {"agency": each.agency, "year": year, "state": each.label, "reason": each.reason}
    cells |= {"url": each.url, "sha256": each.sha256}
    return tuple(cells[key] for key in keys)
