"""What thirty nights must tell, by rules much simpler than ours: no SQL, no readers, nothing of expectations/."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from tests.living_portal import STRIP, Cell, Key

CITY, COUNTY = "云澜市人民政府办公室政务公开科", "岚溪县人民政府办公室"
ESCALATE_AFTER = 5
_RESULTS = {
    "denied": ("state_secret", "law", "security", "third_party", "internal", "process", "enforcement", "query"),
    "unavailable": ("not_held", "to_create", "unclear"),
    "rejected": ("petition", "repeat", "publication", "excessive", "confirm"),
    "other": ("not_corrected", "unpaid", "rest"),
}
_REFUSALS = (f"{group}.{name}" for group, names in _RESULTS.items() for name in names)
ROWS = ("new", "carried_in", "granted", "partial", *_REFUSALS, "concluded", "carried_out")
COLUMNS = ("natural", "company", "research", "charity", "legal", "other", "total")
GROUPS = ("review", "direct_suit", "suit_after_review")
NEW, CARRIED_IN, GRANTED, CONCLUDED, CARRIED_OUT = 0, 1, 2, 23, 24
# Of reports that no list shows at first: the last day for them, and the day after which they are no longer missed; and whose.
OVERDUE = {2024: (date(2025, 2, 5), date(2026, 2, 2)), 2025: (date(2026, 2, 2), date.max)}
OWING = {"yl-fgw": (2024, 2025), "yl-zrzyj": (2024, 2025), "yl-sthjj": (2025,), "lx-nyj": (2024, 2025), "lx-wjj": (2025,)}
OWING["lx-gaj"] = (2025,)

Place = tuple[str, int, str, str]  # agency, year, rule, scope
Step = tuple[Place, date, str]  # what happened to a notice on a night


def supervisor(agency: str) -> str:
    return CITY if agency.startswith("yl-") else COUNTY


def is_quiet(who: str, night: date) -> bool:
    return who == COUNTY and night.weekday() >= 5


@dataclass(frozen=True)
class Fact:
    """What a notice says: both sides of an equation (or all that it says), and all that a guess at the cause could rest on."""

    sides: object
    beside: object = None


@dataclass
class Life:
    """What the model knows of one notice."""

    state: str
    since: date
    fact: Fact
    revision: int  # of its report, when it was last broken
    is_ours: bool = False  # whether it was broken only as we read it then
    until: date | None = None
    superiors: set[date] = field(default_factory=set)  # the stands of which the superior was told, by their first night


@dataclass
class Copy:
    """A report as we have it: every revision's changed cells."""

    printed: list[list[int]]
    revisions: list[dict[Cell, int]] = field(default_factory=list)
    misread: dict[Cell, int] = field(default_factory=dict)  # what our readers add to a figure

    def read(self, revision: int = -1) -> dict[Cell, int]:
        cells = self.revisions[revision]
        return cells | {cell: cells.get(cell, self.printed[cell[0]][cell[1]]) + more for cell, more in self.misread.items()}


def broken(copy: Copy) -> dict[tuple[str, str], Fact]:
    """By rule and scope, the equations of tables 三 and 四 that the figures which we read do not satisfy."""
    read = copy.read()
    rows = [list(row) for row in copy.printed]
    for (row, column), value in read.items():
        rows[row][column] = value
    wrong = [frozenset(each for each in read.items() if (each[0][0] == STRIP) == is_strip) for is_strip in (False, True)]
    found = {place: (sides, wrong[0]) for place, sides in _of_applications(rows[:STRIP])}
    for group, name in enumerate(GROUPS):
        figures = rows[STRIP][5 * group : 5 * group + 5]
        found["T4-SUM", f"disputes.{name}.*"] = (sum(figures[:4]), figures[4]), wrong[1]
    return {place: Fact(sides, beside) for place, (sides, beside) in found.items() if sides[0] != sides[1]}


def _of_applications(rows: list[list[int]]) -> Iterator[tuple[tuple[str, str], tuple[int, int]]]:
    for row, name in enumerate(ROWS):
        yield ("T3-ROW", f"applications.{name}.*"), (sum(rows[row][:6]), rows[row][6])
    for column, name in enumerate(COLUMNS):
        scope = f"applications.*.{name}"
        yield ("T3-SUM", scope), (sum(row[column] for row in rows[GRANTED:CONCLUDED]), rows[CONCLUDED][column])
        given = rows[NEW][column] + rows[CARRIED_IN][column]
        yield ("T3-BAL", scope), (given, rows[CONCLUDED][column] + rows[CARRIED_OUT][column])


@dataclass
class Model:
    """Every notice's life; what happened on which night; who was told of it in whose digest."""

    copies: dict[Key, Copy]
    lives: dict[Place, Life] = field(default_factory=dict)
    decided: set[date] = field(default_factory=set)
    steps: dict[tuple[Place, date], tuple[str, str]] = field(default_factory=dict)  # → kind, and what its reason must say
    escalations: set[tuple[Place, date]] = field(default_factory=set)
    untold: dict[str, set[date]] = field(default_factory=lambda: {CITY: set(), COUNTY: set()})
    told: dict[tuple[Step, str], date] = field(default_factory=dict)  # a step and to whom → the night of the digest
    unreached: set[str] = field(default_factory=set)  # agencies of whose columns tonight says nothing
    unfetched: set[Key] = field(default_factory=set)  # reports that are listed and could not be had

    def see(self, key: Key, cells: dict[Cell, int]) -> None:
        """A copy of a report was fetched. One that says the same as the last is no other revision."""
        if self.copies[key].revisions[-1:] != [cells]:
            self.copies[key].revisions.append(dict(cells))

    def decide(self, night: date) -> None:
        """What the night's steps are. Decided once, however often a night is run."""
        if night in self.decided:
            return
        self.decided.add(night)
        now = dict(self._stand(night))
        for place in sorted(now.keys() | self.lives.keys()):
            step = self._step(place, now.get(place), night)
            if step is not None:
                self.steps[place, night] = step
        for place, life in self.lives.items():
            self._escalate(place, life, night)
        for nights in self.untold.values():
            nights.add(night)

    def _stand(self, night: date) -> Iterator[tuple[Place, Fact]]:
        for (agency, year), copy in self.copies.items():
            if copy.revisions:
                yield from (((agency, year, *where), fact) for where, fact in broken(copy).items())
            if len(copy.revisions) > 1:
                before, after = copy.revisions[-2], copy.revisions[-1]
                moved = frozenset((cell, before.get(cell), after.get(cell)) for cell in before.keys() | after.keys())
                altered = frozenset(each for each in moved if each[1] != each[2])
                yield (agency, year, "D-CHANGE", "report"), Fact(altered)
        for agency, years in OWING.items():
            for year in years:
                due, until = OVERDUE[year]
                had = (agency, year) in self.copies and bool(self.copies[agency, year].revisions)
                if due < night <= until and not had and agency not in self.unreached and (agency, year) not in self.unfetched:
                    yield (agency, year, "D-MISSING", "report"), Fact(due)

    def _step(self, place: Place, fact: Fact | None, night: date) -> tuple[str, str] | None:
        life, revision = self.lives.get(place), self._revision(place)
        if life is None:
            assert fact is not None
            self.lives[place] = Life("open", night, fact, revision, self._is_misread(place))
            return "new", ""
        was, life.revision = life.revision, revision if fact is not None else life.revision
        if fact is not None:
            life.is_ours = self._is_misread(place)
            return self._still_broken(life, fact, night)
        if life.state not in ("resolved", "explained") and self._is_known_to_hold(place):
            life.state, life.since = "resolved", night
            if place[2] == "D-MISSING":
                return "resolved", "报告已公开"
            if was == revision:
                return "resolved", "读取有误"
            return "resolved", "按新规则/新读取结果不再成立" if life.is_ours else "更正"
        if life.state not in ("resolved", "explained") and self._is_too_long_ago(place, night):
            life.state, life.since = "resolved", night
            return "resolved", "不足以认定"
        return self._wake(life, life.fact, night)

    def _is_too_long_ago(self, place: Place, night: date) -> bool:
        """A report that we first saw missing most of a year late may have been there: told when the list is read again."""
        agency, year = place[:2]
        is_read = agency not in self.unreached and (agency, year) not in self.unfetched
        return place[2] == "D-MISSING" and is_read and self._revision(place) == 0 and night > OVERDUE[year][1]

    def _still_broken(self, life: Life, fact: Fact, night: date) -> tuple[str, str] | None:
        if life.state == "resolved":
            life.state, life.since, life.fact = "reopened", night, fact
            return "reopened", ""
        if life.state in ("explained", "snoozed"):
            if fact.sides == life.fact.sides:
                return self._wake(life, fact, night)
            reason = {"explained": "所作说明", "snoozed": "暂缓期间"}[life.state]
            life.state, life.fact = "open", fact
            return "changed", reason
        if fact == life.fact:
            return None
        life.fact = fact
        return "changed", ""

    def _wake(self, life: Life, fact: Fact, night: date) -> tuple[str, str] | None:
        if life.state != "snoozed" or life.until is None or life.until > night:
            return None
        life.state, life.since, life.fact = "reopened", night, fact
        return "reopened", "现已到期"

    def _is_known_to_hold(self, place: Place) -> bool:
        """An event cannot be undone; of a report that is missing we know it when we have it; the others are read already."""
        return place[2] != "D-CHANGE" and (place[2] != "D-MISSING" or self._revision(place) > 0)

    def _is_misread(self, place: Place) -> bool:
        copy = self.copies.get(place[:2])
        return copy is not None and bool(copy.misread)

    def _revision(self, place: Place) -> int:
        copy = self.copies.get(place[:2])
        return len(copy.revisions) if copy else 0

    def _escalate(self, place: Place, life: Life, night: date) -> None:
        stands = life.state not in ("resolved", "explained", "snoozed") and place[2] != "D-CHANGE"
        is_due = supervisor(place[0]) == COUNTY and night - life.since >= timedelta(ESCALATE_AFTER)
        if stands and is_due and life.since not in life.superiors:
            life.superiors.add(life.since)
            self.escalations.add((place, night))

    def tell(self, night: date) -> None:
        """The digests of a night are in the outbox."""
        for who, nights in self.untold.items():
            if is_quiet(who, night):
                continue
            told = [(place, when, kind) for (place, when), (kind, _) in self.steps.items() if supervisor(place[0]) == who]
            told += self._told_to_superior() if who == CITY else []
            self.told |= {(step, who): night for step in told if step[1] in nights}
            nights.clear()

    def _told_to_superior(self) -> Iterator[Step]:
        """What has stood too long, and how that stand ended."""
        for place, escalated in self.escalations:
            yield place, escalated, "escalated"
            ends = [
                when for (at, when), (kind, _) in self.steps.items() if (at, kind) == (place, "resolved") and when >= escalated
            ]
            if ends:
                yield place, min(ends), "resolved"

    def person(self, place: Place, kind: str, until: date | None) -> bool:
        """Whether a person can do this; then it is done."""
        life = self.lives[place]
        if kind == "replied":
            return True
        if life.state == "resolved" or (kind == "reopened" and life.state not in ("acknowledged", "explained", "snoozed")):
            return False
        concerned = [life]
        if kind == "explained":
            same = [each for at, each in self.lives.items() if at[:3] == place[:3]]
            concerned += [each for each in same if each.state not in ("resolved", "explained")]
        for each in concerned:
            each.state, each.until = kind, until
        return True
