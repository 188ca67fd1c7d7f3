"""Many random nights on a real warehouse, held against a small model of its own: each true step is told once, none is lost."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from collections import Counter
from dataclasses import dataclass, field
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
from tests.test_alert import CITY, COUNTY, Office, clock
from warehouse import schema
from warehouse.engine import open_warehouse, writing
from warehouse.schema_notice import notice_step, told

OWNERS = {"water": CITY, "school": CITY, "town": COUNTY}
SLOTS = (("T3-BAL", "applications.*.natural"), ("T3-BAL", "applications.*.company"), ("X-CARRY", "applications.*.total"))
TITLES = {"new": "新发现", "changed": "有变化", "resolved": "已整改", "reopened": "重新出现"}
agencies, slots = st.sampled_from(sorted(OWNERS)), st.sampled_from(SLOTS)
values = st.sampled_from((None, 12, 13, 14))  # the left side of a broken rule whose right side is 11; None: it holds
kinds = st.sampled_from(("acknowledged", "explained", "snoozed", "reopened", "replied"))

Slot = tuple[str, str]
Figures = dict[Slot, int | None]
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
    until: date | None = None


@dataclass
class Model:
    """What must be told, by rules much simpler than ours: no SQL, no sentences, one figure a notice."""

    lives: dict[tuple[str, Slot], Life] = field(default_factory=dict)

    def night(self, sites: dict[str, Site], night: date) -> dict[tuple[str, Slot], tuple[str, str]]:
        steps = {}
        for agency, site in sites.items():
            for slot in SLOTS:
                step = self._step((agency, slot), site, night)
                if step:
                    steps[agency, slot] = step
        return steps

    def _step(self, key: tuple[str, Slot], site: Site, night: date) -> tuple[str, str] | None:
        life, is_known = self.lives.get(key), site.read is not None
        figure = site.read[key[1]] if site.read is not None else None
        if life is None:
            if figure is None:
                return None
            self.lives[key] = Life("open", figure, site.fetched)
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
        self.model, self.today, self.hook, self.crashes = Model(), date(2026, 1, 1), Hook(), 0
        self.expected: dict[tuple[str, date], tuple[str, str]] = {}
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

    @rule(crash=st.none() | st.integers(1, 60))
    def a_night_passes(self, crash: int | None) -> None:
        self._pass_night(crash)

    @rule(agency=agencies, slot=slots, value=values, kind=kinds, days=st.integers(1, 2))
    def a_person_settles_what_changes_then(self, agency: str, slot: Slot, value: int | None, kind: StepKind, days: int) -> None:
        """What people settled is where most can go wrong: a step, a night, other figures, another night."""
        if (agency, slot) in self.model.lives:
            self._step((agency, slot), kind, days)
        self._pass_night(None)
        self.publish(agency, slot, value)
        self._pass_night(None)

    def _pass_night(self, crash: int | None) -> None:
        self.today += timedelta(days=1)
        self.office.put("run", night=self.today, started_at=clock(), finished_at=clock(), summary={})
        for agency, site in self.sites.items():
            self._crawl_and_read(agency, site)
        steps = self.model.night(self.sites, self.today)
        self.expected |= {(fingerprint(key), self.today): step for key, step in steps.items()}
        if crash is not None:
            self._crash_after(crash)
        self._alert()

    @precondition(lambda self: self.expected)
    @rule()
    def the_night_is_run_again(self) -> None:
        before = self._decided()
        self._alert()
        assert self._decided() == before

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
        wanted = Counter((*key, step[0], channel) for key, step in self.expected.items() for channel in ("file", "json"))
        assert Counter((row.fingerprint, row.night, row.transition, row.channel.partition(":")[0]) for row in mapped) == wanted
        counted = Counter((row.outbox_key, row.transition) for row in mapped)
        for key, message in messages.items():
            found = {kind: re.search(f"{title} (\\d+)", message.subject) for kind, title in TITLES.items()}
            said = {kind: int(match[1]) for kind, match in found.items() if match}
            assert said == {kind: counted[key, kind] for kind in TITLES if counted[key, kind]}

    def _everything_has_arrived(self) -> None:
        """Sending is at least once: a crash between an answer and its note is the only reason for a second time."""
        self.hook.is_up = True
        self.today += timedelta(days=1)
        self._alert()
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

    def _decided(self) -> list[Any]:
        """All that nights and people decided, and what the messages say: not how far their delivery has come."""
        messages = select(schema.outbox.c.key, schema.outbox.c.subject, schema.outbox.c.markdown)
        queries = (select(schema.notice), select(schema.notice_event), select(told), select(notice_step), messages)
        with self.engine.connect() as connection:
            return [sorted(connection.execute(query).all(), key=repr) for query in queries]

    def _alert(self) -> None:
        options = AlertOptions(self.folder / "outbox", Routing(Route((self.hook.url,))), patience=ONCE)
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
