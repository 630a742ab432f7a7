"""Which addresses may be fetched from: those of the public web only, unless private ones are allowed.

A name is looked up here and nowhere else, and the connection goes to an address that was checked.
"""

import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

import httpx2

from index.errors import ForbiddenError, RefusedError

Resolve = Callable[[str, int], Sequence[str]]  # from a name and a port to addresses, as text
Address = IPv4Address | IPv6Address

DEFAULT_PORTS = {"http": 80, "https": 443}
_PUBLIC_V6 = IPv6Network("2000::/3")  # all of IPv6 that is assigned as global unicast
_NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052: the last 32 bits are an IPv4 address
_ISATAP = (0x00005EFE, 0x02005EFE)  # RFC 5214: the last 32 bits after these are an IPv4 address too
# Networks that the standard library, or an older version of it, takes for public.
_NOT_PUBLIC = [
    ip_network("168.63.129.16/32"),  # Azure's machines fetch their settings there
    ip_network("192.0.0.0/24"),  # protocol assignments; Oracle's cloud serves credentials there
    ip_network("192.88.99.0/24"),  # relays of 6to4, withdrawn
    ip_network("3fff::/20"),  # documentation
]


def checked_url(text: str, base: httpx2.URL | None = None) -> httpx2.URL:
    """The address in its one spelling: without a fragment, and without the port that its scheme implies.

    A relative address is resolved against `base`.

    Raises:
        ForbiddenError: it is no address, not http or https, or carries a user name.
    """
    try:
        url = base.join(text) if base else httpx2.URL(text.strip())
    except httpx2.InvalidURL as error:
        raise ForbiddenError(f"it is no address ({error})") from error
    if url.scheme not in DEFAULT_PORTS:
        raise ForbiddenError(f'only http and https are fetched, not "{url.scheme}"')
    if url.userinfo:
        raise ForbiddenError("its address carries a user name or password")
    default_port = DEFAULT_PORTS[url.scheme]
    if not url.host or not 0 < (default_port if url.port is None else url.port) < 65536:
        raise ForbiddenError("it is no address (it names no host, or no port there can be)")
    return url.copy_with(fragment=None, port=None if url.port == default_port else url.port)


def system_addresses(host: str, port: int) -> Sequence[str]:
    """The addresses that the system's own look-up gives for a name, each once, in its order.

    Raises:
        RefusedError: the name can't be resolved.
    """
    try:
        entries = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:  # UnicodeError: a label that no name can have
        raise RefusedError(f'the name "{host}" can\'t be resolved') from error
    return list(dict.fromkeys(str(entry[4][0]) for entry in entries))


@dataclass(frozen=True, slots=True)
class AddressPolicy:
    """Looks up the addresses of a host and lets only public ones pass, or all of them with `allow_private`."""

    allow_private: bool = False
    resolve: Resolve = system_addresses

    def addresses(self, host: str, port: int) -> Sequence[str]:
        """Every address of a host, in the order of the look-up, which is done once.

        Raises:
            ForbiddenError: one of them is not of the public web, so none is used.
            RefusedError: the name can't be resolved.
        """
        addresses = self.resolve(host, port)
        if not addresses:
            raise RefusedError(f'the name "{host}" has no address')
        for address in addresses:
            if not self.allow_private and not _is_public(ip_address(address)):
                subject = address if address == host else f'"{host}" is {address}, which'
                raise ForbiddenError(f"{subject} is no address of the public web; --allow-private allows it")
        return addresses


def _is_public(address: Address) -> bool:
    """Whether an address is of the public web, and the IPv4 address that an IPv6 one carries is too."""
    if isinstance(address, IPv6Address):
        last_bits = IPv4Address(int(address) & 0xFFFFFFFF)
        if (int(address) >> 32) & 0xFFFFFFFF in _ISATAP and not _is_public(last_bits):
            return False
        carried = address.ipv4_mapped or address.sixtofour or (last_bits if address in _NAT64 else None)
        if carried:
            return _is_public(carried)
        if address not in _PUBLIC_V6:
            return False
    special = address.is_multicast or address.is_reserved or address.is_unspecified
    return address.is_global and not special and not any(address in network for network in _NOT_PUBLIC)
