"""Keep of a page what belongs to the article: one of two like copies, no menus, no side bars, nothing behind its body."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from typing import NamedTuple

from selectolax.lexbor import LexborHTMLParser

from tasks.extract.markup import xpath
from tasks.extract.page_words import is_statutory, page_words
from tasks.extract.walked import Walked
from tasks.printed import Grid, Paragraph

Block = Paragraph | Grid
_LEAST_PROSE = 200  # characters beside the tables from which two equal parts of a page are copies of a report
_MOST = 300  # side bars and menus that are looked at


class _Placed(NamedTuple):
    """A block, its XPath, and the text of a statutory table ("" for any other block)."""

    block: Block
    path: str
    figures: str


def article_of(page: LexborHTMLParser, walked: Walked, names: Set[str]) -> tuple[Block, ...]:
    """The blocks of the article, in order. Whatever is left out is furniture of the site, or a copy of what is kept.

    `names` are the classes and ids on the page.
    """
    blocks = _without_copies([_placed(block) for block in walked.blocks], walked.devices)
    if not any(placed.figures for placed in blocks):
        return tuple(block for block, path, _ in blocks if path not in walked.links)
    furniture = _furniture(page, names, blocks)
    blocks = [placed for placed in blocks if not any(placed.path.startswith(part) for part in furniture)]
    marked = [number for number, placed in enumerate(blocks) if placed.figures or _is_heading(placed.block)]
    first, last = marked[0], marked[-1]
    body = _body(page, names, [blocks[number].path for number in marked])
    end = max((n for n, placed in enumerate(blocks) if placed.path.startswith(body)), default=last) if body else len(blocks)
    return tuple(
        block
        for number, (block, path, _) in enumerate(blocks)
        if number <= end and (path not in walked.links or first <= number <= last)
    )


def is_figures(blocks: Iterable[Block]) -> bool:
    """Whether a statutory table is among the blocks."""
    return any(_figures(block) for block in blocks)


def _figures(block: Block) -> str:
    if isinstance(block, Paragraph):
        return ""
    text = "\0".join([cell.text for cell in block.cells])
    return text if is_statutory(text) else ""


def _placed(block: Block) -> _Placed:
    if isinstance(block, Paragraph):
        return _Placed(block, block.locator.path or "", "")
    return _Placed(block, (block.cells[0].locator.path or "") if block.cells else "", _figures(block))


def _content(block: Block) -> object:
    """What a block prints, without white space."""
    if isinstance(block, Paragraph):
        return "".join(block.text.split())
    return tuple((cell.row, cell.column, "".join(cell.text.split())) for cell in block.cells)


def _without_copies(blocks: list[_Placed], devices: Sequence[str]) -> list[_Placed]:
    """Of two copies that print the same, the first. Copies that differ both stay, for placement to see."""
    for device in reversed(devices):
        start = f"{device}/"
        inside = [_content(block) for block, path, _ in blocks if path.startswith(start) and isinstance(block, Grid)]
        others = [_content(block) for block, path, _ in blocks if not path.startswith(start) and isinstance(block, Grid)]
        if inside and others and all(grid in others for grid in inside):
            blocks = [placed for placed in blocks if not placed.path.startswith(start)]
    seen: dict[str, str] = {}
    for _, path, figures in list(blocks):
        if figures and figures in seen:
            one, other = _parting(seen[figures], path)
            if _are_copies(blocks, one, other):
                blocks = [placed for placed in blocks if not placed.path.startswith(other)]
        elif figures:
            seen[figures] = path
    return blocks


def _parting(one: str, other: str) -> tuple[str, str]:
    """The two elements, one around each path, that are children of the same element."""
    steps, others = one.split("/"), other.split("/")
    same = next((n for n, (a, b) in enumerate(zip(steps, others, strict=False)) if a != b), min(len(steps), len(others)))
    return "/".join(steps[: same + 1]) + "/", "/".join(others[: same + 1]) + "/"


def _are_copies(blocks: Sequence[_Placed], one: str, other: str) -> bool:
    first = [_content(block) for block, path, _ in blocks if path.startswith(one)]
    second = [_content(block) for block, path, _ in blocks if path.startswith(other)]
    return first == second and sum(len(text) for text in first if isinstance(text, str)) >= _LEAST_PROSE


def _furniture(page: LexborHTMLParser, names: Set[str], blocks: Sequence[_Placed]) -> list[str]:
    """Paths of menus, footers and side bars: none that holds a heading or a table of the article itself.

    A side bar may hold another report's tables; it is passed over when most of the article's are outside it.
    """
    words = page_words()
    marked = [(path, bool(figures)) for block, path, figures in blocks if figures or _is_heading(block)]
    tables = sum(is_table for _, is_table in marked)
    parts = [
        path
        for path in _paths(page, _named(names, words.furniture | words.asides))
        if not any(at.startswith(path) for at, _ in marked)
    ]
    asides = _paths(page, _named(names, words.asides))
    return parts + [path for path in asides if sum(is_table and at.startswith(path) for at, is_table in marked) * 2 < tables]


def _named(names: Set[str], wanted: Iterable[str]) -> str:
    tags = [name for name in ("nav", "aside", "footer") if name in wanted]
    return ",".join([*tags, *(f".{name},#{name}" for name in sorted(names & set(wanted)))])


def _is_heading(block: Block) -> bool:
    return isinstance(block, Paragraph) and bool(page_words().heading.match(block.text))


def _body(page: LexborHTMLParser, names: Set[str], wanted: list[str]) -> str:
    """The path of the innermost known article body that holds all statutory tables and numbered headings, if there is one."""
    known = [one for one in page_words().containers if one[0] not in ".#" or one[1:].lower() in names]
    return max(
        (body for body in _paths(page, ",".join(known)) if all(path.startswith(body) for path in wanted)), key=len, default=""
    )


def _paths(page: LexborHTMLParser, selector: str) -> list[str]:
    return [xpath(node) + "/" for node in page.css(selector)[:_MOST]]
