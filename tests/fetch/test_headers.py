from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.fetch.headers import (
    LONGEST,
    content_type,
    fresh_for,
    header,
    links_of,
    parse_headers,
    retry_after,
    validators_of,
)
from aggregator.model import Validators

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
DATE = "Date: Mon, 23 Nov 2026 11:00:00 GMT"


def headers(*lines: str) -> dict[bytes, list[bytes]]:
    return parse_headers([b"HTTP/1.1 200 OK\r\n", *(line.encode("latin-1") + b"\r\n" for line in lines), b"\r\n"])


def test_names_are_read_in_any_case_and_values_stay_as_they_are() -> None:
    found = headers('ETag:  W/"é" \t', "X-A: 1", "x-a:2", "nonsense")
    assert found == {b"etag": [b'W/"\xe9"'], b"x-a": [b"1", b"2"]}
    assert header(found, b"x-a") == "1"
    assert header(found, b"x-b") == ""


@given(st.binary().filter(lambda value: not set(value) & set(b"\r\n") and value == value.strip(b" \t")))
def test_validators_are_kept_byte_for_byte(value: bytes) -> None:
    found = parse_headers([b"ETag: " + value + b"\r\n", b"Last-Modified:" + value + b"\r\n"])
    expected = value.decode("latin-1") or None
    assert validators_of(found) == Validators(etag=expected, last_modified=expected)


def test_no_validators_are_invented() -> None:
    assert validators_of(headers(DATE)) == Validators()


@pytest.mark.parametrize(
    ("lines", "seconds"),
    [
        (["Cache-Control: max-age=3600"], 3600),
        (['Cache-Control: Public, Max-Age="60", must-revalidate'], 60),
        (["Cache-Control: public", "Cache-Control: max-age=7"], 7),
        (["Cache-Control: max-age=100", "Age: 40"], 60),
        (["Cache-Control: max-age=100", "Age: x"], 100),
        (["Cache-Control: max-age=100", "Age: 100"], 0),
        (["Cache-Control: max-age=0"], 0),
        (["Cache-Control: max-age=-1"], 0),
        (["Cache-Control: max-age"], 0),
        (["Cache-Control: max-age=1.5"], 0),
        (["Cache-Control: s-maxage=3600"], None),
        (["Cache-Control: max-age=5, s-maxage=3600"], 5),
        (["Cache-Control: max-age=5, max-age=9"], 5),
        (["Cache-Control: no-cache, max-age=3600"], 0),
        (["Cache-Control: no-store", "Expires: Mon, 23 Nov 2026 12:00:00 GMT"], 0),
        (['Cache-Control: no-cache="Set-Cookie", max-age=3600'], 3600),
        (["Cache-Control: public", DATE, "Expires: Mon, 23 Nov 2026 11:30:00 GMT"], 1800),
        (["Cache-Control: max-age=60", DATE, "Expires: Mon, 23 Nov 2026 11:30:00 GMT"], 60),
        (["Expires: Mon, 23 Nov 2026 12:30:00 GMT"], 1800),
        ([DATE, "Expires: Monday, 23-Nov-26 12:00:00 GMT"], 3600),
        ([DATE, "Expires: Mon Nov 23 12:00:00 2026"], 3600),
        ([DATE, "Expires: Mon, 23 Nov 2026 13:00:00 +0100"], 3600),
        ([DATE, "Expires: Mon, 23 Nov 2026 10:00:00 GMT"], 0),
        ([DATE, "Expires: 0"], 0),
        ([DATE, "Expires: -1"], 0),
        ([DATE, "Expires: Mon, 99 Nov 2026 10:00:00 GMT"], 0),
        ([], None),
    ],
)
def test_freshness_is_what_the_answer_says_of_it(lines: list[str], seconds: int | None) -> None:
    expected = None if seconds is None else timedelta(seconds=seconds)
    assert fresh_for(headers(*lines), NOW) == expected


@pytest.mark.parametrize("digits", ["315360000000", "9" * 5000])
def test_absurd_times_do_not_overflow(digits: str) -> None:
    assert fresh_for(headers(f"Cache-Control: max-age={digits}"), NOW) == LONGEST
    assert retry_after(headers(f"Retry-After: {digits}"), NOW) == LONGEST
    assert NOW + LONGEST > NOW


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120),
        (" 007 ", 7),
        ("Mon, 23 Nov 2026 12:10:00 GMT", 600),
        ("Mon, 23 Nov 2026 11:10:00 GMT", None),
        ("0", None),
        ("-5", None),
        ("soon", None),
        ("١٢", None),
        ("Fri, 31 Dec 9999 23:59:59 -2300", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(value: str, seconds: int | None) -> None:
    found = parse_headers([b"Retry-After: " + value.encode()])
    assert retry_after(found, NOW) == (None if seconds is None else timedelta(seconds=seconds))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("text/xml", ("text/xml", "")),
        ("Application/RSS+XML ; Charset=UTF-8", ("application/rss+xml", "UTF-8")),
        ('text/html; a=b; charset="iso-8859-1"', ("text/html", "iso-8859-1")),
        ("text/html; charset='utf-8'", ("text/html", "utf-8")),
        ("text/html;charset", ("text/html", "")),
        ("", ("", "")),
    ],
)
def test_media_type_and_charset_are_taken_apart(value: str, expected: tuple[str, str]) -> None:
    assert content_type(headers(f"Content-Type: {value}")) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ('<https://hub.nl/>; rel="hub", </feed>; rel=self', [("hub", "https://hub.nl/"), ("self", "http://a.nl/feed")]),
        (
            '<x>; title="a, b; <c>"; REL="Self Alternate"',
            [("self", "http://a.nl/dir/x"), ("alternate", "http://a.nl/dir/x")],
        ),
        ('<x>; rel="hub"; anchor="/other"', []),
        ("<x>", []),
        ("<javascript:x>; rel=hub", []),
        ("<<<<x; rel=hub", []),
    ],
)
def test_links_are_absolute_and_usable(value: str, expected: list[tuple[str, str]]) -> None:
    assert links_of(headers(f"Link: {value}"), "http://a.nl/dir/f") == tuple(expected)


def test_there_is_an_end_to_links() -> None:
    assert len(links_of(headers("Link: " + ", ".join(["</x>; rel=hub"] * 900)), "http://a.nl/")) == 50


@given(st.lists(st.binary(max_size=200)))
def test_no_header_makes_reading_fail(lines: list[bytes]) -> None:
    names = (b"cache-control:", b"expires:", b"retry-after:", b"content-type:", b"link:", b"age:", b"date:")
    found = parse_headers([name + line for name in names for line in lines])
    fresh_for(found, NOW), retry_after(found, NOW), content_type(found), links_of(found, "http://a.nl/")
