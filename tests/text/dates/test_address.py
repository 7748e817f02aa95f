from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.model import Precision
from aggregator.text.dates import Dated, amsterdam_day, url_date


@pytest.mark.parametrize(
    ("url", "on", "precision"),
    [
        ("https://partner.example/2019/12/19/", date(2019, 12, 19), Precision.DAY),
        ("https://partner.example/nieuws/2019/12/19/een-titel?p=2020-01-01#2018", date(2019, 12, 19), Precision.DAY),
        ("https://partner.example/2019/5/3/een-titel", date(2019, 5, 3), Precision.DAY),
        ("https://partner.example/2019-12-19-een-titel", date(2019, 12, 19), Precision.DAY),
        ("https://partner.example/blog/2019-12-19/een-titel", date(2019, 12, 19), Precision.DAY),
        ("https://partner.example/blog/2019_12_19_titel.html", date(2019, 12, 19), Precision.DAY),
        ("https://partner.example/actueel/nieuws/2018/januari/23-01-18/titel", date(2018, 1, 23), Precision.DAY),
        ("https://partner.example/2018/januari/23/titel", date(2018, 1, 23), Precision.DAY),
        ("https://partner.example/2018/jan/titel", date(2018, 1, 1), Precision.MONTH),
        ("https://partner.example/2019/05/", date(2019, 5, 1), Precision.MONTH),
        ("https://partner.example/2019/05/12-tips", date(2019, 5, 1), Precision.MONTH),
        ("/2019/05/titel", date(2019, 5, 1), Precision.MONTH),
    ],
)
def test_what_a_content_system_writes_as_a_date_is_read(url: str, on: date, precision: Precision) -> None:
    assert url_date(url) == Dated(at=amsterdam_day(on), precision=precision)


@pytest.mark.parametrize(
    "url",
    [
        "https://bouwbelang.magazineplus.nl/2023/03/10",  # issue and page
        "https://partner.example/magazine/2023/03/10",
        "https://partner.example/wp-content/uploads/2019/05/folder.pdf",
        "https://partner.example/nieuws/20191219",
        "https://partner.example/nieuws/12345",
        "https://partner.example/2019/",
        "https://partner.example/2019/titel",
        "https://partner.example/2019/2020/",
        "https://partner.example/2019/13/",
        "https://partner.example/2019/12/32",
        "https://partner.example/2019/12/12345",
        "https://partner.example/2019-02-30-titel",
        "https://partner.example/2018/januari/23-02-18/titel",
        "https://partner.example/2019/05/12/2020/06/13",
        "https://partner.example/2019-05-12.3",
        "https://partner.example/1066/10/14",
        "https://partner.example/?date=2019-12-19",
        "https://[broken/2019/12/19",
        "",
        "/2019/12/19" * 1000,
    ],
)
def test_other_numbers_are_no_date(url: str) -> None:
    assert url_date(url) is None


@given(st.dates(date(1990, 1, 1), date(2099, 12, 31)), st.text(alphabet="abcdefg-0123456789", max_size=20))
def test_a_permalink_tells_its_day(on: date, rest: str) -> None:
    expected = Dated(at=amsterdam_day(on), precision=Precision.DAY)
    assert url_date(f"https://partner.example/{on:%Y/%m/%d}/a{rest}") == expected
    assert url_date(f"https://partner.example/{on:%Y-%m-%d}-a{rest}") == expected


@given(st.text(max_size=60))
def test_no_address_makes_it_fail(path: str) -> None:
    url_date(f"https://partner.example/{path}")
    url_date(path)
