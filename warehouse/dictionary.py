"""Read the data dictionary (dictionary.yml): every table, view and column explained, as Markdown and as database comments."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml

DICTIONARY = Path(__file__).resolve().parent / "dictionary.yml"
_HEAD = """# 数据字典 Data dictionary

由 `warehouse/dictionary.yml` 生成（`gouji dictionary`），请勿手改。Generated; do not edit.

Nights are dates in Asia/Shanghai, moments are UTC. A figure that is blank in print is NULL, never 0."""
_PRODUCTS = """## 发布数据 Products

What each night publishes into the folder products/: the same rows as csv/NAME.csv (described in datapackage.json), as
parquet/NAME/year=YYYY/part-0.parquet, and as the tables of gouji.duckdb; manifest.json names the state and its sources."""
_PARTS = {"tables": "表 Tables", "views": "视图 Views"}


@cache
def load_dictionary() -> dict[str, dict[str, Any]]:
    """tables and views, each by its name: means, zh, and its columns in order with means, zh and unit.

    products: means, zh, the view that each is of, the names of its columns, and those in whose order its rows stand.
    """
    found: dict[str, dict[str, Any]] = yaml.safe_load(DICTIONARY.read_text(encoding="utf-8"))
    return found


def markdown() -> str:
    """The whole dictionary."""
    parts = [_HEAD]
    for part, title in _PARTS.items():
        parts.append(f"## {title}")
        for name, entry in load_dictionary()[part].items():
            parts.append(f"### {name} {entry['zh']}\n\n{entry['means']}\n\n" + "\n".join(_rows(entry)))
    parts.append(_PRODUCTS)
    for name, entry in load_dictionary()["products"].items():
        explained = load_dictionary()["views"][entry["view"]]["columns"]
        columns = {column: explained[column] for column in entry["columns"]}
        what = f"{entry['means']} From the view {entry['view']}, in the order of {', '.join(entry['order'])}."
        parts.append(f"### {name} {entry['zh']}\n\n{what}\n\n" + "\n".join(_rows({"columns": columns})))
    return "\n\n".join(parts) + "\n"


def comments() -> Iterator[str]:
    """What says it to PostgreSQL, where every client shows it beside the column."""
    for part, kind in (("tables", "table"), ("views", "view")):
        for name, entry in load_dictionary()[part].items():
            yield f"comment on {kind} {name} is {_quoted(entry)}"
            for column, explained in entry["columns"].items():
                yield f"comment on column {name}.{column} is {_quoted(explained)}"


def _rows(entry: dict[str, Any]) -> Iterator[str]:
    yield "| 列 column | 名称 | 含义 meaning | 单位 |"
    yield "|---|---|---|---|"
    for name, column in entry["columns"].items():
        means = column["means"].replace("|", "\\|")
        yield f"| `{name}` | {column['zh']} | {means} | {column.get('unit', '')} |"


def _quoted(entry: dict[str, Any]) -> str:
    unit = f"（{entry['unit']}）" if "unit" in entry else ""
    text = f"{entry['zh']}{unit}: {entry['means']}"
    return "'" + text.replace("'", "''") + "'"
