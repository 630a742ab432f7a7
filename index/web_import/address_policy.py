"""Which addresses may be fetched from: those of the public web only, unless private ones are allowed.

A name is looked up here and nowhere else, and the connection goes to an address that was checked.
"""

import socket
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

import httpx2

from index.errors import ForbiddenError, RefusedError

Resolve = Callable[[str, int], Sequence[str]]  # the addresses of a name and port, as text
Address = IPv4Address | IPv6Address

DEFAULT_PORTS = {"http": 80, "https": 443}
_PUBLIC_V6 = IPv6Network("2000::/3")  # all of IPv6 that is given out as global unicast
_NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052: the last 32 bits are an IPv4 address
_ISATAP = (0x00005EFE, 0x02005EFE)  # RFC 5214: so are those after this
# What the standard library, or its older versions, take for public.
_NOT_PUBLIC = [
    ip_network("168.63.129.16/32"),  # where Azure's machines are given their settings
    ip_network("192.0.0.0/24"),  # protocol assignments; Oracle's cloud answers for credentials there
    ip_network("192.88.99.0/24"),  # relays of 6to4, withdrawn
    ip_network("3fff::/20"),  # documentation
]


def checked_url(text: str) -> httpx2.URL:
    """The address in its one spelling: no fragment, no port that goes without saying.

    Raises:
        ForbiddenError: it is no address, not http or https, or carries a user name.
    """
    try:
        url = httpx2.URL(text.strip())
    except httpx2.InvalidURL as error:
        raise ForbiddenError(f"it is no address ({error})") from error
    if url.scheme not in DEFAULT_PORTS:
        raise ForbiddenError(f'only http and https are fetched, not "{url.scheme}"')
    if url.userinfo:
        raise ForbiddenError("its address carries a user name or password")
    usual = DEFAULT_PORTS[url.scheme]
    if not url.host or not 0 < (usual if url.port is None else url.port) < 65536:
        raise ForbiddenError("it is no address (it names no host, or no port there can be)")
    return url.copy_with(fragment=None, port=None if url.port == usual else url.port)


def system_addresses(host: str, port: int) -> Sequence[str]:
    """What the system's own look-up says of a name, each address once, in its order.

    Raises:
        RefusedError: the name can't be resolved.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:  # UnicodeError: a label that no name can have
        raise RefusedError(f'the name "{host}" can\'t be resolved') from error
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


@dataclass(frozen=True, slots=True)
class AddressPolicy:
    """Gives the addresses of a host, all of them checked."""

    allow_private: bool = False
    resolve: Resolve = system_addresses

    def addresses(self, host: str, port: int) -> Sequence[str]:
        """Every address of a host, in the order of the look-up, which is done once.

        Raises:
            ForbiddenError: one of them is not of the public web, so none is used.
            RefusedError: the name can't be resolved.
        """
        found = self.resolve(host, port)
        if not found:
            raise RefusedError(f'the name "{host}" has no address')
        for address in found if not self.allow_private else ():
            _refuse_private(host, address)
        return found


def _refuse_private(host: str, address: str) -> None:
    for meant in _meanings(ip_address(address)):
        if not _is_public(meant):
            names = "" if host == address else f'"{host}" is '
            raise ForbiddenError(f"{names}{address} is no address of the public web; --allow-private allows it")


def _meanings(address: Address) -> Iterator[Address]:
    """The address, or the IPv4 one that it stands for, and any other that it leads to."""
    if isinstance(address, IPv4Address):
        yield address
        return
    last = IPv4Address(int(address) & 0xFFFFFFFF)
    yield address.ipv4_mapped or address.sixtofour or (last if address in _NAT64 else address)
    if (int(address) >> 32) & 0xFFFFFFFF in _ISATAP:
        yield last


def _is_public(address: Address) -> bool:
    special = address.is_multicast or address.is_reserved or address.is_unspecified
    within = isinstance(address, IPv4Address) or address in _PUBLIC_V6
    return within and address.is_global and not special and not any(address in network for network in _NOT_PUBLIC)
