"""How a page shows its elements: hidden, struck out, raised, made for one device, or laid out as a table by style alone."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from selectolax.lexbor import LexborHTMLParser, LexborNode

from tasks.extract.markup import children
from tasks.extract.page_words import page_words

_NONE = re.compile(r"display\s*:\s*none|mso-hide\s*:\s*all|visibility\s*:\s*collapse", re.IGNORECASE)
_UNSEEN = re.compile(r"visibility\s*:\s*hidden|(?<![-\w])opacity\s*:\s*0(?:\.0*)?\s*(?:;|$)", re.IGNORECASE)
_STRUCK = re.compile(r"text-decoration[\w-]*\s*:[^;]*line-through", re.IGNORECASE)
_RAISED = re.compile(r"vertical-align\s*:\s*(?:super|sub)\b|mso-text-raise\s*:\s*-?[1-9]", re.IGNORECASE)
_MAY_HIDE = re.compile(rb"display\s*:\s*none|mso-hide|visibility\s*:\s*collapse")  # so that most pages need no search
_MAY_RAISE = re.compile(rb"vertical-align\s*:\s*su[bp]|mso-text-raise")
_BOXED = re.compile(r"display\s*:\s*(?:inline-)?(table-row-group|table-header-group|table-row|table-cell|table)\b", re.IGNORECASE)
_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_MEDIA = re.compile(r"@(?:media|supports|font-face|keyframes)[^{]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}", re.IGNORECASE)
_SIMPLE = re.compile(r"(?:[a-zA-Z][\w-]*)?(?:[.#][\w-]+)+")
_MAX_SELECTORS = 200
_SPLIT = re.compile(r"\s+")
_ROLES = {"table": "table", "grid": "table", "row": "row", "cell": "cell", "gridcell": "cell", "columnheader": "cell"}
_ROLES |= {"rowheader": "cell", "rowgroup": "group"}
_DISPLAYS = {"table": "table", "table-row": "row", "table-cell": "cell"}


@dataclass(slots=True)
class Looks:
    """Elements by their `mem_id`. `unseen` keep their room and show nothing; `devices` are copies made for one device."""

    hidden: set[int] = field(default_factory=set)
    unseen: set[int] = field(default_factory=set)
    struck: set[int] = field(default_factory=set)
    raised: set[int] = field(default_factory=set)
    devices: set[int] = field(default_factory=set)
    roles: dict[int, str] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)  # every class and id on the page, in lower case

    def all(self) -> set[int]:
        """Every element of which there is something to say."""
        return self.hidden | self.unseen | self.struck | self.raised | self.devices | self.roles.keys()


def looks_of(page: LexborHTMLParser, text: str) -> Looks:
    """What attributes and the page's own style sheets say. Only what the page's text mentions is searched for."""
    looks = Looks()
    lower = text.encode("utf-8", errors="replace").lower()  # in ASCII: what is looked for is
    if _MAY_HIDE.search(lower):
        looks.hidden |= _styled(page, _NONE, "none", "mso-hide", "collapse")
        looks.hidden |= _by_sheet(page)
    if b" hidden" in lower:
        looks.hidden |= {node.mem_id for node in page.css("[hidden]") if node.attributes["hidden"] != "until-found"}
    if b"visibility" in lower or b"opacity" in lower:
        looks.unseen = _styled(page, _UNSEEN, "visibility", "opacity")
    if b"line-through" in lower:
        looks.struck = _styled(page, _STRUCK, "line-through")
    if _MAY_RAISE.search(lower):
        looks.raised = _styled(page, _RAISED, "vertical-align", "mso-text-raise")
    names = looks.names = _names(lower)
    _mark_devices(page, names, looks)
    if b"role=" in lower or b"table-cell" in lower or not names.isdisjoint(page_words().boxes.table):
        _mark_boxes(page, looks)
    return looks


def _styled(page: LexborHTMLParser, pattern: re.Pattern[str], *words: str) -> set[int]:
    selector = ",".join(f"[style*='{word}' i]" for word in words)
    return {node.mem_id for node in page.css(selector) if pattern.search(node.attributes["style"] or "")}


def _by_sheet(page: LexborHTMLParser) -> set[int]:
    """Elements that the page's own style sheets hide on every device (rules for one kind of device are passed over)."""
    selectors: list[str] = []
    for sheet in page.css("style"):
        source = sheet.text() or ""
        if "none" in source:
            rules = _RULE.findall(_MEDIA.sub("", _COMMENT.sub("", source)))
            selectors += [part.strip() for names, body in rules if _NONE.search(body) for part in names.split(",")]
    simple = [selector for selector in selectors if _SIMPLE.fullmatch(selector)][:_MAX_SELECTORS]
    return {node.mem_id for node in page.css(",".join(simple))} if simple else set()


def _names(lower: bytes) -> set[str]:
    """The classes and ids in a page's markup."""
    found = set()
    for word in (b"class=", b" id="):
        for piece in lower.split(word)[1:]:
            end = piece.find(piece[:1], 1) if piece[:1] in (b'"', b"'") else piece.find(b">")
            found.add(piece[: min(end, 200)].strip(b"\"'"))
    return {name for names in found for name in names.decode("utf-8", errors="replace").split()}


def _mark_devices(page: LexborHTMLParser, names: set[str], looks: Looks) -> None:
    """Device copies that hold a table are no longer hidden: which copy is shown depends on who looks."""
    named = sorted(names & page_words().devices)
    if not named:
        return
    for node in page.css(",".join(f".{word},#{word}" for word in named)):
        if node.tag not in ("html", "body") and node.css_first("td") is not None:
            looks.devices.add(node.mem_id)
            looks.hidden.discard(node.mem_id)


def _mark_boxes(page: LexborHTMLParser, looks: Looks) -> None:
    """Tables made of other elements, where role, style or class marks every row and every cell of them."""
    boxes = page_words().boxes
    classes = ",".join(f".{name}" for name in sorted(boxes.table))
    for node in page.css(f"[role=table],[role=grid],[style*='display' i],{classes}"):
        if node.tag in ("table", "tbody", "tr", "td", "th") or _role(node) != "table" or node.mem_id in looks.roles:
            continue
        rows = list(_rows(node))
        cells = [[child for child in children(row) if _is_element(child)] for row in rows]
        if len(rows) > 1 and all(_role(row) == "row" for row in rows) and _are_cells(cells):
            looks.roles[node.mem_id] = "table"
            looks.roles |= {row.mem_id: "row" for row in rows}
            looks.roles |= {cell.mem_id: "cell" for row in cells for cell in row}


def _rows(node: LexborNode) -> Iterator[LexborNode]:
    for child in children(node):
        if _is_element(child):
            if _role(child) == "group":
                yield from (inner for inner in children(child) if _is_element(inner))
            else:
                yield child


def _are_cells(rows: Iterable[list[LexborNode]]) -> bool:
    return all(row and all(_role(cell) == "cell" for cell in row) for row in rows) and max(map(len, rows)) > 1


def _is_element(node: LexborNode) -> bool:
    return not (node.tag or "-").startswith("-")


def _role(node: LexborNode) -> str:
    attributes = node.attributes
    role = _ROLES.get((attributes.get("role") or "").lower())
    if role:
        return role
    style = _BOXED.search(attributes.get("style") or "")
    if style:
        return _DISPLAYS.get(style[1].lower(), "group")
    boxes = page_words().boxes
    for name in _SPLIT.split((attributes.get("class") or "").lower()):
        for role, names in (("table", boxes.table), ("row", boxes.row), ("cell", boxes.cell)):
            if name in names:
                return role
    return ""
