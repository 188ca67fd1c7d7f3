"""Find the report's six sections: headings however numbered or worded, and the text below each."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache

from pydantic import BaseModel, ConfigDict
from rapidfuzz import fuzz, process

from expectations import form
from expectations.characters import plain
from expectations.form import load_forms, load_yaml
from tasks.normalise.labels import key, squeeze
from tasks.printed import Grid, Paragraph, Printed
from tasks.records import Section

_LONGEST = 45  # characters of a heading
_OPENING, _LONG = 20, 2000  # lines and characters of a preamble
_ALIKE, _SAME = 72, 90  # likeness (0 to 100) of a title under its own number, and under another
_PROSE = "。"
_STOPS = "。；：:;,，、"
_TOC = re.compile(r"[.…·\s]*\d*$")
_DASHES = "ー—–-"
_FREE = ("form", "none", "part")  # so numbered, a title may have a wrong number; （一） is also a heading within a section


class _Sections(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    numbering: dict[str, str]
    begins: str
    wordings: dict[str, tuple[str, ...]]
    page_numbers: str


@dataclass(frozen=True, slots=True)
class _Titles:
    ids: tuple[str, ...]
    numbers: dict[str, str]  # 一 or 1 → section id
    by_key: dict[str, str]
    of_section: dict[str, tuple[str, ...]]
    numbering: tuple[tuple[str, re.Pattern[str]], ...]
    opening: re.Pattern[str]  # a title that its text follows on the same line
    page_number: re.Pattern[str]
    begins: re.Pattern[str]  # how a numbered line begins
    finishes: re.Pattern[str]  # how a title without number ends


@dataclass(frozen=True, slots=True)
class _Heading:
    """A line that reads as a heading; `exact`: in a known wording; `rest`: text that goes on in the same line."""

    section: str
    style: str
    exact: bool
    printed: str
    rest: str = ""
    at: int = 0
    below: int = 0  # the line where its text begins


def find_sections(printed: Printed) -> tuple[Section, ...]:
    """The sections in printed order, one of each. Of headings printed twice (a table of contents), those with text count."""
    titles = _titles()
    lines = list(_lines(printed, titles))
    headings = _of_one_style(_headings(lines, titles))
    ends = [*(heading.at for heading in headings), len(lines)][1:]
    texts = {
        heading.at: [*filter(None, [heading.rest]), *lines[heading.below : end]]
        for heading, end in zip(headings, ends, strict=True)
    }
    kept = sorted(_once(headings, texts), key=lambda heading: heading.at)
    return tuple(Section(heading.section, plain(heading.printed), "\n".join(texts[heading.at])) for heading in kept)


def find_preamble(printed: Printed) -> str:
    """What stands between the title and the first section, a line each: who wrote the report, by which law."""
    titles = _titles()
    lines = list(_lines(printed, titles))
    headings = _of_one_style(_headings(lines, titles))
    first = headings[0].at if headings else 0
    text = "\n".join(line.strip() for line in lines[max(0, first - _OPENING) : first] if _PROSE in line or "," in plain(line))
    return text[:_LONG]


def _once(headings: Iterable[_Heading], texts: dict[int, list[str]]) -> Iterable[_Heading]:
    """One heading of each section: from the run of headings with most sections and text; the last one's text proves nothing."""
    runs: list[list[_Heading]] = []
    for heading in headings:
        if not runs or any(heading.section == other.section for other in runs[-1]):
            runs.append([])
        runs[-1].append(heading)
    runs.sort(key=lambda run: (len(run), sum(len(line) for heading in run[:-1] for line in texts[heading.at])), reverse=True)
    chosen: dict[str, _Heading] = {}
    for heading in (heading for run in runs for heading in run):
        chosen.setdefault(heading.section, heading)
    return chosen.values()


def body_start(lines: Sequence[str]) -> int | None:
    """Where the report's text begins: at the first heading numbered as the form does, else at the first heading at all."""
    styles = [_style(line) if len(line) <= _LONGEST else "" for line in lines]
    numbered = (at for at, style in enumerate(styles) if style in ("form", "part"))
    return next(numbered, next((at for at, style in enumerate(styles) if style), None))


@lru_cache(maxsize=4096)
def _style(line: str) -> str:
    heading = _read_heading(line, _titles())
    return heading.style if heading is not None else ""


@cache
def _titles() -> _Titles:
    data = load_yaml(form.FORMS.parent / "sections.yml", _Sections)
    sections = [section for one in load_forms() for section in one.sections]
    wordings = [(wording, section.id) for section in sections for wording in (section.title, *section.aliases)]
    wordings += [(wording, id) for id, more in data.wordings.items() for wording in more]
    ids = tuple(dict.fromkeys(section.id for section in sections))
    numbers = {section.number: section.id for section in sections} | {str(place): id for place, id in enumerate(ids, 1)}
    longest = sorted({wording for wording, _ in wordings}, key=len, reverse=True)
    return _Titles(
        ids=ids,
        numbers=numbers,
        by_key={key(wording): id for wording, id in wordings},
        of_section={id: tuple(key(wording) for wording, other in wordings if other == id) for id in ids},
        numbering=tuple((style, re.compile(pattern)) for style, pattern in data.numbering.items()),
        opening=re.compile(rf"({'|'.join(map(re.escape, longest))})(?:[。:]|(?=20\d\d年|\())(.+)"),
        page_number=re.compile(data.page_numbers),
        begins=re.compile(data.begins),
        finishes=re.compile(rf"[{''.join({wording[-1] for wording, _ in wordings})}][\s\d.…·:：]*$"),
    )


def _lines(printed: Printed, titles: _Titles) -> Iterator[str]:
    """Lines of text without page numbers and running heads; of a table only cells that hold a heading or prose."""
    heads = _running_heads(printed)
    for block in printed.blocks:
        if isinstance(block, Grid):
            for cell in block.cells:
                if _PROSE in cell.text:
                    yield from cell.text.split("\n")
                elif 3 < len(cell.text) <= 2 * _LONGEST and _is_heading(cell.text):
                    yield cell.text.replace("\n", "")
        elif block.text not in heads and not _is_page_number(block, titles):
            yield from block.text.split("\n")


@lru_cache(maxsize=4096)
def _is_heading(text: str) -> bool:
    """Whether a cell holds just a heading: the labels of a form's cells are always the same, and none."""
    return _read_heading(text, _titles(), exactly=True) is not None


def _is_page_number(block: Paragraph, titles: _Titles) -> bool:
    on_page = block.locator.page is not None and len(block.text) < 16
    return on_page and titles.page_number.fullmatch(squeeze(block.text)) is not None


def _running_heads(printed: Printed) -> frozenset[str]:
    """Texts that stand at the edge of several pages."""
    pages: dict[int, list[str]] = defaultdict(list)
    for block in printed.blocks:
        if isinstance(block, Paragraph) and block.locator.page is not None:
            pages[block.locator.page].append(block.text)
    edges = Counter(text for texts in pages.values() for text in {*texts[:2], *texts[-2:]})
    return frozenset(text for text, count in edges.items() if count > 1)


def _headings(lines: Sequence[str], titles: _Titles) -> list[_Heading]:
    found: list[_Heading] = []
    for at, line in enumerate(lines):
        if found and at < found[-1].below:
            continue
        heading, below = _read_heading(line, titles), at + 1
        if (heading is None or not heading.exact) and below < len(lines) and _may_go_on(line, titles):
            joined = _read_heading(line.rstrip() + lines[below].strip(), titles)
            if joined is not None and joined.exact and not joined.rest and joined.style != "none":
                heading, below = joined, at + 2
        if heading is not None:
            found.append(replace(heading, at=at, below=below))
    return found


def _may_go_on(line: str, titles: _Titles) -> bool:
    """Whether a line can be the first half of a heading."""
    return len(line) <= _LONGEST and titles.begins.match(line) is not None and line.rstrip()[-1:] not in _STOPS


def _read_heading(line: str, titles: _Titles, *, exactly: bool = False) -> _Heading | None:
    if not titles.begins.match(line) and not (len(line) <= _LONGEST and titles.finishes.search(line)):
        return None
    text = squeeze(line[: 2 * _LONGEST])
    style, number, body = _numbered(text, titles)
    label = key(_TOC.sub("", body)) if len(body) <= _LONGEST else ""
    own = titles.numbers.get(number, "")
    section = titles.by_key.get(label)
    if section is not None and (style in _FREE or own == section):
        return _Heading(section, style, True, line.strip())
    if style == "none" or exactly:
        return None
    opened = titles.opening.match(body)
    if opened is not None and own == titles.by_key[key(opened[1])]:
        printed = len(text) - len(opened[2])
        begins = next(place for place in range(len(line) + 1) if len(squeeze(line[:place])) >= printed)
        return _Heading(own, style, True, text[: len(text) - len(body)] + opened[1], line[begins:])
    if label and own and process.extractOne(label, titles.of_section[own], scorer=fuzz.ratio, score_cutoff=_ALIKE):
        return _Heading(own, style, False, line.strip())
    if label and style in _FREE:
        alike = process.extractOne(label, titles.by_key.keys(), scorer=fuzz.ratio, score_cutoff=_SAME)
        return _Heading(titles.by_key[alike[0]], style, False, line.strip()) if alike else None
    return None


def _numbered(text: str, titles: _Titles) -> tuple[str, str, str]:
    """The way a line is numbered ("none" when it is not), its number, and what follows."""
    for style, pattern in titles.numbering:
        match = pattern.match(text)
        if match is not None:
            number = next(filter(None, match.groups()), "")
            return style, "一" if number in _DASHES else number, text[match.end() :]
    return "none", "", text


def _of_one_style(found: Iterable[_Heading]) -> list[_Heading]:
    """Headings in the numbering that most sections have, and of others those sections that it lacks."""
    headings = list(found)
    styles = Counter(style for style, _ in {(heading.style, heading.section) for heading in headings})
    if not styles:
        return []
    main = max(styles, key=lambda style: styles[style])
    has = {heading.section for heading in headings if heading.style == main}
    return [heading for heading in headings if heading.style == main or (heading.section not in has and heading.exact)]
