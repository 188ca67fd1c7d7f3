"""The published state: the same bytes for the same state, exact figures, described fields, and never half of it."""

from __future__ import annotations

import hashlib
import json
from decimal import Decimal
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow.parquet as pq
import pytest
import yaml
from sqlalchemy import Engine, update

from expectations.suite_products import PRODUCTS, faults_of
from tasks import load
from tasks.errors import SettingsError
from tasks.publish.products import publish_products
from tests.small_world import BLANK, BROKEN, GOOD, NIGHTS, Page, load_night, reading_of, run_night
from warehouse.engine import open_warehouse
from warehouse.schema import figure

VERSIONS = {"readers": "v1", "rules": "r1"}


def files(folder: Path, suffix: str) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob(f"*{suffix}"))}


def test_the_same_state_is_the_same_bytes_however_it_was_loaded(engine: Engine, tmp_path: Path) -> None:
    run_night(engine, NIGHTS[0], GOOD, BROKEN, BLANK)
    first = publish_products(engine, tmp_path / "one", NIGHTS[0], VERSIONS)
    other = open_warehouse(f"sqlite:///{tmp_path / 'other.db'}")
    run_night(other, NIGHTS[0], BLANK, BROKEN, GOOD)
    second = publish_products(other, tmp_path / "two", NIGHTS[0], VERSIONS)
    assert (first.state, first.rows, first.faults) == (second.state, second.rows, ())
    assert files(tmp_path / "one", ".parquet") == files(tmp_path / "two", ".parquet")
    assert first.rows["reports"] == 3
    assert publish_products(engine, tmp_path / "one", NIGHTS[1], VERSIONS | {"rules": "r2"}).state != first.state


def test_figures_are_exact_and_blanks_are_no_zeros(engine: Engine, tmp_path: Path) -> None:
    pages = [Page("x", 2023), Page("y", 2022)]
    load_night(engine, NIGHTS[0], *pages)
    for page, value in zip(pages, (Decimal("59237.2449"), None), strict=True):
        reading = reading_of(page.sha256, {"disclosure.fee.amount": value}, page.year or 0)
        load.load_readings(engine, [reading], NIGHTS[0])
    load.load_reports(engine, NIGHTS[0])
    publish_products(engine, tmp_path / "out", NIGHTS[0], VERSIONS)
    query = "select year, value from figures where address = 'disclosure.fee.amount' order by year"
    with duckdb.connect(str(tmp_path / "out" / "gouji.duckdb"), read_only=True) as database:
        assert database.execute(query).fetchall() == [(2022, None), (2023, Decimal("59237.2449000000"))]
    table = pq.read_table(tmp_path / "out" / "parquet" / "figures")
    assert table.num_rows == 400


def test_the_csv_files_are_described_field_by_field(engine: Engine, tmp_path: Path) -> None:
    run_night(engine, NIGHTS[0], GOOD)
    state = publish_products(engine, tmp_path / "out", NIGHTS[0], VERSIONS).state
    package = json.loads((tmp_path / "out" / "datapackage.json").read_text(encoding="utf-8"))
    assert package["version"] == state
    for resource in package["resources"]:
        header = (tmp_path / "out" / resource["path"]).read_text(encoding="utf-8").splitlines()[0]
        assert [name.strip('"') for name in header.split(",")] == [field["name"] for field in resource["schema"]["fields"]]
        content = (tmp_path / "out" / resource["path"]).read_bytes()
        assert (resource["bytes"], resource["hash"]) == (len(content), f"sha256:{hashlib.sha256(content).hexdigest()}")
        assert all(field["title"] and field["description"] for field in resource["schema"]["fields"])


def test_what_fails_its_checks_leaves_the_last_publication(engine: Engine, tmp_path: Path) -> None:
    run_night(engine, NIGHTS[0], GOOD)
    publish_products(engine, tmp_path / "out", NIGHTS[0], VERSIONS)
    before = files(tmp_path / "out", ".parquet")
    with engine.begin() as connection:
        connection.execute(update(figure).where(figure.c.address == "applications.new.total").values(locator="{}"))
    done = publish_products(engine, tmp_path / "out", NIGHTS[1], VERSIONS)
    assert done.faults == ("数值无位置 a figure without its place: 1",)
    assert files(tmp_path / "out", ".parquet") == before


def test_every_suite_of_products_can_fail(tmp_path: Path) -> None:
    report = {"agency_id": "a", "year": 2024, "sha256": "0" * 64, "url": "https://a.test/"}
    number = {"agency_id": "a", "year": 2024, "address": "x", "semantics": "NUMERIC", "value": 1.0, "locator": "[1]"}
    finding = {"agency_id": "a", "year": 2024, "rule": "T3-BAL", "scope": "", "severity": "error", "has_report": True}
    number["has_report"] = True
    sound = {"reports": [report], "figures": [number], "findings": [finding], "survey": [finding]}
    assert faults_of({name: pd.DataFrame(rows) for name, rows in sound.items()}) == ()
    spoilt = {
        "reports": [report, report, report | {"year": 2023, "sha256": None}, report | {"year": 2022, "url": "C:/a.html"}],
        "figures": [
            *(
                number,
                number,
                number | {"address": "1", "semantics": "?", "value": None},
                number | {"address": "2", "value": None},
            ),
            *(number | {"address": "3", "semantics": "EMPTY"}, number | {"address": "4", "locator": "{}"}),
            number | {"address": "5", "has_report": False},
        ],
        "findings": [finding, finding, finding | {"scope": "1", "severity": ""}, finding | {"scope": "2", "has_report": False}],
        "survey": [finding, finding],
    }
    said = faults_of({name: pd.DataFrame(rows) for name, rows in spoilt.items()})
    expected = [each["description"] for suite in yaml.safe_load(PRODUCTS.read_text("utf-8")).values() for each in suite]
    assert sorted(fault.rpartition(":")[0] for fault in said) == sorted(expected)


def test_the_manifest_names_its_inputs(engine: Engine, tmp_path: Path) -> None:
    run_night(engine, NIGHTS[0], GOOD, BROKEN)
    publish_products(engine, tmp_path / "out", NIGHTS[0], VERSIONS)
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text(encoding="utf-8"))
    hashes = sorted(page.sha256 for page in (GOOD, BROKEN))
    assert manifest["inputs"] == {"documents": 2, "sha256": hashlib.sha256("\n".join(hashes).encode()).hexdigest()}
    assert (manifest["versions"], manifest["rows"]["reports"]) == (VERSIONS, 2)


def test_a_folder_of_other_things_is_not_replaced(engine: Engine, tmp_path: Path) -> None:
    run_night(engine, NIGHTS[0], GOOD)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.docx").write_text("")
    with pytest.raises(SettingsError, match="holds other files"):
        publish_products(engine, tmp_path / "out", NIGHTS[0], VERSIONS)
