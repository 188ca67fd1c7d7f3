"""Files fetched by hand: seen, read and told as the site's own, and withdrawn when they are taken out; wrong lines are named."""

from __future__ import annotations

from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path

import pytest

from tasks.crawl.dropin import add_files, read_files
from tasks.errors import SettingsError
from tasks.fetched import ColumnOutcome, Crawl, Missed
from tasks.records import Agency, Sighting

NIGHT = date(2026, 2, 3)
NOW = datetime(2026, 2, 2, 18, tzinfo=UTC)
LIST = "http://a.gov.cn/nb/"
AGENCY = Agency("a", "甲县水利局", (), "县级部门", "县政务公开办", (LIST,))
URL = "http://a.gov.cn/nb/2024.pdf"
HEAD = "file,url,agency,year,title,published\n"


def put(folder: Path, lines: str, charset: str = "utf-8") -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "report.pdf").write_bytes(b"%PDF-1.4 by hand")
    (folder / "files.csv").write_bytes((HEAD + lines).encode(charset))
    return folder


@pytest.mark.parametrize("charset", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_file_comes_instead_of_what_the_crawl_says_of_its_address(tmp_path: Path, charset: str) -> None:
    folder = put(tmp_path / "drop", f"report.pdf,{URL},a,2024,甲县水利局2024年年报,2025-01-20\n", charset)
    seen = Sighting("a", 2024, URL, "x", None, LIST, NIGHT)
    wall = Missed(seen, "SourceBlocked", "521")
    other = Missed(Sighting("a", 2023, f"{URL}x", "x", None, LIST, NIGHT), "SourceBlocked", "521")
    crawl = Crawl(NIGHT, (), (wall, other), (ColumnOutcome(LIST, ("a",), True, 1, 2),))
    found = add_files(crawl, read_files(folder, (AGENCY,), NIGHT, NOW), folder)
    (fetched,) = found.fetched
    assert found.missed == (other,)
    assert (fetched.sighting.title, fetched.sighting.published) == ("甲县水利局2024年年报", date(2025, 1, 20))
    assert (fetched.sha256, fetched.media_type) == (sha256(b"%PDF-1.4 by hand").hexdigest(), "application/pdf")
    assert (found.columns[-1].complete, found.columns[-1].links) == (True, 1)
    assert fetched.sighting.listing_url == found.columns[-1].start_url


def test_without_a_folder_nothing_is_added(tmp_path: Path) -> None:
    crawl = Crawl(NIGHT, (), (), ())
    assert add_files(crawl, read_files(tmp_path / "none", (AGENCY,), NIGHT, NOW), tmp_path / "none") is crawl


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (f"gone.pdf,{URL},a,2024,,", "line 2: column file: 'gone.pdf'"),
        (f"../files.csv,{URL},a,2024,,", "column file"),
        (f",{URL},a,2024,,", "column file is blank"),
        ("report.pdf,C:/report.pdf,a,2024,,", "column url"),
        (f"report.pdf,{URL},b,2024,,", "column agency: 'b'"),
        (f"report.pdf,{URL},a,24,,", "column year"),
        (f"report.pdf,{URL},a,2027,,", "column year"),
        (f"report.pdf,{URL},a,²024,,", "column year"),
        (f"report.pdf,{URL},a,2024,,20.1.2025", "column published"),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, line: str, says: str) -> None:
    with pytest.raises(SettingsError, match=says):
        read_files(put(tmp_path / "drop", line + "\n"), (AGENCY,), NIGHT, NOW)


def test_a_folder_without_its_list_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"has no files\.csv"):
        read_files(tmp_path, (AGENCY,), NIGHT, NOW)
