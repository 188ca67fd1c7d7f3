"""Which hosts are the register's, so that a crawl never leaves them."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

_SITE_LABELS = 3  # sz.gov.cn is one government's, gov.cn is everybody's


def registered_hosts(urls: Iterable[str]) -> frozenset[str]:
    """The hosts of start URLs, without www."""
    return frozenset((urlsplit(url).hostname or "").removeprefix("www.") for url in urls)


def is_registered(host: str, hosts: frozenset[str]) -> bool:
    """Whether a host is one of the register's, or lies below one that is a single government's."""
    labels = host.removeprefix("www.").split(".")
    return ".".join(labels) in hosts or any(".".join(labels[cut:]) in hosts for cut in range(1, len(labels) - _SITE_LABELS + 1))
