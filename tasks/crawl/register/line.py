"""One line of the register: the agency it names, and which of its values cannot be, or are not understood."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlsplit

from stdnum.cn import uscc
from stdnum.exceptions import InvalidChecksum, InvalidLength, ValidationError

from expectations.agency_type import agency_type, load_agency_types
from tasks.crawl.register.problem import Problem, doubtful, wrong
from tasks.crawl.register.table import REQUIRED, Row
from tasks.records import Agency, Severity
from warehouse.regions import region_name

_SEPARATORS = re.compile("[;；]")
_REGION = re.compile("[0-9]{6}")
_SIGNS = ("0123456789", "0123456789ABCDEFGHJKLMNPQRTUWXY")  # of a code's first eight places, and of the others
_LONGEST = {"id": 64, "parent": 64, "level": 32}  # characters that the warehouse keeps
_SCOPES = {"own": "own", "本级": "own", "aggregate": "aggregate", "汇总": "aggregate"}
_UNITS = (("province", 2), ("prefecture", 4), ("county", 6))  # a code's first digits name it
_STATE = "100000"  # where bodies of the central government are registered
_AS_TEXT = "Correct it; where the spreadsheet has made it a number such as 1.1E+17, format the column as text first."


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the register and its agency; what cannot be read of it is blank there."""

    number: int
    agency: Agency


def read_line(row: Row) -> Line:
    """The agency that a line names. Where it has more fields than the header only its id can be relied on."""
    values = row.values
    if row.extra:
        return Line(row.number, Agency(values["id"], "", (), "", "", ()))
    code = values["uscc"]
    agency = Agency(
        id=values["id"],
        name=values["name"],
        aliases=_several(values["aliases"]),
        level=values["level"],
        parent=values["parent"],
        supervisor=values["supervisor"],
        start_urls=tuple(url for url in _several(values["start_urls"]) if _is_url(url)),
        valid_from=_day(values["valid_from"]),
        valid_to=_day(values["valid_to"]),
        region=values["region"] if _REGION.fullmatch(values["region"]) else "",
        uscc=uscc.compact(code) if uscc.is_valid(code) else "",
        scope=_SCOPES.get(values["scope"].lower(), ""),
    )
    return Line(row.number, agency)


def problems_of(row: Row) -> Iterator[Problem]:
    """What is wrong with a line in itself."""
    if row.extra:
        found, remedy = "has more fields than the header", "Put values that hold a comma in quotation marks."
        yield Problem(row.number, "", row.extra[0], Severity.ERROR, found, "", remedy)
        return
    for column in REQUIRED:
        if not _several(row.values[column]):
            yield wrong(row.number, column, "", "a value")
    for column, longest in _LONGEST.items():
        if len(row.values[column]) > longest:
            yield wrong(row.number, column, row.values[column], f"at most {longest} characters")
    yield from _of_names(row)
    for url in _several(row.values["start_urls"]):
        if not _is_url(url):
            yield wrong(row.number, "start_urls", url, "a web address such as https://www.example.gov.cn/zfxxgknb/")
    yield from _of_days(row)
    yield from _of_codes(row)
    if row.values["scope"] and not read_line(row).agency.scope:
        yield wrong(row.number, "scope", row.values["scope"], "own (本级), aggregate (汇总), or nothing")


def _of_names(row: Row) -> Iterator[Problem]:
    own, parent, level = (row.values[column] for column in ("id", "parent", "level"))
    if re.search(r"[\s/\\]", own):
        yield wrong(row.number, "id", own, "an id without spaces and slashes, such as yl-water")
    if own and parent == own:
        yield wrong(row.number, "parent", parent, "the id of the agency above it, or nothing")
    if level and not any(level in each.levels for each in load_agency_types()):
        known = agency_type(row.values["name"])
        taken = f"by its name it is taken for {known.label}" if known else "so it is not known when its report is due"
        found, remedy = f"none of agency_types.yml; {taken}", "Choose a level of expectations/agency_types.yml."
        yield doubtful(row.number, "level", level, found, "a level such as 县级部门", remedy)


def _of_days(row: Row) -> Iterator[Problem]:
    for column in ("valid_from", "valid_to"):
        if row.values[column] and _day(row.values[column]) is None:
            yield wrong(row.number, column, row.values[column], "a day such as 2024-03-01, or nothing")
    agency = read_line(row).agency
    if agency.valid_from and agency.valid_to and agency.valid_from > agency.valid_to:
        yield wrong(row.number, "valid_to", agency.valid_to.isoformat(), f"a day after valid_from ({agency.valid_from})")


def _of_codes(row: Row) -> Iterator[Problem]:
    region, code = row.values["region"], row.values["uscc"]
    if region and not _REGION.fullmatch(region):
        yield wrong(row.number, "region", region, "a code of 行政区划 in six digits such as 320813, or nothing")
    elif region and not region_name(region):
        remedy = "Correct it, or leave it where it is a code from before a reform, or of a 功能区."
        yield doubtful(row.number, "region", region, "no region that we know", "a code of 行政区划 of today", remedy)
    if code and (expected := _expected_code(code)):
        yield wrong(row.number, "uscc", code, expected, _AS_TEXT)
    elif code and _REGION.fullmatch(region) and (apart := _apart(uscc.compact(code)[2:8], region)):
        remedy = "Check both; leave them where the code was given before a reform of the regions."
        yield doubtful(row.number, "uscc", code, apart, f"{region} in places 3 to 8", remedy)


def _expected_code(code: str) -> str:
    """What a 统一社会信用代码 must have that this one has not; blank where it is valid."""
    plain = uscc.compact(code)
    try:
        uscc.validate(plain)
    except InvalidLength:
        return f"18 characters (it has {len(plain)})"
    except InvalidChecksum:
        digit = uscc.calc_check_digit(plain)
        return f"the check character {digit} at the end of these (it has {plain[-1]}): one of the 18 is not as it was given"
    except ValidationError:
        strange = [place for place, sign in enumerate(plain, 1) if sign not in _SIGNS[place > 8]]
        places = ", ".join(f"{place} is {plain[place - 1]}" for place in strange)
        return f"characters 1 to 8 that are digits, then digits and capital letters without I, O, S, V, Z ({places})"
    return ""


def _apart(code: str, region: str) -> str:
    """Where a code was registered, if neither in the region nor above it (a branch may be registered with its city)."""
    if code in {region, f"{region[:4]}00", f"{region[:2]}0000", _STATE}:
        return ""
    unit = next(name for name, digits in _UNITS if code[:digits] != region[:digits])
    names = [f"{each} {region_name(each) or '(no region of today)'}" for each in (code, region)]
    return f"registered in {names[0]}: another {unit} than its region {names[1]}"


def _day(value: str) -> date | None:
    """A day as a spreadsheet may write it (2024-03-01, 2024/3/1), or None where there is none."""
    parts = re.fullmatch(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})", value)
    try:
        return date(*map(int, parts.groups())) if parts else date.fromisoformat(value)
    except ValueError:
        return None


def _several(value: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part.strip() for part in _SEPARATORS.split(value) if part.strip()))


def _is_url(value: str) -> bool:
    try:
        parts = urlsplit(value)
        _ = parts.port
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and not any(sign.isspace() for sign in value)
