"""Publish the present state for analysts: Parquet by year, a DuckDB file, CSV files with a Frictionless data package.

The same state gives the same Parquet, byte for byte. All is replaced or nothing: what does not pass its own checks is not
published, and the last publication stays.
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

import duckdb
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
from sqlalchemy import Connection, Engine, text

from tasks.publish.swap import beside, swap
from warehouse.dictionary import load_dictionary

MANIFEST = "manifest.json"
_DECIMAL = pa.decimal128(38, 10)
_TABLES = {  # product → its query; rows in one order, whatever order they were loaded in
    "reports": (
        "select agency_id, agency, level, supervisor, year, revision, url, published, first_seen, sha256, part, status, title"
        " from v_report order by agency_id, year"
    ),
    "figures": (
        "select agency_id, year, table_name, row_key, column_key, address, value, semantics, raw, unit, certain, agreement,"
        " confidence, locator, sha256, part from v_figure order by agency_id, year, address"
    ),
    "findings": (
        "select agency_id, year, rule, severity, scope, verdict, reason, left_value, right_value, delta"
        " from v_finding order by agency_id, year, rule, scope"
    ),
    "survey": (
        "select agency_id, year, rule, severity, scope, verdict, reason, since"
        " from v_survey order by agency_id, year, rule, scope"
    ),
}
_TYPES = {
    **dict.fromkeys(("year", "revision"), pa.int32()),
    **dict.fromkeys(("value", "left_value", "right_value", "delta"), _DECIMAL),
    **dict.fromkeys(("certain",), pa.bool_()),
    **dict.fromkeys(("confidence",), pa.float64()),
}
_CHECKS = {  # what must not be found in what is published
    "a figure twice": "select count(*) - count(distinct (agency_id, year, address)) from figures",
    "a report twice": "select count(*) - count(distinct (agency_id, year)) from reports",
    "a value that is no number": "select count(*) from figures where (value is null) = (semantics in ('NUMERIC', 'ZERO'))",
    "a figure without its place": "select count(*) from figures where locator = '{}'",
    "a figure of no report": "select count(*) from figures anti join reports using (agency_id, year)",
    "a finding of no report": "select count(*) from findings anti join reports using (agency_id, year)",
}
_FORMATS = {"int32": "integer", "bool": "boolean", "double": "number", "decimal128(38, 10)": "number"}


@dataclass(frozen=True, slots=True)
class Products:
    """What was published: rows by product, and the state's name. `faults`: why it was not, and then the last one stays."""

    folder: Path
    rows: Mapping[str, int]
    state: str
    faults: tuple[str, ...] = ()


def publish_products(engine: Engine, folder: Path, night: date, versions: Mapping[str, str]) -> Products:
    """Write every product of the present state into a folder. `versions` name the code, the readers and the rules."""
    new, old = beside(folder, MANIFEST, "an earlier publication")
    with engine.connect() as connection:
        tables = {name: _table(connection, query) for name, query in _TABLES.items()}
    rows = {name: table.num_rows for name, table in tables.items()}
    faults = _faults(tables)
    if faults:
        return Products(folder, rows, "", faults)
    new.mkdir()
    hashes = {name: _write(table, name, new) for name, table in tables.items()}
    _write_duckdb(tables, new / "gouji.duckdb")
    state = hashlib.sha256(json.dumps([hashes, dict(versions)], sort_keys=True).encode()).hexdigest()[:16]
    manifest = {"state": state, "night": night.isoformat(), "versions": dict(versions), "rows": rows, "parquet": hashes}
    _write_json(new / MANIFEST, manifest)
    _write_json(new / "datapackage.json", _package(tables, state))
    swap(new, folder, old)
    return Products(folder, rows, state)


def _table(connection: Connection, query: str) -> pa.Table:
    result = connection.execute(text(query))
    names = list(result.keys())
    columns: list[list[Any]] = [list(column) for column in zip(*result, strict=True)] or [[] for _ in names]
    return pa.table({name: _column(name, values) for name, values in zip(names, columns, strict=True)})


def _column(name: str, values: list[Any]) -> pa.Array:
    kind = _TYPES.get(name, pa.string())
    if kind == _DECIMAL:
        digits = pa.array([None if value is None else _exact(value) for value in values], pa.string())
        try:
            return digits.cast(_DECIMAL)
        except pa.ArrowInvalid:  # a figure that 38 digits do not hold: the column stays text, for no figure is rounded
            return digits
    if kind == pa.bool_():
        return pa.array([None if value is None else bool(value) for value in values], kind)
    if kind == pa.string():
        return pa.array([None if value is None else str(value) for value in values], kind)
    return pa.array(values, kind)


def _exact(value: Any) -> str:
    """A figure as its digits: SQLite keeps those that no number of its own holds as bytes."""
    return (
        value.decode() if isinstance(value, bytes) else format(Decimal(repr(value) if isinstance(value, float) else value), "f")
    )


def _faults(tables: Mapping[str, pa.Table]) -> tuple[str, ...]:
    with duckdb.connect() as database:
        for name, table in tables.items():
            database.register(name, table)
        found = {fault: database.execute(query).fetchall()[0][0] for fault, query in _CHECKS.items()}
    return tuple(f"{fault}: {count}" for fault, count in found.items() if count)


def _write(table: pa.Table, name: str, folder: Path) -> dict[str, str]:
    """A product as Parquet, a file a year, and as CSV. Returns the hash of each Parquet file."""
    hashes = {}
    for year in sorted(set(table.column("year").to_pylist())):
        path = folder / "parquet" / name / f"year={year}" / "part-0.parquet"
        path.parent.mkdir(parents=True)
        part = table.filter(pa.compute.equal(table.column("year"), year)).drop_columns(["year"])
        pq.write_table(part, path, compression="zstd", row_group_size=1_000_000)
        hashes[f"year={year}"] = hashlib.sha256(path.read_bytes()).hexdigest()
    (folder / "csv").mkdir(exist_ok=True)
    pacsv.write_csv(table, folder / "csv" / f"{name}.csv")
    return hashes


def _write_duckdb(tables: Mapping[str, pa.Table], path: Path) -> None:
    with duckdb.connect(str(path)) as database:
        for name, table in tables.items():
            database.register("given", table)
            database.execute(f"create table {name} as select * from given")  # noqa: S608
            database.unregister("given")


def _package(tables: Mapping[str, pa.Table], state: str) -> dict[str, Any]:
    """The Frictionless description of the CSV files, with the data dictionary's meanings."""
    views = load_dictionary()["views"]
    source = {"reports": "v_report", "figures": "v_figure", "findings": "v_finding", "survey": "v_survey"}
    resources = []
    for name, table in tables.items():
        explained = views[source[name]]["columns"]
        fields = [
            {
                "name": field.name,
                "type": _FORMATS.get(str(field.type), "string"),
                "title": explained[field.name]["zh"],
                "description": explained[field.name]["means"],
            }
            for field in table.schema
        ]
        resources.append(
            {"name": name, "path": f"csv/{name}.csv", "format": "csv", "encoding": "utf-8", "schema": {"fields": fields}}
        )
    return {"name": "gouji", "title": "政府信息公开工作年度报告", "version": state, "resources": resources}


def _write_json(path: Path, content: Mapping[str, Any]) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8")
