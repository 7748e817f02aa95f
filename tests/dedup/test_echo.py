import pytest

from aggregator.dedup.echo import is_echo
from aggregator.model import Entry

BASE = "https://nieuws.techniekpact.nl/lezen"
AUTHORITY = "techniekpact.nl,2022"


def echo(entry: Entry, *feed_ids: str) -> bool:
    return is_echo(entry, base_url=BASE, tag_authority=AUTHORITY, feed_ids=feed_ids)


@pytest.mark.parametrize(
    "entry",
    [
        Entry(id="tag:techniekpact.nl,2022:story/abc", link="https://fme.nl/nieuws/slim"),
        Entry(id="https://nieuws.techniekpact.nl/lezen/stories/abc"),
        Entry(link="http://www.nieuws.techniekpact.nl/lezen/stories/abc?utm_source=x"),
        Entry(link="https://nieuws.techniekpact.nl/lezen"),
        Entry(link="https://nieuws.techniekpact.nl/lezen/?story=abc"),
        Entry(link="https://fme.nl/1", copied_from=("https://b.nl/feed", "tag:techniekpact.nl,2022:feed/all")),
        Entry(link="https://fme.nl/1", copied_from=("https://nieuws.techniekpact.nl/lezen/feeds/all.atom",)),
        Entry(link="https://fme.nl/1", copied_from=("techniek-nieuws",)),
        Entry(link="https://fme.nl/1", copied_from=(f"{BASE}/embed/news?theme=instroom",)),
    ],
)
def test_what_comes_from_us_is_an_echo(entry: Entry) -> None:
    assert echo(entry)


@pytest.mark.parametrize(
    "entry",
    [
        Entry(),
        Entry(id="tag:techniekpact.nl,2022x:1", link="https://fme.nl/nieuws/slim"),
        Entry(id="317", link="https://nieuws.techniekpact.nl/lezenswaardig"),
        Entry(link="https://nieuws.techniekpact.nl/"),
        Entry(link="https://nieuws.techniekpact.nl:8443/lezen/stories/abc"),
        Entry(link="https://techniekpact.nl/artikel/nieuws", copied_from=("https://techniekpact.nl/feed",)),
        Entry(content=f'<p>Lees <a href="{BASE}/stories/abc">het bericht</a>.</p>'),
        Entry(copied_from=("https://omroep.nl/embed/news", "andere-nieuws")),
        Entry(title="Zo werkt <techniek-nieuws> op uw site"),
    ],
)
def test_what_only_looks_like_us_is_none(entry: Entry) -> None:
    assert not echo(entry)


def test_feed_ids_of_an_earlier_configuration_are_ours_too() -> None:
    old = "tag:ptvt.nl,2020:feed"
    assert echo(Entry(link="https://fme.nl/1", copied_from=(old,)), old)
    assert not echo(Entry(link="https://fme.nl/1", copied_from=(old,)))
