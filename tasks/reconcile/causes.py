"""Say which slip of the pen would turn the suggested figure into the printed one, and rank suspects by it."""

from __future__ import annotations

from collections.abc import Iterable

from expectations.form import split_address
from tasks.records import Number, Suspect

_ORDER = ("total_zero", "transposed", "digit_dropped", "digit_added", "digit_wrong", "other")


def likely_cause(address: str, printed: Number, suggested: Number) -> str:
    """One of total_zero 总计填0, transposed 数字颠倒, digit_dropped 漏数字, digit_added 多数字, digit_wrong 错一位, other."""
    a, b = str(printed), str(suggested)
    if printed == 0 and split_address(address)[2] == "total":
        return "total_zero"
    if len(a) == len(b):
        differ = [i for i in range(len(a)) if a[i] != b[i]]
        if len(differ) == 2 and a[differ[0]] == b[differ[1]] and a[differ[1]] == b[differ[0]]:
            return "transposed"
        return "digit_wrong" if len(differ) == 1 and len(a) > 1 else "other"
    if len(a) + 1 == len(b) and any(b[:i] + b[i + 1 :] == a for i in range(len(b))):
        return "digit_dropped"
    if len(a) == len(b) + 1 and any(a[:i] + a[i + 1 :] == b for i in range(len(a))):
        return "digit_added"
    return "other"


def rank(suspects: Iterable[Suspect]) -> tuple[Suspect, ...]:
    """Likeliest first: by the slip, then totals before parts (agencies add up by hand), then by address."""
    return tuple(sorted(suspects, key=lambda s: (_ORDER.index(s.cause), "total" not in s.cells[0][0], s.cells[0][0])))
