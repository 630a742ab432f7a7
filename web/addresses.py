"""IP addresses, and whether one is this machine's own."""

from ipaddress import IPv4Address, IPv6Address, ip_address


def ip_of(address: str) -> IPv4Address | IPv6Address:
    """An address; an IPv4 address that an IPv6 socket tells of is itself.

    Raises:
        ValueError: it is none.
    """
    ip = ip_address(address)
    return ip if isinstance(ip, IPv4Address) else ip.ipv4_mapped or ip


def is_loopback(host: str) -> bool:
    """Whether an address, or the name localhost, is this machine's own."""
    try:
        return ip_of(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"
