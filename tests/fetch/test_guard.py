from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.fetch.guard import Allowlist, is_public


@pytest.mark.parametrize(
    "address",
    [
        *("0.0.0.0", "0.1.2.3", "10.0.0.1", "100.64.0.1", "127.0.0.1", "127.255.255.254", "169.254.169.254"),
        *("172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.0.9", "192.0.2.1", "192.88.99.1", "192.168.1.1"),
        *("198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.1.1.1", "240.0.0.1"),
        *("255.255.255.255", "::", "::1", "::8.8.8.8", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1"),
        *("64:ff9b::10.0.0.1", "64:ff9b::169.254.169.254", "64:ff9b:1::1", "64:ff9b:1::8.8.8.8", "100::1"),
        *("2001::1", "2001:0:7f00:1::", "2001:10::1", "2001:20::1", "2001:db8::1", "2002:7f00:1::", "2002:808:808::"),
        *("3fff::1", "5f00::1", "fc00::1", "fd00::1", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "ff0e::1"),
        *("2606:4700::1%eth0", "", "example.nl", "127.1"),
    ],
)
def test_what_is_not_of_the_public_internet_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        *("8.8.8.8", "145.100.1.1", "192.88.98.1", "172.32.0.1", "2606:4700::1", "2a00:1450::1"),
        *("::ffff:8.8.8.8", "64:ff9b::8.8.8.8"),
    ],
)
def test_the_public_internet_is_public(address: str) -> None:
    assert is_public(address)


@given(st.ip_addresses(v=4))
def test_an_embedded_address_counts_as_itself(address: IPv4Address) -> None:
    for prefix in ("::ffff:0:0", "64:ff9b::"):
        embedded = IPv6Address(int(IPv6Address(prefix)) | int(address))
        assert is_public(embedded) == is_public(address)


@given(st.ip_addresses())
def test_nothing_is_public_that_python_calls_private(address: IPv4Address | IPv6Address) -> None:
    if is_public(address) and getattr(address, "ipv4_mapped", None) is None:
        assert address.is_global
        assert not address.is_multicast


ALLOWED = Allowlist.parse(
    "127.0.0.1:8080, Intranet.local., wiki.local:81, 10.0.0.0/8, 192.168.1.1, [::1]:90, [fd00::1], fd01::/16, fd02::2,"
)


@pytest.mark.parametrize(
    ("address", "port", "permitted"),
    [
        ("127.0.0.1", 8080, True),
        ("127.0.0.1", 80, False),
        ("127.0.0.2", 8080, False),
        ("10.255.0.1", 1, True),
        ("::ffff:10.0.0.1", 1, True),
        ("11.0.0.1", 1, False),
        ("192.168.1.1", 443, True),
        ("::1", 90, True),
        ("::1", 91, False),
        ("fd00::1", 5, True),
        ("fd01:2::3", 5, True),
        ("fd02::2", 5, True),
        ("fd03::2", 5, False),
        ("nonsense", 5, False),
    ],
)
def test_listed_addresses_are_permitted(address: str, port: int, permitted: bool) -> None:
    assert ALLOWED.permits_address(address, port) is permitted


@pytest.mark.parametrize(
    ("name", "port", "permitted"),
    [
        ("intranet.local", 80, True),
        ("INTRANET.local.", 9999, True),
        ("wiki.local", 81, True),
        ("wiki.local", 80, False),
        ("evil-intranet.local", 80, False),
        ("sub.intranet.local", 80, False),
    ],
)
def test_listed_host_names_are_permitted(name: str, port: int, permitted: bool) -> None:
    assert ALLOWED.permits_host(name, port) is permitted


@pytest.mark.parametrize("text", ["", " , ,"])
def test_nothing_is_permitted_by_default(text: str) -> None:
    assert Allowlist.parse(text) == Allowlist()
    assert not Allowlist().permits_address("127.0.0.1", 80)


@pytest.mark.parametrize(
    "bad",
    [
        *("10.0.0.1/8", "10.0.0.0/33", "fe80::/200", "[::1", "[::1]80", "[1.2.3.4]", "host:0", "host:65536", "host:x"),
        *("host:", "a b", "http://x", "300.1.1.1", "1.2.3", "::1:zz", "ex*mple.nl", "-é-", ".", "host:８０"),
    ],
)
def test_a_bad_entry_is_named(bad: str) -> None:
    with pytest.raises(ValueError) as caught:
        Allowlist.parse(f"10.0.0.0/8, {bad}")
    assert repr(bad) in str(caught.value)
