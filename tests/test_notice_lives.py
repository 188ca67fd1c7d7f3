"""Many random nights on a real warehouse, held against a small model of its own: each true step is told once, none is lost."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import event, select, update

from tasks.alert import AlertOptions, alert
from tasks.alert.channels import paths
from tasks.alert.people import Step, StepKind, take
from tasks.alert.routing import Route, Routing
from tasks.alert.services import load_channels
from tasks.errors import AlertError
from tasks.records import Severity
from tests.test_alert import CITY, COUNTY, Office, clock
from warehouse import schema
from warehouse.engine import open_warehouse, writing
from warehouse.schema_notice import night_told, notice_step, told

OWNERS = {"water": CITY, "school": CITY, "town": COUNTY}
SLOTS = (("T3-BAL", "applications.*.natural"), ("T3-BAL", "applications.*.company"), ("X-CARRY", "applications.*.total"))
TITLES = {"new": "新发现", "changed": "有变化", "resolved": "已整改", "reopened": "重新出现", "escalated": "逾期上报"}
TOP, PATIENCE = "丙省政务公开办", 2  # whom the county's superior is, and after how many nights it is told
MAINTAINERS = "gouji维护人员"
agencies, slots = st.sampled_from(sorted(OWNERS)), st.sampled_from(SLOTS)
values = st.sampled_from((None, 12, 13, 14))  # the left side of a broken rule whose right side is 11; None: it holds
kinds = st.sampled_from(("acknowledged", "explained", "snoozed", "reopened", "replied"))

Slot = tuple[str, str]
Figures = dict[Slot, int | None]
Step_ = tuple[str, date, str]  # fingerprint, night, transition
ONCE = load_channels().patience.model_copy(update={"tries": 1})


class Crash(BaseException):
    """The machine stops here."""


@dataclass
class Site:
    """What an agency publishes, and what our readers make of the copy that we have."""

    published: Figures
    version: int = 1
    fetched: int = 0
    readable: bool = True
    down: bool = False
    read: Figures | None = None  # None: nothing, or nothing that can be read
    is_reread: bool = False


@dataclass
class Life:
    """What the model knows of one notice: its state, the figure last told, the copy in which that was, its snooze."""

    state: str
    figure: int
    copy: int
    since: date
    until: date | None = None


@dataclass
class Model:
    """What must be told, by rules much simpler than ours: no SQL, no sentences, one figure a notice."""

    lives: dict[tuple[str, Slot], Life] = field(default_factory=dict)
    escalated: set[tuple[tuple[str, Slot], date]] = field(default_factory=set)
    above: set[tuple[str, Slot]] = field(default_factory=set)

    def night(self, sites: dict[str, Site], night: date) -> dict[tuple[str, Slot], tuple[str, str]]:
        steps = {}
        for agency, site in sites.items():
            for slot in SLOTS:
                step = self._step((agency, slot), site, night)
                if step:
                    steps[agency, slot] = step
                if step and step[0] in ("new", "reopened"):
                    self.lives[agency, slot].since = night
        return steps

    def to_superior(self, steps: dict[tuple[str, Slot], tuple[str, str]], night: date) -> dict[tuple[str, Slot], str]:
        """What the county's superior is told: what has stood too long, and that it is resolved."""
        told = {}
        for key, life in self.lives.items():
            has_stood = life.state in ("open", "acknowledged", "reopened") and (night - life.since).days >= PATIENCE
            if OWNERS[key[0]] != COUNTY:
                continue
            if key in steps and steps[key][0] == "resolved":
                told |= {key: "resolved"} if key in self.above else {}
                self.above.discard(key)
            elif has_stood and (key, life.since) not in self.escalated:
                self.escalated.add((key, life.since))
                self.above.add(key)
                told[key] = "escalated"
        return told

    def _step(self, key: tuple[str, Slot], site: Site, night: date) -> tuple[str, str] | None:
        life, is_known = self.lives.get(key), site.read is not None
        figure = site.read[key[1]] if site.read is not None else None
        if life is None:
            if figure is None:
                return None
            self.lives[key] = Life("open", figure, site.fetched, night)
            return "new", ""
        was, life.copy = life.copy, site.fetched if figure is not None else life.copy
        if figure is not None:
            return self._broken(life, figure, night)
        if is_known and life.state not in ("resolved", "explained"):
            life.state = "resolved"
            return "resolved", "更正" if was != site.fetched else "读取有误"
        return self._wake(life, night)

    def _broken(self, life: Life, figure: int, night: date) -> tuple[str, str] | None:
        before, life.figure = life.figure, figure
        if life.state == "resolved":
            life.state = "reopened"
            return "reopened", ""
        if before != figure:
            quiet = {"explained": "所作说明", "snoozed": "暂缓期间"}.get(life.state, "")
            life.state = "open" if quiet else life.state
            return "changed", quiet
        return self._wake(life, night)

    def _wake(self, life: Life, night: date) -> tuple[str, str] | None:
        if life.state == "snoozed" and life.until is not None and life.until <= night:
            life.state = "reopened"
            return "reopened", "现已到期"
        return None

    def person(self, key: tuple[str, Slot], kind: StepKind, until: date | None) -> bool:
        """Whether a person can do this; then it is done."""
        life = self.lives[key]
        settled = ("acknowledged", "explained", "snoozed")
        if kind == "replied":
            return True
        if life.state == "resolved" or (kind == "reopened" and life.state not in settled):
            return False
        concerned = [life]
        if kind == "explained":
            same = [other for (agency, slot), other in self.lives.items() if (agency, slot[0]) == (key[0], key[1][0])]
            concerned += [other for other in same if other.state not in ("resolved", "explained")]
        for each in concerned:
            each.state, each.until = kind, until
        return True


@dataclass
class Post:
    """Which message tells what: on quiet days none does, and the next one tells of all that waits."""

    waiting: dict[str, list[Step_]] = field(default_factory=lambda: {name: [] for name in (CITY, COUNTY, TOP)})
    told: dict[tuple[str, date], list[Step_]] = field(default_factory=dict)

    def close(self, night: date) -> None:
        for name, steps in self.waiting.items():
            if steps and not is_quiet(name, night):
                self.told[name, night] = sorted(steps, key=lambda step: step[1])
                self.waiting[name] = []

    def rows(self) -> Counter[tuple[str, date, str, str, date]]:
        """Step, to whom, by the message of which night."""
        return Counter((*step, name, night) for (name, night), steps in self.told.items() for step in steps)

    def counts(self, name: str, night: date) -> dict[str, int]:
        """How many notices a message counts of each kind: what is new and changes before it is told is new."""
        last: dict[str, str] = {}
        for fingerprint, _, kind in self.told.get((name, night), []):
            before = last.get(fingerprint)
            last[fingerprint] = before if before in ("new", "reopened") and kind == "changed" else kind
        return dict(Counter(last.values()))


def is_quiet(name: str, night: date) -> bool:
    return name == COUNTY and night.toordinal() % 3 == 0


def wanted(name: str, slot: Slot) -> bool:
    """The city hears only of errors."""
    return name != CITY or slot[0] != "X-CARRY"


class Hook:
    """A webhook on loopback: the titles that it has taken, or none while it is down."""

    def __init__(self) -> None:
        self.is_up, self.taken = True, Counter[str]()
        hook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                title = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["title"]
                self.send_response(200 if hook.is_up else 503)
                self.end_headers()
                hook.taken.update([title] if hook.is_up else [])

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        self.url = f"json://127.0.0.1:{self._server.server_address[1]}/"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class Nights(RuleBasedStateMachine):
    """Corrections, silent changes, outages, unreadable copies, reader upgrades, people, crashes and re-runs, in any order."""

    empty: Path | None = None

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="gouji-lives-"))
        shutil.copy(_empty(), self.folder / "gouji.db")
        self.engine = open_warehouse(f"sqlite:///{self.folder / 'gouji.db'}")
        self.office = Office(self.engine)
        for agency, owner in OWNERS.items():
            self.office.agency(agency, agency, owner)
        self.sites = {agency: Site(dict.fromkeys(SLOTS, 12)) for agency in OWNERS}
        self.model, self.post, self.today, self.hook, self.crashes = Model(), Post(), date(2026, 1, 1), Hook(), 0
        self.expected: dict[tuple[str, date], tuple[str, str]] = {}
        self.decided: set[date] = set()
        self.whole: set[date] = set()
        self._pass_night(None)

    @rule(agency=agencies, slot=slots, value=values)
    def publish(self, agency: str, slot: Slot, value: int | None) -> None:
        site = self.sites[agency]
        site.published[slot], site.version, site.readable = value, site.version + 1, True

    @rule(agency=agencies, readable=st.booleans())
    def rewrite(self, agency: str, readable: bool) -> None:
        """The page changes and its figures do not; it may become one that cannot be read."""
        site = self.sites[agency]
        site.version, site.readable = site.version + 1, readable

    @rule(agency=agencies)
    def fail_or_recover(self, agency: str) -> None:
        self.sites[agency].down = not self.sites[agency].down

    @rule(is_up=st.booleans())
    def the_channel_fails_or_recovers(self, is_up: bool) -> None:
        self.hook.is_up = is_up

    @rule(agency=agencies, slot=st.none() | slots, value=values)
    def upgrade_the_reader(self, agency: str, slot: Slot | None, value: int | None) -> None:
        """The same copy is read again: to the same, or to another figure."""
        site = self.sites[agency]
        if site.read is not None:
            site.is_reread = True
            site.read |= {slot: value} if slot else {}

    @precondition(lambda self: self.model.lives)
    @rule(data=st.data(), kind=kinds, days=st.integers(1, 3))
    def a_person_does_something(self, data: st.DataObject, kind: StepKind, days: int) -> None:
        self._step(data.draw(st.sampled_from(sorted(self.model.lives))), kind, days)

    def _step(self, key: tuple[str, Slot], kind: StepKind, days: int) -> None:
        until = self.today + timedelta(days) if kind == "snoozed" else None
        reply = {"reply": "已复核", "replied_by": "李某", "replied_on": self.today} if kind == "replied" else {}
        step = Step(kind, "王某", clock(), "已核", until=until, **reply)  # type: ignore[arg-type]
        try:
            with writing(self.engine) as connection:
                take(connection, [fingerprint(key)], step, self.today)
            is_done = True
        except AlertError:
            is_done = False
        assert is_done == self.model.person(key, kind, until)
        self.has_acted = True

    @rule(crash=st.none() | st.integers(1, 60), is_run_again=st.booleans())
    def a_night_passes(self, crash: int | None, is_run_again: bool) -> None:
        """A night that was cut short is run again, or the next one simply comes."""
        self._pass_night(crash, is_run_again=is_run_again or crash is None)

    @rule(agency=agencies, slot=slots, value=values, kind=kinds, days=st.integers(1, 2))
    def a_person_settles_what_changes_then(self, agency: str, slot: Slot, value: int | None, kind: StepKind, days: int) -> None:
        """What people settled is where most can go wrong: a step, a night, other figures, another night."""
        if (agency, slot) in self.model.lives:
            self._step((agency, slot), kind, days)
        self._pass_night(None)
        self.publish(agency, slot, value)
        self._pass_night(None)

    def _pass_night(self, crash: int | None, *, is_run_again: bool = True) -> None:
        self.today += timedelta(days=1)
        self.has_acted = False
        self.office.put("run", night=self.today, started_at=clock(), finished_at=clock(), summary={})
        for agency, site in self.sites.items():
            self._crawl_and_read(agency, site)
        if crash is not None:
            self._crash_after(crash)
            self._follow()
        if is_run_again:
            self._alert()
            self._follow()

    def _follow(self) -> None:
        """Let the model take the steps that are committed: what the night decides, then what its messages tell."""
        with self.engine.connect() as connection:
            rows = connection.execute(select(night_told).where(night_told.c.supervisor == MAINTAINERS)).all()
        if self.today not in {row.night for row in rows}:
            return
        if self.today not in self.decided:
            self.decided.add(self.today)
            steps = self.model.night(self.sites, self.today)
            self.expected |= {(fingerprint(key), self.today): step for key, step in steps.items()}
            for key, step in steps.items():
                if wanted(OWNERS[key[0]], key[1]):
                    self.post.waiting[OWNERS[key[0]]].append((fingerprint(key), self.today, step[0]))
            for key, kind in self.model.to_superior(steps, self.today).items():
                self.post.waiting[TOP].append((fingerprint(key), self.today, kind))
        if self.today in {row.told_on for row in rows}:
            self.post.close(self.today)
            self.whole.add(self.today)

    @precondition(lambda self: self.today in self.whole or not self.has_acted)
    @rule()
    def the_night_is_run_again(self) -> None:
        before = self._decisions()
        was_whole = self.today in self.whole
        self._alert()
        self._follow()
        assert not was_whole or self._decisions() == before

    @invariant()
    def everything_is_told_once(self) -> None:
        if not hasattr(self, "engine"):
            return
        with self.engine.connect() as connection:
            events = connection.execute(select(schema.notice_event)).all()
            mapped = connection.execute(select(told)).all()
            messages = {row.key: row for row in connection.execute(select(schema.outbox))}
            states = {row.fingerprint: row.state for row in connection.execute(select(schema.notice))}
        assert {(row.fingerprint, row.night): row.transition for row in events} == {k: v[0] for k, v in self.expected.items()}
        assert len(events) == len(self.expected)
        for row in events:
            assert self.expected[row.fingerprint, row.night][1] in row.reason
            assert bool(row.reason) == bool(self.expected[row.fingerprint, row.night][1])
        assert states == {fingerprint(key): life.state for key, life in self.model.lives.items()}
        for channel in ("file", "json"):
            mine = [row for row in mapped if row.channel.partition(":")[0] == channel]
            rows = [(row.fingerprint, row.night, row.transition, row.supervisor, messages[row.outbox_key].night) for row in mine]
            assert Counter(rows) == self.post.rows()
            assert all(messages[row.outbox_key].supervisor == row.supervisor for row in mine)
            assert all(messages[row.outbox_key].channel == row.channel for row in mine)
        for message in messages.values():
            found = {kind: re.search(f"{title} (\\d+)", message.subject) for kind, title in TITLES.items()}
            said = {kind: int(match[1]) for kind, match in found.items() if match}
            assert said == self.post.counts(message.supervisor, message.night)

    def _everything_has_arrived(self) -> None:
        """Sending is at least once: a crash between an answer and its note is the only reason for a second time."""
        self.hook.is_up = True
        self._pass_night(None)
        self._pass_night(None)
        assert not any(self.post.waiting.values())
        self.everything_is_told_once()
        with self.engine.connect() as connection:
            messages = connection.execute(select(schema.outbox)).all()
        assert all(message.sent_at is not None for message in messages)
        titles = Counter(message.subject for message in messages if message.channel != "file")
        assert set(self.hook.taken) == set(titles)
        assert self.hook.taken.total() <= titles.total() + self.crashes
        for message in messages:
            assert all(path.is_file() for path in paths(self.folder / "outbox", message.supervisor, message.night))

    def teardown(self) -> None:
        if hasattr(self, "engine"):
            try:
                self._everything_has_arrived()
            finally:
                self.hook.close()
                self.engine.dispose()
                shutil.rmtree(self.folder)

    def _crawl_and_read(self, agency: str, site: Site) -> None:
        self.office.column(agency, self.today, "SourceUnreachable" if site.down else "")
        if not site.down and site.version != site.fetched:
            site.fetched, site.is_reread = site.version, False
            site.read = dict(site.published) if site.readable else None
            self.office.report(agency, 2023, self.today, *broken(site.published if site.readable else {}))
            if not site.readable:
                report_id = self.office.reports[agency, 2023]
                with self.engine.begin() as connection:
                    mine = schema.assessment.c.report_id == report_id
                    connection.execute(update(schema.assessment).where(mine).values(is_current=False))
        elif site.is_reread and site.read is not None:
            site.is_reread = False
            self.office.assess(agency, 2023, self.today, *broken(site.read))

    def _decisions(self) -> list[Any]:
        """All that nights and people decided, and what the messages say: not how far their delivery has come."""
        messages = select(schema.outbox.c.key, schema.outbox.c.subject, schema.outbox.c.markdown)
        queries = (select(schema.notice), select(schema.notice_event), select(told), select(notice_step), messages)
        with self.engine.connect() as connection:
            return [sorted(connection.execute(query).all(), key=repr) for query in queries]

    def _alert(self) -> None:
        usual = Route((self.hook.url,))
        county = replace(usual, is_quiet=lambda day: is_quiet(COUNTY, day), escalate_after=PATIENCE, superior=TOP)
        routes = {CITY: replace(usual, severity=Severity.ERROR), COUNTY: county, TOP: usual}
        options = AlertOptions(self.folder / "outbox", Routing(usual, routes), patience=ONCE)
        alert(self.engine, self.today, options, clock)

    def _crash_after(self, statements: int) -> None:
        """Stop the run in the middle, at its n-th statement; what was not committed is gone."""
        left = statements

        def count(*_: Any) -> None:
            nonlocal left
            left -= 1
            if left == 0:
                raise Crash

        event.listen(self.engine, "before_cursor_execute", count)
        try:
            self._alert()
        except Crash:
            self.crashes += 1
        finally:
            event.remove(self.engine, "before_cursor_execute", count)


def fingerprint(key: tuple[str, Slot]) -> str:
    return f"{key[0]}|2023|{key[1][0]}|{key[1][1]}"


def broken(figures: Figures) -> list[tuple[str, str, int, int]]:
    return [(*slot, value, 11) for slot, value in figures.items() if value is not None]


def _empty() -> Path:
    """A migrated, empty warehouse, to copy."""
    if Nights.empty is None:
        path = Path(tempfile.mkdtemp(prefix="gouji-empty-")) / "gouji.db"
        open_warehouse(f"sqlite:///{path}").dispose()
        Nights.empty = path
    return Nights.empty


TestNights = Nights.TestCase
TestNights.settings = settings(max_examples=10, stateful_step_count=25, deadline=None, phases=(Phase.explicit, Phase.generate))
