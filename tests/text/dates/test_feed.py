from datetime import UTC, date, datetime, timedelta, timezone
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.model import Precision
from aggregator.text.dates import Dated, amsterdam_day, feed_date

TEN_HERE = "2022-06-30T08:00:00+00:00"


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("Thu, 30 Jun 2022 10:00:00 +0200", TEN_HERE),
        ("30 Jun 2022 10:00:00 +0200", TEN_HERE),
        ("Thu, 30 Jun 22 10:00 +0200", TEN_HERE),
        ("Thu, 30 Jun 2022 10:00:00 +02:00", TEN_HERE),
        ("Thu, 30 Jun 2022 10:00:00 +02", TEN_HERE),
        ("Thu, 30 Jun 2022 10:00:00 GMT+2", TEN_HERE),
        ("Thu, 30 Jun 2022 10:00:00 UTC+02:00", TEN_HERE),
        ("Thu, 30 Jun 2022 10:00:00 CEST", TEN_HERE),
        ("Thu, 30 Jun 2022 10:00:00 +0200 (CEST)", TEN_HERE),
        ("Thu, 30 Jun 2022 09:00:00 CET", TEN_HERE),
        ("Thu, 30 Jun 2022 04:00:00 EDT", TEN_HERE),
        ("Thu, 30 Jun 2022 03:00:00 EST", TEN_HERE),
        ("Thu, 30 Jun 2022 00:00:00 PST", TEN_HERE),
        ("Thu, 30 Jun 2022 01:00:00 America/Los_Angeles", TEN_HERE),
        ("Thu, 30 Jun 2022 05:00:00 America/Argentina/Buenos_Aires", TEN_HERE),
        ("Thu, 30 Jun 2022 10:00:00 Europe/Amsterdam", TEN_HERE),
        ("Thu, 30 Jun 2022 08:00:00 Z", TEN_HERE),
        ("Thu, 30 Jun 2022 08:00:00 -0000", TEN_HERE),
        ("Thu, 30 Jun 2022 08:00:00 XYZ", TEN_HERE),  # RFC 5322: an unknown name is -0000
        ("Thu, 30 Jun 2022 10:00:00", TEN_HERE),
        ("Thu, 30 Jun 2022 10:00 AM", TEN_HERE),
        ("do, 30 jun 2022 10:00:00 +0200", TEN_HERE),
        ("Donderdag 30 juni 2022 om 10:00", TEN_HERE),
        ("30 juni 2022 - 10:00", TEN_HERE),
        ("jeudi, 30 juin 2022 10:00:00 +0200", TEN_HERE),
        ("Donnerstag, 30. Juni 2022 10:00", TEN_HERE),
        ("30 de junio de 2022, 10:00", TEN_HERE),
        ("30-Jun-2022 10:00:00", TEN_HERE),
        ("Thursday, June 30, 2022 10:00 AM", TEN_HERE),
        ("June 30th, 2022 at 10:00 a.m.", TEN_HERE),
        ("Thu Jun 30 10:00:00 2022", TEN_HERE),
        ("Thu Jun 30 10:00:00 CEST 2022", TEN_HERE),
        ("Thu Jun 30 10:00:00 2022 +0200", TEN_HERE),
        ("Thu Jun 30 2022 10:00:00 GMT+0200 (Central European Summer Time)", TEN_HERE),
        ("2022-06-30T10:00:00+02:00", TEN_HERE),
        ("2022-06-30T10:00+02:00[Europe/Amsterdam]", TEN_HERE),
        ("2022-06-30T08:00:00.123456Z", TEN_HERE),
        ("2022-06-30t08:00:00,5z", TEN_HERE),
        ("2022-06-30T10:00", TEN_HERE),
        ("2022-06-30 10:00:00", TEN_HERE),
        ("2022-06-30 08:00:00 UTC", TEN_HERE),
        ("2022-06-30 10:00:00 +0200", TEN_HERE),
        ("20220630T100000+0200", TEN_HERE),
        ("20220630T0800Z", TEN_HERE),
        ("30-06-2022 10:00", TEN_HERE),
        ("30.06.2022, 10:00", TEN_HERE),
        ("06/30/2022 10:00", TEN_HERE),
        ("\n  Thu,  30 Jun 2022\t10:00:00 +0200 ", TEN_HERE),
        ("Thu, 30 Jun 2022 00:00:00 +0000", "2022-06-30T00:00:00+00:00"),
        ("Sat, 31 Dec 2016 23:59:60 GMT", "2016-12-31T23:59:59+00:00"),
        ("Sun, 31 Dec 95 12:00 GMT", "1995-12-31T12:00:00+00:00"),
    ],
)
def test_an_instant_is_read_in_every_spelling(text: str, at: str) -> None:
    dated = feed_date(text)
    assert dated is not None
    assert (dated.at.isoformat(), dated.precision) == (at, Precision.MINUTE)


@pytest.mark.parametrize(
    "text",
    [
        "2022-06-30",
        "20220630",
        "2022/06/30",
        "30 juni 2022",
        "do 30 jun. 2022",
        "30/06/2022",
        "30 Jun 22",
        "2022-06-30Z",
    ],
)
def test_a_date_without_a_time_is_a_day_of_amsterdam(text: str) -> None:
    assert feed_date(text) == Dated(at=amsterdam_day(date(2022, 6, 30)), precision=Precision.DAY)


def test_a_month_is_a_month() -> None:
    assert feed_date("2022-06") == Dated(at=amsterdam_day(date(2022, 6, 1)), precision=Precision.MONTH)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "2022",  # no month, so no date that we can hold
        "0000-00-00",
        "0000-00-00 00:00:00",
        "-0001-11-30T00:00:00+00:00",
        "Wed, 30 Nov -0001 00:00:00 +0000",
        "Thu, 01 Jan 1970 00:00:00 GMT",
        "0001-01-01T00:00:00Z",
        "20222-06-30",
        "2101-01-01",
        "31 juni 2022",
        "29 Feb 2023 10:00:00 GMT",
        "2022-13-01",
        "2022-06-30T24:00:00Z",  # the same midnight or the next: writers differ
        "2022-06-30T10:61:00Z",
        "2022-06-30T99:00",
        "30 Jun 2022 10:00:00 +9900",
        "30 Jun 2022 10:00:00 +0199",
        "30 Jun 2022 10:00:00 Europe/Atlantis",
        "30 Jun 2022 10:00:00 ../../etc/passwd",
        "06/07/2022",
        "foo, 30 Jun 2022",
        "30 foo 2022",
        "1656576000",
        "today",
        "30 Jun 122 10:00:00",
        "٣٠ juni 2022",
        "Thu, 30 Jun 2022 10:00:00 +0200" * 3,
        "9" * 1_000_000,
    ],
)
def test_what_cannot_be_believed_is_none(text: str) -> None:
    assert feed_date(text) is None


INSTANTS = st.integers(700_000_000, 4_000_000_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
OFFSETS = st.integers(-12 * 4, 14 * 4).map(lambda quarters: timezone(timedelta(minutes=15 * quarters)))


@given(INSTANTS, OFFSETS)
def test_what_the_standards_write_is_read_back(instant: datetime, offset: timezone) -> None:
    at = instant.astimezone(offset)
    for text in (
        at.isoformat(),
        format_datetime(at),
        at.strftime("%Y%m%dT%H%M%S%z"),
        at.strftime("%d %b %Y %H:%M:%S %z"),
    ):
        dated = feed_date(text)
        assert dated is not None
        assert dated.at == at
        assert dated.at.tzinfo is UTC


@given(st.text(max_size=90) | st.text(alphabet="0123456789-/.: TZ+jun,e", max_size=40))
def test_no_text_makes_it_fail(text: str) -> None:
    dated = feed_date(text)
    assert dated is None or 1989 <= dated.at.year <= 2101
