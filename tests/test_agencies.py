"""`gouji agencies check`: everything that is wrong with a register, what it holds, and an exit code for scripts."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from flows.cli import app
from tasks.crawl.register.table import COLUMNS, OPTIONAL

HEADER = "id,name,aliases,level,parent,supervisor,start_urls,region,uscc,scope"
GOOD = f"""{HEADER}
a,青禾县水务局,,县级部门,,青禾县政务公开办,http://www.a.gov.cn/nb/;http://10.0.0.1/nb/,370883,11370883000000001G,本级
b,青禾县农业农村局,,县级部门,,青禾县政务公开办,http://www.a.gov.cn/nb/,,,
c,青禾县人民政府,,县级政府,,青禾市政务公开办,http://www.b.gov.cn/nb/,370883,,汇总
"""
DOUBTFUL = GOOD + "d,青禾县文化局,,[部门],zz,青禾县政务公开办,http://www.a.gov.cn/nb/,,,\n"
WRONG = DOUBTFUL + "e e,,,县级部门,,青禾县政务公开办,http://www.a.gov.cn/nb/,,1137,own\n"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder in which no settings are."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GOUJI_AGENCIES", raising=False)
    return tmp_path


def check(register: str, *args: str) -> Result:
    Path("agencies.csv").write_text(register, encoding="utf-8")
    return CliRunner().invoke(app, ["agencies", "check", *args])


def test_a_good_register_is_summed_up() -> None:
    done = check(GOOD)
    assert done.exit_code == 0
    lines = [line.strip("│ ") for line in done.output.splitlines()]
    for heading, value, count in (("主管 supervisor", "青禾县政务公开办", 2), ("层级 level", "县级政府", 1)):
        at = next(number for number, line in enumerate(lines) if heading in line)
        assert any(line.split() == [value, "│", str(count)] for line in lines[at:])
    for said in (
        "机关 agencies: 3",
        "栏目 start URLs: 3，网站 hosts: 3",
        "行政区划 region: 2 / 3，统一社会信用代码 uscc: 1 / 3",
        "aggregate 1",
        "错误 0 errors，疑似 0 warnings",
    ):
        assert said in done.output
    assert "what to do" not in done.output


def test_warnings_are_told_and_keep_no_night_from_beginning() -> None:
    done = check(DOUBTFUL)
    assert done.exit_code == 0
    assert "错误 0 errors，疑似 2 warnings" in done.output
    rows = [[cell.strip() for cell in line.split("│")[1:5]] for line in done.output.splitlines() if "疑似 warning" in line]
    assert rows == [["5", "疑似 warning", "level", "[部门]"], ["5", "疑似 warning", "parent", "zz"]]


def test_errors_are_all_told_with_their_line_and_column() -> None:
    done = check(WRONG)
    assert done.exit_code == 1
    rows = [[cell.strip() for cell in line.split("│")[1:5]] for line in done.output.splitlines() if "错误 error" in line]
    assert rows == [["6", "错误 error", column, value] for column, value in (("name", ""), ("id", "e e"), ("uscc", "1137"))]
    assert "机关 agencies: 4" in done.output
    assert "错误 3 errors" in done.output


def test_for_machines_it_is_one_json_object() -> None:
    done = check(WRONG, "--json")
    assert done.exit_code == 1
    told = json.loads(done.output)
    assert (told["file"], told["agencies"], told["start_urls"], told["hosts"]) == ("agencies.csv", 4, 3, 3)
    assert told["supervisors"] == {"青禾县政务公开办": 3, "青禾市政务公开办": 1}
    assert (told["with_region"], told["with_uscc"], told["scopes"]) == (2, 1, {"": 2, "own": 1, "aggregate": 1})
    assert told["problems"][-1] == {
        "line": 6,
        "column": "uscc",
        "value": "1137",
        "severity": "error",
        "found": "",
        "expected": "18 characters (it has 4)",
        "remedy": told["problems"][-1]["remedy"],
    }
    assert json.loads(check(GOOD, "--json").output)["problems"] == []


def test_the_register_is_the_settings_or_the_one_named(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (here / "other.csv").write_text(WRONG, encoding="utf-8")
    assert check(GOOD, "other.csv").exit_code == 1
    monkeypatch.setenv("GOUJI_AGENCIES", "other.csv")
    assert check(GOOD).exit_code == 1
    monkeypatch.setenv("GOUJI_AGENCIES", "none.csv")
    done = check(GOOD)
    assert done.exit_code == 1
    assert "cannot be opened" in done.output


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_the_readme_tells_every_column_and_its_example_is_good(name: str) -> None:
    readme = (Path(__file__).resolve().parent.parent / name).read_text(encoding="utf-8")
    example = "".join(f"{line.strip()}\n" for line in readme[readme.index("    id,name,") :].split("\n\n")[0].splitlines())
    assert json.loads(check(example, "--json").output)["problems"] == []
    for column in (*COLUMNS, *OPTIONAL):
        assert re.search(rf"^\|[^|]*`{column}`", readme, re.MULTILINE), f"{name} does not say what {column} is"
