"""Set a sample report in HTML as web editors leave it: TRS, Word paste with a span a character, Ucap, plain, old tags."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import dataclass

from samples.figures import SampleReport
from samples.prose import narrate
from samples.tables import PrintedCell, PrintedTable, printed_tables

_FANGSONG = "mso-spacerun:'yes';font-family:仿宋_GB2312;font-size:{size}pt;"
_WORD_CELL = "border:1.0000pt solid windowtext;mso-border-alt:0.5000pt solid windowtext;"


@dataclass(frozen=True, slots=True)
class Editor:
    """How one editor writes a paragraph, a section heading, a table's opening tag and a cell."""

    paragraph: Callable[[str], str]
    heading: Callable[[str], str]
    table: str
    cell: Callable[[PrintedCell], str]
    row: str = "<tr>"
    has_columns: bool = True


def body(report: SampleReport, editor: str, with_title: bool = False) -> str:
    """The report's whole text with its three tables, as `editor` leaves it."""
    hand = EDITORS[editor]
    tables = printed_tables(report)
    narrative = narrate(report)
    lines = [hand.heading(report.title)] if with_title else []
    lines.append(hand.paragraph(narrative.opening))
    for part in narrative.parts:
        lines.append(hand.heading(part.heading))
        lines += [hand.paragraph(text) for text in part.paragraphs]
        if part.id in tables:
            lines.append(table(tables[part.id], hand))
    return "\n".join(lines)


def table(printed: PrintedTable, hand: Editor) -> str:
    """A printed table as the editor's HTML."""
    rows = []
    for row in range(printed.rows):
        cells = [hand.cell(cell) for cell in printed.cells if cell.row == row]
        rows.append(hand.row + "".join(cells) + "</tr>")
    widths = "".join(f'<col style="width:{share:.1%}">' for share in printed.widths) if hand.has_columns else ""
    return hand.table + widths + "<tbody>\n" + "\n".join(rows) + "\n</tbody></table>"


def _spans(cell: PrintedCell) -> str:
    down = f' rowspan="{cell.rowspan}"' if cell.rowspan > 1 else ""
    across = f' colspan="{cell.colspan}"' if cell.colspan > 1 else ""
    return down + across


def _text(text: str) -> str:
    return html.escape(text, quote=False).replace("\u00a0", "&nbsp;").replace("\n", "<br/>") or "&nbsp;"


def _plain_cell(cell: PrintedCell) -> str:
    return f'<td{_spans(cell)} align="center">{_text(cell.text)}</td>'


def _trs_cell(cell: PrintedCell) -> str:
    style = "border: 1px solid #000000; padding: 2px 5px; word-break: break-all;"
    return f'<td{_spans(cell)} style="{style}"><p align="center" style="text-align: center">{_text(cell.text)}</p></td>'


def _ucap_cell(cell: PrintedCell) -> str:
    text = _text(cell.text)
    if cell.is_label and text[1:2] == "、" and "<br/>" not in text:
        text = f"{text[0]}</span><span>{text[1:]}"
    style = "border:1px solid #333;vertical-align:middle;"
    return f'<td{_spans(cell)} style="{style}"><p style="text-align:center;"><span>{text}</span></p></td>'


def _word_cell(cell: PrintedCell) -> str:
    style = _FANGSONG.format(size="10.5000")
    pieces = list(cell.text) if not cell.is_label else re.split(r"(?<=^[一二三四])(?=、)", cell.text)
    runs = "".join(f'<span style="{style}">{_text(piece)}</span>' for piece in pieces) or f'<span style="{style}">&nbsp;</span>'
    inner = f'<p class="MsoNormal" align="center" style="text-align:center;">{runs}<span><o:p></o:p></span></p>'
    return f'<td{_spans(cell)} valign="center" style="{_WORD_CELL}">{inner}</td>'


def _word_paragraph(text: str) -> str:
    style = _FANGSONG.format(size="16.0000")
    pieces = [piece for piece in re.split(r"(\d+)", text) if piece]
    runs = (
        f'<span lang="EN-US" style="{style}">{p}</span>' if p.isdigit() else f'<span style="{style}">{_text(p)}</span>'
        for p in pieces
    )
    return (
        f'<p class="MsoNormal" style="text-indent:32.0000pt;line-height:28.0000pt;">{"".join(runs)}<span><o:p></o:p></span></p>'
    )


def _word_heading(text: str) -> str:
    runs = "".join(
        f"<span style=\"mso-spacerun:'yes';font-family:黑体;font-size:16.0000pt;\">{_text(char)}</span>" for char in text
    )
    return f'<p class="MsoNormal" style="text-indent:32.0000pt;">{runs}<o:p></o:p></p>'


def _old_cell(cell: PrintedCell) -> str:
    return f"<TD{_spans(cell).upper()} align=middle><FONT size=2>{_text(cell.text).replace('<br/>', '<BR>')}</FONT></TD>"


EDITORS = {
    "plain": Editor(
        paragraph=lambda text: f"<p>{_text(text)}</p>",
        heading=lambda text: f"<h3>{_text(text)}</h3>",
        table='<table border="1" cellspacing="0" cellpadding="4" width="100%">',
        cell=_plain_cell,
    ),
    "trs": Editor(
        paragraph=lambda text: f'<p align="justify" style="text-align: justify;">\u3000\u3000{_text(text)}</p>',
        heading=lambda text: f'<p align="justify" style="text-align: justify;">\u3000\u3000<strong>{_text(text)}</strong></p>',
        table='<table align="center" class="MsoTableGrid" style="width: 100%; border-collapse: collapse;" border="0">',
        cell=_trs_cell,
    ),
    "ucap": Editor(
        paragraph=lambda text: f'<p style="text-indent: 2em; line-height: 2;"><span>{_text(text)}</span></p>',
        heading=lambda text: f'<p style="text-indent: 2em; line-height: 2;"><strong><span>{_text(text)}</span></strong></p>',
        table='<table style="border-collapse:collapse;width:100%;" class="nb_table">',
        cell=_ucap_cell,
    ),
    "word": Editor(
        paragraph=_word_paragraph,
        heading=_word_heading,
        table='<table class="MsoTableGrid" style="border-collapse:collapse;width:100%;border:none;">',
        cell=_word_cell,
        row='<tr style="height:24.9500pt;">',
    ),
    "gb": Editor(
        paragraph=lambda text: f"<P>\u3000\u3000{_text(text)}</P>",
        heading=lambda text: f"<P>\u3000\u3000<B>{_text(text)}</B></P>",
        table='<TABLE borderColor=#000000 cellSpacing=0 cellPadding=3 width="100%" border=1>',
        cell=_old_cell,
        row="<TR>",
        has_columns=False,
    ),
}
