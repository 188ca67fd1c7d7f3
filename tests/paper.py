"""Reports made for the tests: figures that tie, set as the official tables, in HTML, Word and text. The prose is ours."""

from __future__ import annotations

import html
import io
from dataclasses import dataclass, field
from random import Random

import docx

from expectations.form import Form, Leaf, Table, form_for, split_address

NUMBERS = "一二三四五六"


@dataclass
class Paper:
    """A report to print: its head, the form's edition, and the raw text of each figure by address."""

    agency: str = "云澜市水务局"
    year: int = 2023
    edition: str = "2021"
    raw: dict[str, str] = field(default_factory=dict)
    overview: str = "本年度工作平稳有序。"

    @property
    def form(self) -> Form:
        return form_for(self.edition)

    @property
    def title(self) -> str:
        return f"{self.agency}{self.year}年政府信息公开工作年度报告"


def tying(edition: str = "2021", seed: int = 0, **head: object) -> Paper:
    """A report whose figures satisfy every equation inside it."""
    random = Random(seed)
    form = form_for(edition)
    figures = {address: random.randrange(40) for address in form.addresses()}
    table = form.tables["applications"]
    parts = [column for column in table.columns if column != "total"]
    outcomes = [leaf.key for leaf in table.leaves() if leaf.key not in ("new", "carried_in", "concluded", "carried_out")]
    for column in parts:
        concluded = sum(figures[f"applications.{row}.{column}"] for row in outcomes)
        out = figures[f"applications.carried_out.{column}"]
        carried = random.randrange(concluded + out + 1)
        figures |= {
            f"applications.concluded.{column}": concluded,
            f"applications.carried_in.{column}": carried,
            f"applications.new.{column}": concluded + out - carried,
        }
    for leaf in table.leaves():
        figures[f"applications.{leaf.key}.total"] = sum(figures[f"applications.{leaf.key}.{column}"] for column in parts)
    for row in form.tables["disputes"].rows:
        figures[f"disputes.{row}.total"] = sum(
            figures[f"disputes.{row}.{c}"] for c in ("upheld", "corrected", "other", "pending")
        )
    figures |= _plausible(figures)
    paper = Paper(edition=edition, raw={address: str(value) for address, value in figures.items()})
    for name, value in head.items():
        setattr(paper, name, value)
    return paper


def _plausible(figures: dict[str, int]) -> dict[str, int]:
    """Figures of table 二 that are possible together: no 规章 of a department's own, no fewer 规范性文件 than the year made."""
    made = {address: 0 for address in figures if address.startswith("disclosure.rules.")}
    normative = "disclosure.normative"
    if f"{normative}.issued" in figures:
        least = figures[f"{normative}.issued"] - figures[f"{normative}.repealed"]
        return made | {f"{normative}.in_force": max(least, figures[f"{normative}.in_force"])}
    most = min(figures[f"{normative}.made"], figures[f"{normative}.total"])
    return made | {f"{normative}.published": min(most, figures[f"{normative}.published"])}


def to_html(paper: Paper) -> bytes:
    """The report as a plain web page."""
    body = [f"<h1>{paper.title}</h1>"]
    for section in paper.form.sections:
        body.append(f"<p>{section.number}、{section.title}</p>")
        if section.id == "overview":
            body.append(f"<p>{paper.overview}</p>")
        if section.id in paper.form.tables:
            body.append(html_table(paper, section.id))
        elif section.id in ("problems", "other"):
            body.append("<p>仍有改进余地，下一年度逐项落实。</p>")
    page = f"<html><head><meta charset='utf-8'><title>{paper.title}</title></head><body>{''.join(body)}</body></html>"
    return page.encode()


def to_docx(paper: Paper) -> bytes:
    """The report as a Word file with merged cells."""
    document = docx.Document()
    document.add_paragraph(paper.title)
    for section in paper.form.sections:
        document.add_paragraph(f"{section.number}、{section.title}")
        if section.id == "overview":
            document.add_paragraph(paper.overview)
        if section.id in paper.form.tables:
            _word_table(document, rows(paper, section.id))
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def to_text(paper: Paper) -> bytes:
    """The report as a page-text dump: merged cells keep a tab only."""
    lines = [paper.title, ""]
    for section in paper.form.sections:
        lines += [f"{section.number}、{section.title}", ""]
        if section.id == "overview":
            lines += [paper.overview, ""]
        if section.id in paper.form.tables:
            lines += ["\t".join(text for text, *_ in row) for row in rows(paper, section.id)] + [""]
    return "\n".join(lines).encode()


Row = list[tuple[str, int, int]]  # (text, rowspan, colspan)


def rows(paper: Paper, name: str) -> list[Row]:
    """The rows of a table as printed, with spans."""
    table = paper.form.tables[name]
    layouts = {"blocks": _blocks, "matrix": _matrix, "strip": _strip}
    return layouts[table.layout](paper, name, table)


def _blocks(paper: Paper, name: str, table: Table) -> list[Row]:
    printed: list[Row] = []
    for block in table.blocks:
        wide = 4 - len(block.columns)
        printed.append([(block.article, 1, 4)])
        spans = [1] * (len(block.columns) - 1) + [wide]
        printed.append(
            [(table.corner, 1, 1), *((table.columns[c].label, 1, s) for c, s in zip(block.columns, spans, strict=True))]
        )
        for row in block.rows:
            raws = [paper.raw[f"{name}.{row}.{column}"] for column in block.columns]
            printed.append([(table.rows[row].label, 1, 1), *((raw, 1, s) for raw, s in zip(raws, spans, strict=True))])
    return printed


def _matrix(paper: Paper, name: str, table: Table) -> list[Row]:
    labels = [column.label for column in table.columns.values()]
    printed: list[Row] = [
        [(table.corner, 3, 3), (table.header_groups[0], 1, 6), (labels[-1], 3, 1)],
        [(labels[0], 2, 1), (table.header_groups[1], 1, 5)],
        [(label, 1, 1) for label in labels[1:-1]],
    ]
    leaves = table.leaves()
    for number, leaf in enumerate(leaves):
        before = leaves[number - 1].labels[:-1] if number else ()
        printed.append([*_labels(leaf, leaves, before), *((paper.raw[f"{name}.{leaf.key}.{c}"], 1, 1) for c in table.columns)])
    return printed


def _labels(leaf: Leaf, leaves: tuple[Leaf, ...], before: tuple[str, ...]) -> Row:
    cells: Row = []
    for depth, label in enumerate(leaf.labels[:-1]):
        if before[: depth + 1] != leaf.labels[: depth + 1]:
            cells.append((label, sum(other.labels[: depth + 1] == leaf.labels[: depth + 1] for other in leaves), 1))
    return [*cells, (leaf.label, 1, 4 - len(leaf.labels))]


def _strip(paper: Paper, name: str, table: Table) -> list[Row]:
    keys = list(table.rows)
    first: Row = [(table.rows[keys[0]].label, 1, 5), (table.header_groups[0], 1, 10)]
    columns = [column.label for column in table.columns.values()]
    second: Row = [*((label, 2, 1) for label in columns), *((table.rows[key].label, 1, 5) for key in keys[1:])]
    third: Row = [(label, 1, 1) for label in columns * 2]
    figures: Row = [(paper.raw[f"{name}.{key}.{column}"], 1, 1) for key in keys for column in table.columns]
    return [first, second, third, figures]


def html_table(paper: Paper, name: str) -> str:
    """One statutory table as HTML."""

    def cell(text: str, rowspan: int, colspan: int) -> str:
        return f"<td rowspan='{rowspan}' colspan='{colspan}'>{html.escape(text)}</td>"

    return "<table>" + "".join("<tr>" + "".join(cell(*c) for c in row) + "</tr>" for row in rows(paper, name)) + "</table>"


def _word_table(document: docx.document.Document, printed: list[Row]) -> None:
    width = sum(colspan for _, _, colspan in printed[0])
    table = document.add_table(len(printed), width)
    taken: set[tuple[int, int]] = set()
    for number, row in enumerate(printed):
        column = 0
        for text, rowspan, colspan in row:
            while (number, column) in taken:
                column += 1
            last = table.cell(number + rowspan - 1, column + colspan - 1)
            merged = table.cell(number, column).merge(last) if (rowspan, colspan) != (1, 1) else last
            merged.text = text
            taken |= {(number + i, column + j) for i in range(rowspan) for j in range(colspan)}
            column += colspan


def change(paper: Paper, **raw: str) -> Paper:
    """The same report with some figures printed otherwise; `applications__new__total="5"`."""
    figures = {address.replace("__", "."): text for address, text in raw.items()}
    for address in figures:
        assert split_address(address)[0] in paper.form.tables
    return Paper(paper.agency, paper.year, paper.edition, paper.raw | figures, paper.overview)
