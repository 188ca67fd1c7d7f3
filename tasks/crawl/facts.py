"""What a page says of itself and its site: metas, breadcrumb, title, who runs the site, and codes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from stdnum.cn import uscc

from tasks.crawl.leads import Facts
from tasks.crawl.page import Page
from tasks.crawl.spool import PageFacts

_USCC = r"(?<![0-9A-Za-z])[0-9A-HJ-NPQRTUWXY]{18}(?![0-9A-Za-z])"
_INDEX = re.compile(rf"{_USCC}(?=/20\d\d)")  # as an 索引号 begins: 11330800002618306N/2025-00326
_ADDRESS = re.compile(_USCC)
_BOXES = 3  # how far around its label
_BOX = 300  # characters of the box in which a breadcrumb stands


def facts_of(page: Page, rule: Facts) -> PageFacts:
    """Read them; what the page does not say is blank."""
    text = page.text()
    metas = _metas(page)
    host, code = rule.host.search(text), rule.code.search(text)
    return PageFacts(
        site=metas.get("sitename", ""),
        column=metas.get("columnname", ""),
        crumbs=tuple(_crumbs(page, rule)),
        title=" ".join(page.tree.xpath("string(//title)").get(default="").split()),
        host=host["value"] if host else "",
        code=metas.get("siteidcode", "") or (code["value"] if code else ""),
        usccs=_valid(_INDEX, page.source),
    )


def usccs_in(url: str) -> tuple[str, ...]:
    """All valid 统一社会信用代码 in an address."""
    return _valid(_ADDRESS, url)


def _valid(pattern: re.Pattern[str], text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(found[0] for found in pattern.finditer(text) if uscc.is_valid(found[0])))


def _metas(page: Page) -> dict[str, str]:
    """The first of each name: fragments of a page may bring the site's metas once more."""
    said: dict[str, str] = {}
    for meta in page.tree.xpath("//meta[@name]"):
        if content := " ".join(meta.attrib.get("content", "").split()):
            said.setdefault(meta.attrib["name"].lower(), content)
    return said


def _crumbs(page: Page, rule: Facts) -> Iterator[str]:
    """The parts of the breadcrumb: the smallest box that has its label and something after it."""
    labels = "|".join(map(re.escape, rule.crumbs))
    for node in page.tree.xpath("//body//*[not(self::script or self::style)]"):
        if not re.search(labels, "".join(node.xpath("text()").getall())):
            continue
        for box in reversed(node.xpath("ancestor-or-self::*[not(self::body or self::html)]")[-_BOXES:]):
            whole = " ".join("".join(box.xpath(".//text()[not(ancestor::script)]").getall()).split())
            after = re.split(labels, whole, maxsplit=1)[-1].lstrip(":： ")
            if len(whole) <= _BOX and after:
                yield from filter(None, ("".join(part.split()) for part in rule.separators.split(after)))
                return
