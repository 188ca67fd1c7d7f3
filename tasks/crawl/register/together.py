"""All lines of the register: what only shows beside another line, such as a name that two agencies have at the same time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

from tasks.crawl.register.addresses import problems_of_addresses
from tasks.crawl.register.line import Line
from tasks.crawl.register.names import plain, probable_slips
from tasks.crawl.register.problem import Problem, doubtful, say_lines, wrong


def problems_together(lines: Sequence[Line]) -> Iterator[Problem]:
    """What is wrong among the lines. What many lines have alike is told once, at the first of them."""
    yield from _same_ids(lines)
    yield from _same_values(lines, "name", "Give the full official name, or in valid_from and valid_to when each exists.")
    yield from _same_values(lines, "uscc", "Correct the one that is wrong, or say in valid_from and valid_to when each exists.")
    yield from _ambiguous_names(lines)
    yield from _parents(lines)
    yield from _supervisors(lines)
    yield from problems_of_addresses(lines)


def _same_ids(lines: Sequence[Line]) -> Iterator[Problem]:
    first: dict[str, int] = {}
    for line in lines:
        own = line.agency.id
        if own and first.setdefault(own, line.number) != line.number:
            yield wrong(line.number, "id", own, f"an id of its own (line {first[own]} has this one)")


def _same_values(lines: Sequence[Line], column: str, remedy: str) -> Iterator[Problem]:
    """Two agencies that have the same name or code at the same time. After a 机构改革 their days do not overlap."""
    seen: dict[str, list[Line]] = defaultdict(list)
    for line in lines:
        value = getattr(line.agency, column)
        if not (key := plain(value)):
            continue
        if twin := _other(line, (each for each in seen[key] if _meet(line, each))):
            expected = f"a {column} of its own (line {twin.number} has this one, and both exist at the same time)"
            yield wrong(line.number, column, value, expected, remedy)
        seen[key].append(line)


def _ambiguous_names(lines: Sequence[Line]) -> Iterator[Problem]:
    """Names by which a title cannot tell whose report it is. Agencies that share no list may well share a short alias."""
    named: dict[str, list[Line]] = defaultdict(list)
    listed: dict[tuple[str, str], list[Line]] = defaultdict(list)
    for line in lines:
        named[plain(line.agency.name)].append(line)
        for url in line.agency.start_urls:
            for key in _names(line):
                listed[url, key].append(line)
    for line in lines:
        for key, (column, name) in _names(line).items():
            here = (each for url in line.agency.start_urls for each in listed[url, key])
            if twin := _other(line, (each for each in here if _is_told_at(line, each, key))):
                found = f"also a name of {twin.agency.id} (line {twin.number}): titles with it name nobody in the list they share"
                yield doubtful(line.number, column, name, found, "a name of one agency", "Take it out of one of the two.")
            elif column == "aliases" and (twin := _other(line, (each for each in named[key] if _meet(line, each)))):
                found = f"the name of {twin.agency.id} (line {twin.number}), whose reports would be taken for this agency's"
                yield doubtful(line.number, column, name, found, "another name of this agency alone", "Take it out.")


def _names(line: Line) -> dict[str, tuple[str, str]]:
    """An agency's names as they are compared: column and value of each."""
    aliases = {plain(alias): ("aliases", alias) for alias in line.agency.aliases}
    names = aliases | {plain(line.agency.name): ("name", line.agency.name)}
    return {key: named for key, named in names.items() if key}


def _is_told_at(line: Line, other: Line, key: str) -> bool:
    """Whether what both are called is told at this line: at an alias rather than at a name, else at the later one.

    Names of agencies that exist at the same time are left to `_same_values`.
    """
    is_name, is_others_name = (plain(each.agency.name) == key for each in (line, other))
    if is_name and is_others_name and _meet(line, other):
        return False
    return is_others_name if is_name != is_others_name else other.number < line.number


def _parents(lines: Sequence[Line]) -> Iterator[Problem]:
    known = {line.agency.id: line for line in lines if line.agency.id}
    for line in lines:
        parent = line.agency.parent
        if parent and parent not in known:
            found, remedy = "no agency of the register; nothing is summed up there", "Add its line, or correct the id."
            yield doubtful(line.number, "parent", parent, found, "the id of the agency above it", remedy)
    for circle in _circles({own: line.agency.parent for own, line in known.items()}):
        first = min((known[own] for own in circle), key=lambda line: line.number)
        turned = circle[circle.index(first.agency.id) :] + circle[: circle.index(first.agency.id)]
        expected = f"an agency above it, not a circle ({' → '.join((*turned, turned[0]))})"
        yield wrong(first.number, "parent", first.agency.parent, expected, "Correct the parent of one of them.")


def _circles(parents: Mapping[str, str]) -> Iterator[list[str]]:
    """Each circle of two or more. An agency that is its own parent is wrong in its own line."""
    done: set[str] = set()
    for start in parents:
        way: list[str] = []
        each = start
        while each in parents and each not in done:
            done.add(each)
            way.append(each)
            each = parents[each]
        if each in way[:-1]:
            yield way[way.index(each) :]


def _supervisors(lines: Sequence[Line]) -> Iterator[Problem]:
    on: dict[str, list[int]] = defaultdict(list)
    for line in lines:
        if line.agency.supervisor:
            on[line.agency.supervisor].append(line.number)
    for name, meant in probable_slips({name: len(numbers) for name, numbers in on.items()}):
        found = f"on {say_lines(on[name])}: perhaps a slip for {meant!r} (on {len(on[meant])}), and its digests would go apart"
        yield doubtful(on[name][0], "supervisor", name, found, "one spelling for one supervisor", "Write both alike.")


def _other(line: Line, others: Iterable[Line]) -> Line | None:
    """The first of these lines that is another agency's."""
    return next((each for each in others if each.agency.id != line.agency.id), None)


def _meet(one: Line, other: Line) -> bool:
    """Whether both agencies exist at some time; one may end on the day on which the other begins."""
    begins = [each.agency.valid_from or date.min for each in (one, other)]
    ends = [each.agency.valid_to or date.max for each in (one, other)]
    return max(begins) < min(ends)
