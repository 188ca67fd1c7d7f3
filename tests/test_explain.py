"""`gouji explain`: where a figure comes from, how sure it is and why, and the page with the figure boxed."""

from __future__ import annotations

import io
import shutil
import subprocess
import sys
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from PIL import Image, ImageChops

from expectations.form import form_for
from flows.contain import Limits, Readers
from flows.explain import Source, draw, explain
from flows.show_explained import describe
from tasks.errors import DamagedDocument, ReadError, SettingsError
from tasks.printed import Locator
from tests.paper import change, to_html, to_text, tying
from warehouse.files import Archive
from warehouse.pages import draw_pdf_page, draw_picture

ROOT = Path(__file__).resolve().parent.parent
PDF = ROOT / "samples" / "portal" / "night1"
NEW = "applications.new.total"
DENIED = "applications.denied.state_secret.natural"
NEEDS_OFFICE = pytest.mark.skipif(not shutil.which("soffice"), reason="needs LibreOffice")


@pytest.fixture(scope="module")
def readers() -> Iterator[Readers]:
    with Readers(Limits()) as found:
        yield found


def source(data: bytes, name: str = "report") -> Source:
    return Source(data, name, sha256(data).hexdigest())


def gouji(*words: str | Path, place: Path = ROOT) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "flows", *map(str, words)]
    return subprocess.run(command, cwd=place, capture_output=True, text=True, check=False)


def a_pdf() -> Path:
    return next(path for path in sorted(PDF.rglob("*.pdf")))


@pytest.mark.parametrize("render", [to_html, to_text])
def test_a_figure_is_explained_and_stands_where_we_say(render, readers: Readers) -> None:
    paper = tying(seed=3)
    explained = explain(source(render(paper)), DENIED, None, readers)
    assert explained.cell is not None
    assert (explained.cell.raw, explained.again, explained.is_same) == (paper.raw[DENIED], paper.raw[DENIED], True)
    assert explained.labels[1:] == ("1.属于国家秘密", "自然人")
    assert explained.why == ()


def test_the_command_says_everything_in_words(tmp_path: Path) -> None:
    paper = tying(seed=3)
    (tmp_path / "report.html").write_bytes(to_html(paper))
    done = gouji("explain", tmp_path / "report.html", "--cell", DENIED)
    assert (done.returncode, done.stderr) == (0, "")
    said = " ".join(done.stdout.split())
    for words in (
        f"SHA-256 {sha256(to_html(paper)).hexdigest()}",
        "报告 report 云澜市水务局 2023",
        "行 row 1.属于国家秘密",
        f"原文 raw {paper.raw[DENIED]} ",
        "复读 again",
        "一致 the same",
        "确信 certain 是 yes",
        "/html",
    ):
        assert words in said


def test_an_archived_document_is_explained_by_its_hash(tmp_path: Path) -> None:
    digest = Archive(str(tmp_path / "archive")).keep(to_text(tying()))
    done = gouji("explain", f"sha256:{digest}", "--cell", NEW, "--data", tmp_path)
    assert done.returncode == 0, done.stderr
    assert f"sha256:{digest}" in done.stdout
    for wrong, said in ((f"sha256:{'0' * 64}", "no such document in the archive"), ("sha256:12", "64 hexadecimal digits")):
        done = gouji("explain", wrong, "--cell", NEW, "--data", tmp_path)
        assert (done.returncode, done.stdout) == (2, "")
        assert said in done.stderr


def test_an_unknown_address_names_the_nearest_ones(readers: Readers) -> None:
    with pytest.raises(SettingsError, match=r"applications\.denied\.state_secret\.natural"):
        explain(source(b""), "applications.denied.state_secrets.natural", None, readers)


def test_a_figure_that_was_not_read_is_told_with_the_related_problem(readers: Readers) -> None:
    page = to_html(tying(seed=1)).decode()
    row = page.index("2.重复申请")
    cut = page.index("<td", row)
    page = page[:cut] + page[page.index("</tr>", row) :]
    explained = explain(source(page.encode()), "applications.rejected.repeat.natural", None, readers)
    assert explained.cell is None
    assert explained.why
    table = explain(source(page[: page.index("行政复议、")].encode()), "disputes.review.total", None, readers)
    assert "the table disputes was not found" in table.why[0]


def test_a_figure_of_another_edition_is_told_so(readers: Readers) -> None:
    only_2021 = next(each for each in form_for("2021").addresses() if each not in form_for("2019").addresses() and "appl" in each)
    explained = explain(source(to_text(tying("2019"))), only_2021, None, readers)
    assert explained.cell is None
    assert "follows the 2019 form, which has no such figure" in explained.why[0]


def test_a_file_that_cannot_be_read_says_why(readers: Readers) -> None:
    with pytest.raises(ReadError, match="none of the statutory tables"):
        explain(source("没有表格".encode(), "note.txt"), NEW, None, readers)


def test_a_part_is_asked_for_by_name(readers: Readers) -> None:
    with pytest.raises(SettingsError, match=r"there is no part 'b\.pdf'"):
        explain(source(to_text(tying())), NEW, "b.pdf", readers)


def test_a_locator_is_told_in_words_counted_from_one() -> None:
    assert describe(Locator(page=3, box=(1, 2.5, 3, 4))) == "第3页 page 3，自左上角 from the top left (1, 2.5)–(3, 4) 点 points"
    assert describe(Locator(table=0, row=2, cell=1)) == "第1表 table 1，第3行 row 3，第2格 cell 2"
    assert describe(Locator(path="表三", row=0, cell=0)) == "表三，第1行 row 1，第1格 cell 1"
    assert describe(Locator(line=7, column=0)) == "第7行 line 7，第1列 field 1"


# The page as an image


def red_of(png: bytes) -> tuple[Image.Image, tuple[int, int, int, int]]:
    """The picture, and the rectangle in which it is red."""
    picture = Image.open(io.BytesIO(png)).convert("RGB")
    red, green, _ = picture.split()
    return picture, ImageChops.subtract(red, green).point(lambda value: 255 * (value > 120)).getbbox() or (0, 0, 0, 0)


def test_the_page_of_a_pdf_is_drawn_with_the_figure_boxed(readers: Readers, tmp_path: Path) -> None:
    explained = explain(source(a_pdf().read_bytes()), NEW, None, readers)
    assert explained.cell is not None and explained.cell.locator.box is not None
    picture, box = red_of(draw(explained, readers))
    scale = 150 / 72
    expected = [place * scale for place in explained.cell.locator.box]
    assert box == pytest.approx((expected[0] - 3, expected[1] - 3, expected[2] + 3, expected[3] + 3), abs=4)
    done = gouji("explain", a_pdf(), "--cell", NEW, "--image", tmp_path / "page.png")
    assert done.returncode == 0, done.stderr
    assert Image.open(tmp_path / "page.png").size == picture.size
    done = gouji("explain", a_pdf(), "--cell", NEW, "--image", tmp_path / "none" / "page.png")
    assert done.returncode == 2
    assert "cannot be written" in done.stderr


def test_a_turned_page_and_a_turned_photograph_are_boxed_as_they_are_shown(tmp_path: Path) -> None:
    import pypdfium2

    with pypdfium2.PdfDocument(a_pdf()) as document:
        document[0].set_rotation(90)
        saved = io.BytesIO()
        document.save(saved)
        width, _ = document[0].get_size()
    picture, box = red_of(draw_pdf_page(saved.getvalue(), 1, [(700, 40, 760, 60)]))
    assert picture.width == pytest.approx(width * 150 / 72, abs=2)
    assert picture.width > picture.height
    assert box[0] == pytest.approx(700 * 150 / 72 - 3, abs=3)
    photograph = Image.new("RGB", (300, 200), "white")
    exif = Image.Exif()
    exif[0x0112] = 6  # to be shown a quarter turned
    made = io.BytesIO()
    photograph.save(made, "JPEG", exif=exif)
    picture, box = red_of(draw_picture(made.getvalue(), 1, [(150, 250, 180, 270)]))
    assert picture.size == (200, 300)
    assert box == pytest.approx((147, 247, 184, 274), abs=3)


def test_what_cannot_be_drawn_is_said(readers: Readers) -> None:
    explained = explain(source(to_text(tying()), "a.txt"), NEW, None, readers)
    with pytest.raises(DamagedDocument, match="no page that could be drawn"):
        draw(explained, readers)
    with pytest.raises(DamagedDocument, match="there is no page 99"):
        draw_pdf_page(a_pdf().read_bytes(), 99, [])
    with pytest.raises(DamagedDocument, match="cannot be drawn"):
        draw_picture(b"\x89PNG\r\n\x1a\n broken", 1, [])


@NEEDS_OFFICE
def test_a_web_page_is_drawn_by_libreoffice_and_the_figure_found_in_it(readers: Readers) -> None:
    paper = change(tying(seed=5), applications__new__total="98765")
    explained = explain(source(to_html(paper), "report.html"), NEW, None, readers)
    picture, box = red_of(draw(explained, readers))
    assert 0 < box[0] < box[2] < picture.width
    assert 0 < box[1] < box[3] < picture.height


def test_without_libreoffice_the_figure_is_explained_and_the_picture_is_said_to_need_it(
    readers: Readers, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    explained = explain(source(to_html(tying()), "report.html"), NEW, None, readers)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ReadError, match="LibreOffice, which is not installed"):
        draw(explained, readers)
