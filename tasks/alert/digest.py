"""Build each supervisor's digest of a night from the warehouse, and set it as Markdown and HTML.

A digest is rebuilt from rows alone (notice events, reports, sightings, column outcomes), so a re-run of a night says the same.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from sqlalchemy import Connection, Row, select

from expectations.rule import Rule, load_rules
from tasks.alert.changes import Change
from tasks.alert.people import settled_before
from tasks.alert.sentences import COLON, load_wording, split_sentence, year_name
from tasks.records import Severity
from warehouse.schema import agency, notice, notice_event, report

TEMPLATES = Path(__file__).parent / "templates"
WORST = 10
_ORDER = tuple(severity.value for severity in Severity)
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>#|~])")


@dataclass(frozen=True, slots=True)
class Item:
    """One notice as told: its severity and rule, what was found, by which rule, and why it was closed."""

    severity: str
    label: str
    title: str
    found: str
    basis: str
    reason: str
    since: date
    sentence: str


@dataclass(frozen=True, slots=True)
class Group:
    """The items of one agency's report of one year, gravest first, and the evidence."""

    agency: str
    year: str
    url: str
    sha256: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """All that is new (or changed, resolved, reopened) tonight."""

    kind: str
    title: str
    groups: tuple[Group, ...]

    @property
    def items(self) -> tuple[Item, ...]:
        """The section's items, group after group."""
        return tuple(item for group in self.groups for item in group.items)


@dataclass(frozen=True, slots=True)
class Digest:
    """What one supervisor is told of one night. `remaining` were told earlier and still stand; `worst` are some of them."""

    supervisor: str
    night: date
    sections: tuple[Section, ...]
    changes: tuple[Change, ...]
    remaining: int
    worst: tuple[Group, ...]
    severities: tuple[tuple[str, str, int], ...]
    rules: tuple[Rule, ...]

    @property
    def has_news(self) -> bool:
        """Whether anything was first learnt tonight."""
        return any(section.groups for section in self.sections) or any(change.is_news for change in self.changes)

    @property
    def subject(self) -> str:
        """One line for a mail's subject or a message's title."""
        words = load_wording()
        counted = [f"{section.title} {len(section.items)}" for section in self.sections if section.groups]
        news = sum(change.is_news for change in self.changes)
        counted += [f"{words.reports} {news}"] if news else []
        summary = "，".join(counted) or words.quiet
        return words.subject.format(supervisor=self.supervisor or words.nobody, night=self.night, summary=summary)

    def told(self, kind: str) -> tuple[str, ...]:
        """The full sentences of one section."""
        return tuple(item.sentence for section in self.sections if section.kind == kind for item in section.items)


def build_digests(
    connection: Connection, night: date, changes: Sequence[Change], said_once: frozenset[str]
) -> tuple[Digest, ...]:
    """One digest for each supervisor of the register, quiet or not, in the order of their names."""
    latest, settled = _latest_events(connection, night), settled_before(connection, night)
    evidence = {(row.agency_id, row.year): row for row in connection.execute(select(report).where(report.c.is_current.is_(True)))}
    tonight, standing = defaultdict(list), defaultdict(list)
    for row in latest:
        if row.night == night:
            tonight[row.told_supervisor].append(row)
        elif row.transition != "resolved" and row.fingerprint not in settled and row.rule not in said_once:
            standing[row.supervisor].append(row)
    by_supervisor = defaultdict(list)
    for change in changes:
        by_supervisor[change.supervisor].append(change)
    everybody = {*connection.execute(select(agency.c.supervisor)).scalars(), *tonight}
    return tuple(_digest(name, night, tonight[name], standing[name], by_supervisor[name], evidence) for name in sorted(everybody))


def set_digest(digest: Digest) -> tuple[str, str]:
    """The digest as (Markdown, HTML)."""
    shown = {"digest": digest, "words": load_wording()}
    markdown, html = (templates().get_template(f"digest.{kind}.j2").render(shown) for kind in ("md", "html"))
    return markdown, html


def _latest_events(connection: Connection, night: date) -> list[Row[Any]]:
    """The last event of each notice up to a night."""
    rows: Iterable[Row[Any]] = connection.execute(
        select(
            notice_event.c.fingerprint,
            notice_event.c.night,
            notice_event.c.transition,
            notice_event.c.supervisor.label("told_supervisor"),
            notice_event.c.sentence,
            notice_event.c.reason,
            *(notice.c[name] for name in ("agency_id", "year", "rule", "scope", "severity", "state", "since")),
            agency.c.name,
            agency.c.supervisor,
        )
        .join(notice, notice.c.fingerprint == notice_event.c.fingerprint)
        .join(agency, agency.c.id == notice.c.agency_id)
        .where(notice_event.c.night <= night)
        .order_by(notice_event.c.night)
    )
    return list({row.fingerprint: row for row in rows}.values())


def _digest(
    supervisor: str,
    night: date,
    tonight: Sequence[Row[Any]],
    standing: Sequence[Row[Any]],
    changes: Sequence[Change],
    evidence: dict[tuple[str, int], Row[Any]],
) -> Digest:
    words = load_wording()
    sections = tuple(
        Section(kind, title, _groups([row for row in tonight if row.transition == kind], evidence))
        for kind, title in words.counts.items()
    )
    still_broken = [row for row in (*tonight, *standing) if row.transition != "resolved"]
    count = Counter(row.severity for row in still_broken)
    worst = sorted(
        standing, key=lambda row: (_ORDER.index(row.severity), row.since, row.agency_id, row.year or 0, row.rule, row.scope)
    )
    named = {row.rule for row in tonight}
    return Digest(
        supervisor=supervisor,
        night=night,
        sections=sections,
        changes=tuple(changes),
        remaining=len(standing),
        worst=tuple(group for row in worst[:WORST] for group in _groups([row], evidence)),
        severities=tuple((severity, words.severities[severity], count[severity]) for severity in _ORDER),
        rules=tuple(rule for rule in load_rules() if rule.id in named),
    )


def _groups(rows: Iterable[Row[Any]], evidence: dict[tuple[str, int], Row[Any]]) -> tuple[Group, ...]:
    """By agency and year, those with errors first."""
    together = defaultdict(list)
    for row in rows:
        together[row.agency_id, row.year].append(row)
    groups = []
    for key, members in together.items():
        members.sort(key=lambda row: (_ORDER.index(row.severity), _rule_order().get(row.rule, 0), row.scope))
        source = evidence.get(key)
        url, sha256 = (source.url, source.sha256) if source else ("", "")
        group = Group(members[0].name, year_name(key[1]), url, sha256, tuple(_item(row) for row in members))
        groups.append((_ORDER.index(members[0].severity), key[0], -(key[1] or 0), group))
    return tuple(group for *_, group in sorted(groups, key=lambda ranked: ranked[:3]))


def _item(row: Row[Any]) -> Item:
    words = load_wording()
    whose, found, basis = split_sentence(row.sentence)
    titles = {rule.id: rule.title for rule in load_rules()}
    told = f"{whose}{COLON}{found}".rstrip(words.end)
    sentence = words.resolution.format(body=told, reason=row.reason) if row.reason else row.sentence
    return Item(
        severity=row.severity,
        label=words.severities[row.severity],
        title=titles.get(row.rule, row.rule),
        found=found or whose,
        basis=basis,
        reason=row.reason,
        since=row.since,
        sentence=sentence,
    )


def _rule_order() -> dict[str, int]:
    return {rule.id: place for place, rule in enumerate(load_rules())}


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
    environment.filters["link"] = _safe_link
    environment.filters["base64"] = lambda data: b64encode(data).decode()
    return environment


def _escape_markdown(text: object) -> str:
    return _MARKDOWN.sub(r"\\\1", " ".join(str(text).split()))


def _safe_link(url: str) -> str:
    """A web address as it may stand in a link; blank for anything else (a report's address comes from a web page)."""
    if not url.lower().startswith(("http://", "https://")):
        return ""
    return re.sub(r"[\s<>\"'()]", lambda match: f"%{ord(match[0]):02X}", url)
