"""What each element counts as, and what those hold that hold one run of text only: most cells and paragraphs do."""

from __future__ import annotations

from collections.abc import Set

from selectolax.lexbor import LexborNode

from tasks.extract.markup import TEXT
from tasks.extract.walked import Frame
from tasks.extract.webtable import HtmlCell, html_cell
from tasks.extract.whitespace import clean

_BLOCKS = """address article aside blockquote body caption center dd div dl dt fieldset figcaption figure footer form h1 h2 h3
    h4 h5 h6 header html li main nav ol p section summary ucapcontent ucaptitle ul"""
_SKIPPED = """script style noscript template head select datalist button iframe xml svg math rt rp audio video canvas object
    applet map noframes frameset"""
ROLES = {
    **dict.fromkeys(_BLOCKS.split(), "block"),
    **dict.fromkeys(_SKIPPED.split(), "skipped"),
    **dict.fromkeys(("thead", "tbody", "tfoot"), "group"),
    **dict.fromkeys(("td", "th"), "cell"),
    **dict.fromkeys(("s", "del", "strike"), "struck"),
    **dict.fromkeys(("sup", "sub"), "raised"),
    **dict.fromkeys(("br", "hr", "input", "textarea", "img"), "void"),
    **{"table": "table", "tr": "row", "a": "link", "pre": "pre"},
}
IN_RUNS = frozenset(("struck", "raised", "void", "link"))
_NESTED = 40  # inline elements in each other that are looked through at once


def is_inline(node: LexborNode) -> bool:
    """Whether an element stands inside a run of text."""
    return ROLES.get(node.tag or "", "") in ("", *IN_RUNS)


def one_run(top: LexborNode, special: Set[int]) -> list[str] | None:
    """The parts of the one run of text that an element holds, whatever blocks are around it; None if it holds anything else."""
    node = top
    while True:
        child = node.first_child
        if child is not None and child.tag == TEXT and child.next is None:
            return [child.text_content or ""]
        while child is not None and child.tag == TEXT and (child.text_content or "").isspace():
            child = child.next
        if child is None:
            return [""]
        if ROLES.get(child.tag or "-") != "block":
            break
        after = child.next
        while after is not None and after.tag == TEXT and (after.text_content or "").isspace():
            after = after.next
        if after is not None or (special and child.mem_id in special):
            return None
        node = child
    parts: list[str] = []
    return parts if _gathered(node, special, parts, _NESTED) else None


def _gathered(node: LexborNode, special: Set[int], parts: list[str], levels: int) -> bool:
    """Whether an element holds text and inline elements only; `parts` gets its text."""
    child = node.first_child
    while child is not None:
        tag = child.tag or "-"
        if tag == TEXT:
            parts.append(child.text_content or "")
        elif tag[0] != "-":
            is_apart = tag in ROLES or not levels or (special and child.mem_id in special)
            if is_apart or not _gathered(child, special, parts, levels - 1):
                return False
        child = child.next
    return True


def simple_row(row: LexborNode, path: str, special: Set[int]) -> list[HtmlCell] | None:
    """A row's cells, if each holds one run of text or nothing; None if one holds more. `path` is the row's."""
    cells: list[HtmlCell] = []
    counts = {"td": 0, "th": 0}
    child = row.first_child
    while child is not None:
        tag = child.tag or "-"
        if tag in counts:
            parts = None if special and child.mem_id in special else one_run(child, special)
            if parts is None:
                return None
            counts[tag] += 1
            cell = html_cell(f"{path}/{tag}[{counts[tag]}]", child.attributes)
            cell.take(clean(parts[0] if len(parts) == 1 else "".join(parts)), child)
            cells.append(cell)
        elif tag[0] != "-" or (tag == TEXT and not (child.text_content or "").isspace()):
            return None
        child = child.next
    return cells


def first_text(frame: Frame) -> tuple[Frame, str]:
    """Where the text begins in an element that holds one run: the element right around it, and the last step to it."""
    child = frame.node.first_child
    while child is not None:
        tag = child.tag or "-"
        if tag == TEXT:
            frame.texts += 1
            if not (child.text_content or "").isspace():
                return frame, f"/text()[{frame.texts}]"
        elif tag[0] != "-":
            found = first_text(Frame(child, frame, tag, frame.count(tag), ""))
            if found[1]:
                return found
        child = child.next
    return frame, ""
