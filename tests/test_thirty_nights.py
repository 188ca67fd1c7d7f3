"""Thirty nights on the sample portal, over HTTP, through all of a night: each true step is told once, and none is lost.

Pages are corrected, broken and touched, sites fail, services fail, readers are upgraded (once to a mistake), people act, and
the machine stops at any moment. An independent model (thirty_nights_model.py) says what must have been told.
More than the usual number of plays: `REPLAYS=20 pytest tests/test_thirty_nights.py`.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from random import Random
from typing import Any
from unittest.mock import patch
from urllib.parse import urlsplit

from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from sqlalchemy import Engine, create_engine, event, select

from flows import night as steps
from flows.contain import Readers
from flows.demo import SAMPLES, ZONE, demo_settings
from tasks import load
from tasks.alert.channels import paths
from tasks.alert.people import Step, take
from tasks.alert.services import load_channels
from tasks.errors import AlertError
from tasks.fetched import Crawl
from tests.living_portal import FIRST_PAGES, REPORTS, STRIP, Cell, Key, Portal, Upgrades, fork_crawl, open_portal
from tests.receivers import Answer, gateway
from tests.thirty_nights_model import CITY, COUNTY, ESCALATE_AFTER, Copy, Model, Place, is_quiet
from warehouse import schema
from warehouse.engine import writing
from warehouse.schema_notice import night_told, told

NIGHTS, FIRST = 30, date(2026, 1, 20)  # the last day for reports of 2025 is among them
LATE = ("yl-sthjj", 2025)  # published some day
EDITED = tuple(key for key in REPORTS if key not in (("yl-zrzyj", 2023), ("lx-wjj", 2024)))  # those two have mistakes that stay
APPLICATIONS, DISPUTES = ((0, 0), (0, 1), (2, 0)), ((STRIP, 0),)
MISREAD = {
    "云澜市发展和改革委员会": ("yl-fgw", 2023),
    "岚溪县云门街道办事处": ("lx-ym", 2024),
    "岚溪县农业农村局": ("lx-nyj", 2023),
    "岚溪县公安局": ("lx-gaj", 2024),
}
COLUMNS = {key[0]: path for key, page in REPORTS.items() for path in FIRST_PAGES if page.startswith(path)}
TITLES = {"new": "新发现", "changed": "有变化", "resolved": "已整改", "reopened": "重新出现", "escalated": "逾期上报"}
SUPERVISORS = f"supervisors:\n  {COUNTY}: {{quiet: [sat, sun], escalate_after: {ESCALATE_AFTER}, superior: {CITY}}}\n"
ONCE = load_channels().model_copy(update={"patience": load_channels().patience.model_copy(update={"tries": 1})})


class Crash(BaseException):
    """The machine stops here."""


class ThirtyNights(RuleBasedStateMachine):
    """A day on which anything may happen, and its night, thirty times."""

    @initialize(seed=st.integers(3, 2**32 - 1))  # the first play is of the smallest: one in which all of this happens
    def begin(self, seed: int) -> None:
        self.chance, self.night = Random(seed), FIRST - timedelta(1)
        self.folder, self.stack = Path(tempfile.mkdtemp(prefix="gouji-nights-")), ExitStack()
        self.portal = Portal(self.folder / "portal")
        self.hook = self.stack.enter_context(gateway())
        self.upgrades = Upgrades(self.folder / "home")
        self.stack.enter_context(self.upgrades.in_force())
        for name, value in (
            ("tasks.crawl.run_job", fork_crawl),
            ("tasks.alert.load_channels", lambda: ONCE),
            ("flows.night.letter_maker", lambda *_: None),  # letters take their time, and have tests of their own
        ):
            self.stack.enter_context(patch(name, value))
        self._settle(self.stack.enter_context(open_portal(self.portal)))
        self.model = Model({key: Copy(self.portal.figures(key)) for key in REPORTS})
        self.shown: dict[Key, dict[Cell, int]] = {key: {} for key in REPORTS}
        self.is_sound, self.visits, self.mistaken, self.latest, self.statements = False, 0, "", 0, 300
        self.published, self.upgraded, self.spoilt = (
            FIRST + timedelta(self.chance.randint(*days)) for days in ((5, 20), (1, 9), (3, 15))
        )
        self.mended = date.max
        self.taken, self.sent_twice = Counter[tuple[str, str]](), 0
        self.readers = Readers(self.settings.read_limits())

    @rule()
    def a_day_and_a_night(self) -> None:
        self.night, self.is_sound = self.night + timedelta(1), False
        if self.night > FIRST:
            self._sites_change()
            self._sites_fail()
            self._readers_change()
            self.hook.answers[:] = [Answer(503 if self._may(0.3) else 200)]
        is_done = self._until_done()
        self._compare(is_done)
        if is_done and self._may(0.07):
            before = self._decided()
            self._run(None)
            assert self._decided() == before
        for _ in range(self.chance.choice((0, 0, 1, 2))):
            self._a_person_does_something()
        self.is_sound = True

    def teardown(self) -> None:
        if not hasattr(self, "model"):
            return
        try:
            if self.is_sound:
                self._everything_arrives()
        finally:
            self.readers.close()
            self.stack.close()
            shutil.rmtree(self.folder)

    def _settle(self, port: int) -> None:
        """A register of our own, of the agencies whose reports are played."""
        head, *rows = (SAMPLES / "agencies.csv").read_text(encoding="utf-8").replace("{port}", str(port)).splitlines()
        ours = [row.replace(",yl-zfb,", ",,") for row in rows if row.split(",")[0] in COLUMNS]
        (self.folder / "agencies.csv").write_text("\n".join((head, *ours, "")), encoding="utf-8")
        (self.folder / "supervisors.yml").write_text(SUPERVISORS, encoding="utf-8")
        channel = (f"json://127.0.0.1:{self.hook.port}/",)
        made = demo_settings(self.folder)
        self.settings = type(made)(
            **dict(made) | {"crawl_retries": 0, "apprise_urls": channel, "agencies": self.folder / "agencies.csv"}
        )

    def _may(self, share: float) -> bool:
        return self.chance.random() < share

    def _sites_change(self) -> None:
        """At most one wrong figure in each table: which notices that makes, and why, can then be said without looking further."""
        if self.night == self.published:
            self.portal.publish(LATE)
        for key in self.chance.sample(EDITED, self.chance.choice((0, 0, 1, 1, 2))):
            if self.mistaken and MISREAD[self.mistaken] == key:
                continue  # else nobody could tell whose mistake was mended
            table = self.chance.choice((APPLICATIONS, APPLICATIONS, DISPUTES))
            cells = {cell: value for cell, value in self.shown[key].items() if cell not in table}
            if not self._may(0.4):
                cell = self.chance.choice(table)
                cells[cell] = self.portal.figures(key)[cell[0]][cell[1]] + 100 * self.chance.randint(1, 5)
            self.shown[key] = cells
            self.portal.show(key, cells, self.visits)
        for key in self.chance.sample(sorted(REPORTS), self.chance.choice((0, 0, 0, 1))):
            self.visits += 1
            self.portal.show(key, self.shown[key], self.visits)

    def _sites_fail(self) -> None:
        """A column, or a page of it, answers 503, 403 or 404 until it does not."""
        if self._may(0.6):
            self.portal.outages.clear()
        if self._may(0.3):
            self.portal.outages[self.chance.choice(sorted(FIRST_PAGES))] = self.chance.choice((503, 403))
        if self._may(0.3):
            self.portal.outages[self.chance.choice(sorted(REPORTS.values()))] = self.chance.choice((404, 503))

    def _readers_change(self) -> None:
        """An upgrade that comes to the same, and one to a mistake, which is mended, or taken back, after a while."""
        if self.night == self.mended:
            self.mistaken, self.latest = "", self.chance.choice((0, self.latest + 1))
        elif self.night == self.upgraded:
            self.latest += 1
        elif self.night >= self.spoilt and not self.mistaken:
            able = [name for name, key in MISREAD.items() if not self.shown[key].keys() & set(APPLICATIONS)]
            able = [name for name in able if self.model.copies[MISREAD[name]].revisions[-1:] == [self.shown[MISREAD[name]]]]
            if not able:
                return  # some other night
            self.mistaken, self.latest, self.spoilt = self.chance.choice(able), self.latest + 1, date.max
            self.mended = self.night + timedelta(self.chance.randint(1, 4))
        else:
            return
        year = MISREAD[self.mistaken][1] if self.mistaken else 0
        self.upgrades.install(self.latest, (self.mistaken, year) if self.mistaken else None)
        for key, copy in self.model.copies.items():
            copy.misread = {(0, 0): 1000} if self.mistaken and MISREAD[self.mistaken] == key else {}
        self._new_readers()

    def _new_readers(self) -> None:
        self.readers.close()
        self.readers = Readers(self.settings.read_limits())

    def _have_readers(self) -> None:
        """A night that stops in the middle of a batch closes its readers."""
        try:
            self.readers.start()
        except RuntimeError:
            self._new_readers()

    def _until_done(self) -> bool:
        """Run the night; where the machine stops, once more, or leave it to the next. Returns whether it came to its end."""
        while self.night > FIRST and self._may(0.25):
            kind = self.chance.choice(("statement", "step", "answer"))
            if self._run((kind, self.chance.randint(1, self.statements if kind == "statement" else 9))):
                return True
            if self._may(0.4):
                return False
        return self._run(None)

    def _run(self, crash: tuple[str, int] | None) -> bool:
        """One run of the night. Returns whether it came to its end; what it left behind is what the model goes on from."""
        counted = 0

        def count(*_: Any) -> None:
            nonlocal counted
            counted += 1
            if crash == ("statement", counted) or (crash and crash[0] == "answer" and self._was_accepted()):
                raise Crash

        event.listen(Engine, "before_cursor_execute", count)
        try:
            self._steps(lambda place: _stop(crash == ("step", place)))
            self.statements = counted
        except Crash:
            self._have_readers()
        else:
            crash = None
        finally:
            event.remove(Engine, "before_cursor_execute", count)
            self.sent_twice += crash is not None and self._was_accepted()
            self._note_what_was_taken()
        self._follow()
        return crash is None

    def _steps(self, after: Callable[[int], None]) -> None:
        """What nightly.py does, without Prefect and without publishing."""
        work = replace(steps.begin(self.settings, self.night, self._clock), readers=self.readers)
        try:
            after(1)
            found = steps.crawl_agencies(work)
            after(2)
            documents = steps.archive_documents(work, found)
            after(3)
            steps.load_crawl(work, found, documents)
            self._see(found)
            after(4)
            for batch in steps.unread_batches(work):
                assert steps.read_batch(work, batch).quarantined == ()
            after(5)
            steps.assess_reports(work)
            after(6)
            steps.survey_reports(work)
            after(7)
            assert steps.hold_clusters(work) == 0
            after(8)
            steps.tell_supervisors(work)
            after(9)
            load.finish_run(work.engine, work.night, work.now, {})
        finally:
            work.engine.dispose()

    def _see(self, found: Crawl) -> None:
        """Tell the model what this crawl could reach: all that answers, where one page does not keep a list from being read."""
        down = self.portal.outages
        incomplete = {urlsplit(each.start_url).path for each in found.columns if not each.complete}
        failing = {place + name: any(start.startswith(place) for start in down) for place, name in FIRST_PAGES.items()}
        assert {place + name for place, name in FIRST_PAGES.items() if place in down} <= incomplete
        assert incomplete <= {path for path, fails in failing.items() if fails}
        self.model.unreached = {agency for agency, place in COLUMNS.items() if place + FIRST_PAGES[place] in incomplete}
        had = {urlsplit(each.sighting.url).path for each in found.fetched}
        listed = {key for key, path in REPORTS.items() if path not in self.portal.unlisted and COLUMNS[key[0]] not in down}
        self.model.unfetched = {key for key in listed if REPORTS[key] in down}
        seen = {key for key in listed if REPORTS[key] in had}
        assert seen.isdisjoint(self.model.unfetched)
        assert {key for key in listed - self.model.unfetched if key[0] not in self.model.unreached} <= seen
        for key in seen:
            self.model.see(key, self.shown[key])

    def _clock(self) -> datetime:
        return datetime.combine(self.night, time(2), ZONE)

    def _was_accepted(self) -> bool:
        """Whether the service took a message in this run."""
        return bool(self.hook.received) and self.hook.answers[0].status == 200

    def _note_what_was_taken(self) -> None:
        if self.hook.answers[0].status == 200:
            self.taken.update((each.body["title"], each.headers["X-Gouji-Key"]) for each in self.hook.received)
        self.hook.received.clear()

    def _follow(self) -> None:
        """Whether the night's two transactions were kept decides whether the next run or the next night has them still to do."""
        with self._reading() as connection:
            noted = dict(
                connection.execute(
                    select(night_told.c.supervisor, night_told.c.told_on).where(night_told.c.night == self.night)
                ).all()
            )
        if noted:
            self.model.decide(self.night)
        if noted.get(CITY) == self.night:
            self.model.tell(self.night)

    @contextmanager
    def _reading(self) -> Iterator[Any]:
        engine = create_engine(self.settings.warehouse_url())
        try:
            with engine.connect() as connection:
                yield connection
        finally:
            engine.dispose()

    def _rows(self, query: Any) -> list[Any]:
        with self._reading() as connection:
            return list(connection.execute(query).all())

    def _decided(self) -> list[Any]:
        """All that nights and people decided, and what the messages say: not how far their delivery has come."""
        messages = select(schema.outbox.c.key, schema.outbox.c.subject, schema.outbox.c.markdown, schema.outbox.c.html)
        queries = (
            select(schema.notice),
            select(schema.notice_event).order_by(schema.notice_event.c.fingerprint),
            select(told),
            messages,
        )
        return [sorted(self._rows(query), key=repr) for query in queries]

    def _a_person_does_something(self) -> None:
        if not self.model.lives:
            return
        place = self.chance.choice(sorted(self.model.lives))
        kind: Any = self.chance.choice(("acknowledged", "explained", "snoozed", "snoozed", "reopened", "replied"))
        until = self.night + timedelta(self.chance.randint(1, 4)) if kind == "snoozed" else None
        reply: Any = {"reply": "已复核", "replied_by": "李某", "replied_on": self.night} if kind == "replied" else {}
        engine = create_engine(self.settings.warehouse_url())
        try:
            with writing(engine) as connection:
                take(
                    connection, [fingerprint(place)], Step(kind, "王某", self._clock(), "已核", until=until, **reply), self.night
                )
            is_done = True
        except AlertError:
            is_done = False
        finally:
            engine.dispose()
        assert is_done == self.model.person(place, kind, until)

    def _compare(self, is_done: bool) -> None:
        """What is in the warehouse against what the model says."""
        events = self._rows(select(schema.notice_event))
        assert {(row.fingerprint, row.night): row.transition for row in events} == {
            (fingerprint(place), night): kind for (place, night), (kind, _) in self.model.steps.items()
        }
        reasons = {(fingerprint(place), night): reason for (place, night), (_, reason) in self.model.steps.items()}
        for row in events:
            assert reasons[row.fingerprint, row.night] in row.reason
            assert bool(row.reason) == bool(reasons[row.fingerprint, row.night])
        states = {row.fingerprint: row.state for row in self._rows(select(schema.notice))}
        assert states == {fingerprint(place): life.state for place, life in self.model.lives.items()}
        mapped = self._rows(
            select(told, schema.outbox.c.night.label("by")).join(schema.outbox, schema.outbox.c.key == told.c.outbox_key)
        )
        wanted = {(fingerprint(place), night, kind, who, by) for ((place, night, kind), who), by in self.model.told.items()}
        for channel in ("file", "json"):
            rows = [row for row in mapped if row.channel.partition(":")[0] == channel]
            assert {(row.fingerprint, row.night, row.transition, row.supervisor, row.by) for row in rows} == wanted
            assert len(rows) == len(wanted)
        assert not is_done or all(not nights or is_quiet(who, self.night) for who, nights in self.model.untold.items())
        self._subjects_agree(mapped)

    def _subjects_agree(self, mapped: list[Any]) -> None:
        """A message's subject counts each notice once, by what its steps come to."""
        kinds: dict[str, dict[str, str]] = {}
        for row in sorted(mapped, key=lambda row: row.night):
            of_message = kinds.setdefault(row.outbox_key, {})
            before = of_message.get(row.fingerprint)
            of_message[row.fingerprint] = (
                before if before in ("new", "reopened") and row.transition == "changed" else row.transition
            )
        for message in self._rows(select(schema.outbox).where(schema.outbox.c.supervisor.in_((CITY, COUNTY)))):
            found = {kind: re.search(f"{title} (\\d+)", message.subject) for kind, title in TITLES.items()}
            assert {kind: int(match[1]) for kind, match in found.items() if match} == Counter(kinds.get(message.key, {}).values())

    def _everything_arrives(self) -> None:
        """With everything up again nothing is owed, and what was sent twice was so because the machine stopped in between."""
        self.portal.outages.clear()
        self.hook.answers[:] = [Answer()]
        for _ in range(2):
            self.night += timedelta(1)
            assert self._run(None)
        self._compare(is_quiet(COUNTY, self.night) is False)
        messages = self._rows(select(schema.outbox))
        assert all(message.sent_at is not None for message in messages)
        sent = {message.subject for message in messages if message.channel != "file"}
        assert {title for title, _ in self.taken} == sent
        assert len(self.taken) == len(sent)  # each under one key, also the second time
        assert len(sent) <= self.taken.total() <= len(sent) + self.sent_twice
        for message in messages:
            assert all(path.is_file() for path in paths(self.settings.outbox_dir(), message.supervisor, message.night))


def fingerprint(place: Place) -> str:
    return "|".join(map(str, place))


def _stop(is_here: bool) -> None:
    if is_here:
        raise Crash


TestThirtyNights = ThirtyNights.TestCase
TestThirtyNights.settings = settings(
    max_examples=int(os.environ.get("REPLAYS", "1")),
    stateful_step_count=NIGHTS,
    deadline=None,
    derandomize="REPLAYS" not in os.environ,
    phases=(Phase.explicit, Phase.generate),
)
