"""Reports and scraps as Word, sheet and OFD files, written part by part so that each oddity of a format can be set."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape

from tests.paper import Paper, Row, rows

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
S = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
NAMES = (
    f'xmlns:w="{W}" xmlns:r="{R}" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"'
)


def packed(parts: Mapping[str, bytes | str], *, stored: bool = False) -> bytes:
    """A zip of parts by name."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED) as file:
        for name, content in parts.items():
            file.writestr(name, content)
    return buffer.getvalue()


def relations(*entries: tuple[str, str, str]) -> str:
    """A .rels part of (id, last word of the type, target)."""
    inner = "".join(f'<Relationship Id="{i}" Type="{R}/{kind}" Target="{target}"/>' for i, kind, target in entries)
    return f'<Relationships xmlns="{PACKAGE}/relationships">{inner}</Relationships>'


def word(body: str, main: str = "word/document.xml", **parts: str) -> bytes:
    """A .docx of a body in XML; parts by kind: styles, numbering, footnotes."""
    folder = main.rpartition("/")[0]
    others = {f"{folder}/{kind}.xml": f"<w:{kind} {NAMES}>{content}</w:{kind}>" for kind, content in parts.items()}
    return packed(
        {
            "[Content_Types].xml": '<Types><Default ContentType="application/vnd.openxmlformats-wordprocessingml"/></Types>',
            "_rels/.rels": relations(("rId1", "officeDocument", main)),
            main: f"<w:document {NAMES}><w:body>{body}</w:body></w:document>",
            f"{folder}/_rels/{main.rpartition('/')[2]}.rels": relations(*((f"r{k}", k, f"{k}.xml") for k in parts)),
            **others,
        }
    )


def run(text: str, look: str = "") -> str:
    """A w:r."""
    return f"<w:r><w:rPr>{look}</w:rPr><w:t xml:space='preserve'>{escape(text)}</w:t></w:r>"


def paragraph(*inner: str, properties: str = "") -> str:
    """A w:p of runs."""
    return f"<w:p><w:pPr>{properties}</w:pPr>{''.join(inner)}</w:p>"


def cell(inner: str, properties: str = "") -> str:
    """A w:tc; plain text becomes a paragraph."""
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{inner if inner.startswith('<w:') else paragraph(run(inner))}</w:tc>"


def table(*printed: Sequence[str]) -> str:
    """A w:tbl of rows of cells (XML)."""
    return "<w:tbl>" + "".join(f"<w:tr>{''.join(row)}</w:tr>" for row in printed) + "</w:tbl>"


def word_table(printed: Sequence[Row]) -> str:
    """A statutory table as Word states it: w:gridSpan across, w:vMerge down."""
    open_: dict[int, tuple[int, int]] = {}  # column → rows still covered, width
    out = []
    for row in printed:
        cells, column, pieces = [], 0, list(row)
        width = sum(span for _, _, span in printed[0])
        while column < width:
            left, span = open_.get(column, (0, 0))
            if left:
                cells.append(cell("", f'<w:gridSpan w:val="{span}"/><w:vMerge/>'))
                open_[column] = (left - 1, span)
            elif pieces:
                text, down, span = pieces.pop(0)
                merge = '<w:vMerge w:val="restart"/>' if down > 1 else ""
                cells.append(cell(text, f'<w:gridSpan w:val="{span}"/>{merge}'))
                open_[column] = (down - 1, span)
            else:
                break
            column += span
        out.append(cells)
    return table(*out)


def word_report(paper: Paper, *, numbered: bool = False) -> str:
    """The body of a whole report; `numbered`: the sections' numbers are Word's own."""
    listed = '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr>' if numbered else ""
    parts = [paragraph(run(paper.title))]
    for section in paper.form.sections:
        heading = section.title if numbered else f"{section.number}、{section.title}"
        parts.append(paragraph(run(heading), properties=listed))
        if section.id == "overview":
            parts.append(paragraph(run(paper.overview)))
        if section.id in paper.form.tables:
            parts.append(word_table(rows(paper, section.id)))
    return "".join(parts)


NUMBERING = (
    '<w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="chineseCounting"/>'
    '<w:lvlText w:val="%1、"/></w:lvl><w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="decimal"/>'
    '<w:lvlText w:val="%1.%2"/><w:isLgl/></w:lvl></w:abstractNum>'
    '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
    '<w:num w:numId="2"><w:abstractNumId w:val="0"/>'
    '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="3"/></w:lvlOverride></w:num>'
)

Spots = dict[str, object]  # "B2" → value, or the inner XML of a cell as bytes


def workbook(sheets: Mapping[str, Spots], merged: Mapping[str, Sequence[str]] = {}, **more: str) -> bytes:
    """An .xlsx; every cell has lines around it (style 0); `more`: styles, and `sheet_<name>` put before the sheet's data."""
    parts = {
        "[Content_Types].xml": '<Types><Default ContentType="application/vnd.openxmlformats-spreadsheetml"/></Types>',
        "_rels/.rels": relations(("rId1", "officeDocument", "xl/workbook.xml")),
        "xl/styles.xml": more.get("styles", styles()),
    }
    entries, related = "", [("rS", "styles", "styles.xml")]
    for number, (name, spots) in enumerate(sheets.items(), start=1):
        state = ' state="hidden"' if name.startswith("hidden") else ""
        entries += f'<sheet name="{name}" sheetId="{number}" r:id="rId{number}"{state}/>'
        related.append((f"rId{number}", "worksheet", f"worksheets/sheet{number}.xml"))
        ranges = "".join(f'<mergeCell ref="{ref}"/>' for ref in merged.get(name, ()))
        parts[f"xl/worksheets/sheet{number}.xml"] = (
            f'<worksheet xmlns="{S}">{more.get("sheet_" + name, "")}<sheetData>{_data(spots)}</sheetData>'
            f"<mergeCells>{ranges}</mergeCells></worksheet>"
        )
    parts["xl/workbook.xml"] = f'<workbook xmlns="{S}" xmlns:r="{R}"><sheets>{entries}</sheets></workbook>'
    parts["xl/_rels/workbook.xml.rels"] = relations(*related)
    return packed(parts)


def styles(*codes: str) -> str:
    """styles.xml: style 0 is General with lines, the next ones are number formats with lines, the last has no lines."""
    formats = "".join(
        f'<numFmt numFmtId="{200 + i}" formatCode="{escape(c, {chr(34): "&quot;"})}"/>' for i, c in enumerate(codes)
    )
    looks = "".join(f'<xf numFmtId="{200 + i}" borderId="1"/>' for i in range(len(codes)))
    return (
        f'<styleSheet xmlns="{S}"><numFmts>{formats}</numFmts><borders><border/><border><left style="thin"/></border></borders>'
        f'<cellXfs><xf numFmtId="0" borderId="1"/>{looks}<xf numFmtId="0" borderId="0"/></cellXfs></styleSheet>'
    )


def _data(spots: Spots) -> str:
    by_row: dict[int, list[tuple[str, object]]] = {}
    for reference, value in spots.items():
        by_row.setdefault(int(reference.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")), []).append((reference, value))
    return "".join(
        f'<row r="{row}">{"".join(_spot(reference, value) for reference, value in found)}</row>'
        for row, found in sorted(by_row.items())
    )


def _spot(reference: str, value: object) -> str:
    if isinstance(value, bytes):
        return value.decode().replace("<c ", f'<c r="{reference}" ', 1)
    if isinstance(value, int | float):
        return f'<c r="{reference}"><v>{value}</v></c>'
    return f'<c r="{reference}" t="inlineStr"><is><t>{escape(str(value))}</t></is></c>'


def sheet_report(paper: Paper, name: str = "Sheet1") -> tuple[Spots, list[str]]:
    """The cells and merged areas of a whole report on one sheet."""
    spots: Spots = {"A1": f'<c s="1" t="inlineStr"><is><t>{paper.title}</t></is></c>'.encode()}
    merged, top = ["A1:J1"], 3
    for section in paper.form.sections:
        if section.id not in paper.form.tables:
            continue
        spots[f"A{top}"] = f'<c s="1" t="inlineStr"><is><t>{section.number}、{section.title}</t></is></c>'.encode()
        printed = rows(paper, section.id)
        for number, column, down, across, text in placed(printed):
            first = f"{_letters(column)}{top + 1 + number}"
            spots[first] = int(text) if text.isdigit() else text
            if down * across > 1:
                merged.append(f"{first}:{_letters(column + across - 1)}{top + number + down}")
        top += len(printed) + 2
    return spots, merged


def _letters(column: int) -> str:
    return chr(ord("A") + column)


def placed(printed: Sequence[Row]) -> list[tuple[int, int, int, int, str]]:
    """(row, column, rowspan, colspan, text) of the cells of a printed table."""
    taken: set[tuple[int, int]] = set()
    found = []
    for number, row in enumerate(printed):
        column = 0
        for text, down, across in row:
            while (number, column) in taken:
                column += 1
            found.append((number, column, down, across, text))
            taken |= {(number + i, column + j) for i in range(down) for j in range(across)}
            column += across
    return found


OFD = "http://www.ofdspec.org/2016"


def ofd(pages: Sequence[str], *, more: Mapping[str, bytes | str] = {}, common: str = "", box: str = "0 0 210 297") -> bytes:
    """An .ofd of pages, each given by the objects of its one layer; paths are absolute on odd pages, relative on even ones."""
    listed = "".join(
        f'<ofd:Page ID="{n + 1}" BaseLoc="{"/Doc_0/" if n % 2 else ""}Pages/Page_{n}/Content.xml"/>' for n in range(len(pages))
    )
    parts: dict[str, bytes | str] = {
        "OFD.xml": f'<ofd:OFD xmlns:ofd="{OFD}"><ofd:DocBody><ofd:DocInfo><ofd:Title>年报</ofd:Title></ofd:DocInfo>'
        "<ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>",
        "Doc_0/Document.xml": f'<ofd:Document xmlns:ofd="{OFD}"><ofd:CommonData><ofd:PageArea><ofd:PhysicalBox>{box}'
        f"</ofd:PhysicalBox></ofd:PageArea>{common}</ofd:CommonData><ofd:Pages>{listed}</ofd:Pages></ofd:Document>",
    }
    for number, objects in enumerate(pages):
        parts[f"Doc_0/Pages/Page_{number}/Content.xml"] = ofd_page(objects)
    return packed({**parts, **more})


def ofd_page(objects: str, before: str = "") -> str:
    """A Content.xml."""
    return f'<ofd:Page xmlns:ofd="{OFD}">{before}<ofd:Content><ofd:Layer>{objects}</ofd:Layer></ofd:Content></ofd:Page>'


def ofd_text(x: float, baseline: float, text: str, size: float = 4.0, deltas: str = "") -> str:
    """A TextObject whose first character stands at (x, baseline), in millimetres."""
    step = deltas or (f'DeltaX="g {len(text) - 1} {size}"' if len(text) > 1 else "")
    return (
        f'<ofd:TextObject Boundary="{x} {baseline - size} 180 {size * 1.5}" Font="1" Size="{size}">'
        f'<ofd:TextCode X="0" Y="{size}" {step}>{escape(text)}</ofd:TextCode></ofd:TextObject>'
    )


def ofd_box(x: float, y: float, width: float, height: float) -> str:
    """A rectangle drawn as a path."""
    data = f"M 0 0 L {width} 0 L {width} {height} L 0 {height} C"
    return (
        f'<ofd:PathObject Boundary="{x} {y} {width} {height}" LineWidth="0.2"><ofd:AbbreviatedData>{data}'
        "</ofd:AbbreviatedData></ofd:PathObject>"
    )


def ofd_report(paper: Paper) -> bytes:
    """A whole report, a page for each table."""
    pages = []
    for section in paper.form.sections:
        if section.id not in paper.form.tables:
            continue
        objects = "" if pages else ofd_text(20, 15, paper.title)
        objects += ofd_text(20, 25, f"{section.number}、{section.title}")
        printed = rows(paper, section.id)
        columns = sum(across for _, _, across in printed[0])
        wide, high = 180 / columns, 12.0
        for row, column, down, across, text in placed(printed):
            left, top = 15 + column * wide, 30 + row * high
            objects += ofd_box(left, top, across * wide, down * high)
            size = 1.7
            fit = max(1, int((across * wide - 1) / size)) if not text.isdigit() else len(text)
            step = size / 2 if text.isdigit() else size
            lines = range(0, len(text), fit)
            above = (down * high - 1.9 * len(lines)) / 2  # set in the middle, as Word does
            for line, start in enumerate(lines):
                part = text[start : start + fit]
                steps = f'DeltaX="g {len(part) - 1} {step}"' if len(part) > 1 else ""
                aside = (across * wide - len(part) * step) / 2
                objects += ofd_text(left + aside, top + above + 1.6 + line * 1.9, part, size, steps)
        pages.append(objects)
    return ofd(pages, box="0 0 210 400")
