"""Correction letters: what they say comes from the archive; the same letter each time; nobody is written to without ground."""

from __future__ import annotations

import csv
import io
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from zoneinfo import ZoneInfo

import docx
import pytest
from PIL import Image
from sqlalchemy import Engine, update

from flows.contain import Limits, Readers
from flows.letter import illustrate
from tasks import load
from tasks.alert import AlertOptions, alert
from tasks.alert.letter import Letter, build_letters, numeral
from tasks.alert.letter_set import set_docx, set_html
from tasks.fetched import ColumnOutcome, Crawl, Fetched
from tasks.reconcile import reconcile
from tasks.records import Agency, Document, Sighting
from warehouse.engine import open_warehouse
from warehouse.files import Archive
from warehouse.schema import notice

ROOT = Path(__file__).resolve().parent.parent
PORTAL = ROOT / "samples" / "portal" / "night1"
NIGHT = date(2026, 1, 27)
AT = datetime(2026, 1, 26, 18, tzinfo=UTC)
NEEDS_OFFICE = pytest.mark.skipif(not shutil.which("soffice"), reason="needs LibreOffice")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with four agencies' reports of the sample portal, read and assessed."""
    place = tmp_path_factory.mktemp("data")
    with (ROOT / "samples" / "agencies.csv").open(encoding="utf-8") as file:
        rows = {row["id"]: row for row in csv.DictReader(file)}
    agencies = [_agency(rows[key]) for key in ("yl-jtj", "yl-rsj", "lx-wjj", "yl-fgw")]
    engine, files = open_warehouse(f"sqlite:///{place / 'gouji.db'}"), Archive(str(place / "archive"))
    load.load_register(engine, agencies, NIGHT)
    fetched, documents = [], []
    for agency_id, year, path in _reports():
        data = path.read_bytes()
        url = f"http://127.0.0.1/{path.relative_to(PORTAL)}"
        sighting = Sighting(agency_id, year, url, f"{year}年政府信息公开工作年度报告", date(year + 1, 1, 20), "http://a/", NIGHT)
        fetched.append(Fetched(sighting, path, sha256(data).hexdigest(), 200, "", (), AT))
        documents.append(Document(files.keep(data), len(data), "", url, 200, AT))
    columns = (ColumnOutcome("http://a/", tuple(each.id for each in agencies), True, 1, 9),)
    load.load_crawl(engine, Crawl(NIGHT, tuple(fetched), (), columns), documents)
    with Readers(Limits()) as readers:
        readings = [each for one in documents for each in readers.read(files.read(one.sha256), one.url, one.sha256)]
    load.load_readings(engine, readings, NIGHT)
    load.load_reports(engine, NIGHT)
    for report in load.reports_to_assess(engine, "r1"):
        load.load_findings(engine, report, reconcile(report), "r1", NIGHT)
    engine.dispose()
    return place


def _agency(row: dict[str, str]) -> Agency:
    return Agency(row["id"], row["name"], tuple(row["aliases"].split(";")), row["level"], row["supervisor"], ("http://a/",))


REPORTS = (
    ("yl-jtj", 2023, "P020240122044916677855.pdf"),
    ("yl-rsj", 2022, "P020230113064896911756.docx"),
    ("yl-rsj", 2023, "P020240115023804500052.docx"),
    ("lx-wjj", 2024, "df342edcf34be5968eaeca51863801d9.shtml"),
)


def _reports() -> Iterator[tuple[str, int, Path]]:
    for agency_id, year, name in REPORTS:
        yield agency_id, year, next(PORTAL.rglob(name))


@pytest.fixture
def engine(folder: Path) -> Iterator[Engine]:
    engine = open_warehouse(f"sqlite:///{folder / 'gouji.db'}")
    yield engine
    engine.dispose()


def letters(engine: Engine, *agencies: str) -> dict[str, Letter]:
    with engine.connect() as connection:
        return {letter.agency_id: letter for letter in build_letters(connection, NIGHT, ZoneInfo("Asia/Shanghai"), agencies)}


def told(data: bytes) -> str:
    """All text of a Word file, tables too."""
    document = docx.Document(io.BytesIO(data))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


def test_only_agencies_whose_figures_do_not_tie_are_written_to(engine: Engine) -> None:
    assert sorted(letters(engine)) == ["lx-wjj", "yl-jtj", "yl-rsj"]
    assert sorted(letters(engine, "yl-jtj", "yl-fgw")) == ["yl-jtj"]


def test_a_letter_states_the_figures_as_printed_the_difference_and_the_likely_correction(engine: Engine) -> None:
    letter = letters(engine)["lx-wjj"]
    for text in (told(set_docx(letter)), re.sub(r"<[^>]+>", "", set_html(letter))):
        assert "各类申请人之和为 12，总计为 21，相差 9" in text
        assert "数字前后颠倒" in text
        assert "建议核为 12" in text
        assert "自然人与法人或其他组织五类之和，等于总计" in text
        assert "国办公开办函〔2021〕30号" in text
        assert "整改情况回执" in text
        assert letter.sources[2] in text
        assert sha256(next(PORTAL.rglob(REPORTS[3][2])).read_bytes()).hexdigest() in text
    of_row = next(problem for problem in letter.problems if "表三行总计" in problem.heading)
    lines = {line.place: line.printed for line in of_row.lines}
    row = "表三“（四）无法提供—1.本机关不掌握相关政府信息”行"
    assert [lines[f"{row}“{name}”列"] for name in ("自然人", "商业企业", "法律服务机构", "总计")] == ["9", "2", "1", "21"]


def test_last_years_figure_is_shown_beside_this_years(engine: Engine) -> None:
    problem = letters(engine)["yl-rsj"].problems[0]
    assert [(line.place, line.printed) for line in problem.lines] == [
        ("表三“二、上年结转政府信息公开申请数量”行“自然人”列", "2"),
        ("上年报告表三“四、结转下年度继续办理”行“自然人”列", "4"),
    ]
    assert problem.previous == ("applications.carried_out.natural",)


def test_the_page_of_a_pdf_is_cut_to_the_cells_and_boxed(engine: Engine, folder: Path) -> None:
    letter = letters(engine)["yl-jtj"]
    with Readers(Limits()) as readers:
        shown = illustrate(letter, Archive(str(folder / "archive")), readers)
    for problem in shown.problems:
        (strip,) = problem.strips
        picture = Image.open(io.BytesIO(strip.png)).convert("RGB")
        assert picture.width > 3 * picture.height  # one row of the table, not the page
        assert any(pixel[0] > 180 and pixel[1] < 60 for pixel in picture.get_flattened_data())
    word, html = set_docx(shown), set_html(shown)
    assert len(docx.Document(io.BytesIO(word)).inline_shapes) == len(shown.problems)
    assert html.count('src="data:image/png;base64,') == len(shown.problems)
    assert not re.search(r"(?:src|href)=.(?!data:)|@import|url\(", html)
    assert (word, html) == (set_docx(shown), set_html(shown))


@NEEDS_OFFICE
def test_web_pages_and_word_files_are_drawn_too(engine: Engine, folder: Path) -> None:
    with Readers(Limits()) as readers:
        for agency_id, strips in (("lx-wjj", 1), ("yl-rsj", 2)):
            shown = illustrate(letters(engine)[agency_id], Archive(str(folder / "archive")), readers)
            assert len(shown.problems[0].strips) == strips
            assert not shown.problems[0].lacks_picture


def test_where_nothing_can_be_drawn_the_figures_stand_alone(engine: Engine, tmp_path: Path) -> None:
    with Readers(Limits()) as readers:
        shown = illustrate(letters(engine)["yl-jtj"], Archive(str(tmp_path / "empty")), readers)
    assert all(problem.lacks_picture and problem.lines for problem in shown.problems)
    assert "原件未能绘为图像" in told(set_docx(shown))


def test_what_people_have_explained_is_not_asked_again(engine: Engine, tmp_path: Path) -> None:
    alert(engine, NIGHT, AlertOptions(tmp_path / "outbox"), lambda: AT)
    with engine.begin() as connection:
        connection.execute(update(notice).where(notice.c.agency_id == "lx-wjj").values(state="explained"))
    try:
        assert sorted(letters(engine)) == ["yl-jtj", "yl-rsj"]
    finally:
        with engine.begin() as connection:
            connection.execute(update(notice).values(state="open"))


def test_markup_in_a_report_is_text_in_a_letter(engine: Engine) -> None:
    letter = replace(letters(engine)["yl-jtj"], agency="<script>甲局</script>")
    assert "<script>" not in set_html(letter)


@pytest.mark.parametrize(("place", "said"), [(1, "一"), (10, "十"), (11, "十一"), (20, "二十"), (35, "三十五")])
def test_places_are_counted_in_chinese(place: int, said: str) -> None:
    assert numeral(place) == said


def gouji(*words: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "flows", *map(str, words)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_the_command_writes_both_files_and_says_when_there_is_nothing_to_write(folder: Path, tmp_path: Path) -> None:
    done = gouji("letter", "yl-jtj", "--data", folder, "--out", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["yl-jtj-2023.docx", "yl-jtj-2023.html"]
    assert gouji("letter", "yl-fgw", "--data", folder, "--out", tmp_path).returncode == 1
    unknown = gouji("letter", "nobody", "--data", folder, "--out", tmp_path)
    assert unknown.returncode == 2
    assert "no agency nobody" in unknown.stderr
    nowhere = gouji("letter", "--data", tmp_path / "nowhere", "--out", tmp_path)
    assert (nowhere.returncode, "there is no warehouse here" in nowhere.stderr) == (2, True)
    assert not (tmp_path / "nowhere").exists()
    (tmp_path / "file").write_text("")
    blocked = gouji("letter", "yl-jtj", "--data", folder, "--out", tmp_path / "file")
    assert blocked.returncode == 2
    assert "cannot be written" in blocked.stderr
