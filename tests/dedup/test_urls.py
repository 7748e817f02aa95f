from random import Random
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.dedup.urls import url_key

ARTICLE = "https://één-techniek.nl/nieuws/één-jaar"


@pytest.mark.parametrize(
    "spelling",
    [
        "http://WWW.Één-Techniek.nl/nieuws/één-jaar ",
        "https://xn--n-techniek-96aa.nl:443/nieuws/%c3%a9%C3%A9n%2Djaar/#lees-meer",
        "https://één-techniek.nl./nieuws/één-jaar",
        "https://staging.één-techniek.nl/nieuws/één-jaar",
        "https://www.staging.één-techniek.nl/nieuws/één-jaar",
        f"{ARTICLE}?UTM_source=mail&fbclid=1",
        f"{ARTICLE}?utm_source=rss&amp;utm_medium=rss&amp;utm_campaign=x",
        f"{ARTICLE}?cookie=accept",
        f"{ARTICLE}?redirect=1",
        f"{ARTICLE}?related_news_list_page=5",
        f"{ARTICLE}?showComment=1520",
        f"{ARTICLE}/amp",
        f"{ARTICLE}/amp/",
        f"{ARTICLE}?amp=1",
        f"{ARTICLE}.html",
        f"{ARTICLE}.HTM",
        f"{ARTICLE}/index.html",
        f"{ARTICLE}/index.php",
        f"{ARTICLE}/Default.aspx",
        f"{ARTICLE}%09",
        f"{ARTICLE}%0A%20",
        ARTICLE.replace("nieuws", "nie%09uws"),
    ],
)
def test_spellings_of_one_address_share_a_key(spelling: str) -> None:
    assert url_key(spelling) == url_key(ARTICLE)


def test_every_other_difference_counts() -> None:
    queries = ["", "id=5", "source=7", "gallery=1", "gallery=12", "p=19401", "my_utm_x=", "q=%E9", "q=%E8", "page=2"]
    queries += ["redirect=/werk", "redirect=2", "cookie=beleid", "ref=1", "q=a+b", "q=a%2Bb"]
    addresses = [f"{ARTICLE}?{query}" for query in queries]
    addresses += [ARTICLE.replace("nieuws", "Nieuws"), ARTICLE.replace(".nl", ".nl:8443")]
    addresses += [ARTICLE.replace("://", "://regio."), f"{ARTICLE}/ampere", f"{ARTICLE}.pdf", f"{ARTICLE}/index"]
    addresses += [f"{ARTICLE}#/12", f"{ARTICLE}#!/12", f"{ARTICLE}#/13"]
    assert len({url_key(address) for address in addresses}) == len(addresses)


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("https://www.nl/", "www.nl"),
        ("https://staging.nl/", "staging.nl"),
        ("https://stroom.nl/amp", "stroom.nl/amp"),
        ("https://stroom.nl/amp/", "stroom.nl/amp"),
        ("https://stroom.nl/index.html", "stroom.nl"),
        ("https://stroom.nl/#top", "stroom.nl"),
        ("https://stroom.nl/#!", "stroom.nl"),
        ("https://stroom.nl/#/nieuws/", "stroom.nl#/nieuws"),
        ("http://[2001:DB8::1]:8080/a", "[2001:db8::1]:8080/a"),
        ("https://user:secret@stroom.nl/a", "stroom.nl/a"),
        ("http://stroom.nl:443/a", "stroom.nl:443/a"),
        ('https://at5.nl/artikelen/"wat: nu"', "at5.nl/artikelen/%22wat%3A%20nu%22"),
    ],
)
def test_keys_of_odd_addresses(address: str, key: str) -> None:
    assert url_key(address) == key


@pytest.mark.parametrize(
    "bad",
    ["", "/nieuws", "ftp://b.nl/x", "https://", "http://b.nl:x/", "http://[b/", "http://é..nl/", "https://b.nl/\ud800"],
)
def test_rejects_what_is_no_web_address(bad: str) -> None:
    with pytest.raises(ValueError):
        url_key(bad)


@given(st.lists(st.tuples(st.text(), st.text())), st.integers())
def test_key_ignores_order_and_is_its_own_key(pairs: list[tuple[str, str]], seed: int) -> None:
    shuffled = Random(seed).sample(pairs, len(pairs))
    key = url_key(f"{ARTICLE}?{urlencode(pairs)}")
    assert url_key(f"{ARTICLE}?{urlencode(shuffled)}") == key == url_key(f"https://{key}")


PIECES = st.lists(
    st.sampled_from(
        ["/", "a", ".html", ".htm", "/amp", "/index.php", "%20", "%09", "é", "%E9", "?", "&", "=", "#", "!"]
    )
)


@given(PIECES, st.sampled_from(["b.nl", "www.b.nl", "www.staging.www.b.nl", "www.www.nl", "[::1]:81", "één.nl:8000"]))
def test_a_key_of_a_key_is_the_key(pieces: list[str], host: str) -> None:
    key = url_key(f"https://{host}/{''.join(pieces)}")
    assert url_key(f"https://{key}") == key


def test_a_megabyte_of_endings_costs_no_time() -> None:
    assert url_key("https://b.nl/a" + ".html/amp" * 100_000) == "b.nl/a"
