"""OFD files: characters and lines stand where the file states them."""

from __future__ import annotations

import io
import zipfile

import pytest
from lxml import etree

from flows.read import read_document
from tasks.errors import DamagedDocument, DocumentTooLarge
from tasks.extract import extract, reread
from tasks.extract.ofd_marks import Marks, Matrix, add_path, add_text, deltas
from tasks.printed import Grid, Paragraph
from tasks.records import Reading
from tests.paper import tying
from tests.papers_office import OFD, ofd, ofd_box, ofd_page, ofd_report, ofd_text, packed


def shown(data: bytes) -> list[str]:
    (printed,) = extract(data, "x.ofd")
    return [block.text for block in printed.blocks if isinstance(block, Paragraph)]


def marks(inner: str) -> Marks:
    found = Marks()
    for element in etree.fromstring(f'<a xmlns:ofd="{OFD}">{inner}</a>'):
        (add_text if element.tag.endswith("TextObject") else add_path)(element, Matrix(), found)
    return found


@pytest.mark.parametrize("edition", ["2019", "2021"])
def test_a_report_is_read_with_certainty_and_rereads(edition):
    paper = tying(edition, seed=51)
    data = ofd_report(paper)
    (reading,) = read_document(data, "report.ofd", "0" * 64)
    assert isinstance(reading, Reading), reading
    assert {cell.address: cell.raw for cell in reading.cells} == paper.raw
    assert all(cell.certain for cell in reading.cells)
    assert (reading.agency, reading.year, len(reading.sections)) == (paper.agency, 2023, 3)
    (printed,) = extract(data, "report.ofd")
    assert (printed.pages, dict(printed.meta)["ofd:Title"]) == (3, "年报")
    for block in printed.blocks:
        for piece in block.cells[::10] if isinstance(block, Grid) else [block]:
            assert "".join(reread(data, piece.locator).split()) == "".join(piece.text.split())


@pytest.mark.parametrize(
    ("text", "steps"),
    [("g 3 4.5", [4.5] * 3), ("1 g 2 2 3", [1, 2, 2, 3]), ("g 1000000000 1", [1] * 9), ("g", []), ("x 2", [0, 2]), (None, [])],
)
def test_run_length_steps(text, steps):
    assert deltas(text, 9) == steps


def test_boundary_matrix_and_steps_place_each_character():
    inner = (
        '<ofd:TextObject Boundary="10 20 50 10" CTM="2 0 0 2 1 0" Size="3">'
        '<ofd:TextCode X="1" Y="3" DeltaX="4">甲乙</ofd:TextCode><ofd:TextCode Y="7">丙</ofd:TextCode></ofd:TextObject>'
    )
    found = marks(inner).chars
    assert [(char.text, char.x0, char.size) for char in found] == [("甲", 13, 6), ("乙", 21, 6), ("丙", 13, 6)]
    first = found[0]
    assert first.top < 20 + 2 * 3 < first.bottom and first.x1 == 19


def test_text_turned_by_a_quarter_is_told_and_text_at_a_slant_is_a_watermark():
    def turned(matrix: str) -> list[int]:
        code = '<ofd:TextCode X="0" Y="0">甲</ofd:TextCode>'
        inner = f'<ofd:TextObject Boundary="0 0 9 9" CTM="{matrix}" Size="3">{code}</ofd:TextObject>'
        return [char.turn for char in marks(inner).chars]

    assert turned("0 1 -1 0 0 0") == [3]
    assert turned("0 -1 1 0 0 0") == [1]
    assert turned("0.7 0.7 -0.7 0.7 0 0") == []


@pytest.mark.parametrize(
    ("data", "look", "lines"),
    [
        ("M 0 0 L 10 0 L 10 5 C", "", 2),  # the closing side is slanted
        ("S 0 0 L 10 0 B 1 1 2 2 3 3", "", 0),
        ("M 0 0 L 10 0 M 0 5 L 10 5", "", 2),
        ("M 0 0 L 10 0 L 10 0.3 L 0 0.3 C", 'Fill="true" Stroke="false"', 1),
        ("M 0 0 L 10 0 L 10 9 L 0 9 C", 'Fill="true" Stroke="false"', 0),
        ("M 0 0 A 1 1 0 0 0 5 5", "", 0),
        ("L L M", "", 0),
    ],
)
def test_straight_lines_are_found(data, look, lines):
    inner = f'<ofd:PathObject Boundary="5 5 20 20" {look}><ofd:AbbreviatedData>{data}</ofd:AbbreviatedData></ofd:PathObject>'
    assert len(marks(inner).lines) == lines


def test_templates_and_composite_objects_show_and_hidden_and_white_text_does_not():
    common = '<ofd:TemplatePage ID="7" BaseLoc="Tpls/T.xml"/><ofd:PublicRes>Res.xml</ofd:PublicRes>'
    page = ofd_text(20, 60, "正文") + ofd_text(20, 70, "隐藏").replace("<ofd:TextObject", '<ofd:TextObject Visible="false"')
    white = ofd_text(20, 80, "白字").replace("<ofd:TextCode", '<ofd:FillColor Value="255 255 255"/><ofd:TextCode')
    composite = '<ofd:CompositeObject ResourceID="9" Boundary="20 90 50 50"/>'
    more = {
        "Doc_0/Pages/Page_0/Content.xml": ofd_page(page + white + composite, '<ofd:Template TemplateID="7"/>'),
        "Doc_0/Tpls/T.xml": ofd_page(ofd_text(20, 40, "模板")),
        "Doc_0/Res.xml": f'<ofd:Res xmlns:ofd="{OFD}" BaseLoc="Res"><ofd:CompositeGraphicUnits><ofd:CompositeGraphicUnit ID="9">'
        f"<ofd:Content>{ofd_text(0, 10, '组合')}</ofd:Content></ofd:CompositeGraphicUnit></ofd:CompositeGraphicUnits></ofd:Res>",
    }
    assert shown(ofd([], common=common, more={**more, "Doc_0/Document.xml": _document(common)})) == ["模板", "正文", "组合"]


def _document(common: str) -> str:
    pages = '<ofd:Pages><ofd:Page ID="1" BaseLoc="Pages/Page_0/Content.xml"/></ofd:Pages>'
    return f'<ofd:Document xmlns:ofd="{OFD}"><ofd:CommonData>{common}</ofd:CommonData>{pages}</ofd:Document>'


def test_several_documents_in_one_file_are_all_read():
    data = ofd([ofd_text(20, 20, "甲文")])
    second = "<ofd:DocBody><ofd:DocRoot>/Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>"

    with zipfile.ZipFile(io.BytesIO(data)) as file:
        parts = {name: file.read(name) for name in file.namelist()}
    parts["OFD.xml"] = parts["OFD.xml"].replace(b"</ofd:OFD>", second.encode())
    assert shown(packed(parts)) == ["甲文", "甲文"]


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (packed({"OFD.xml": "<ofd"}), DamagedDocument),
        (packed({"OFD.xml": f'<ofd:OFD xmlns:ofd="{OFD}"/>'}), DamagedDocument),
        (ofd([ofd_text(1, 1, "甲") * 2] * 301), DocumentTooLarge),
        (ofd([ofd_box(1, 1, 5, 5) * 11_000]), DocumentTooLarge),
    ],
)
def test_hostile_files_are_explained(data, kind):
    with pytest.raises(kind):
        extract(data, "x.ofd")
