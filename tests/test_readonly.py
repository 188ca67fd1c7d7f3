"""Questions to the warehouse are answered, and nothing can be written through them."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_world import ask, fill

from tasks.errors import WarehouseError
from warehouse.engine import open_existing, query_read_only


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'deep' / 'er' / 'gouji.db'}"


@pytest.fixture
def filled(url: str) -> str:
    fill(url)
    return url


def test_views_are_open_to_read_only_questions(filled: str) -> None:
    assert query_read_only(filled, "select agency, year from v_report where year = 2022;") == (
        ("agency", "year"),
        [("甲局", 2022)],
    )


@pytest.mark.parametrize(
    "sql",
    [
        "insert into agency values ('x')",
        "delete from finding",
        "drop view v_report",
        "with x as (select 1) insert into run (night) select 1 from x",
        "with x as (select 1) delete from figure",
        "vacuum into 'copy.db'",
        "attach 'other.db' as other",
        "pragma query_only=off",
        "pragma journal_mode=delete",
        "select load_extension('x')",
        "",
        "-- nothing",
        "select '\0'",
        "select '\udcff'",
    ],
)
def test_nothing_can_be_written(filled: str, sql: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    before = ask(filled, "select count(*) as n from figure")
    with pytest.raises(WarehouseError):
        query_read_only(filled, sql)
    assert ask(filled, "select count(*) as n from figure") == before
    assert not list(tmp_path.glob("*.db"))


@pytest.mark.parametrize("sql", ["select 1; delete from finding", "select ';' ; select 2", "select 1 /* ; */; pragma x"])
def test_only_one_statement_is_taken(filled: str, sql: str) -> None:
    with pytest.raises(WarehouseError, match="more than one statement"):
        query_read_only(filled, sql)


@pytest.mark.parametrize(
    "sql",
    [
        "select ';' as x",
        "select 1 as x -- ; more",
        "values (1)",
        "explain select 1",
        "pragma table_info(agency)",
        "with recursive n(x) as (select 1 union all select x + 1 from n where x < 3) select x from n",
    ],
)
def test_what_only_reads_is_answered(filled: str, sql: str) -> None:
    assert query_read_only(filled, sql)[1]


def test_a_wrong_query_is_answered_with_what_there_is(filled: str) -> None:
    with pytest.raises(WarehouseError, match=r"no such table: reports.*select name from sqlite_master"):
        query_read_only(filled, "select * from reports")


def test_a_missing_warehouse_is_not_created_by_asking(tmp_path: Path) -> None:
    with pytest.raises(WarehouseError, match="no warehouse here"):
        query_read_only(f"sqlite:///{tmp_path / 'none.db'}", "select 1")
    assert not (tmp_path / "none.db").exists()


@pytest.mark.parametrize("content", [b"no database" * 100, b"", b"SQLite format 3\0"], ids=["text", "empty", "head"])
def test_a_file_that_is_no_database_is_said_plainly(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.db").write_bytes(content)
    refuses(f"sqlite:///{tmp_path / 'x.db'}")
    assert (tmp_path / "x.db").read_bytes() == content


def test_a_part_of_a_database_is_said_plainly(filled: str, tmp_path: Path) -> None:
    path = Path(filled.removeprefix("sqlite:///"))
    (tmp_path / "cut.db").write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    refuses(f"sqlite:///{tmp_path / 'cut.db'}")


def refuses(url: str) -> None:
    """The same error whether a query or another command asks."""
    for asking in (lambda: query_read_only(url, "select * from v_report"), lambda: open_existing(url)):
        with pytest.raises(WarehouseError, match="the file is not an SQLite database, or is damaged"):
            asking()
