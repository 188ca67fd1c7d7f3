"""The register of agencies: read as spreadsheets write it, and refused with the line and column that is wrong."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tasks.crawl.register import load_register
from tasks.errors import SettingsError
from tasks.records import Agency

HEADER = "id,name,aliases,level,parent,supervisor,start_urls"
LINE = (
    "qh-water,青禾县水务局,县水务局；县水利局,county,qh,青禾县政务公开办,https://www.qinghe.example/nb/;http://10.0.0.1:8080/gk/"
)


def write(tmp_path: Path, text: str, charset: str = "utf-8") -> Path:
    path = tmp_path / "agencies.csv"
    path.write_bytes(text.encode(charset))
    return path


@pytest.mark.parametrize("charset", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_register_as_spreadsheets_write_it(tmp_path: Path, charset: str) -> None:
    path = write(tmp_path, f"{HEADER}\r\n{LINE}\r\n,,,,,,\r\n", charset)
    assert load_register(path) == (
        Agency(
            id="qh-water",
            name="青禾县水务局",
            aliases=("县水务局", "县水利局"),
            level="county",
            parent="qh",
            supervisor="青禾县政务公开办",
            start_urls=("https://www.qinghe.example/nb/", "http://10.0.0.1:8080/gk/"),
        ),
    )


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "is empty"),
        (HEADER, "names no agency"),
        (f"{HEADER.replace('supervisor', 'boss')}\n{LINE}", "line 1: column supervisor is missing"),
        (f"{HEADER}\n{LINE}\n,无名局,,,,办,http://a.cn/", "line 3: column id is blank"),
        (f"{HEADER}\nx,,,,,办,http://a.cn/", "line 2: column name is blank"),
        (f"{HEADER}\nx,局,,,,,http://a.cn/", "line 2: column supervisor is blank"),
        (f"{HEADER}\nx,局,,,,办,", "line 2: column start_urls is blank"),
        (f"{HEADER}\nx,局,,,,办,；", "line 2: column start_urls is blank"),
        (f"{HEADER}\n{LINE}\n{LINE}", "line 3: column id is 'qh-water'. Expected an id of its own (line 2 has this one)"),
        (f"{HEADER}\nx,局,,,,办,www.a.cn/nb", "line 2: column start_urls is 'www.a.cn/nb'. Expected a web address"),
        (f"{HEADER}\nx,局,,,,办,ftp://a.cn/", "'ftp://a.cn/'"),
        (f"{HEADER}\nx,局,,,,办,http://a.cn:port/", "'http://a.cn:port/'"),
        (f"{HEADER}\nx,局,,,,办,http://[a.cn/", "'http://[a.cn/'"),
        (f"{HEADER}\nx,局,,,,办,http://a.cn/, 二", "line 2: has more fields than the header"),
        (f"{HEADER}\nx,局,,,,办", "line 2: column start_urls is blank"),
        (f"{HEADER}\n{'x' * 65},局,,,,办,http://a.cn/", "at most 64 characters"),
        (f'{HEADER}\nx,"局"二,,,,办,http://a.cn/', "line 2: is not a CSV file"),
    ],
)
def test_a_wrong_register_is_told_where(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load_register(write(tmp_path, text))
    assert says in str(caught.value)
    assert "agencies.csv" in str(caught.value)
    assert caught.value.remedy


def test_a_register_may_say_when_an_agency_existed(tmp_path: Path) -> None:
    lines = [f"{LINE},{span}" for span in ("2024/3/1,", ",2025-12-31")]
    first, second = (load_register(write(tmp_path, f"{HEADER},valid_from,valid_to\n{line}"))[0] for line in lines)
    assert (first.valid_from, first.valid_to) == (date(2024, 3, 1), None)
    assert (second.valid_from, second.valid_to) == (None, date(2025, 12, 31))
    with pytest.raises(SettingsError, match=r"line 2: column valid_to is '2025-2-30'\. Expected a day"):
        load_register(write(tmp_path, f"{HEADER},valid_from,valid_to\n{LINE},,2025-2-30"))


def test_a_register_that_is_no_file_or_no_text(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be opened"):
        load_register(tmp_path / "none.csv")
    with pytest.raises(SettingsError, match="is a folder"):
        load_register(tmp_path)
    binary = tmp_path / "book.xls"
    binary.write_bytes(b"\xd0\xcf\x11\xe0\xff\xff\x00\x00")
    with pytest.raises(SettingsError, match="not readable as text"):
        load_register(binary)


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        (f"{HEADER},valid_from,valid_to\n{LINE},2026-01-01,2020-01-01", "column valid_to is '2020-01-01'. Expected a day after"),
        (f"{HEADER}\nx,局,,,x,办,http://a.cn/", "column parent is 'x'"),
        (f"{HEADER},region\n{LINE},3208", "column region is '3208'"),
    ],
)
def test_what_no_agency_can_be_is_refused(tmp_path: Path, lines: str, says: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load_register(write(tmp_path, lines))
    assert says in str(caught.value)


def test_what_is_not_understood_is_said(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    load_register(write(tmp_path, f"{HEADER},valid_until\nx,甲县水利局,,火星部门,zz,办,http://a.cn/,2020"))
    assert "column valid_until is left aside" in caplog.text
    assert "level '火星部门' is none of agency_types.yml; by its name it is taken for 政府部门" in caplog.text
    assert "parent zz: no agency of the register" in caplog.text
