"""Only addresses of the public web may be fetched from, however they are spelled."""

import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import ForbiddenError, RefusedError
from index.web_import.address_policy import AddressPolicy, checked_url, system_addresses

NOT_PUBLIC = [
    "127.0.0.1",
    "127.8.8.8",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.1.1",
    "169.254.169.254",  # where most clouds answer for credentials
    "100.64.0.1",
    "100.100.100.200",  # Alibaba's
    "192.0.0.192",  # Oracle's
    "168.63.129.16",  # Azure's
    "192.0.2.1",
    "198.18.0.1",
    "192.88.99.1",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "0.0.0.0",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:169.254.169.254",
    "::ffff:0:127.0.0.1",
    "fe80::1",
    "fe80::1%lo",
    "fe80::5efe:8.8.8.8",
    "fc00::1",
    "fd00:ec2::254",  # Amazon's
    "fec0::1",
    "ff02::1",
    "2001:db8::1",
    "3fff::1",
    "100::1",
    "2002:7f00:1::",  # 6to4 of 127.0.0.1
    "2002:a00:1::",
    "2002:6440:1::",
    "64:ff9b::7f00:1",  # NAT64 of 127.0.0.1
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::7f00:1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",  # Teredo
    "2a00:1450::5efe:a00:1",  # ISATAP of 10.0.0.1
]
PUBLIC = ["93.184.216.34", "8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "2002:808:808::", "64:ff9b::808:808"]


def policy(*addresses: str, allow_private: bool = False) -> AddressPolicy:
    return AddressPolicy(allow_private, lambda _host, _port: addresses)


class TestAddresses:
    """The addresses of a name."""

    @pytest.mark.parametrize("address", NOT_PUBLIC)
    def test_what_is_not_public_is_refused(self, address):
        """The error states the name, its address, and the flag that allows it."""
        with pytest.raises(ForbiddenError, match=r'"name.example" is .*--allow-private'):
            policy(address).addresses("name.example", 80)

    @pytest.mark.parametrize("address", NOT_PUBLIC)
    def test_private_addresses_can_be_allowed(self, address):
        """With allow_private every address passes."""
        assert policy(address, allow_private=True).addresses("name.example", 80) == (address,)

    @pytest.mark.parametrize("address", PUBLIC)
    def test_public_addresses_pass(self, address):
        """An address of the public web is returned unchanged."""
        assert policy(address).addresses("name.example", 80) == (address,)

    def test_one_private_address_among_public_ones_refuses_the_name(self):
        """Every address is checked, not only the first."""
        with pytest.raises(ForbiddenError, match=r"10\.0\.0\.1"):
            policy("8.8.8.8", "10.0.0.1").addresses("name.example", 80)

    def test_a_name_without_addresses_is_refused(self):
        """A look-up without an address allows nothing."""
        with pytest.raises(RefusedError, match="has no address"):
            policy().addresses("name.example", 80)

    @given(bits=st.integers(0, 2**32 - 1))
    def test_no_ipv4_address_passes_only_because_ipv6_carries_it(self, bits):
        """An IPv4 address that is refused is also refused in every IPv6 form that carries it."""
        plain = socket.inet_ntoa(bits.to_bytes(4, "big"))
        high, low = bits >> 16, bits & 0xFFFF
        carried = [f"::ffff:{plain}", f"64:ff9b::{plain}", f"2002:{high:x}:{low:x}::1"]
        verdicts = {_passes(address) for address in [plain, *carried]}
        assert len(verdicts) == 1


def _passes(address: str) -> bool:
    try:
        policy(address).addresses("name.example", 80)
    except ForbiddenError:
        return False
    return True


class TestSpellings:
    """The system's look-up accepts more than dotted numbers; its result is checked."""

    @pytest.mark.parametrize(
        "host",
        ["127.0.0.1", "127.1", "2130706433", "017700000001", "0x7f000001", "0x7f.1", "0", "::1", "::ffff:7f00:1"],
    )
    def test_numbers_in_any_spelling_are_refused(self, host):
        """Decimal, octal, hexadecimal and shortened spellings of loopback are loopback."""
        with pytest.raises(RefusedError):
            AddressPolicy().addresses(host, 80)

    def test_localhost_is_refused(self):
        """A name of this machine is refused by its address."""
        with pytest.raises(ForbiddenError, match="127.0.0.1|::1"):
            AddressPolicy().addresses("localhost", 80)

    def test_a_name_that_is_none_is_refused(self):
        """Unknown, too long and malformed names are refused alike."""
        for host in ("nowhere.invalid", "a" * 64 + ".example", "a..b"):
            with pytest.raises(RefusedError, match="can't be resolved"):
                system_addresses(host, 80)


class TestUrls:
    """The form of an address, before anything is looked up."""

    @pytest.mark.parametrize(
        ("text", "reason"),
        [
            ("file:///etc/passwd", "only http and https"),
            ("ftp://example.org/", "only http and https"),
            ("gopher://example.org/", "only http and https"),
            ("javascript:alert(1)", "only http and https"),
            ("//example.org/", "only http and https"),
            ("example.org/news", "only http and https"),
            ("", "only http and https"),
            ("http://user@example.org/", "user name"),
            ("http://user:word@example.org/", "user name"),
            ("http://example.org\\@127.0.0.1/", "user name"),
            ("http:///news", "no host"),
            ("http://example.org:0/", "no port"),
            ("http://example.org:99999/", "no port"),
            ("http://example.org:0x50/", "no address"),
            ("http://exa\x00mple.org/", "no address"),
            ("http://0177.0.0.1/", "no address"),
            ("http://[::1/", "no address"),
        ],
    )
    def test_other_addresses_are_refused(self, text, reason):
        """Other schemes, user names, and what is no address are refused with the reason."""
        with pytest.raises(ForbiddenError, match=reason):
            checked_url(text)

    @pytest.mark.parametrize(
        ("text", "one"),
        [
            (" HTTP://News.Example:80/a#part ", "http://news.example/a"),
            ("https://news.example:443/?q=ü", "https://news.example/?q=%C3%BC"),
            ("http://bücher.example/ä", "http://xn--bcher-kva.example/%C3%A4"),
            ("http://news.example:8080/", "http://news.example:8080/"),
        ],
    )
    def test_an_address_has_one_spelling(self, text, one):
        """Case, the default port, the fragment and characters beyond ASCII make no difference."""
        assert str(checked_url(text)) == one
