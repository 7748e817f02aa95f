from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.model import Precision
from aggregator.text.dates import Dated, amsterdam_day, day_in_amsterdam, dutch_date, find_dates, read_date
from aggregator.text.dates.names import MONTHS, WEEKDAYS
from tests.pace import Stopwatch

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def _said(dated: Dated | None) -> str | None:
    """Write what was read as a clock in Amsterdam shows it, no more exact than it is."""
    if dated is None:
        return None
    form = {Precision.MINUTE: "%Y-%m-%d %H:%M", Precision.DAY: "%Y-%m-%d", Precision.MONTH: "%Y-%m"}
    here = dated.at.astimezone(amsterdam_day(date(2022, 1, 1)).tzinfo)
    if dated.precision is Precision.MINUTE:
        return f"{here:{form[dated.precision]}}Z"
    return f"{day_in_amsterdam(dated.at):{form[dated.precision]}}"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        # every example of partners' pages that was collected
        ("30 juni 2022", "2022-06-30"),
        ("Nieuws 30 juni 2022", "2022-06-30"),
        ("Nieuws - 5 januari 2022", "2022-01-05"),
        ("04-11-2015", "2015-11-04"),
        ("17-03-2020, 19:47", "2020-03-17 18:47Z"),
        ("02 sept 2015", "2015-09-02"),
        ("13 sep 2021", "2021-09-13"),
        ("Juni 2020", "2020-06"),
        ("10 juni 2015 om 11:21 / < 1 min lezen", "2015-06-10 09:21Z"),
        ("donderdag, 18 september 2025 om 10:52", "2025-09-18 08:52Z"),
        ("Dinsdag 16 augustus 2016", "2016-08-16"),
        ("vrijdag, december 09, 2016", "2016-12-09"),
        ("6 October 2016", "2016-10-06"),
        ("52 minuten geleden", "2026-11-23 11:08Z"),
        ("vandaag, 17:04", "2026-11-23 16:04Z"),
        ("3 uur ago", "2026-11-23 09:00Z"),
        ("40 minuten geledenARNHEM (ANP)", "2026-11-23 11:20Z"),
        ("17:47 Er zijn veel banen", None),  # a time is no date: today, or yesterday evening
        ("8:00 Werkgevers", None),
        ("14 oktober Personeel", "2026-10-14"),
        ("Geplaatst op 16-04-2020 door …", "2020-04-16"),
        ("Gepubliceerd op", None),
        ("20 juni 2018 | Het …", "2018-06-20"),
        ("14 september 2023 | 1 minuut lezen", "2023-09-14"),
        ("12 mei 2017.", "2017-05-12"),
        ("7 juni a.s.", "2027-06-07"),
        ("26 juni jl.", "2026-06-26"),
        ("6 juli 2022 / 17:00 - 17:00", "2022-07-06 15:00Z"),
        ("do 30 jun. 2022", "2022-06-30"),
        ("gisteren", "2026-11-22"),
        ("2 dagen geleden", "2026-11-21"),
        ("2022-06-30T10:00:00+02:00", "2022-06-30 08:00Z"),
        ("Donderdag 10 oktober", None),  # no Thursday in 2026: an old list, of any year
        ("Laatste nieuws 4 juli 2025", None),  # the heading of a sidebar
        # and those that are to be expected
        ("30 juni 2022Het vervolg", "2022-06-30"),
        ("14 oktoberPersoneel", "2026-10-14"),
        ("Gepubliceerd: 30-06-2022 11:21 uur", "2022-06-30 09:21Z"),
        ("30 juni 2022 om 11.21 uur", "2022-06-30 09:21Z"),
        ("30 juni 2022 17u04", "2022-06-30 15:04Z"),
        ("June 30, 2022 at 5:30 PM", "2022-06-30 15:30Z"),
        ("3rd of May 2022", "2022-05-03"),
        ("13:57 | 29 september 2022", "2022-09-29 11:57Z"),
        ("Thu, 30 Jun 2022 10:00:00 GMT", "2022-06-30 10:00Z"),
        ("Gepubliceerd 2022-06-30T10:00:00Z", "2022-06-30 10:00Z"),
        ("2022/06/30", "2022-06-30"),
        ("Jan de Vries | 30 juni 2022", "2022-06-30"),
        ("Door Jan de Vries op 30 juni 2022", "2022-06-30"),
        ("3 min read · June 30, 2022", "2022-06-30"),
        ("Den Haag, 30 juni 2022", "2022-06-30"),
        ("Nieuws | Techniek | 30 juni 2022", "2022-06-30"),
        ("(30 juni 2022)", "2022-06-30"),
        ("Datum:\u00a030\u00a0juni\u00a02022", "2022-06-30"),
        ("30 juni ’22", "2022-06-30"),
        ("30-06-22", "2022-06-30"),
        ("30 jun 22", "2022-06-30"),
        ("30 juni '95", "1995-06-30"),
        ("mrt. '22", "2022-03"),
        ("30 août 2022", "2022-08-30"),
        ("30. März 2022", "2022-03-30"),
        ("30 juni 2022 3 reacties", "2022-06-30"),
        ("Gepubliceerd op 1 mei 2022, laatst gewijzigd op 3 juni 2022", "2022-05-01"),
        ("12 t/m 14 mei 2023", "2023-05-12"),
        ("Jan | 12 mei 2023 - 14 mei 2023", "2023-05-12"),
        ("🗓️ Date: 2026-02-27", "2026-02-27"),
        ("calendar_today 20 Jul 2026 schedule 4 min lezen", "2026-07-20"),
        ("Posted on 2023, Sep 29 by Jan", "2023-09-29"),
        ("by jan34 July 29, 2018", "2018-07-29"),
        ("May, 16, 2016", "2016-05-16"),
        ("Jan 072024", "2024-01-07"),
        ("Jan 12024", "2024-01-01"),
        ("August, 2023: our paper", "2023-08"),
        ("zojuist", "2026-11-23 12:00Z"),
        ("een uur geleden", "2026-11-23 11:00Z"),
        ("an hour ago", "2026-11-23 11:00Z"),
        ("yesterday at 10:15", "2026-11-22 09:15Z"),
        ("eergisteren", "2026-11-21"),
        ("25 november", "2026-11-25"),
        ("26 november", "2025-11-26"),
        ("za 26 sep, 13:57", "2026-09-26 11:57Z"),
        ("7 november, 12:00 uur", "2026-11-07 11:00Z"),
        ("1 januari 2031", "2031-01-01"),
    ],
)
def test_a_printed_date_is_read_in_its_wrappers(text: str, said: str | None) -> None:
    assert _said(read_date(text, now=NOW)) == said


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "empty"),
        ("   ", "empty"),
        ("x" * 1_000_000, "endless"),
        ("30 juni 2022" + " " * 1000, "no line"),
        ("30 juni 2022 | " + "a" * 200, "no line"),
        ("0123456789 9876543210", "digits"),
        ("06-12345678", "telephone"),
        ("+31 (0)20 123 45 67", "telephone"),
        ("06-12-34-56-78", "telephone"),
        ("06-12-34", "telephone, or 2034"),
        ("€ 12,50", "price"),
        ("€12-05-2020", "price"),
        ("1.2.3", "version"),
        ("v1.2.2022", "version"),
        ("10.11.12", "version"),
        ("10.11.2012.13", "version"),
        ("192.168.10.12", "IP address"),
        ("1-2", "score"),
        ("3 - 1", "score"),
        ("24/7", "idiom"),
        ("1234 AB", "postcode"),
        ("KvK 12345678", "number of the chamber of commerce"),
        ("KvK 12-05-2010", "number of the chamber of commerce"),
        ("ISBN 978-90-12-05-2020", "ISBN"),
        ("10:30", "time"),
        ("10:30 - 11:00", "times"),
        ("30 juni 2022, 25:99", "no such time"),
        ("30 juni 2022 10:00 EST, later", "a zone in text"),
        ("14:99 | 30 juni 2022", "no such time"),
        ("2022", "year"),
        ("mei", "month"),
        ("31 juni 2022", "no such day"),
        ("29 februari 2023", "no such day"),
        ("29 februari", "no such day in the past year"),
        ("vrijdag 30 juni 2022", "was a Thursday"),
        ("Friday - 30 juni 2022", "was a Thursday"),
        ("30 juni 1822", "not of the web"),
        ("30 juni 1989", "not of the web"),
        ("14 oktober 20225", "no year"),
        ("14 oktober | 2022", "a year after all"),
        ("14 oktober 5", "no year"),
        ("14 meisjes", "no month"),
        ("juni 22", "day or year"),
        ("12 mei - 14 mei", "range without a year"),
        ("12 en 14 mei", "range without a year"),
        ("May 1st Reboot", "a title"),
        ("juni 2019 - heden", "a period"),
        ("Apr 2019 - May 2019", "a period"),
        ("2 weken geleden", "no day"),
        ("3 maanden geleden", "no day"),
        ("999 dagen", "no date"),
        ("3 mei is de open dag", "running text"),
        ("Op 14 oktober Open dag", "running text"),
        ("12 mei 2023 werd bekend dat", "running text"),
        ("Vandaag Tesla in de klas", "a title"),
        ("Juni 2020 was warm", "a title"),
        ("Nieuwe cao: 1 juli 2023", "what it is of is not said"),
        ("Open avond, 12 mei 2023", "what it is of is not said"),
        ("Congres | 12 mei 2023", "of an event"),
        ("Aanmelden tot - 12 mei 2023", "deadline"),
        ("Laatst gewijzigd op 30 juni 2022", "of a change"),
        ("© Partner | 30 juni 2022", "copyright"),
        ("30 juni 2022 5 juli 2022", "two dates"),
        ("30 juni 2022 | 5 juli 2022", "two dates"),
        ("2 mei - 4 mei", "range without a year"),
        ("Een titel van heel veel woorden die maar doorgaat en doorgaat | 30 juni 2022", "a sentence before it"),
        ("Top 100 | 30 juni 2022", "a number before it"),
    ],
)
def test_anything_else_is_none(text: str, why: str) -> None:
    assert read_date(text, now=NOW) is None, why


@pytest.mark.parametrize(
    ("language", "said"), [("nl", "2022-07-06"), ("en-GB", "2022-07-06"), ("en-US", "2022-06-07"), ("en", None)]
)
def test_slashes_mean_what_the_language_means(language: str, said: str | None) -> None:
    assert _said(read_date("06/07/2022", now=NOW, language=language)) == said
    assert _said(read_date("06-07-2022", now=NOW, language=language)) == "2022-07-06"
    assert _said(read_date("06/30/2022", now=NOW, language=language)) == "2022-06-30"


def test_english_alone_puts_the_month_before_a_day_without_a_year() -> None:
    assert _said(read_date("October 14", now=NOW, language="en")) == "2026-10-14"
    assert _said(read_date("October 14", now=NOW)) == "2026-10-14"
    assert _said(read_date("September 14", now=NOW, language="en")) == "2026-09-14"
    assert read_date("September 14", now=NOW) is None
    assert read_date("30-06-22", now=NOW, language="en") is None


def test_a_year_that_was_not_said_is_marked() -> None:
    said, assumed = read_date("14 oktober 2026", now=NOW), read_date("14 oktober", now=NOW)
    assert said == assumed
    assert said is not None
    assert assumed is not None
    assert (said.year_said, assumed.year_said) == (True, False)


def test_the_weekday_must_agree_with_the_nearest_year() -> None:
    in_2022 = datetime(2022, 11, 1, tzinfo=UTC)
    assert _said(read_date("do 29 sep, 13:57", now=in_2022)) == "2022-09-29 11:57Z"
    assert read_date("do 29 sep, 13:57", now=NOW) is None


def test_days_are_counted_in_amsterdam() -> None:
    just_past_midnight = datetime(2026, 6, 30, 22, 30, tzinfo=UTC)
    assert _said(read_date("vandaag", now=just_past_midnight)) == "2026-07-01"
    assert _said(read_date("gisteren", now=just_past_midnight)) == "2026-06-30"


def _words(words: str) -> list[str]:
    return words.split()


def test_a_leap_day_without_a_year_is_that_of_the_past_year() -> None:
    assert _said(read_date("29 februari", now=datetime(2024, 6, 1, tzinfo=UTC))) == "2024-02-29"
    assert _said(read_date("29 februari", now=datetime(2025, 1, 15, tzinfo=UTC))) == "2024-02-29"
    assert read_date("29 februari", now=datetime(2025, 11, 1, tzinfo=UTC)) is None


def test_minutes_ago_are_whole_minutes() -> None:
    now = datetime(2026, 11, 23, 12, 0, 41, 5, tzinfo=UTC)
    assert _said(read_date("52 minuten geleden", now=now)) == "2026-11-23 11:08Z"
    dated = read_date("52 minuten geleden", now=now)
    assert dated is not None
    assert (dated.at.second, dated.at.microsecond) == (0, 0)


DUTCH = _words("januari februari maart april mei juni juli augustus september oktober november december")
ENGLISH = _words("January February March April May June July August September October November December")
SHORT = _words("jan feb mrt apr mei jun jul aug sept okt nov dec")
DAYS = _words("maandag dinsdag woensdag donderdag vrijdag zaterdag zondag")


def _forms(on: date) -> list[str]:
    dutch, english, short, weekday = DUTCH[on.month - 1], ENGLISH[on.month - 1], SHORT[on.month - 1], DAYS[on.weekday()]
    return [
        f"{on.day} {dutch} {on.year}",
        f"Nieuws - {on.day:02} {dutch.upper()} {on.year}",
        f"{weekday} {on.day} {dutch} {on.year}",
        f"{weekday[:2]} {on.day} {short}. {on.year}",
        f"{weekday.title()}, {on.day}-{short}-{on.year} | 2 min lezen",
        f"{english} {on.day}, {on.year}",
        f"{weekday}, {english[:3]} {on.day:02} {on.year}",
        f"Geplaatst op {on.day}-{on.month}-{on.year} door Jan",
        f"{on:%d.%m.%Y}",
        f"{on:%d/%m/%Y}",
        f"{on:%Y-%m-%d}",
        f"{on:%Y/%m/%d}",
    ]


def test_all_forms_of_all_days_of_all_months_are_right() -> None:
    for year, month, day in product(range(2006, 2031), range(1, 13), (1, 5, 12, 13, 22, 28)):
        on = date(year, month, day)
        expected = Dated(at=amsterdam_day(on), precision=Precision.DAY)
        for text in _forms(on):
            assert read_date(text, now=NOW) == expected, text


def test_a_wrong_weekday_is_never_a_date() -> None:
    for year, month, shift in product(range(2006, 2031), range(1, 13), range(1, 7)):
        on = date(year, month, 17)
        wrong = DAYS[(on.weekday() + shift) % 7]
        assert read_date(f"{wrong} 17 {DUTCH[month - 1]} {year}", now=NOW) is None


def test_a_day_without_a_year_is_the_nearest_one_of_its_weekday_or_none() -> None:
    for back in range(-2, 363):
        on = day_in_amsterdam(NOW) - timedelta(days=back)
        expected = Dated(at=amsterdam_day(on), precision=Precision.DAY)
        assert read_date(f"{on.day} {DUTCH[on.month - 1]}", now=NOW) == expected
        assert read_date(f"{DAYS[on.weekday()]} {on.day} {SHORT[on.month - 1]}", now=NOW) == expected
        assert read_date(f"{DAYS[on.weekday() - 1]} {on.day} {SHORT[on.month - 1]}", now=NOW) is None


@pytest.mark.parametrize("on", [date(2024, 3, 31), date(2024, 10, 27)])
def test_times_on_days_when_the_clock_changes_are_right(on: date) -> None:
    before = read_date(f"{dutch_date(amsterdam_day(on))} 01:30", now=NOW)
    after = read_date(f"{dutch_date(amsterdam_day(on))} 12:00", now=NOW)
    assert before is not None
    assert after is not None
    assert before.at == amsterdam_day(on) + timedelta(hours=1, minutes=30)
    assert after.at.hour == (10 if on.month == 3 else 11)


@given(st.dates(date(1990, 1, 1), date(2099, 12, 31)), st.sampled_from(["nl", "en"]))
def test_what_readers_see_is_read_back(on: date, language: str) -> None:
    written = dutch_date(amsterdam_day(on), language)
    assert read_date(written, now=NOW, language=language) == Dated(at=amsterdam_day(on), precision=Precision.DAY)


@given(
    st.sampled_from(sorted(MONTHS)), st.sampled_from(sorted(WEEKDAYS)), st.dates(date(2006, 1, 1), date(2030, 12, 31))
)
def test_every_name_is_right_or_none(month: str, weekday: str, day: date) -> None:
    for text in (f"{weekday} {day.day} {month} {day.year}", f"{day.day} {month}. {day.year}"):
        dated = read_date(text, now=NOW)
        if dated is not None:
            on = day_in_amsterdam(dated.at)
            assert (on.day, on.month, on.year) == (day.day, MONTHS[month], day.year)


@settings(max_examples=300)
@given(st.text(max_size=60) | st.text(alphabet="0123456789 -/.:|,'ejunimai", max_size=40))
def test_no_text_makes_it_fail(text: str) -> None:
    read_date(text, now=NOW)
    for found in find_dates(text, now=NOW):
        assert 0 <= found.start < found.end <= len(text)


def test_dates_in_a_text_are_found_in_order_with_their_places() -> None:
    text = "Op 3 mei 2022 begon het; op 04-11-2015, 10:30 al eerder, en June 1, 2019. Niet op 5 mei of 14-15."
    found = find_dates(text, now=NOW)
    assert [text[each.start : each.end] for each in found] == ["3 mei 2022", "04-11-2015, 10:30", "June 1, 2019"]
    assert [_said(each.dated) for each in found] == ["2022-05-03", "2015-11-04 09:30Z", "2019-06-01"]


def test_a_price_behind_a_date_is_no_time() -> None:
    (found,) = find_dates("Vanaf 12 mei 2017 12.50 euro", now=NOW)
    assert _said(found.dated) == "2017-05-12"


def test_only_the_beginning_of_an_endless_text_is_read() -> None:
    assert find_dates("x " * 150_000 + "30 juni 2022", now=NOW) == []


def test_of_two_readings_that_overlap_the_first_counts() -> None:
    text = "30 juni 2022-07-01"
    assert [_said(each.dated) for each in find_dates(text, now=NOW)] == ["2022-06-30"]


def test_a_text_may_begin_with_a_distance_from_now() -> None:
    (found,) = find_dates("  2 dagen geleden Het nieuws van 3 uur geleden", now=NOW)
    assert (_said(found.dated), found.start, found.end) == ("2026-11-21", 2, 17)
    assert [_said(each.dated) for each in find_dates("Gisteren | Nieuws", now=NOW)] == ["2026-11-22"]
    assert find_dates("Vandaag is het zover", now=NOW) == []


@pytest.mark.parametrize(
    "text",
    ["foto-2019-12-19.jpg", "/2019-12-19-titel", "2019-12-19-titel", "IMG_2019-12-19", "31-02-2022", "1.12.5.2020"],
)
def test_numbers_inside_names_are_no_dates(text: str) -> None:
    assert find_dates(text, now=NOW) == []


@pytest.mark.parametrize(
    "piece", ["1", "1 ", "12 mei ", "12 - ", "do ", "30 juni 2022 ", "2022-06-30T1", "'", " ", "Jan "]
)
def test_endless_text_takes_bounded_time(piece: str) -> None:
    text = piece * (1_000_000 // len(piece))
    with Stopwatch() as watch:
        assert read_date(text, now=NOW) is None
        find_dates(text, now=NOW)
    assert watch.cpu < 3
