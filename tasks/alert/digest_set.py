"""Set a digest as Markdown and HTML: as much of each list as one readable message holds, and what is left out, counted."""

from __future__ import annotations

import re
from base64 import b64encode
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from expectations.rule import load_rules
from expectations.survey_rule import CalendarRule
from tasks.alert.digest import MISSING, Attached, Digest, Group, Item, evidence_of
from tasks.alert.digest_cut import cut
from tasks.alert.digest_words import DigestWords
from tasks.alert.services import load_channels
from tasks.alert.wording import Wording, load_wording
from tasks.records import Severity

TEMPLATES = Path(__file__).parent / "templates"
LEFT = "… "  # begins a line that says how many entries of a list are not shown (see cutting.py)
GRAVE = (Severity.ERROR.value, Severity.WARNING.value)
TO_BE_ANSWERED = ("new", "changed", "reopened")
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>#|~])")


def set_digest(digest: Digest, attached: Attached) -> tuple[str, str]:
    """The digest as (Markdown, HTML), the HTML within the limit of channels.yml: all lists are cut alike until it is."""
    limits = load_channels().digest
    lists = (*(each.items for each in digest.sections), digest.standing, digest.changes)
    lists += tuple(part for each in digest.coverage for part in (each.missing, each.unsure))
    most = min(max(map(len, lists), default=0), max(limits.items, limits.standing, limits.changes, limits.agencies))
    find = evidence_of(digest)

    def page(count: int) -> str:
        return _render("html", digest, attached, find, count)

    fits, html = 0, page(most)
    if len(html.encode()) > limits.bytes:
        while most - fits > 1:
            middle = (fits + most) // 2
            is_enough = len(page(middle).encode()) <= limits.bytes
            fits, most = (middle, most) if is_enough else (fits, middle)
        most, html = fits, page(fits)
    return _render("md", digest, attached, find, most), html


def _render(kind: str, digest: Digest, attached: Attached, find: Callable[[Group], tuple[str, str]], most: int) -> str:
    words = load_wording(digest.language)
    said = words.digest

    def left(count: int, severities: Iterable[tuple[str, int]] = ()) -> str:
        by = said.comma.join(said.state.format(label=words.severities[each], count=n) for each, n in severities)
        told = said.left.format(count=count) + (said.left_by.format(severities=by) if by else "")
        return LEFT + told + (said.left_in.format(file=said.files.remedial) if attached.remedial else "")

    def by_agency(agencies: Sequence[tuple[str, int]]) -> str:
        most = load_channels().digest.names
        told = said.comma.join(said.state.format(label=_short(name), count=n) for name, n in agencies[:most])
        return said.by_agency.format(count=len(agencies), agencies=told + (said.and_more if agencies[most:] else ""))

    shown = {
        "by_agency": by_agency,
        "evidence": find,
        "digest": digest,
        "cut": cut(digest, load_channels().digest, most),
        "said": said,
        "words": words,
        "left": left,
        "tasks": tuple(_tasks(digest, words)),
        "nights": _nights(digest, said),
        "files": tuple(_files(attached, said)),
    }
    return templates().get_template(f"digest.{kind}.j2").render(shown)


def _tasks(digest: Digest, words: Wording) -> Iterator[str]:
    """What there is to do, a line each: what is missing first, then what is new, then what stands."""
    tasks = words.digest.tasks
    for year in digest.coverage:
        if year.missing:
            yield tasks.missing.format(count=len(year.missing), year=year.year)
    news = [group for each in digest.sections if each.kind in TO_BE_ANSWERED for group in each.groups]
    grave = tuple(_grave(news, digest))
    if grave:
        agencies = len({group.agency_id for group, _ in grave})
        severities = _counted((item.severity for _, item in grave), words)
        yield tasks.news.format(count=len(grave), agencies=agencies, severities=severities)
    escalated = [item for each in digest.sections if each.kind == "escalated" for item in each.items]
    if escalated:
        yield tasks.escalated.format(count=len(escalated), severities=_counted((item.severity for item in escalated), words))
    standing = [item for _, item in _grave(digest.standing, digest)]
    if standing:
        severities = _counted((item.severity for item in standing), words)
        yield tasks.standing.format(count=len(standing), since=min(item.since for item in standing), severities=severities)
    for year in digest.coverage:
        if year.unsure:
            yield tasks.unsure.format(count=len(year.unsure), year=year.year)


def _grave(groups: Iterable[Group], digest: Digest) -> Iterator[tuple[Group, Item]]:
    """What must be corrected or explained, but for the reports that are missing: these are a task of their own."""
    years = {year.year for year in digest.coverage}
    missing = {rule.id for rule in load_rules() if isinstance(rule, CalendarRule) and rule.check == MISSING}
    for group in groups:
        for item in group.items:
            if item.severity in GRAVE and not (item.rule in missing and group.report_year in years):
                yield group, item


def _counted(severities: Iterable[str], words: Wording) -> str:
    counts, names, said = Counter(severities), words.severities, words.digest
    return said.comma.join(said.state.format(label=names[each], count=counts[each]) for each in names if counts[each])


def _nights(digest: Digest, said: DigestWords) -> str:
    """That the digest tells of several nights; blank where it tells of its own."""
    if len(digest.nights) < 2:
        return ""
    first, last = (said.night.format(month=each.month, day=each.day) for each in (digest.nights[0], digest.nights[-1]))
    return said.nights.format(first=first, last=last, count=len(digest.nights))


def _files(attached: Attached, said: DigestWords) -> Iterator[tuple[str, tuple[str, ...]]]:
    """What goes with the digest: what it is, and the names of its files; and what does not go with it."""
    files = said.files
    if attached.remedial:
        yield files.is_remedial.format(file=files.remedial), (Path(attached.remedial).name,)
    if attached.letters:
        yield files.is_letters.format(count=len(attached.letters)), tuple(Path(each).name for each in attached.letters)
    if not attached.remedial:
        yield files.no_remedial, ()
    if attached.left:
        yield files.letters_left.format(count=attached.left), ()
    for agency, year in attached.failed:
        yield files.no_letter.format(agency=agency, year=year), ()


@cache
def templates() -> Environment:
    """What digests and letters are set with: nothing of a report is ever markup."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(enabled_extensions=("html.j2",)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["plain"] = _escape_markdown
    environment.filters["link"] = safe_link
    environment.filters["short"] = _short
    environment.filters["base64"] = lambda data: b64encode(data).decode()
    return environment


def _escape_markdown(text: object) -> str:
    return _MARKDOWN.sub(r"\\\1", " ".join(str(text).split()))


def _short(text: object) -> str:
    """A name or a sentence as far as a digest shows it."""
    whole, longest = " ".join(str(text).split()), load_channels().digest.characters
    return whole if len(whole) <= longest else f"{whole[: longest - 1]}…"


def safe_link(url: str) -> str:
    """A web address as it may stand in a link; blank for anything else (a report's address comes from a web page)."""
    if not url.lower().startswith(("http://", "https://")):
        return ""
    return re.sub(r"[\s<>\"'()]", lambda match: f"%{ord(match[0]):02X}", url)
