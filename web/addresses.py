"""IP addresses, and whether one belongs to this machine."""

from ipaddress import IPv4Address, IPv6Address, ip_address


def ip_of(address: str) -> IPv4Address | IPv6Address:
    """The address that a text writes; an IPv4 address as IPv6 sockets write it, ::ffff:1.2.3.4, becomes IPv4.

    Raises:
        ValueError: the text is no address.
    """
    ip = ip_address(address)
    return ip if isinstance(ip, IPv4Address) else ip.ipv4_mapped or ip


def is_loopback(host: str) -> bool:
    """Whether a host is a loopback address or the name localhost."""
    try:
        return ip_of(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"
