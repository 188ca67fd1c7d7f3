"""The register of agencies: read as spreadsheets write it, and everything told that is wrong, by line and column."""

from __future__ import annotations

import csv
import io
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn.uscc import calc_check_digit

from tasks.crawl.register import Problem, check_register, load_register, read_register
from tasks.errors import SettingsError
from tasks.records import Agency, Severity

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
    assert "line 2: column level is '火星部门', none of agency_types.yml; by its name it is taken for 政府部门" in caplog.text
    assert "line 2: column parent is 'zz', no agency of the register" in caplog.text


def test_the_night_is_told_the_first_error_and_how_many_more(tmp_path: Path) -> None:
    path = write(tmp_path, f"{HEADER},scope\n{LINE},mine\nx/1,局,,,,办,http://a.gov.cn/,\ny,,,火星,,办,http://b.gov.cn/,\n")
    with pytest.raises(SettingsError) as caught:
        load_register(path)
    assert "line 2: column scope is 'mine'. Expected own (本级), aggregate (汇总), or nothing." in str(caught.value)
    assert str(caught.value).endswith(f"And 2 more: `gouji agencies check {path}`.")
    with pytest.raises(SettingsError) as alone:
        load_register(write(tmp_path, f"{HEADER},scope\n{LINE},mine\n"))
    assert "more" not in str(alone.value)


# Every problem

COLUMNS = (*HEADER.split(","), "valid_from", "valid_to", "region", "uscc", "scope")
DISTRICT = "11370883000000001G"  # 邹城, a county-level city of 济宁 in 山东
ELSEWHERE = "113417020000000024"  # 贵池, a district of 池州 in 安徽


def line(own: str, name: str = "", **values: str) -> dict[str, str]:
    """A line in which nothing is wrong, but for the values given."""
    right = {"id": own, "name": name or f"青禾县{own}局", "supervisor": "青禾县政务公开办", "start_urls": f"http://{own}.gov.cn/"}
    return right | values


def told(*lines: dict[str, str]) -> list[Problem]:
    """What is wrong with a register of these lines; the first is line 2 of the file."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS)
    writer.writeheader()
    writer.writerows(lines)
    return list(read_register(text.getvalue().encode())[1])


def test_code_and_scope_are_kept_and_nothing_is_made_up_from_them() -> None:
    text = f"{HEADER},uscc,scope\na,甲,,,,办,http://a.gov.cn/,{DISTRICT.lower()},汇总\nb,乙,,,,办,http://b.gov.cn/,,Own\n"
    (one, other), problems = read_register(text.encode())
    assert (one.uscc, one.scope, one.region) == (DISTRICT, "aggregate", "")
    assert (other.uscc, other.scope) == ("", "own")
    assert not problems


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("1137088300000000", "18 characters (it has 16)"),
        ("1.13709E+17", "18 characters (it has 11)"),
        ("1137O8830000000012", "(5 is O)"),
        ("11370883OO0000001G", "(9 is O, 10 is O)"),
        ("11370883000000001Ｂ", "(18 is Ｂ)"),
        ("113708830000000010", "the check character G at the end of these (it has 0)"),
        ("11370883000000010G", "the check character"),
    ],
)
def test_a_wrong_code_is_told_by_what_is_wrong_with_it(code: str, says: str) -> None:
    [problem] = told(line("a", uscc=code))
    assert (problem.line, problem.column, problem.value, problem.severity) == (2, "uscc", code, Severity.ERROR)
    assert says in problem.expected


@pytest.mark.parametrize(
    ("region", "code", "says"),
    [
        ("370883", DISTRICT, ""),
        ("", ELSEWHERE, ""),
        ("370811", DISTRICT, "370883 山东省济宁市邹城市: another county than its region 370811 山东省济宁市任城区"),
        ("341881", ELSEWHERE, "341702 安徽省池州市贵池区: another prefecture than its region 341881 安徽省宣城市宁国市"),
        ("370883", ELSEWHERE, "another province than its region 370883 山东省济宁市邹城市"),
        ("370800", DISTRICT, "another county than its region 370800 山东省济宁市"),
        ("370883", "11370800MB0000001X", ""),  # a branch that is registered with its city
        ("370883", "11100000MB0000002X", ""),  # a body of the central government
        ("320813", "113208290000000003", "320829 (no region of today): another county than its region 320813 江苏省淮安市洪泽区"),
    ],
)
def test_a_code_registered_elsewhere_than_in_the_region_is_said(region: str, code: str, says: str) -> None:
    problems = told(line("a", region=region, uscc=valid(code)))
    assert [(each.column, each.severity) for each in problems] == ([("uscc", Severity.WARNING)] if says else [])
    assert not says or says in problems[0].found


def valid(code: str) -> str:
    """A code with the check character that belongs at its end."""
    return code[:17] + calc_check_digit(code[:17])


def test_a_region_that_nobody_knows_is_said() -> None:
    [problem] = told(line("a", region="320829"))  # 洪泽县 until 2016
    assert (problem.column, problem.value, problem.severity) == ("region", "320829", Severity.WARNING)


@pytest.mark.parametrize("own", ["a b", "a/b", "a\\b", "甲　乙"])
def test_an_id_with_spaces_or_slashes_is_refused(own: str) -> None:
    [problem] = told(line("a", "青禾县水务局", id=own))
    assert (problem.column, problem.value, problem.is_error) == ("id", own, True)


def test_two_agencies_of_one_name_are_refused_unless_they_follow_each_other() -> None:
    first, second = line("a", "青禾县卫生局"), line("b", "青禾县 卫生局")
    [problem] = told(first, second)
    assert (problem.line, problem.column, problem.is_error) == (3, "name", True)
    assert "line 2 has this one, and both exist at the same time" in problem.expected
    assert told(first | {"valid_to": "2019-03-01"}, second | {"valid_from": "2019-03-01"}) == []
    [problem] = told(first | {"valid_to": "2019-03-02"}, second | {"valid_from": "2019-03-01"})
    assert problem.is_error


def test_one_code_of_two_agencies_is_refused_unless_they_follow_each_other() -> None:
    first, second = line("a", uscc=DISTRICT), line("b", uscc=DISTRICT.lower())
    [problem] = told(first, second)
    assert (problem.line, problem.column, problem.is_error) == (3, "uscc", True)
    assert told(first | {"valid_to": "2019-03-01"}, second | {"valid_from": "2019-04-01"}) == []


def test_a_name_that_names_nobody_is_said_where_lists_are_shared() -> None:
    shared = {"start_urls": "http://qh.gov.cn/nb/"}
    alias_of_both = told(line("a", aliases="县水务局", **shared), line("b", aliases="局;县水务局", **shared))
    assert [(each.line, each.column, each.value) for each in alias_of_both] == [(3, "aliases", "县水务局")]
    assert "also a name of a (line 2): titles with it name nobody" in alias_of_both[0].found
    [alias_is_name] = told(line("a", aliases="青禾县b局", **shared), line("b", **shared))
    assert (alias_is_name.line, alias_is_name.value, alias_is_name.severity) == (2, "青禾县b局", Severity.WARNING)
    [reformed] = told(
        line("a", "卫生局", valid_to="2019-01-01", **shared), line("b", "卫生局", valid_from="2019-01-01", **shared)
    )
    assert (reformed.line, reformed.column, reformed.severity) == (3, "name", Severity.WARNING)


def test_agencies_with_lists_of_their_own_may_share_an_alias_but_not_a_name() -> None:
    assert told(line("a", aliases="县水务局"), line("b", aliases="县水务局")) == []
    assert told(line("a", aliases="青禾县a局")) == []
    [problem] = told(line("a", aliases="青禾县b局"), line("b"))
    assert (problem.line, problem.value) == (2, "青禾县b局")
    assert "whose reports would be taken for this agency's" in problem.found


def test_circles_of_parents_are_refused_and_unknown_parents_said() -> None:
    circle = told(line("z", parent="a"), line("a", parent="b"), line("b", parent="c"), line("c", parent="a"))
    assert [(each.line, each.column, each.is_error) for each in circle] == [(3, "parent", True)]
    assert "a → b → c → a" in circle[0].expected
    assert [each.line for each in told(line("a", parent="b"), line("b", parent="b"))] == [3]
    assert told(line("a", parent="b"), line("b")) == []
    [unknown] = told(line("a"), line("b", parent="zz"))
    assert (unknown.line, unknown.value, unknown.severity) == (3, "zz", Severity.WARNING)
    [broken] = told(line("b", name=" ", id="b"), line("a", parent="b"))
    assert broken.column == "name", "a line with an error is there all the same"


@pytest.mark.parametrize(
    ("rare", "is_slip"),
    [
        ("青禾县政务公开 办", True),
        ("青禾县政务公开办公", True),
        ("青禾县攻务公幵办", True),
        ("青和县攻务公幵办", False),  # three characters
        ("青禾县人民政府办公室", False),
        ("", False),
    ],
)
def test_a_supervisor_that_is_probably_a_slip_is_said(rare: str, is_slip: bool) -> None:
    many = [line(f"a{number}") for number in range(6)]
    problems = [each for each in told(*many, line("b", supervisor=rare)) if not each.is_error]
    assert [(each.line, each.column, each.value) for each in problems] == ([(8, "supervisor", rare)] if is_slip else [])


def test_supervisors_of_two_regions_or_of_like_frequency_are_two() -> None:
    many = [line(f"a{number}", supervisor="淮安市人民政府办公室") for number in range(6)]
    assert told(*many, line("b", supervisor="淮北市人民政府办公室")) == []
    assert len(told(*many, line("b", supervisor="准安市人民政府办公室"))) == 1
    assert told(*many[:4], line("b", supervisor="淮安市人民政府办公厅")) == []
    others = [line(f"c{number}", supervisor="淮北市人民政府办公厅") for number in range(7)]
    [slip] = told(*others, *many, line("b", supervisor="淮安市人民政府办公厅"))
    assert "perhaps a slip for '淮安市人民政府办公室'" in slip.found
    [width] = told(line("a", supervisor="甲县（政务）办"), line("b", supervisor="甲县(政务)办"))
    assert width.line == 3


@pytest.mark.parametrize(
    ("url", "is_known"),
    [
        ("http://www.a.gov.cn/", True),
        ("http://WWW.GOV.CN/nb", True),
        ("http://10.0.0.1:8080/", True),
        ("http://www.a.gov.cn./", True),
        ("http://[::1]/", True),
        ("http://localhost:80/", True),
        ("http://a.example.cn/", False),
        ("http://agov.cn/", False),
        ("http://a.gov.cn.example.com/", False),
    ],
)
def test_a_site_of_no_government_is_said_once(url: str, is_known: bool) -> None:
    problems = told(line("a", start_urls=url), line("b", start_urls=f"{url}#2"))
    assert [(each.line, each.column, each.severity) for each in problems if "site" in each.found] == (
        [] if is_known else [(2, "start_urls", Severity.WARNING)]
    )


def test_one_list_in_two_spellings_is_said() -> None:
    lists = ("http://www.a.gov.cn/nb/", "http://www.a.gov.cn/nb/", "https://a.gov.cn:443/nb", "http://a.gov.cn/nb/?p=1")
    problems = told(*(line(f"a{number}", start_urls=url) for number, url in enumerate(lists)))
    assert [(each.line, each.value, each.severity) for each in problems] == [(4, lists[2], Severity.WARNING)]
    assert "the same list as http://www.a.gov.cn/nb/ (lines 2, 3)" in problems[0].found


def test_files_as_people_save_them() -> None:
    """BOM, blank lines, CRLF, quoted commas and line breaks; line numbers are those of the file."""
    text = f'\ufeff\r\n{HEADER},scope\r\n\r\n{LINE},own\r\n,,,,,,,\r\nx,"局\r\n甲,乙",,,,办,http://x.gov.cn/,\r\ny,,,,,办,http://y.gov.cn/,\r\n'
    agencies, problems = read_register(text.encode())
    assert [each.id for each in agencies] == ["qh-water", "x"]
    assert [(each.line, each.column) for each in problems if each.is_error] == [(8, "name")]
    for spoilt in ("utf-16", "utf-32"):
        assert [(each.line, each.found) for each in read_register(text.encode(spoilt))[1]] == [(0, "is not readable as text")]


def test_a_line_that_cannot_be_read_does_not_hide_the_next() -> None:
    text = f'{HEADER}\na,"局"二,,,,办,http://a.gov.cn/\nb,局,,,,办,http://b.gov.cn/,一,二\nc,,,,,办,http://c.gov.cn/\nd,丁局,,,b,办,http://d.gov.cn/\n"e\n\n'
    agencies, problems = read_register(text.encode())
    assert [each.id for each in agencies] == ["d"]
    assert [(each.line, each.column) for each in problems] == [(2, ""), (3, ""), (4, "name"), (6, "")]
    assert problems[1].value == "一"


def test_a_comma_that_shifts_the_fields_is_told_once_and_the_line_still_has_its_id() -> None:
    shifted = "a,甲局,县甲局,甲局,县级部门,,办,http://a.gov.cn/"
    agencies, [problem] = read_register(f"{HEADER}\n{shifted}\nb,乙局,,,a,办,http://b.gov.cn/".encode())
    assert [each.id for each in agencies] == ["b"]
    assert (problem.line, problem.found) == (2, "has more fields than the header")
    assert "quotation marks" in problem.remedy


def test_a_header_that_is_wrong_is_told_whole() -> None:
    _, problems = read_register(b"id,name,name,level,parent,start_urls,remark\n1,2,3,4,5,6,7")
    assert [(each.line, each.severity) for each in problems] == [(1, "error"), (1, "error"), (1, "error"), (1, "warning")]
    assert [each.found.split()[1] for each in problems] == ["aliases", "supervisor", "name", "remark"]


def test_a_file_that_is_not_there_is_a_problem_of_the_file(tmp_path: Path) -> None:
    agencies, [problem] = check_register(tmp_path / "none.csv")
    assert (agencies, problem.line, problem.is_error) == ((), 0, True)


SIGNS = st.text(alphabet='ab,;；"\r\n \x00/甲.0１\ufeff', max_size=40)
VALUES = st.one_of(
    SIGNS,
    st.text(max_size=20),
    st.sampled_from(
        ["a", "b", "http://a.gov.cn/", "http://[::1", "//", "2024-02-30", "2024-2-3", "１２３４５６", DISTRICT, "汇总"]
    ),
)


@given(st.one_of(st.binary(), SIGNS.map(lambda text: f"{HEADER}\n{text}".encode())))
def test_any_bytes_give_agencies_or_problems(data: bytes) -> None:
    agencies, problems = read_register(data)
    assert agencies or any(each.is_error for each in problems)


@given(st.lists(st.lists(VALUES, min_size=len(COLUMNS), max_size=len(COLUMNS)), min_size=1, max_size=4))
def test_any_values_give_an_agency_or_an_error_on_their_line(rows: list[list[str]]) -> None:
    text = io.StringIO()
    csv.writer(text).writerows([COLUMNS, *rows])
    agencies, problems = read_register(text.getvalue().encode())
    assert agencies or any(each.is_error for each in problems)
    wrong = {each.line for each in problems if each.is_error}
    if 0 not in wrong:
        filled = [row for row in rows if any(value.strip() for value in row)]
        assert len(agencies) + len(wrong) == len(filled)
    assert all((each.found or each.expected) and each.remedy for each in problems)
