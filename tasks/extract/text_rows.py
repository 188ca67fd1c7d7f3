"""Put rows together that text dumps take apart: cells on lines of their own, labels wrapped over lines, drawn boxes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from tasks.extract.text_lines import Field, Kind, Line, enumerated, text_words

_STACKED = 5  # runs of figures, one a line, from which a text prints each cell on a line of its own
_RUN = 3  # figures of such a run
_LONE_TABS = 10  # lines of a mere tab from which tabs stand between cells, on lines of their own
_UNLABELLED = 10  # figures in a row from which it is table 四's, which has no label
_CHAIN = 4  # lines that a label and the groups before it take at most
_BOXED = 4  # drawn lines across from which they part the rows
_WRAPPED = 3  # lines over which a label is wrapped at most


def put_together(lines: Sequence[Line]) -> list[Line]:
    """The lines, with what belongs in one row in one row."""
    if sum(_ends_in_tab(line) for line in lines) >= _LONE_TABS:
        rows = list(_ended(lines))
    else:
        rows = list(_tabbed(lines)) if sum(map(_is_lone_tab, lines)) >= _LONE_TABS else list(lines)
    rows = list(_boxed(rows))
    runs = [list(run) for is_value, run in groupby(filter(_is_filled, rows), _is_lone_value) if is_value]
    if sum(len(run) >= _RUN for run in runs) >= _STACKED:
        return list(_unstacked(rows))
    return _labelled(_settled(rows))


def _is_filled(line: Line) -> bool:
    return line.kind not in (Kind.BLANK, Kind.PAGE)


def _is_lone_value(line: Line) -> bool:
    return len(line.fields) == 1 and line.fields[0].is_value


def _is_lone_tab(line: Line) -> bool:
    return line.is_indented and line.kind is Kind.BLANK


def _ends_in_tab(line: Line) -> bool:
    """Whether the line is one cell and the tab behind it."""
    return not line.is_drawn and len(line.fields) == 2 and bool(line.fields[0].text) and not line.fields[1].text


def _ended(lines: Sequence[Line]) -> Iterator[Line]:
    """Where each cell has a line of its own and a tab at its end, cells up to the line without one make one row."""
    row: list[Line] = []
    for line in lines:
        is_open = _ends_in_tab(line) or (bool(row) and _is_lone_tab(line))
        if not row and not is_open:
            yield line
            continue
        row.append(line)
        if not is_open:
            yield _ended_row(row)
            row = []
    if row:
        yield _ended_row(row)


def _ended_row(cells: Sequence[Line]) -> Line:
    """One row; a line of several cells ends it."""
    fields = [line.fields[0] if _ends_in_tab(line) else Field(line.text, line.locator) for line in cells[:-1]]
    last = cells[-1]
    ends = last.fields if last.kind is Kind.ROW and not _ends_in_tab(last) else [Field(last.text, last.locator)]
    return replace(cells[0], text="\t".join(line.text for line in cells), kind=Kind.ROW, fields=[*fields, *ends])


def _tabbed(lines: Sequence[Line]) -> Iterator[Line]:
    """Browsers print a tab on a line of its own between cells that hold paragraphs: such lines make one row."""
    row: Line | None = None
    is_open = False
    for line in lines:
        if _is_lone_tab(line):
            is_open = row is not None
        elif line.kind is Kind.BLANK and (is_open or row is not None):
            continue
        elif row is not None and is_open:
            row = replace(row, text=f"{row.text}\t{line.text}", kind=Kind.ROW, fields=[*_whole(row), *_whole(line)])
            is_open = False
        else:
            if row is not None:
                yield row
            row = line
    if row is not None:
        yield row


def _whole(line: Line) -> list[Field]:
    return line.fields if line.kind is Kind.ROW else [Field(line.text, line.locator)]


def _boxed(lines: Sequence[Line]) -> Iterator[Line]:
    """In tables whose every row is drawn in a box, the lines of a box are one row."""
    for is_drawn, run in groupby(lines, lambda line: line.is_drawn or line.kind is Kind.RULE):
        part = list(run)
        rules = sum(line.kind is Kind.RULE for line in part)
        if not is_drawn or rules < _BOXED:
            yield from part
            continue
        for is_rule, box in groupby(part, lambda line: line.kind is Kind.RULE):
            if not is_rule:
                yield from _one_row(list(box))


def _one_row(box: list[Line]) -> list[Line]:
    if len({len(line.fields) for line in box}) > 1:
        return box
    columns = zip(*(line.fields for line in box), strict=True)
    fields = [Field("\n".join(field.text for field in column if field.text), column[0].locator) for column in columns]
    return [replace(box[0], fields=fields)]


def _unstacked(lines: Sequence[Line]) -> Iterator[Line]:
    """Rows from cells that stand on lines of their own: a run of figures, and the label lines right before it."""
    words: list[Line] = []
    figures: list[Line] = []
    for line in filter(_is_filled, lines):
        if _is_lone_value(line):
            figures.append(line)
            continue
        if figures:
            yield from _stack(words, figures)
            words, figures = [], []
        if line.kind in (Kind.PROSE, Kind.ROW):
            yield from words
            words = []
            yield line
        else:
            words.append(line)
    yield from _stack(words, figures) if figures else words


def _stack(words: list[Line], figures: list[Line]) -> Iterator[Line]:
    count = _label_lines(words) if len(figures) < _UNLABELLED else 0
    before = words[: len(words) - count]
    corners = [number for number, line in enumerate(before) if line.text in text_words().corners]
    start = corners[-1] if corners else 1 + max((n for n, line in enumerate(before) if _is_enumerated(line.text)), default=-1)
    yield from before[:start]
    if len(before) - start > 1:  # the header: its words tell the columns' order
        yield _row_of(before[start:])
    else:
        yield from before[start:]
    yield _row_of([*words[len(words) - count :], *figures])


def _row_of(lines: Sequence[Line]) -> Line:
    return replace(lines[0], kind=Kind.ROW, fields=[field for line in lines for field in line.fields])


def _label_lines(words: list[Line]) -> int:
    """How many of the lines before figures are their row's label: back to its enumerator, and the groups that it stands in."""
    enumerator = text_words().enumerator
    marks = [bool(enumerator.match(line.text)) for line in words[-_CHAIN:]][::-1]
    if True not in marks[:3]:
        return min(1, len(words))
    count = marks.index(True) + 1
    while count < len(marks) and marks[count]:
        count += 1
    return count


def _settled(lines: Sequence[Line]) -> list[Line]:
    """The lines, each weak row or header beside a table's rows made a row, and any other made prose."""
    kinds = [line.kind for line in lines]
    for order in (range(len(lines)), range(len(lines) - 1, -1, -1)):
        last = Kind.BLANK
        apart = 0
        for number in order:
            kind = kinds[number]
            if kind in (Kind.WEAK, Kind.HEAD) and last in (Kind.ROW, Kind.HEAD) and apart < 2:
                kinds[number] = kind = Kind.ROW
            if kind is Kind.HEAD and lines[number].fields[0].text in text_words().corners:
                kinds[number] = kind = Kind.ROW
            apart = apart + 1 if kind in (Kind.BLANK, Kind.PAGE) else 0
            if apart == 0 and not (kind is Kind.SINGLE and len(lines[number].text) < 30):
                last = kind
    return [
        replace(line, kind=Kind.PROSE if kind in (Kind.WEAK, Kind.HEAD) else kind)
        for line, kind in zip(lines, kinds, strict=True)
    ]


def _labelled(lines: list[Line]) -> list[Line]:
    """Rows of figures with the lines of their label that stand above and below."""
    taken: set[int] = set()
    rows = list(lines)
    for number, line in enumerate(lines):
        figures = sum(field.is_value for field in line.fields)
        if line.kind is not Kind.ROW or line.is_drawn or not 0 < figures < _UNLABELLED:
            continue
        label = [field for field in line.fields if field.text and not field.is_value]
        own = label[-1].text if label else ""
        above = _group_above(lines, number, taken) if own and _is_enumerated(own) else _above(lines, number, taken)
        below = _below(lines, number, taken) if _is_enumerated(own) or above else []
        if own and _is_enumerated(own) and not (below and _completes(lines[above[0]], lines[below[0]]) if above else False):
            above = []
        if above or below:
            taken.update(above, below)
            rows[number] = _with_label(line, [lines[n] for n in above], [lines[n] for n in below])
    return [line for number, line in enumerate(rows) if number not in taken]


def _group_above(lines: Sequence[Line], number: int, taken: set[int]) -> list[int]:
    """The line right before a row that can be the beginning of its group's name."""
    at = number - 1
    is_group = at >= 0 and at not in taken and lines[at].kind is Kind.SINGLE and _is_enumerated(lines[at].text)
    return [at] if is_group else []


def _completes(above: Line, below: Line) -> bool:
    """Whether the line below a row ends the group's name that the line above it begins."""
    return any(_is_group(above.fields[-1].text + field.text) for field in below.fields[:1])


def _is_group(text: str) -> bool:
    return "".join(text.split()).endswith(text_words().groups)


def _is_enumerated(text: str) -> bool:
    return bool(text_words().enumerator.match(text))


def _above(lines: Sequence[Line], number: int, taken: set[int]) -> list[int]:
    """The label's lines before a row: back to the one with the enumerator; none if there is no such."""
    found: list[int] = []
    at = number - 1
    while at >= 0 and len(found) < _WRAPPED:
        line = lines[at]
        if line.kind is Kind.SINGLE and at not in taken:
            found.append(at)
            if _is_enumerated(line.fields[-1].text if line.fields[-1].text else line.text):
                return found[::-1]
        elif _is_filled(line) or number - at > _WRAPPED + 1:
            break
        at -= 1
    return []


def _below(lines: Sequence[Line], number: int, taken: set[int]) -> list[int]:
    """The label's line right behind a row: it has no enumerator, and the table goes on behind it.

    It may be two ends: the group's name and the label, both wrapped around the row.
    """
    if number + 1 >= len(lines) or number + 1 in taken:
        return []
    line = lines[number + 1]
    is_wide = line.kind is Kind.ROW and not line.is_drawn and len(line.fields) == 2
    if (line.kind is not Kind.SINGLE and not is_wide) or any(
        field.is_value or _is_enumerated(field.text) for field in line.fields
    ):
        return []
    after = lines[number + 2] if number + 2 < len(lines) else None
    goes_on = after is not None and (after.kind is Kind.ROW or (after.kind is Kind.SINGLE and _is_enumerated(after.text)))
    return [number + 1] if line.is_indented or goes_on else []


def _with_label(line: Line, above: Sequence[Line], below: Sequence[Line]) -> Line:
    """The row with its label's parts put together: the group's name and the label itself, each with all its lines."""
    first = next(number for number, field in enumerate(line.fields) if field.is_value)
    parts: list[Field] = []
    for field in (field for other in above for field in other.fields if field.text):
        pieces = list(enumerated(field.text))
        if parts and not _is_enumerated(pieces[0]):
            parts[-1] = _joined(parts[-1], pieces.pop(0))
        parts += [Field(piece, field.locator) for piece in pieces]
    parts += line.fields[:first]
    ends = [field for other in below for field in other.fields if field.text]
    for number, field in enumerate(ends):
        groups = [at for at, part in enumerate(parts[:-1]) if _is_group(part.text + field.text)]
        at = groups[-1] if groups else number if 1 < len(ends) == len(parts) else len(parts) - 1
        if parts:
            parts[at] = _joined(parts[at], field.text)
    return replace(line, fields=[*parts, *line.fields[first:]])


def _joined(part: Field, text: str) -> Field:
    return Field(f"{part.text}\n{text}", part.locator) if part.text else Field(text, part.locator)
