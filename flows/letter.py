"""Write correction letters: from the warehouse's findings and the archive's pages, as .docx and HTML."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, tzinfo
from functools import cache
from logging import getLogger
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import Engine

from flows.contain import Readers
from flows.drawing import Drawing, open_drawing
from flows.output import write
from flows.settings import Settings
from tasks.alert.attachments import MakeLetter
from tasks.alert.grounds import Ground
from tasks.alert.letter import Letter, Problem, Strip, build_letter, build_letters, letters_due
from tasks.alert.letter_set import set_docx, set_html
from tasks.alert.letter_words import load_letter_words
from tasks.errors import GoujiError, SettingsError
from tasks.records import Reading
from warehouse.agencies import check_agencies
from warehouse.engine import open_existing
from warehouse.files import Archive

LOG = getLogger("gouji")


def write_letters(
    settings: Settings, agencies: Sequence[str], year: int | None, night: date, folder: Path, readers: Readers
) -> tuple[Path, ...]:
    """Write the letters of some agencies (none named: of all) into a folder. Returns the files.

    Raises SettingsError for an agency that the warehouse does not know, or a folder that cannot be written.
    """
    engine, files = open_existing(settings.warehouse_url()), Archive(settings.archive())
    with engine.connect() as connection:
        check_agencies(connection, agencies)
        letters = build_letters(connection, night, ZoneInfo(settings.timezone), agencies, year)
    engine.dispose()
    written = []
    for letter in letters:
        illustrated = illustrate(letter, files, readers)
        for suffix, content in (("docx", set_docx(illustrated)), ("html", set_html(illustrated).encode())):
            path = _folder(folder) / f"{letter.agency_id}-{letter.year}.{suffix}"
            write(path, content)
            written.append(path)
    return tuple(written)


def letter_maker(engine: Engine, files: Archive, readers: Readers, night: date, zone: tzinfo) -> MakeLetter:
    """What makes the letter about an agency's report of a year as a .docx; None where none is due."""

    @cache
    def due() -> dict[tuple[str, int], tuple[Ground, ...]]:
        with engine.connect() as connection:
            return letters_due(connection)

    def make(agency: str, year: int) -> bytes | None:
        members = due().get((agency, year))
        if members is None:
            return None
        with engine.connect() as connection:
            letter = build_letter(connection, night, zone, (agency, year), members)
        return set_docx(illustrate(letter, files, readers))

    return make


def illustrate(letter: Letter, files: Archive, readers: Readers) -> Letter:
    """The letter with the strips of the archived pages on which its figures stand, where these can be drawn."""
    now, before = (_open(each, files, readers) for each in (letter.reading, letter.previous))
    return replace(letter, problems=tuple(_shown(problem, now, before) for problem in letter.problems))


def _shown(problem: Problem, now: Drawing | None, before: Drawing | None) -> Problem:
    words = load_letter_words()
    pages = ((now, problem.addresses, words.picture), (before, problem.previous, words.picture_previous))
    strips = tuple(
        Strip(caption, png) for drawing, addresses, caption in pages if drawing is not None for png in drawing.strips(addresses)
    )
    return replace(problem, strips=strips, lacks_picture=bool(problem.addresses or problem.previous) and not strips)


def _open(reading: Reading | None, files: Archive, readers: Readers) -> Drawing | None:
    """What can be drawn of a document; None, and a line in the log, where it cannot: the letter states the figures as text."""
    if reading is None:
        return None
    try:
        return open_drawing(files.read(reading.sha256), f"sha256:{reading.sha256}", reading, readers)
    except GoujiError as error:
        LOG.warning("原页图像 page: %s", error)
        return None


def _folder(path: Path) -> Path:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(f"cannot be written ({error.strerror})", where=str(path), remedy="Choose another folder.") from None
    return path
