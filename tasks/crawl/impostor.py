"""Tell pages that are not the government's: of another region's site, or copies that somebody has spoilt with advertisements."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tasks.crawl.portal import Portals
from tasks.errors import CrawlError, SourceHijacked
from tasks.records import Agency
from warehouse.regions import region_name

_META = re.compile(r"<meta\b[^>]*>", re.IGNORECASE)
_DESCRIBES = re.compile("keywords|description", re.IGNORECASE)
_TITLE = re.compile(r"<title[^>]*>([^<]*)", re.IGNORECASE)
_REMEDY = (
    "Nothing of the page is used. Open the address in a browser; if the agency has moved, correct the register's start_urls."
)


def impostor(source: str, asked: str, agencies: Sequence[Agency], portals: Portals) -> CrawlError | None:
    """The failure that a page is which is not these agencies'. It is doubted only where the register gives their regions."""
    metas = _META.findall(source)
    said = "".join([*_TITLE.findall(source), *filter(_DESCRIBES.search, metas)])
    if word := next((word for word in portals.impostors.words if word in said), ""):
        return SourceHijacked(f"the page advertises ({word})", where=asked, expected="an agency's page", remedy=_REMEDY)
    found = (match for tag in metas for match in portals.impostors.code.finditer(tag))
    codes = {code for match in found for code in match.groups() if code and region_name(f"{code[:2]}0000")}
    provinces = {each.region[:2] for each in agencies if each.region}
    if codes and provinces and all(code[:2] not in provinces for code in codes):
        code = min(codes)
        says = f"the page is of a site of {region_name(code[:2] + '0000')} (SiteIDCode {code})"
        expected = f"a site of {'、'.join(region_name(f'{each}0000') for each in sorted(provinces))}"
        return SourceHijacked(says, where=asked, expected=expected, remedy=_REMEDY)
    return None
