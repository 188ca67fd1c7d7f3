"""Keep of a page what belongs to the article: one of two like copies, no menus, no side bars, nothing behind its body."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence, Set

from selectolax.lexbor import LexborHTMLParser

from tasks.extract.markup import xpath
from tasks.extract.page_words import is_statutory, page_words
from tasks.extract.walk import Walked
from tasks.printed import Grid, Paragraph

Block = Paragraph | Grid
_LEAST_PROSE = 200  # characters beside the tables from which two equal parts of a page are copies of a report
_MOST = 300  # side bars and menus that are looked at


def article_of(page: LexborHTMLParser, walked: Walked, names: Set[str]) -> tuple[Block, ...]:
    """The blocks of the article, in order. Whatever is left out is furniture of the site, or a copy of what is kept.

    `names` are the classes and ids on the page.
    """
    blocks = _without_copies([(block, _path(block)) for block in walked.blocks], walked.devices)
    heading = page_words().heading
    marked = [n for n, (block, _) in enumerate(blocks) if _is_figures(block) or _is_heading(block, heading)]
    if not any(_is_figures(blocks[number][0]) for number in marked):
        return tuple(block for block, path in blocks if path not in walked.links)
    first, last = marked[0], marked[-1]
    body = _body(page, names, [blocks[number][1] for number in marked])
    end = max((n for n, (_, path) in enumerate(blocks) if path.startswith(body)), default=last) if body else len(blocks)
    furniture = _furniture(page, names, [pair for number, pair in enumerate(blocks) if first <= number <= last])
    return tuple(
        block
        for number, (block, path) in enumerate(blocks)
        if number <= end
        and not any(path.startswith(part) for part in furniture)
        and (path not in walked.links or first <= number <= last)
    )


def is_figures(blocks: Iterable[Block]) -> bool:
    """Whether a statutory table is among the blocks."""
    return any(_is_figures(block) for block in blocks)


def _is_figures(block: Block) -> bool:
    return isinstance(block, Grid) and is_statutory("".join(cell.text for cell in block.cells))


def _path(block: Block) -> str:
    if isinstance(block, Paragraph):
        return block.locator.path or ""
    return (block.cells[0].locator.path or "") if block.cells else ""


def _content(block: Block) -> object:
    """What a block prints, without white space."""
    if isinstance(block, Paragraph):
        return "".join(block.text.split())
    return tuple((cell.row, cell.column, "".join(cell.text.split())) for cell in block.cells)


def _without_copies(blocks: list[tuple[Block, str]], devices: Sequence[str]) -> list[tuple[Block, str]]:
    """Of two copies that print the same, the first. Copies that differ both stay, for placement to see."""
    for device in reversed(devices):
        inside = [_content(block) for block, path in blocks if path.startswith(f"{device}/") and isinstance(block, Grid)]
        others = [_content(block) for block, path in blocks if not path.startswith(f"{device}/") and isinstance(block, Grid)]
        if inside and all(grid in others for grid in inside):
            blocks = [(block, path) for block, path in blocks if not path.startswith(f"{device}/")]
    seen: dict[object, str] = {}
    for block, path in list(blocks):
        if not _is_figures(block):
            continue
        content = _content(block)
        if content in seen:
            one, other = _parting(seen[content], path)
            if _are_copies(blocks, one, other):
                blocks = [pair for pair in blocks if not pair[1].startswith(other)]
        else:
            seen[content] = path
    return blocks


def _parting(one: str, other: str) -> tuple[str, str]:
    """The two elements, one around each path, that are children of the same element."""
    steps, others = one.split("/"), other.split("/")
    same = next((n for n, (a, b) in enumerate(zip(steps, others, strict=False)) if a != b), min(len(steps), len(others)))
    return "/".join(steps[: same + 1]) + "/", "/".join(others[: same + 1]) + "/"


def _are_copies(blocks: list[tuple[Block, str]], one: str, other: str) -> bool:
    first = [_content(block) for block, path in blocks if path.startswith(one)]
    second = [_content(block) for block, path in blocks if path.startswith(other)]
    return first == second and sum(len(text) for text in first if isinstance(text, str)) >= _LEAST_PROSE


def _furniture(page: LexborHTMLParser, names: Set[str], article: list[tuple[Block, str]]) -> list[str]:
    """Paths of menus, footers and side bars: none that holds a heading or a table of the article itself.

    A side bar may hold another report's tables; it is passed over when most of the article's are outside it.
    """
    words = page_words()
    heading = words.heading
    parts = []
    for path in _paths(page, _named(names, words.furniture | words.asides)):
        inside = [block for block, at in article if at.startswith(path)]
        if not any(_is_figures(block) or _is_heading(block, heading) for block in inside):
            parts.append(path)
    for path in _paths(page, _named(names, words.asides)):
        figures = [at.startswith(path) for block, at in article if _is_figures(block)]
        if sum(figures) * 2 < len(figures):
            parts.append(path)
    return parts


def _named(names: Set[str], wanted: Iterable[str]) -> str:
    tags = [name for name in ("nav", "aside", "footer") if name in wanted]
    return ",".join([*tags, *(f".{name},#{name}" for name in sorted(names & set(wanted)))])


def _is_heading(block: Block, heading: re.Pattern[str]) -> bool:
    return isinstance(block, Paragraph) and bool(heading.match(block.text))


def _body(page: LexborHTMLParser, names: Set[str], wanted: list[str]) -> str:
    """The path of the innermost known article body that holds all statutory tables and numbered headings, if there is one."""
    known = [one for one in page_words().containers if one[0] not in ".#" or one[1:].lower() in names]
    return max(
        (body for body in _paths(page, ",".join(known)) if all(path.startswith(body) for path in wanted)), key=len, default=""
    )


def _paths(page: LexborHTMLParser, selector: str) -> list[str]:
    return [xpath(node) + "/" for node in page.css(selector)[:_MOST]]
