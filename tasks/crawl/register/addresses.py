"""The register's start URLs: sites that are no government's, and lists that would be read twice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from ipaddress import ip_address
from urllib.parse import urlsplit

from tasks.crawl.register.line import Line
from tasks.crawl.register.problem import Problem, doubtful, say_lines

_GOVERNMENT = ".gov.cn"
_PORTS = (None, 80, 443)  # what http and https use unless told otherwise


def problems_of_addresses(lines: Sequence[Line]) -> Iterator[Problem]:
    """What is doubtful about the start URLs; each host and each address is told once, at the first of its lines."""
    on: dict[str, list[int]] = defaultdict(list)
    for line in lines:
        for url in line.agency.start_urls:
            on[url].append(line.number)
    yield from _hosts(on)
    yield from _spellings(on)


def _hosts(on: dict[str, list[int]]) -> Iterator[Problem]:
    strange: dict[str, list[str]] = defaultdict(list)
    for url in on:
        if not _is_of_government(host := urlsplit(url).hostname or ""):
            strange[host].append(url)
    for host, urls in strange.items():
        numbers = sorted({number for url in urls for number in on[url]})
        found = f"on {host}, which is no site of a government ({say_lines(numbers)})"
        remedy = "Check it: altered copies of official pages are common."
        yield doubtful(numbers[0], "start_urls", urls[0], found, f"a host in {_GOVERNMENT}, or an IP address", remedy)


def _is_of_government(host: str) -> bool:
    if f".{host}".rstrip(".").endswith((_GOVERNMENT, ".localhost")):
        return True
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _spellings(on: dict[str, list[int]]) -> Iterator[Problem]:
    """Addresses of one list that differ only by http and https, `www.` or the slash at the end."""
    alike: dict[tuple[object, ...], list[str]] = defaultdict(list)
    for url in on:
        alike[_list(url)].append(url)
    for urls in alike.values():
        meant = max(urls, key=lambda url: len(on[url]))
        for url in urls:
            if url != meant:
                found = f"on {say_lines(on[url])}: the same list as {meant} ({say_lines(on[meant])}), which would be read twice"
                remedy = "Write both alike: http or https, www. or not, the slash at the end or not."
                yield doubtful(on[url][0], "start_urls", url, found, "one address for one list", remedy)


def _list(url: str) -> tuple[object, ...]:
    parts = urlsplit(url)
    port = None if parts.port in _PORTS else parts.port
    return (parts.hostname or "").removeprefix("www."), port, parts.path.rstrip("/"), parts.query, parts.fragment
