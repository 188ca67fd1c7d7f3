"""Write products as files: Parquet a year, CSV, one DuckDB file, and the Frictionless description with the manifest."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from warehouse.dictionary import load_dictionary

_FORMATS = {"int32": "integer", "bool": "boolean", "double": "number", "decimal128(38, 10)": "number"}


def write_table(table: pa.Table, name: str, folder: Path) -> dict[str, str]:
    """A product as Parquet, a file a year, and as CSV. Returns the hash of each Parquet file."""
    hashes = {}
    for year in sorted(set(table.column("year").to_pylist())):
        path = folder / "parquet" / name / f"year={year}" / "part-0.parquet"
        path.parent.mkdir(parents=True)
        part = table.filter(pc.equal(table.column("year"), year)).drop_columns(["year"]).combine_chunks()
        pq.write_table(part, path, compression="zstd", row_group_size=1_000_000)
        hashes[f"year={year}"] = hashlib.sha256(path.read_bytes()).hexdigest()
    (folder / "csv").mkdir(exist_ok=True)
    pacsv.write_csv(table, folder / "csv" / f"{name}.csv")
    return hashes


def write_duckdb(tables: Mapping[str, pa.Table], path: Path) -> None:
    """All products as the tables of one DuckDB file."""
    with duckdb.connect(str(path)) as database:
        for name, table in tables.items():
            database.register("given", table)
            database.execute(f"create table {name} as select * from given")  # noqa: S608
            database.unregister("given")


def write_package(tables: Mapping[str, pa.Table], state: str, manifest: Mapping[str, Any], folder: Path, name: str) -> None:
    """The Frictionless description of the CSV files, with the data dictionary's meanings; and the manifest, last."""
    views, products = load_dictionary()["views"], load_dictionary()["products"]
    resources = []
    for product, table in tables.items():
        explained = views[products[product]["view"]]["columns"]
        fields = [
            {
                "name": field.name,
                "type": _FORMATS.get(str(field.type), "string"),
                "title": explained[field.name]["zh"],
                "description": explained[field.name]["means"],
            }
            for field in table.schema
        ]
        about = {"title": products[product]["zh"], "description": products[product]["means"], "schema": {"fields": fields}}
        path = f"csv/{product}.csv"
        resources.append({"name": product, "path": path, "format": "csv", "encoding": "utf-8"} | about | _sum(folder / path))
    package = {"name": "gouji", "title": "政府信息公开工作年度报告", "version": state, "resources": resources}
    _write_json(folder / "datapackage.json", package)
    _write_json(folder / name, manifest)


def _sum(path: Path) -> dict[str, Any]:
    """By which a copy of a file is checked: its size, and its hash as Frictionless writes it."""
    with path.open("rb") as file:
        return {"bytes": path.stat().st_size, "hash": f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}"}


def _write_json(path: Path, content: Mapping[str, Any]) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8")
