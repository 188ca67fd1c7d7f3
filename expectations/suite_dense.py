"""A batch's figures as one array, a row a report and a column a figure of any form: what pivoting millions of rows would give."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from expectations.form import load_forms

Place = tuple[str, str, str]  # table, row, column
Rows = np.ndarray[Any, np.dtype[np.intp]]
Lines = Sequence[Sequence[Place]]  # rows of a frame within one report, each with the figures of its columns


@dataclass(frozen=True, eq=False, slots=True)
class Dense:
    """amounts[place, report] where known; int64, or Python's own numbers where 64 bits do not hold one.

    printed: something stands there, known or not. The last place is that of figures which no form has: nothing stands there.
    """

    keys: pd.MultiIndex  # agency_id, year of each report
    places: dict[Place, int]
    amounts: np.ndarray[Any, Any]
    known: np.ndarray[Any, np.dtype[np.bool_]]
    printed: np.ndarray[Any, np.dtype[np.bool_]]

    def rows_of(self, reports: pd.DataFrame) -> Rows:
        """Where some reports (agency_id, year) stand in the arrays."""
        return self.keys.get_indexer(pd.MultiIndex.from_frame(reports[list(self.keys.names)]))

    def columns(self, rows: Rows, lines: Lines, names: Sequence[str]) -> dict[str, Any]:
        """By name, a figure of every line of each of these reports; missing where it is not known or not in the form."""
        return {name: self._column(rows, [line[at] for line in lines]) for at, name in enumerate(names)}

    def has(self, rows: Rows, lines: Lines) -> np.ndarray[Any, np.dtype[np.bool_]]:
        """Which lines have anything printed in them."""
        found = [np.any([self.printed[number] for number in self._numbers(line)], axis=0)[rows] for line in lines]
        return np.array(found).ravel(order="F")

    def _numbers(self, places: Sequence[Place]) -> list[int]:
        return [self.places.get(place, -1) for place in places]

    def _column(self, rows: Rows, places: Sequence[Place]) -> Any:
        shape = (len(rows), len(places))
        amounts, known = np.empty(shape, dtype=self.amounts.dtype), np.empty(shape, dtype=bool)
        for at, number in enumerate(self._numbers(places)):
            amounts[:, at], known[:, at] = self.amounts[number][rows], self.known[number][rows]
        if amounts.dtype == object:
            amounts[~known] = pd.NA
            return amounts.ravel()
        return pd.arrays.IntegerArray(amounts.ravel(), ~known.ravel())


def densify(figures: pd.DataFrame, reports: pd.DataFrame) -> Dense:
    """Tidy figures (agency_id, year, table, row, column, amount) of some reports (agency_id, year), at most one a place."""
    places = {place: number for number, place in enumerate(_places())}
    keys = pd.MultiIndex.from_frame(reports)
    shape = (len(places) + 1, len(keys))
    amounts = np.zeros(shape, dtype=object if figures["amount"].dtype == object else np.int64)
    known, printed = np.zeros(shape, dtype=bool), np.zeros(shape, dtype=bool)
    report, place = _reports_of(figures, keys), _places_of(figures, places)
    is_wanted = (report >= 0) & (place >= 0)
    printed[place[is_wanted], report[is_wanted]] = True
    is_wanted &= figures["amount"].notna().to_numpy()
    at = (place[is_wanted], report[is_wanted])
    amounts[at], known[at] = figures["amount"][is_wanted].to_numpy(dtype=amounts.dtype), True
    return Dense(keys, places, amounts, known, printed)


def _places() -> tuple[Place, ...]:
    """Every figure of every form, once."""
    tables = [(name, table) for form in load_forms() for name, table in form.tables.items()]
    return tuple(dict.fromkeys((name, row, column) for name, table in tables for row, column in table.pairs()))


def _reports_of(figures: pd.DataFrame, keys: pd.MultiIndex) -> np.ndarray[Any, Any]:
    """Each figure's report as its place among the keys, -1 where it is none of them."""
    agencies, years = keys.get_level_values(0).unique(), keys.get_level_values(1).unique()
    numbers = np.full((len(agencies) + 1, len(years) + 1), -1)
    numbers[agencies.get_indexer(keys.get_level_values(0)), years.get_indexer(keys.get_level_values(1))] = range(len(keys))
    found: np.ndarray[Any, Any] = numbers[_codes(figures["agency_id"], agencies), _codes(figures["year"], years)]
    return found


def _places_of(figures: pd.DataFrame, places: dict[Place, int]) -> np.ndarray[Any, Any]:
    """Each figure's place, -1 where no form has it."""
    axes = [pd.Index(sorted({place[axis] for place in places})) for axis in range(3)]
    numbers = np.full([len(axis) + 1 for axis in axes], -1)
    for place, number in places.items():
        numbers[tuple(axis.get_loc(key) for axis, key in zip(axes, place, strict=True))] = number
    codes = [_codes(figures[name], axis) for name, axis in zip(("table", "row", "column"), axes, strict=True)]
    found: np.ndarray[Any, Any] = numbers[tuple(codes)]
    return found


def _codes(values: pd.Series[Any], known: pd.Index[Any]) -> np.ndarray[Any, Any]:
    """The place of each value in an index, -1 where it has none; by categories where there are any."""
    if isinstance(values.dtype, pd.CategoricalDtype):
        return np.append(known.get_indexer(values.cat.categories), -1)[values.cat.codes.to_numpy()]
    return known.get_indexer(pd.Index(values))
