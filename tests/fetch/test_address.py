import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.fetch import address
from aggregator.fetch.address import host_and_port, redirect_target, web_address


def test_the_example_in_the_documentation_holds() -> None:
    assert doctest.testmod(address).failed == 0


@pytest.mark.parametrize(
    ("given_url", "asked"),
    [
        ("http://a.nl", "http://a.nl/"),
        ("http://A.nl:80?x=1", "http://a.nl/?x=1"),
        ("http://a.nl:8080/", "http://a.nl:8080/"),
        ("https://my_feed.a.nl./f", "https://my_feed.a.nl./f"),
        ("http://[::1]:81/x", "http://[::1]:81/x"),
        ("http://a.nl/a%20b%2fc?d=%E9&e=é", "http://a.nl/a%20b%2fc?d=%E9&e=%C3%A9"),
        ("http://a.nl/<\"'`{}|\\^>", "http://a.nl/%3C%22'%60%7B%7D%7C%5C%5E%3E"),
        ("http://a.nl/100%", "http://a.nl/100%"),
        ("http://a.nl/x\r\nSet-Cookie: a", "http://a.nl/xSet-Cookie:%20a"),
        ("http://user:secret@a.nl/", "http://a.nl/"),
        ("http://１２７.0.0.1/", "http://127.0.0.1/"),
        ("http://faß.de/", "http://xn--fa-hia.de/"),
        ("http://a.nl/x\x00y\x7f", "http://a.nl/x%00y%7F"),
    ],
)
def test_addresses_become_ascii_and_lose_what_is_not_sent(given_url: str, asked: str) -> None:
    assert web_address(given_url) == asked


@pytest.mark.parametrize(
    "bad",
    [
        *("", "a.nl", "/x", "ftp://a.nl/", "file:///etc/passwd", "http://", "http:///x", "http://a.nl:x/"),
        *(
            "http://a.nl:0/",
            "http://a.nl:99999/",
            "http://a b.nl/",
            "http://a..nl/",
            "http://xn--é.nl/",
            "http://[::1/",
        ),
        *("http://[zz]/", "javascript:alert(1)", "http://a.nl/" + "x" * 9000, "http://a%41.nl/"),
    ],
)
def test_what_is_no_web_address_is_refused(bad: str) -> None:
    with pytest.raises(ValueError):
        web_address(bad)


@given(st.text())
def test_an_address_is_its_own_address_and_cannot_end_a_header_line(path: str) -> None:
    asked = web_address(f"http://a.nl/{path}")
    assert web_address(asked) == asked
    assert asked.isascii()
    assert asked.isprintable()
    assert " " not in asked


def test_host_and_port_are_those_that_are_connected_to() -> None:
    assert host_and_port("https://a.nl./x") == ("a.nl", 443)
    assert host_and_port("http://[::1]:81/") == ("::1", 81)


@pytest.mark.parametrize(
    ("location", "target"),
    [
        (b"/x", "http://a.nl/x"),
        (b"x?y#z", "http://a.nl/dir/x?y"),
        (b"//b.nl/", "http://b.nl/"),
        (b" https://b.nl ", "https://b.nl/"),
        ("/één".encode(), "http://a.nl/%C3%A9%C3%A9n"),
        ("/één".encode("latin-1"), "http://a.nl/%C3%A9%C3%A9n"),
        (b"?page=2", "http://a.nl/dir/f?page=2"),
    ],
)
def test_a_location_is_resolved_as_browsers_do(location: bytes, target: str) -> None:
    assert redirect_target("http://a.nl/dir/f?q=1", location) == target


@pytest.mark.parametrize("location", [b"", b"  ", b"file:///etc/passwd", b"javascript:x", b"http://[x"])
def test_a_location_that_leads_nowhere_is_refused(location: bytes) -> None:
    with pytest.raises(ValueError):
        redirect_target("http://a.nl/", location)
