"""Put rows together that text dumps take apart: cells on lines of their own, labels wrapped over lines, drawn boxes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from tasks.extract.text_lines import Field, Kind, Line, text_words

_STACKED = 5  # runs of figures, one a line, from which a text prints each cell on a line of its own
_RUN = 3  # figures of such a run
_LONE_TABS = 10  # lines of a mere tab from which tabs stand between cells, on lines of their own
_UNLABELLED = 10  # figures in a row from which it is table 四's, which has no label
_CHAIN = 4  # lines that a label and the groups before it take at most
_BOXED = 4  # drawn lines across from which they part the rows
_WRAPPED = 3  # lines over which a label is wrapped at most


def put_together(lines: Sequence[Line]) -> list[Line]:
    """The lines, with what belongs in one row in one row."""
    rows = list(_tabbed(lines)) if sum(line.text == "" and _is_lone_tab(line) for line in lines) >= _LONE_TABS else list(lines)
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
        if line.kind is not Kind.ROW or line.is_drawn or not any(field.is_value for field in line.fields):
            continue
        if sum(field.is_value for field in line.fields) >= _UNLABELLED:
            continue
        label = [field for field in line.fields if field.text and not field.is_value]
        own = label[-1].text if label else ""
        above = [] if own and _is_enumerated(own) else _above(lines, number, taken)
        below = _below(lines, number, taken) if _is_enumerated(own) or above else []
        if above or below:
            taken.update(above, below)
            rows[number] = _with_label(line, [lines[n] for n in above], [lines[n] for n in below])
    return [line for number, line in enumerate(rows) if number not in taken]


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
    """The label's line right behind a row: it has no enumerator, and the table goes on behind it."""
    if number + 1 >= len(lines) or number + 1 in taken:
        return []
    line = lines[number + 1]
    if line.kind is not Kind.SINGLE or _is_enumerated(line.text):
        return []
    after = lines[number + 2] if number + 2 < len(lines) else None
    goes_on = after is not None and (after.kind is Kind.ROW or (after.kind is Kind.SINGLE and _is_enumerated(after.text)))
    return [number + 1] if line.is_indented or goes_on else []


def _with_label(line: Line, above: Sequence[Line], below: Sequence[Line]) -> Line:
    first = next(number for number, field in enumerate(line.fields) if field.is_value)
    added = [[field for other in part for field in other.fields if field.text] for part in (above, below)]
    return replace(line, fields=[*added[0], *line.fields[:first], *added[1], *line.fields[first:]])
