from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.config import dump_sources
from aggregator.desk.sources import address_key, checked, free_id, slug
from aggregator.errors import ConfigError
from aggregator.model import Outcome, Poll, Site, Source
from aggregator.ops.exchange import differences, from_opml, read_sources_file
from aggregator.publish.opml import sources_opml
from aggregator.store.sources import Held, feed_addresses
from tests.factories import NOW, make_source
from tests.store.test_sources import FULL

SITE = Site(title="Proef", base_url="http://127.0.0.1:8000", tag_authority="example.nl,2026")
THEMES = ("instroom", "leven-lang-ontwikkelen")


def held(source: Source, **poll: object) -> Held:
    return Held(source=source, poll=Poll(**poll), added_at=NOW)  # type: ignore[arg-type]


def outline(title: str, url: str, **more: str) -> str:
    attributes = {"type": "rss", "text": title, "xmlUrl": url} | more
    return f"<outline {' '.join(f'{name}={quoteattr(value)}' for name, value in attributes.items())}/>"


def opml(*outlines: str, encoding: str = "UTF-8") -> str:
    head = f'<?xml version="1.0" encoding="{encoding}"?><opml version="2.0"><head><title>x</title></head>'
    return f"{head}<body>{''.join(outlines)}</body></opml>"


def write(tmp_path: Path, body: str | bytes) -> Path:
    path = tmp_path / "list.opml"
    path.write_bytes(body if isinstance(body, bytes) else body.encode())
    return path


def test_every_feed_of_an_opml_list_becomes_a_source(tmp_path: Path) -> None:
    nested = f"<outline text='Regio Oost'>{outline('Één & co', 'https://een.nl/feed?a=1&b=2')}</outline>"
    path = write(tmp_path, opml(nested, outline("", "http://www.twee.nl/rss")))
    assert read_sources_file(path, [], THEMES) == [
        Source(
            id="een-co",
            organisation="Één & co",
            url="https://een.nl/feed?a=1&b=2",
            kind="feed",
            labels=("regio-oost",),
        ),
        Source(id="twee-nl", organisation="www.twee.nl", url="http://www.twee.nl/rss", kind="feed"),
    ]


def test_an_opml_list_may_be_in_the_encoding_that_it_says(tmp_path: Path) -> None:
    text = opml(outline("Één", "https://een.nl/feed"), encoding="ISO-8859-1")
    (source,) = read_sources_file(write(tmp_path, text.encode("latin-1")), [], THEMES)
    assert source.organisation == "Één"
    bare = f"<opml><body>{outline('Één 🎓', 'https://een.nl/')}</body></opml>"
    (source,) = read_sources_file(write(tmp_path, bare), [], THEMES)
    assert source.organisation == "Één 🎓"
    (source,) = read_sources_file(write(tmp_path, "\ufeff" + opml(outline("Één", "https://een.nl/"))), [], THEMES)
    assert source.organisation == "Één"


def test_what_we_have_already_keeps_its_id_and_settings() -> None:
    ours = make_source("fme", url="https://www.fme.nl/nieuws", labels=("metaal",))
    text = opml(outline("Andere naam", "http://fme.nl/feed/"), outline("Nieuw", "https://nieuw.nl/feed"))
    found = from_opml(text, [held(ours, address="https://www.fme.nl/feed")], "x")
    assert found[0] == ours
    assert differences([ours], found) == [("add", found[1])]


def test_one_feed_twice_in_a_list_is_one_source() -> None:
    text = opml(outline("A", "https://a.nl/feed"), outline("B", "http://www.a.nl/feed/"))
    assert [each.id for each in from_opml(text, [], "x")] == ["a"]


def test_equal_names_get_ids_of_their_own() -> None:
    text = opml(*(outline("Nieuws", f"https://{host}.nl/feed") for host in "abc"))
    found = from_opml(text, [held(make_source("nieuws"))], "x")
    assert [each.id for each in found] == ["nieuws-2", "nieuws-3", "nieuws-4"]


@pytest.mark.parametrize(
    "text",
    [
        "<html><body>geen lijst</body></html>",
        opml(),
        opml(outline("x", "ftp://a.nl/feed"), outline("y", "javascript:alert(1)"), outline("z", "http://[/")),
        "<?xml version='1.0'?><!DOCTYPE x [<!ENTITY a 'aaaa'>]><opml><body>&a;</body></opml>",
        f"<opml>{'x' * 5_000_001}",
    ],
)
def test_a_file_that_names_no_feed_is_refused_in_a_sentence(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigError, match=r"list\.opml: "):
        read_sources_file(write(tmp_path, text), [], THEMES)


@pytest.mark.parametrize("body", [b"\xff\xfe\x00", b"<?xml version='1.0' encoding='nonesuch'?><opml/>"])
def test_a_file_that_is_no_text_is_refused_in_a_sentence(tmp_path: Path, body: bytes) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        read_sources_file(write(tmp_path, body), [], THEMES)


def test_a_file_that_is_not_there_is_refused_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="nergens: cannot be read"):
        read_sources_file(tmp_path / "nergens", [], THEMES)


def test_toml_comes_back_as_it_was_exported(tmp_path: Path) -> None:
    path = write(tmp_path, dump_sources([replace(FULL, interval_max=timedelta(days=2)), make_source("vhto")]))
    found = read_sources_file(path, [], THEMES)
    assert found == [replace(FULL, interval_max=timedelta(days=2)), make_source("vhto")]
    assert differences(found, found) == []


def test_opml_comes_back_as_it_was_exported(tmp_path: Path) -> None:
    ours = [
        held(make_source("feed")),
        held(make_source("found", kind="auto", url="https://f.nl/"), address="https://f.nl/feed"),
    ]
    page = held(make_source("page", kind="page"), outcome=Outcome.FETCHED, succeeded_at=NOW)
    body = sources_opml([each.source for each in [*ours, page]], SITE, feed_addresses([*ours, page]))
    found = read_sources_file(write(tmp_path, body), [*ours, page], THEMES)
    assert found == [each.source for each in ours]


def test_a_change_and_an_addition_are_told_apart() -> None:
    old, new = make_source("fme"), make_source("fme", labels=("oost",))
    assert differences([old], [new, make_source("vhto")]) == [("change", new), ("add", make_source("vhto"))]


@pytest.mark.parametrize(
    ("source", "poll", "is_feed"),
    [
        (make_source(kind="feed"), {}, True),
        (make_source(kind="auto"), {}, False),
        (make_source(kind="auto"), {"succeeded_at": NOW}, True),
        (make_source(kind="auto"), {"succeeded_at": NOW, "rung": "listing"}, False),
        (make_source(kind="auto"), {"rung": "feed"}, True),
        (make_source(kind="page"), {"succeeded_at": NOW}, False),
    ],
)
def test_only_what_is_read_as_a_feed_has_the_address_of_one(
    source: Source, poll: dict[str, object], is_feed: bool
) -> None:
    assert feed_addresses([held(source, **poll)]) == {"fme": source.url if is_feed else ""}


def test_where_a_feed_was_found_is_its_address() -> None:
    found = held(make_source(kind="auto"), address="https://f.nl/feed", rung="feed")
    assert feed_addresses([found]) == {"fme": "https://f.nl/feed"}


@pytest.mark.parametrize("bad", [{"id": "../x"}, {"id": "A B"}, {"url": "x"}, {"labels": ("../y",)}])
def test_what_sources_toml_would_refuse_is_refused(bad: dict[str, Any]) -> None:
    with pytest.raises(ConfigError):
        checked(replace(make_source(), **bad), "here")
    assert checked(make_source(), "here") == make_source()


@given(st.text(), st.lists(st.text(), max_size=3))
def test_a_name_of_anything_is_a_short_id_that_is_free(text: str, others: list[str]) -> None:
    taken = {free_id(other, ()) for other in others}
    found = free_id(text, taken)
    assert found not in taken
    assert checked(make_source(found), "here").id == found
    assert slug(slug(text)) == slug(text)


@given(st.text())
def test_the_key_of_an_address_never_fails(text: str) -> None:
    assert isinstance(address_key(text), str)
