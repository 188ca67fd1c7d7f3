"""Word files as finally shown, and the older formats that LibreOffice opens for us."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import time
import zipfile

import pytest

from flows.read import read_document
from tasks.errors import DamagedDocument, DocumentTooLarge, NoTextLayer, ReadError, UnknownFormat
from tasks.extract import extract, office, reread
from tasks.extract.word_styles import numeral
from tasks.printed import Grid, Paragraph, Printed
from tasks.records import Reading
from tests.paper import change, rows, to_docx, to_html, tying
from tests.papers_office import NAMES, NUMBERING, W, cell, packed, paragraph, relations, run, table, word, word_report, word_table

with_office = pytest.mark.skipif(office.find_office() is None, reason="LibreOffice is not installed")


def printed(data: bytes) -> Printed:
    (one,) = extract(data, "report.docx")
    assert isinstance(one, Printed)
    return one


def texts(data: bytes) -> list[str]:
    """Paragraphs, and the cells of grids, in reading order."""
    found = []
    for block in printed(data).blocks:
        found += [block.text] if isinstance(block, Paragraph) else [each.text for each in block.cells]
    return found


def line(*inner: str) -> str:
    """The text of one paragraph of these runs."""
    return "".join(texts(word(paragraph(*inner))))


def figures(data: bytes) -> dict[str, str]:
    (reading,) = read_document(data, "report", "0" * 64)
    assert isinstance(reading, Reading), reading
    assert all(each.certain for each in reading.cells)
    return {each.address: each.raw for each in reading.cells}


def assert_rereads(data: bytes, every: int = 15) -> None:
    for block in printed(data).blocks:
        for piece in block.cells[::every] if isinstance(block, Grid) else [block]:
            assert "".join(reread(data, piece.locator).split()) == "".join(piece.text.split())


@pytest.mark.parametrize("edition", ["2019", "2021"])
def test_a_report_of_merged_cells_is_read_with_certainty_and_rereads(edition):
    paper = tying(edition, seed=31)
    data = word(word_report(paper))
    assert figures(data) == paper.raw
    assert_rereads(data, every=1 if edition == "2021" else 15)


def test_sections_numbered_by_word_are_found():
    data = word(word_report(tying(seed=32), numbered=True), numbering=NUMBERING)
    (reading,) = read_document(data, "report", "0" * 64)
    assert [section.heading[:2] for section in reading.sections] == ["一、", "二、", "三、", "四、", "五、", "六、"]


def test_the_strict_standard_and_an_unusual_main_part_are_read():
    body = word_report(tying(seed=33))
    assert figures(word(body, main="odd/text7.xml")) == tying(seed=33).raw
    parts = {"word/document.xml": f'<w:document xmlns:w="{W}"><w:body>{body}</w:body></w:document>'.replace(W, STRICT)}
    assert figures(packed(parts)) == tying(seed=33).raw


def test_xml_in_utf_16_without_prefixes_is_read_as_shown():
    body = word_part(paragraph(run("12"), run("3", "<w:vanish/>"), "<w:del>", run("4"), "</w:del>"))
    plain = body.replace("<w:", "<").replace("</w:", "</").replace("xmlns:w=", "xmlns=").replace("<body>", '<body xmlns:w="x">')
    assert texts(packed({"word/document.xml": f'<?xml version="1.0" encoding="UTF-16"?>{plain}'.encode("utf-16")})) == ["12"]


STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main"


def field(kind: str) -> str:
    return f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>'


@pytest.mark.parametrize(
    ("inner", "shown"),
    [
        ([run("1"), "<w:ins>", run("2"), "</w:ins>", "<w:del><w:r><w:delText>9</w:delText><w:t>9</w:t></w:r></w:del>"], "12"),
        (["<w:moveFrom>", run("7"), "</w:moveFrom><w:moveTo>", run("8"), "</w:moveTo>"], "8"),
        ([run("12"), run("1", '<w:vertAlign w:val="superscript"/>')], "12¹"),
        ([run("12"), run("1", '<w:position w:val="10"/>')], "12¹"),
        ([run("12"), '<w:r><w:footnoteReference w:id="2"/></w:r>'], "12"),
        ([run("5", "<w:strike/>"), run("6")], "5\u03366"),
        ([run("12"), run("34", "<w:vanish/>")], "12"),
        ([run("12"), run("34", '<w:vanish w:val="0"/>')], "1234"),
        (['<w:fldSimple w:instr=" SUM(ABOVE) ">', run("15"), "</w:fldSimple>"], "15"),
        ([field("begin"), run("=1+1"), field("separate"), run("2"), field("end")], "2"),
        (['<w:r><w:sym w:font="Symbol" w:char="F033"/></w:r>'], "3"),
        (['<w:r><w:sym w:font="Wingdings" w:char="F033"/></w:r>'], "\ufffd"),
        ([run("3"), "<w:r><w:noBreakHyphen/><w:softHyphen/></w:r>", run("4")], "3-4"),
        (["<w:r><w:ruby><w:rt>", run("yi"), "</w:rt><w:rubyBase>", run("一"), "</w:rubyBase></w:ruby></w:r>"], "一"),
        (["<w:sdt><w:sdtPr/><w:sdtContent>", run("9"), "</w:sdtContent></w:sdt>"], "9"),
        ([run("甲"), "<w:r><w:br/></w:r>", run("乙")], "甲\n乙"),
    ],
)  # fmt: skip
def test_a_paragraph_is_read_as_finally_shown(inner, shown):
    assert line(*inner) == shown


def test_what_a_style_hides_or_raises_is_hidden_or_raised():
    styles = (
        '<w:style w:styleId="note"><w:rPr><w:vertAlign w:val="superscript"/></w:rPr></w:style>'
        '<w:style w:styleId="child"><w:basedOn w:val="note"/></w:style>'
        '<w:style w:styleId="secret"><w:rPr><w:vanish/></w:rPr></w:style>'
    )
    body = paragraph(run("12"), run("3", '<w:rStyle w:val="child"/>'), run("4", '<w:rStyle w:val="secret"/>'))
    assert texts(word(body, styles=styles)) == ["12³"]


def test_a_deleted_paragraph_end_joins_what_it_parted():
    assert texts(word(paragraph(run("1"), properties="<w:rPr><w:del/></w:rPr>") + paragraph(run("2")))) == ["12"]


def test_deleted_rows_and_cells_are_left_out():
    gone = "<w:tr><w:trPr><w:del/></w:trPr>" + cell("旧") + cell("1") + "</w:tr>"
    body = table([cell("甲"), cell("9", "<w:cellDel/>"), cell("2")]).replace("</w:tbl>", gone + "</w:tbl>")
    assert texts(word(body)) == ["甲", "2"]


def test_old_writers_horizontal_merges_are_one_cell():
    body = table(
        [cell("甲", '<w:hMerge w:val="restart"/>'), cell("", "<w:hMerge/>"), cell("1")], [cell("a"), cell("b"), cell("c")]
    )
    (grid,) = printed(word(body)).blocks
    assert [(each.column, each.colspan, each.text) for each in grid.cells if each.row == 0] == [(0, 2, "甲"), (2, 1, "1")]


def test_a_merge_is_not_carried_over_a_row_that_breaks_it():
    start, goes_on = cell("甲", '<w:vMerge w:val="restart"/>'), cell("", "<w:vMerge/>")
    wide = cell("宽", '<w:gridSpan w:val="2"/>')
    (grid,) = printed(word(table([start, cell("1")], [wide], [goes_on, cell("2")]))).blocks
    assert [(each.row, each.rowspan, each.text) for each in grid.cells if each.column == 0] == [
        (0, 1, "甲"),
        (1, 1, "宽"),
        (2, 1, ""),
    ]


def test_a_statutory_table_inside_a_layout_table_is_found_and_the_text_around_it_kept():
    paper = tying(seed=34)
    inner = word_report(paper)
    assert figures(word(table([cell(inner)]))) == paper.raw
    data = word(table([cell("栏目导航"), cell(inner)]))
    assert figures(data) == paper.raw
    assert "栏目导航" in texts(data) and paper.overview in texts(data)
    assert_rereads(data)


def test_a_report_typed_into_one_large_table_keeps_its_prose_and_figures():
    paper = tying(seed=35)
    prose = "全年工作平稳。" * 30
    statutory = word_table(rows(paper, "applications"))
    head = "<w:tr>" + cell(prose, '<w:gridSpan w:val="10"/>') + "</w:tr>"
    data = word(statutory.replace("<w:tbl>", "<w:tbl>" + head))
    first, second = printed(data).blocks
    assert (first.text, second.columns) == (prose, 10)
    assert_rereads(data)


def test_a_text_box_is_read_once_and_a_table_in_it_is_found():
    paper = tying(seed=36)
    inside = f"<w:txbxContent>{word_report(paper)}</w:txbxContent>"
    box = (
        f'<w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wps:txbx>{inside}</wps:txbx></w:drawing></mc:Choice>'
        f"<mc:Fallback><w:pict><v:textbox>{inside}</v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r>"
    )
    data = word(paragraph(run("见下框"), box))
    assert figures(data) == paper.raw
    assert texts(data).count(paper.title) == 1


def test_lists_count_as_word_does():
    def item(text: str, level: int, identity: int = 1) -> str:
        return paragraph(run(text), properties=f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{identity}"/></w:numPr>')

    body = item("甲", 0) + item("乙", 1) + item("丙", 1) + item("丁", 0) + item("戊", 1) + item("己", 0, 2) + item("庚", 0, 0)
    assert texts(word(body, numbering=NUMBERING)) == ["一、 甲", "1.1 乙", "1.2 丙", "二、 丁", "2.1 戊", "三、 己", "庚"]


@pytest.mark.parametrize(
    ("value", "form", "shown"),
    [
        (11, "chineseCountingThousand", "十一"),
        (20, "chineseCounting", "二十"),
        (105, "japaneseCounting", "一百零五"),
        (10, "ideographDigital", "一〇"),
        (3, "decimalEnclosedCircleChinese", "③"),
        (4, "upperRoman", "IV"),
        (28, "lowerLetter", "bb"),
        (7, "decimalZero", "07"),
        (7, "neverHeardOf", "7"),
    ],
)
def test_numerals(value, form, shown):
    assert numeral(value, form) == shown


def test_an_embedded_page_is_read_in_its_place():
    paper = tying(seed=37)
    main = word(paragraph(run("附表")) + '<w:altChunk r:id="r1"/>')
    parts = {name: zipfile.ZipFile(io.BytesIO(main)).read(name) for name in zipfile.ZipFile(io.BytesIO(main)).namelist()}
    parts["word/page.html"] = to_html(paper)
    parts["word/_rels/document.xml.rels"] = relations(("r1", "aFChunk", "page.html"))
    data = packed(parts)
    assert figures(data) == paper.raw
    assert_rereads(data)


def test_pictures_pasted_into_word_are_no_empty_report():
    body = paragraph('<w:r><w:drawing><a:blip r:embed="p1"/></w:drawing></w:r>')
    with pytest.raises(ReadError) as told:
        extract(
            packed(
                {
                    "word/document.xml": word_part(body),
                    "word/_rels/document.xml.rels": relations(("p1", "image", "media/scan.png")),
                    "word/media/scan.png": b"\x89PNG\r\n\x1a\n" + bytes(5000),
                }
            ),
            "scan.docx",
        )
    assert isinstance(told.value, NoTextLayer) and "scan.docx" in str(told.value)


def word_part(body: str) -> str:
    return f"<w:document {NAMES}><w:body>{body}</w:body></w:document>"


BOMB = "<!DOCTYPE d [<!ENTITY a 'aaaaaaaaaa'>" + "".join(
    f"<!ENTITY {chr(98 + i)} '{f'&{chr(97 + i)};' * 10}'>" for i in range(9)
) + "]>"  # fmt: skip


@pytest.mark.parametrize(
    ("document", "kind"),
    [
        (BOMB + word_part(paragraph("<w:r><w:t>&j;</w:t></w:r>")), DamagedDocument),
        (word_part("<w:sdt>" * 2000 + "</w:sdt>" * 2000), DamagedDocument),
        (word_part("<w:tbl><w:tr><w:tc>" * 40 + "</w:tc></w:tr></w:tbl>" * 40), DocumentTooLarge),
        (word_part("")[:-20], DamagedDocument),
        ("<w:document xmlns:w='x'/>", DamagedDocument),
    ],
)
def test_hostile_word_files_are_explained(document, kind):
    with pytest.raises(kind):
        extract(packed({"word/document.xml": document}), "hostile.docx")


def test_absurd_spans_cost_nothing():
    body = table([cell("甲", f'<w:gridSpan w:val="{10**9}"/>'), cell("1"), cell("2", '<w:gridSpan w:val="x"/>')])
    assert texts(word(body)) == ["甲", "1", "2"]


@with_office
def test_older_formats_are_read_through_libreoffice_several_in_one_process(tmp_path):
    (one,) = extract(b"{\\rtf1\\trowd\\cellx900\\cellx1800\\intbl \\u30002?\\cell 12\\cell\\row}", "report.doc")
    (grid,) = one.blocks
    assert [each.text for each in grid.cells] == ["甲", "12"]
    paper = change(tying(seed=38), applications__granted__natural="")
    source = tmp_path / "report.docx"
    source.write_bytes(to_docx(paper))
    command = [str(office.find_office()), *office._options(), "--convert-to", "doc", "--outdir", str(tmp_path), str(source)]
    subprocess.run(command, capture_output=True, check=True)
    data = (tmp_path / "report.doc").read_bytes()
    (reading,) = read_document(data, "report.wps", "0" * 64)
    assert {each.address: each.raw for each in reading.cells} == paper.raw


def test_a_doc_that_is_a_page_is_read_as_a_page():
    paper = tying(seed=39)
    (reading,) = read_document(to_html(paper), "report.doc", "0" * 64)
    assert reading.reader == "html" and {each.address: each.raw for each in reading.cells} == paper.raw


def test_without_libreoffice_the_remedy_is_named():
    code = (
        "from tasks.extract import extract, office\nfrom tasks.errors import UnknownFormat\noffice._PLACES = ()\n"
        "try:\n    extract(b'{\\\\rtf1 x}', 'old.doc')\nexcept UnknownFormat as error:\n    print(error)\n"
    )
    environment = {**os.environ, "PATH": "/nowhere"}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert "old.doc" in done.stdout and "Install LibreOffice" in done.stdout, done.stderr


@with_office
def test_a_program_that_hangs_is_ended_with_all_it_started(tmp_path, monkeypatch):
    fake = tmp_path / "soffice"
    fake.write_text(f"#!/bin/sh\nsleep 1000 &\necho $! > {tmp_path}/child\nsleep 1000\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setattr(office, "SECONDS", 1)
    with pytest.raises(DocumentTooLarge, match="1 seconds"):
        extract(b"{\\rtf1 x}", "slow.rtf")
    child = int((tmp_path / "child").read_text())
    with pytest.raises(ProcessLookupError):
        for _ in range(100):
            os.kill(child, 0)
            time.sleep(0.02)


def test_what_office_cannot_open_is_explained():
    with pytest.raises(UnknownFormat, match="slides"):
        extract(packed({"[Content_Types].xml": "presentationml"}), "slides.pptx")
