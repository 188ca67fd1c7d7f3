"""Say which slip of the pen would turn the right figure into the printed one, and rank single suspects by it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from expectations.form import split_address
from tasks.reconcile.equations import PREVIOUS
from tasks.records import Cell, Number, Suspect

_TOTALS = ("total", "concluded")
_UNIT = 10_000  # 元 written for 万元
_TELLING = 10  # a smaller figure equals another one too easily to say that it was copied
_ORDER = (
    "total_zero",
    "unit",
    "last_year",
    "other_total",
    "transposed",
    "digit_dropped",
    "digit_doubled",
    "digit_added",
    "digit_wrong",
    "other",
)


@dataclass(frozen=True, slots=True)
class Context:
    """The figures beside the suspect's, last year's among them, by address."""

    cells: Mapping[str, Cell]

    def value(self, address: str) -> Number | None:
        """A printed figure, or None where there is none."""
        cell = self.cells.get(address)
        return cell.value if cell else None


def cause_of(address: str, suggested: Number, context: Context) -> str:
    """The likeliest slip: one of _ORDER, `other` where none of the known ones fits."""
    printed = context.value(address)
    if printed is None:
        return "other"
    slips: dict[str, Callable[[], bool]] = {
        "total_zero": lambda: printed == 0 and _is_total(address),
        "unit": lambda: suggested > 0 and printed == suggested * _UNIT,
        "last_year": lambda: printed >= _TELLING and printed == context.value(PREVIOUS + address),
        "other_total": lambda: printed >= _TELLING and printed in _other_totals(address, context),
        "transposed": lambda: _is_transposed(str(printed), str(suggested)),
        "digit_dropped": lambda: _is_shorter(str(printed), str(suggested)),
        "digit_doubled": lambda: _is_doubled(str(printed), str(suggested)),
        "digit_added": lambda: _is_shorter(str(suggested), str(printed)),
        "digit_wrong": lambda: len(str(printed)) > 1 and _is_one_off(str(printed), str(suggested)),
    }
    return next((cause for cause in _ORDER[:-1] if slips[cause]()), "other")


def rank(suspects: Iterable[Suspect]) -> tuple[Suspect, ...]:
    """Likeliest first: by the slip, then totals before parts (agencies add up by hand), then by address."""
    return tuple(sorted(suspects, key=lambda s: (_ORDER.index(s.cause), not _is_total(s.cells[0][0]), s.cells[0][0])))


def _is_total(address: str) -> bool:
    _, row, column = split_address(address)
    return column == _TOTALS[0] or row == _TOTALS[1]


def _other_totals(address: str, context: Context) -> set[Number | None]:
    """For a total: the totals of the other rows and columns of its table."""
    if not _is_total(address):
        return set()
    table = split_address(address)[0]
    others = (other for other in context.cells if other != address and split_address(other)[0] == table and _is_total(other))
    return {context.value(other) for other in others}


def _is_transposed(printed: str, right: str) -> bool:
    """Whether two neighbouring digits have changed places."""
    if len(printed) != len(right):
        return False
    differ = [place for place in range(len(right)) if printed[place] != right[place]]
    swapped = len(differ) == 2 and differ[1] == differ[0] + 1
    return swapped and printed[differ[0]] == right[differ[1]] and printed[differ[1]] == right[differ[0]]


def _is_shorter(short: str, long: str) -> bool:
    """Whether one digit is missing from `long`."""
    return len(short) + 1 == len(long) and any(long[:place] + long[place + 1 :] == short for place in range(len(long)))


def _is_doubled(printed: str, right: str) -> bool:
    return any(right[: place + 1] + right[place:] == printed for place in range(len(right)))


def _is_one_off(printed: str, right: str) -> bool:
    return len(printed) == len(right) and sum(a != b for a, b in zip(printed, right, strict=True)) == 1
