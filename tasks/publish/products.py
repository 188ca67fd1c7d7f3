"""Publish the present state for analysts: Parquet by year, a DuckDB file, CSV files with a Frictionless data package.

The same state gives the same Parquet, byte for byte. All is replaced or nothing: what does not pass the suites of
expectations/products.yml is not published, and the last publication stays.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
from sqlalchemy import Connection, Engine, text

from tasks.publish.product_files import write_duckdb, write_package, write_table
from tasks.publish.swap import beside, check_place, swap
from warehouse.dictionary import load_dictionary

MANIFEST = "manifest.json"
_WHAT = "an earlier publication"
_AT_ONCE = 50_000  # rows held as Python objects
_DECIMAL = pa.decimal128(38, 10)
_TYPES = {
    **dict.fromkeys(("year", "revision"), pa.int32()),
    **dict.fromkeys(("value", "decided", "left_value", "right_value", "delta"), _DECIMAL),
    **dict.fromkeys(("certain",), pa.bool_()),
    **dict.fromkeys(("confidence",), pa.float64()),
}


@dataclass(frozen=True, slots=True)
class Products:
    """What was published: rows by product, and the state's name. `faults`: why it was not, and then the last one stays."""

    folder: Path
    rows: Mapping[str, int]
    state: str
    faults: tuple[str, ...] = ()


def check_products(folder: Path) -> None:
    """Raise SettingsError for a folder that publishing must not replace."""
    check_place(folder, MANIFEST, _WHAT)


def publish_products(engine: Engine, folder: Path, night: date, versions: Mapping[str, str]) -> Products:
    """Write every product of the present state into a folder. `versions` name the code, the readers and the rules."""
    new, old = beside(folder, MANIFEST, _WHAT)
    with engine.connect() as connection:
        tables = {name: _table(connection, _query(entry)) for name, entry in load_dictionary()["products"].items()}
    rows = {name: table.num_rows for name, table in tables.items()}
    if faults := _faults(tables):
        return Products(folder, rows, "", faults)
    new.mkdir()
    hashes = {name: write_table(table, name, new) for name, table in tables.items()}
    write_duckdb(tables, new / "gouji.duckdb")
    inputs = _inputs(tables["reports"])
    state = _digest([hashes, dict(versions), inputs])[:16]
    manifest = {"state": state, "night": night.isoformat(), "versions": dict(versions), "inputs": inputs, "rows": rows}
    write_package(tables, state, manifest | {"parquet": hashes}, new, MANIFEST)
    swap(new, folder, old)
    return Products(folder, rows, state)


def _query(product: Mapping[str, Any]) -> str:
    """A product's rows in one order, whatever order they were loaded in."""
    columns, order = (", ".join(product[name]) for name in ("columns", "order"))
    return f"select {columns} from {product['view']} order by {order}"  # noqa: S608 (of our own data file)


def _inputs(reports: pa.Table) -> dict[str, Any]:
    """What the state was made from: how many documents, and one hash over theirs (SHA-256 of the list, sorted, a line each)."""
    documents = sorted(set(reports.column("sha256").to_pylist()))
    return {"documents": len(documents), "sha256": hashlib.sha256("\n".join(documents).encode()).hexdigest()}


def _digest(content: object) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _table(connection: Connection, query: str) -> pa.Table:
    """A query's rows as columns, a part of them at a time, for there may be millions."""
    result = connection.execution_options(yield_per=_AT_ONCE).execute(text(query))
    names = list(result.keys())
    schema = pa.schema([(name, pa.string() if _type(name) == _DECIMAL else _type(name)) for name in names])
    parts = [
        pa.table([_column(name, values) for name, values in zip(names, zip(*rows, strict=True), strict=True)], schema=schema)
        for rows in result.partitions()
    ]
    table = pa.concat_tables(parts) if parts else schema.empty_table()
    for place, name in enumerate(names):
        if _type(name) == _DECIMAL:
            table = table.set_column(place, name, _exact_numbers(table.column(name)))
    return table


def _type(name: str) -> pa.DataType:
    return _TYPES.get(name, pa.string())


def _column(name: str, values: tuple[Any, ...]) -> pa.Array:
    kind = _type(name)
    if kind == _DECIMAL:
        return pa.array([None if value is None else _exact(value) for value in values], pa.string())
    if kind == pa.bool_():
        return pa.array([None if value is None else bool(value) for value in values], kind)
    if kind == pa.string():
        return pa.array([None if value is None else str(value) for value in values], kind)
    return pa.array(values, kind)


def _exact_numbers(digits: pa.ChunkedArray) -> pa.ChunkedArray:
    try:
        return digits.cast(_DECIMAL)
    except pa.ArrowInvalid:  # a figure that 38 digits do not hold: the column stays text, for no figure is rounded
        return digits


def _exact(value: Any) -> str:
    """A figure as its digits: SQLite keeps those that no number of its own holds as bytes."""
    return (
        value.decode() if isinstance(value, bytes) else format(Decimal(repr(value) if isinstance(value, float) else value), "f")
    )


def _faults(tables: Mapping[str, pa.Table]) -> tuple[str, ...]:
    from expectations.suite_products import faults_of  # slow to import

    frames = {name: _frame(table) for name, table in tables.items()}
    reports = pd.MultiIndex.from_frame(frames["reports"][["agency_id", "year"]].astype({"agency_id": str}))
    for name in ("figures", "findings"):
        rows = pd.MultiIndex.from_frame(frames[name][["agency_id", "year"]].astype({"agency_id": str}))
        frames[name]["has_report"] = rows.isin(reports)
    return faults_of(frames)


def _frame(table: pa.Table) -> pd.DataFrame:
    """A product for its suite: texts once each, and of exact numbers only about how large they are."""
    for place, field in enumerate(table.schema):
        if pa.types.is_decimal(field.type):
            table = table.set_column(place, field.name, table.column(place).cast(pa.float64()))
    frame: pd.DataFrame = table.to_pandas(strings_to_categorical=True)
    return frame
