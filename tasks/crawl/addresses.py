"""Tell public network addresses from private ones, in whatever spelling, also when they hide behind a host name."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Sequence
from urllib.parse import urlsplit
from urllib.request import getproxies

from scrapy.resolver import CachingThreadedResolver
from twisted.internet.defer import Deferred
from twisted.internet.error import DNSLookupError

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")

refused: dict[str, str] = {}  # by host name, the private address that it led to; Twisted drops a resolver's own error


def is_private(address: str) -> bool:
    """Whether an IP address (dotted, decimal, octal, hexadecimal, short or IPv6) is not one of the public internet."""
    literal = _literal(address)
    return literal is not None and _is_private(literal)


def _is_private(address: _Address) -> bool:
    if isinstance(address, ipaddress.IPv6Address):
        inside = address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]
        if address in _NAT64:
            inside = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inside is not None:
            return _is_private(inside)
        if int(address) < 1 << 32:  # the old IPv4-compatible form
            return True
    return not address.is_global or address.is_multicast


def _literal(host: str) -> _Address | None:
    """The address that a host spells out, or None where it is a name."""
    plain = host.strip("[]").partition("%")[0].rstrip(".")
    try:
        return ipaddress.ip_address(plain)
    except ValueError:
        pass
    try:
        return ipaddress.IPv4Address(socket.inet_aton(plain))  # reads every spelling that a connection would
    except (OSError, UnicodeError):
        return None


class PublicResolver(CachingThreadedResolver):
    """Scrapy's resolver, which finds no address for a name that leads to a private one. Our own proxy may be private."""

    def getHostByName(self, name: str, timeout: Sequence[int] = ()) -> Deferred[str]:  # noqa: N802
        """The address of a host name; DNSLookupError where it is private."""
        return super().getHostByName(name, timeout).addCallback(self._check, name)

    def _check(self, address: str, name: str) -> str:
        if is_private(address) and name not in _proxies():
            refused[name] = address
            raise DNSLookupError(f"{name} leads to a private address ({address})")
        return address


def _proxies() -> set[str]:
    return {urlsplit(url if "//" in url else f"//{url}").hostname or "" for url in getproxies().values()}
