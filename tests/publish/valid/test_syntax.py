"""The small grammars: what every reader understands, and nothing else."""

import pytest

from aggregator.publish.valid.syntax import is_email, is_iri, is_language, is_media_type, is_rfc822, is_rfc3339


@pytest.mark.parametrize(
    "text",
    ["https://fme.nl/é?a=%20#b", "tag:fme.nl,2022:é/1", "urn:uuid:f81d4fae", "http://[::1]:80/", "mailto:a@b.nl"],
)
def test_absolute_addresses(text: str) -> None:
    assert is_iri(text)


@pytest.mark.parametrize(
    "text",
    ["", "/a", "fme.nl", "https://", "https:///a", "https://a b", "https://a/%zz", "http://a:0/", "http://[a/", "1:a"],
)
def test_what_is_no_absolute_address(text: str) -> None:
    assert not is_iri(text)


@pytest.mark.parametrize("text", ["2022-06-30T00:00:00+02:00", "2022-06-30T10:11:12.5Z", "2024-02-29T00:00:00-23:59"])
def test_dates_of_atom(text: str) -> None:
    assert is_rfc3339(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2022-06-30",
        "2022-06-30 00:00:00Z",
        "2022-06-30T00:00:00",
        "2022-06-30t00:00:00z",
        "2022-02-30T00:00:00Z",
        "2022-06-30T24:00:01Z",
        "2022-06-30T00:00:00+24:00",
        "2022-06-30T00:00:00+0200",
        "1900-01-01T00:00:00+00:19:32",
    ],
)
def test_what_is_no_date_of_atom(text: str) -> None:
    assert not is_rfc3339(text)


@pytest.mark.parametrize(
    "text", ["Thu, 30 Jun 2022 00:00:00 +0200", "30 Jun 2022 00:00 GMT", "Thu, 30 Jun 2022 10:11:12 UT"]
)
def test_dates_of_rss(text: str) -> None:
    assert is_rfc822(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Fri, 30 Jun 2022 00:00:00 +0200",
        "Thu, 30 Jun 22 00:00:00 +0200",
        "Thu, 31 Jun 2022 00:00:00 +0200",
        "do, 30 jun 2022 00:00:00 +0200",
        "Thu, 30 Jun 2022 00:00:00",
        "Thu, 30 Jun 2022 24:00:00 GMT",
        "Thu, 30 Jun 2022 00:00:00 +2400",
        "2022-06-30T00:00:00Z",
    ],
)
def test_what_is_no_date_of_rss(text: str) -> None:
    assert not is_rfc822(text)


def test_languages_media_types_and_mail_addresses() -> None:
    assert all(map(is_language, ["nl", "en-GB", "zh-Hant-TW", "und"]))
    assert not any(map(is_language, ["", "nl_NL", "nl-", "Nederlands!"]))
    assert all(map(is_media_type, ["text/html", "application/atom+xml; charset=utf-8", 'a/b;c="d e"']))
    assert not any(map(is_media_type, ["", "html", "text/", "text/html;"]))
    assert is_email("a@b.nl")
    assert not any(map(is_email, ["", "a", "a @b.nl", "a@b@c"]))
