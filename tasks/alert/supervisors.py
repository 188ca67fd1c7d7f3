"""Read supervisors.yml: how each supervisor wants to be told. Whatever it does not say of one is what `everyone` says.

Raises SettingsError in the user's terms: the file, the supervisor, the key, what it may be.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, time, timedelta
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from expectations.deadline import is_workday
from expectations.rule import load_rules
from tasks.alert.escalation import Office, superior_of
from tasks.alert.routing import Route, Routing
from tasks.alert.wording import CANONICAL, other_languages
from tasks.errors import SettingsError
from tasks.records import Agency, Severity

EXAMPLE = "samples/supervisors.yml"
DAYS_OFF = "days_off"
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_ORDINARY = date(2026, 3, 2)  # a Monday, with four weeks after it that have no holiday
_HOUR = 60  # YAML takes an unquoted 18:30 for a number of base 60
_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)", re.ASCII)
# What a value may be, by the kind of error that pydantic tells.
_EXPECTED = {
    "model_type": "keys with values, such as {severity: warning}",
    "dict_type": "keys with values, such as {severity: warning}",
    "tuple_type": "a list, such as [env:MAIL]",
    "frozen_set_type": "a list, such as [Q-JUMP]",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "string_type": "text, in quotation marks if it looks like a number",
    "int_type": "a number of nights, 1 at least",
    "int_parsing": "a number of nights, 1 at least",
    "int_from_float": "a number of nights, 1 at least",
    "greater_than_equal": "a number of nights, 1 at least",
    "enum": "error, warning or info",
}


def _as_time(value: object) -> time | None:
    """An hour as it is written. Raises ValueError."""
    is_number = isinstance(value, int) and not isinstance(value, bool) and value >= _HOUR
    written = f"{value // _HOUR}:{value % _HOUR:02}" if is_number else str(value).strip()  # type: ignore[operator]
    match = _CLOCK.fullmatch(written)
    if value is not None and match is None:
        raise ValueError('an hour and minute, such as "08:30"')
    return time(int(match[1]), int(match[2])) if match else None


def _as_day(value: object) -> str:
    """What a quiet day is called. Raises ValueError for what names no day."""
    named = str(value).strip().lower()
    if named == DAYS_OFF or named in _WEEKDAYS:
        return named
    first, _, last = named.partition("..")
    try:
        is_in_order = date.fromisoformat(first) <= date.fromisoformat(last or first)
    except ValueError:
        raise ValueError(f"{DAYS_OFF}, {', '.join(_WEEKDAYS)}, a day YYYY-MM-DD, or first..last") from None
    if not is_in_order:
        raise ValueError("the first day before the last")
    return named


def _as_language(value: object) -> str:
    """A language that has a wording of its own. Raises ValueError."""
    if value not in (CANONICAL, *other_languages()):
        raise ValueError(" or ".join((CANONICAL, *other_languages())))
    return str(value)


def _as_keys(value: object) -> object:
    """Keys with values; an entry that says nothing has none."""
    return {} if value is None else value


class Wishes(BaseModel):
    """What one supervisor asks for; a key that is left out is what `everyone` says."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    channels: tuple[str, ...] = ()
    language: Annotated[str, BeforeValidator(_as_language)] = CANONICAL
    severity: Severity = Severity.INFO
    without: frozenset[str] = frozenset()
    at: Annotated[time | None, BeforeValidator(_as_time)] = None
    quiet: tuple[Annotated[str, BeforeValidator(_as_day)], ...] = ()
    always: bool = False
    escalate_after: Annotated[int | None, Field(ge=1)] = None
    superior: str = ""


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    everyone: Annotated[Wishes, BeforeValidator(_as_keys)] = Wishes()
    supervisors: dict[str, Annotated[Wishes, BeforeValidator(_as_keys)]] = {}


@dataclass(frozen=True, slots=True)
class Quiet:
    """The days without a digest."""

    days: tuple[str, ...]

    def __call__(self, day: date) -> bool:
        """Whether a day is one of them."""
        return any(self._is(each, day) for each in self.days)

    @property
    def is_always(self) -> bool:
        """Whether no day is left."""
        return all(self(_ORDINARY + timedelta(days)) for days in range(28))

    @staticmethod
    def _is(named: str, day: date) -> bool:
        if named == DAYS_OFF:
            return not is_workday(day)
        if named in _WEEKDAYS:
            return _WEEKDAYS[day.weekday()] == named
        first, _, last = named.partition("..")
        return date.fromisoformat(first) <= day <= date.fromisoformat(last or first)


def read_routing(path: Path, usual: Route, resolve: Callable[[Sequence[str]], tuple[str, ...]]) -> Routing:
    """The routes of a file; what it says of nobody is `usual`. `resolve` gives channels in full."""
    read = _validated(path, _loaded(path))
    for name, wishes in (("everyone", read.everyone), *read.supervisors.items()):
        unknown = sorted(wishes.without - {rule.id for rule in load_rules()})
        if unknown:
            raise _error(str(path), f"{name}, without", f"{unknown[0]!r} is no rule", "ids of rules", "`gouji rules` lists them.")
    everyone = _route(read.everyone, usual, resolve)
    return Routing(everyone, {name: _route(wishes, everyone, resolve) for name, wishes in read.supervisors.items()})


def problems_of(routing: Routing, agencies: Iterable[Agency], where: str) -> Iterator[SettingsError]:
    """What the routes and the register together would not tell anybody. `where`: what to call the file."""
    register = {each.id: Office(each.supervisor, each.parent) for each in agencies}
    supervisors = {each.supervisor for each in register.values()}
    named = supervisors | {route.superior for route in routing.supervisors.values()} | {routing.everyone.superior}
    for name in routing.supervisors:
        if name not in named:
            yield _error(where, name, "the register names no such supervisor", "a supervisor of the register", _like(name, named))
    for name, route in (("everyone", routing.everyone), *routing.supervisors.items()):
        if route.superior and route.superior not in supervisors | set(routing.supervisors):
            found = f"superior {route.superior!r} is no supervisor of the register and has no entry here"
            yield _error(where, name, found, "somebody who is told", f"Add an entry for it, if only `{route.superior}: {{}}`.")
        if isinstance(route.is_quiet, Quiet) and route.is_quiet.is_always:
            yield _error(where, name, "every day is quiet", "a day on which it is told", "Take a day out of `quiet`.")
        if route.superior == name:
            yield _error(where, name, "is its own superior", "another one", "Name the office above, or take the line out.")
    for name in sorted(supervisors):
        route = routing.of(name)
        mine = [id_ for id_, office in register.items() if office.supervisor == name]
        lost = [id_ for id_ in mine if superior_of(id_, register) == ""]
        if route.escalate_after is not None and route.superior in ("", name) and lost:
            found = f"escalate_after {route.escalate_after}, and nobody is above {', '.join(lost[:5])}"
            remedy = "Name the superior here, or give these agencies a parent with another supervisor in the register."
            yield _error(where, name, found, "a superior for every agency", remedy)


def _loaded(path: Path) -> object:
    try:
        return yaml.load(path.read_text(encoding="utf-8-sig"), Loader=_NoTwice)  # noqa: S506 - a safe loader
    except (OSError, UnicodeDecodeError) as error:
        found = f"cannot be read ({getattr(error, 'strerror', None) or error})"
        raise SettingsError(found, where=str(path), expected="a YAML file in UTF-8", remedy=f"See {EXAMPLE}.") from None
    except (yaml.YAMLError, ValueError) as error:  # ValueError: a date that is none
        mark = getattr(error, "problem_mark", None)
        found = f"is not YAML ({getattr(error, 'problem', None) or error})"
        where = f"{path}, line {mark.line + 1}" if mark else str(path)
        raise SettingsError(found, where=where, remedy=f"Correct the line; {EXAMPLE} shows the shape.") from None


def _validated(path: Path, data: object) -> _File:
    try:
        return _File.model_validate(data if data is not None else {})
    except ValidationError as error:
        first = error.errors()[0]
        steps, remedy = [str(part) for part in first["loc"] if part != "[key]"], f"Correct it; {EXAMPLE} shows the shape."
        if first["type"] == "extra_forbidden":
            known = Wishes.model_fields if len(steps) > 1 else _File.model_fields
            where = ", ".join([str(path), *steps[:-1]])
            raise SettingsError(f"there is no key {steps[-1]}", where=where, expected=", ".join(known), remedy=remedy) from None
        expected = _EXPECTED.get(first["type"], first["msg"].removeprefix("Value error, "))
        found = "it cannot be used" if "channels" in steps else f"{first['input']!r} cannot be used"
        raise SettingsError(found, where=", ".join([str(path), *steps]), expected=expected, remedy=remedy) from None


def _route(wishes: Wishes, usual: Route, resolve: Callable[[Sequence[str]], tuple[str, ...]]) -> Route:
    """What is said, over what is usual."""
    said: dict[str, Any] = {name: getattr(wishes, name) for name in wishes.model_fields_set}
    if "channels" in said:
        said["channels"] = resolve(said["channels"])
    if "quiet" in said:
        said["is_quiet"] = Quiet(said.pop("quiet"))
    return replace(usual, **{field.name: said[field.name] for field in fields(Route) if field.name in said})


def _error(where: str, name: str, found: str, expected: str, remedy: str) -> SettingsError:
    return SettingsError(found, where=f"{where}, {name}", expected=expected, remedy=remedy)


def _like(name: str, known: Iterable[str]) -> str:
    nearest = difflib.get_close_matches(name, [each for each in known if each], n=1)
    return f"Perhaps {nearest[0]}; one spelling for one supervisor." if nearest else "Correct the name or take the entry out."


class _NoTwice(yaml.SafeLoader):
    """A key that stands twice is an error: the second would silently win."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[object] = set()
        for key, _ in node.value:
            value = self.construct_object(key, deep=True)
            if isinstance(value, str) and value in seen:
                raise yaml.constructor.ConstructorError(None, None, f"{value} stands twice", key.start_mark)
            seen.add(value)
        found: Mapping[Any, Any] = super().construct_mapping(node, deep=deep)
        return dict(found)
