"""Read a web page: paragraphs and tables in page order, hidden copies left out, articles kept in scripts found."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from lxml import etree
from lxml import html as lxml_html

from tasks.errors import DamagedDocument, DocumentTooLarge
from tasks.extract.grid import Piece, lay_out
from tasks.extract.sniff import decode
from tasks.extract.version import READER_VERSION
from tasks.printed import Grid, Locator, Paragraph, Printed

_BLOCKS = frozenset(
    """address article aside blockquote body center dd div dl dt fieldset footer form h1 h2 h3 h4 h5 h6 header hr html li main
    nav ol p pre section table tbody td tfoot th thead title tr ucapcontent ucaptitle ul""".split()  # noqa: SIM905
)
_SKIPPED = frozenset(("script", "style", "noscript", "template", "head", "select", "option", "button", "textarea", "iframe"))
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_STRING = re.compile(r"""(["'`])((?:\\.|(?!\1)[^\\])*<t(?:able|d)\b(?:\\.|(?!\1)[^\\])*)\1""", re.IGNORECASE | re.DOTALL)
_LONG = 120  # characters: a table cell longer than this holds prose, so its table is page layout
MAX_DEPTH = 250


def read(data: bytes) -> Printed:
    """HTML bytes → Printed. Locators are XPaths (of the page, or of the article inside a script: then after `script!`)."""
    text = decode(data)
    if text is None:
        raise DamagedDocument("text in no known encoding", expected="UTF-8 or GB18030", remedy="Save the page again as UTF-8.")
    root = _parse(text)
    blocks = list(_walk(root, ""))
    if not any(isinstance(block, Grid) for block in blocks):
        blocks += [block for source in _scripted(root) for block in _walk(_parse(source), "script!")]
    return Printed(tuple(blocks), tuple(_meta(root)), "html", READER_VERSION, "text/html")


def _parse(text: str) -> lxml_html.HtmlElement:
    text = re.sub(r"^\s*<\?xml[^>]*\?>", "", text)
    parser = lxml_html.HTMLParser(encoding="utf-8", huge_tree=True)
    try:
        root = lxml_html.document_fromstring(text.encode("utf-8", errors="replace"), parser=parser)
    except etree.ParserError as error:
        raise DamagedDocument(f"the page cannot be parsed ({error})", remedy="Fetch it again.") from error
    if _deeper_than(root, MAX_DEPTH):
        raise DocumentTooLarge("tags nested too deep", expected=f"at most {MAX_DEPTH} levels", remedy="Look at the page by eye.")
    return root


def _deeper_than(root: lxml_html.HtmlElement, limit: int) -> bool:
    depth = 0
    for event, _ in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if depth > limit:
            return True
    return False


def _meta(root: lxml_html.HtmlElement) -> Iterator[tuple[str, str]]:
    for element in root.iter("title"):
        yield "title", _clean(element.text_content())
        break
    for element in root.iter("meta"):
        name, content = element.get("name"), element.get("content")
        if name and content:
            yield name, content.strip()


def _scripted(root: lxml_html.HtmlElement) -> Iterator[str]:
    """Markup held in a JavaScript string literal, longest first: some portals write the article by script."""
    found = [match for script in root.iter("script") for match in _STRING.findall(script.text or "")]
    for quote, body in sorted(found, key=lambda match: -len(match[1]))[:1]:
        yield _unescape(body, quote)


def _unescape(body: str, quote: str) -> str:
    body = body.replace("\\" + quote, quote).replace('\\"', '"').replace('"', '\\"').replace("\\'", "'")
    body = body.replace("\r", "\\r").replace("\n", "\\n").replace("\t", "\\t")
    body = re.sub(r"\\(?![\"\\/bfnrtu])", r"\\\\", body)
    try:
        return str(json.loads(f'"{body}"'))
    except ValueError as error:
        raise DamagedDocument(
            f"the article in the page's script cannot be read ({error})", remedy="Save the page from a browser."
        ) from error


def _walk(root: lxml_html.HtmlElement, prefix: str) -> Iterator[Paragraph | Grid]:
    """Blocks of the page in order. Text of inline elements is gathered into the paragraph around them."""
    tree = root.getroottree()
    gathered: list[str] = []
    holder = root
    for event, node, text in _events(root):
        gathered.append(text)
        if event == "text":
            continue
        paragraph = _clean("".join(gathered))
        gathered.clear()
        if paragraph:
            yield Paragraph(paragraph, Locator(path=prefix + tree.getpath(holder)))
        if event == "table":
            yield _grid(node, prefix)
        holder = node


def _events(root: lxml_html.HtmlElement) -> Iterator[tuple[str, lxml_html.HtmlElement, str]]:
    """The page in order: "text" of inline elements, "block" where one begins or ends, "table" for a table of figures."""
    stack: list[tuple[lxml_html.HtmlElement, bool]] = [(root, False)]
    while stack:
        node, leaving = stack.pop()
        is_shown = isinstance(node.tag, str) and node.tag not in _SKIPPED and not _is_hidden(node)
        is_table = is_shown and node.tag == "table" and _is_data(node)
        if is_shown and node.tag in _BLOCKS:
            yield "table" if is_table else "block", node, ""
        if is_shown and not is_table and not leaving:
            yield "text", node, "\n" if node.tag == "br" else node.text or ""
            stack.append((node, True))
            stack.extend((child, False) for child in reversed(node))
        elif node is not root:
            yield "text", node, node.tail or ""


def _is_hidden(node: lxml_html.HtmlElement) -> bool:
    return "hidden" in node.attrib or bool(_HIDDEN.search(node.get("style", "")))


def _is_data(table: lxml_html.HtmlElement) -> bool:
    """Whether a table holds figures: no table inside it, no cell of prose. Otherwise it is page layout and is looked into."""
    if next(table.iterdescendants("table"), None) is not None:
        return False
    return all(len(_clean(cell.text_content())) <= _LONG for cell in table.iter("td", "th"))


def _grid(table: lxml_html.HtmlElement, prefix: str) -> Grid:
    tree = table.getroottree()
    rows = []
    for row in table.iter("tr"):
        if _is_hidden(row):
            continue
        rows.append(
            [
                Piece(_cell_text(cell), Locator(path=prefix + tree.getpath(cell)), _span(cell, "rowspan"), _span(cell, "colspan"))
                for cell in row
                if cell.tag in ("td", "th") and not _is_hidden(cell)
            ]
        )
    return lay_out(rows)


def _span(cell: lxml_html.HtmlElement, name: str) -> int:
    digits = re.match(r"\s*(\d{1,4})", cell.get(name, "1"))
    return int(digits[1]) if digits else 1


def _cell_text(cell: lxml_html.HtmlElement) -> str:
    """The text shown in a cell; what begins a line of its own (br, p, div) begins one here."""
    shown = (("\n" if event == "block" else text) for event, _, text in _events(cell))
    return _clean("".join(shown))


def _clean(text: str) -> str:
    lines = (
        re.sub(r"[ \t\r\f\v\xa0]+", " ", line).strip() for line in text.replace("\u200b", "").replace("\ufeff", "").split("\n")
    )
    return "\n".join(line for line in lines if line)
