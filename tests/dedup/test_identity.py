from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.dedup.identity import KEY_LENGTH, fingerprint, item_key, visible_change
from aggregator.model import Entry, Evidence, Image, Precision

ENTRY = Entry(
    id="tag:fme.nl,2022:12",
    link="https://www.fme.nl/nieuws/slim",
    title="Ruim 1,5 miljoen voor scholing",
    summary="De regeling opent in maart…",
    content="<p>De regeling opent in maart.</p>",
    published=datetime(2022, 3, 1, 9, 30, tzinfo=UTC),
    authors=("Redactie",),
    categories=("Onderwijs", "SLIM"),
    image=Image(url="https://www.fme.nl/a.jpg"),
    kicker="Nieuws",
    language="nl",
)
TEXT = st.text(st.characters(codec=None), max_size=30)
ENTRIES = st.builds(
    Entry,
    id=st.none() | TEXT,
    link=st.none() | TEXT.map(lambda text: f"https://b.nl/{text}"),
    title=TEXT,
    summary=TEXT,
    content=TEXT,
    published=st.none() | st.datetimes(datetime(1900, 1, 2), datetime(2100, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - hypothesis wants naive bounds
    authors=st.tuples(TEXT),
)


def test_an_id_identifies_an_entry_whatever_else_changes() -> None:
    other = Entry(id=f" {ENTRY.id} ", link="https://elders.nl/", title="Iets anders")
    assert item_key(other) == item_key(ENTRY) == "id:tag:fme.nl,2022:12"


@pytest.mark.parametrize("missing", [None, "", "  "])
def test_without_an_id_the_address_counts_in_any_spelling(missing: str | None) -> None:
    entry = replace(ENTRY, id=missing)
    spelling = replace(entry, link="http://fme.nl/nieuws/slim/?utm_source=rss", title="Nieuwe titel")
    assert item_key(spelling) == item_key(entry) == "link:fme.nl/nieuws/slim"


def test_anchors_tell_the_items_of_one_page_apart() -> None:
    links = [
        "https://b.nl/nieuws",
        "https://b.nl/nieuws#a",
        "https://b.nl/nieuws#b",
        "https://b.nl#c",
        "https://b.nl/#/d",
    ]
    assert len({item_key(Entry(link=link)) for link in links}) == len(links)


@pytest.mark.parametrize("link", [None, "", "https://b.nl", "https://www.b.nl/", "https://b.nl/?utm_source=rss"])
def test_a_home_page_is_no_article_so_the_text_counts(link: str | None) -> None:
    first, second = Entry(link=link, title="Een"), Entry(link=link, title="Twee")
    assert item_key(first).startswith("text:")
    assert item_key(first) != item_key(second)
    assert item_key(first) == item_key(replace(first, published=ENTRY.published))


def test_an_address_that_cannot_be_read_still_identifies() -> None:
    assert item_key(Entry(link="http://b.nl:x/1")) == "link:http://b.nl:x/1"


@given(ENTRIES, st.integers(1, 2000))
def test_keys_are_bounded_and_repeatable(entry: Entry, length: int) -> None:
    long = replace(entry, id="x" * length)
    assert len(item_key(long)) <= KEY_LENGTH
    assert item_key(entry) == item_key(replace(entry))


def test_long_ids_that_differ_at_the_end_stay_apart() -> None:
    assert item_key(Entry(id="x" * 400 + "1")) != item_key(Entry(id="x" * 400 + "2"))


CHANGES: dict[str, object] = {
    "title": "Anders",
    "summary": "Anders",
    "content": "<p>Anders</p>",
    "link": "https://www.fme.nl/anders",
    "published": datetime(2022, 3, 1, 9, 31, tzinfo=UTC),
    "authors": ("Redactie", "Onderwijs"),
    "categories": ("SLIM",),
    "image": Image(url="https://www.fme.nl/a.jpg", alt="Een monteur"),
    "kicker": "Column",
    "language": "fy",
}


@pytest.mark.parametrize("name", CHANGES)
def test_whatever_a_source_says_anew_shows_in_the_fingerprint(name: str) -> None:
    other = replace(ENTRY, **{name: CHANGES[name]})  # type: ignore[arg-type]  # one field of many types
    assert len(fingerprint(ENTRY)) == 16
    assert fingerprint(other) != fingerprint(ENTRY)


def test_every_field_of_an_entry_is_either_printed_or_left_out_on_purpose() -> None:
    left_out = {"id", "updated", "date_evidence", "date_precision", "copied_from"}
    assert {field.name for field in fields(Entry)} == set(CHANGES) | left_out


def test_stamps_of_the_request_and_the_zone_of_a_date_change_nothing() -> None:
    assert ENTRY.published
    other = replace(
        ENTRY,
        updated=datetime(2030, 1, 1, tzinfo=UTC),
        published=ENTRY.published.astimezone(timezone(timedelta(hours=1))),
        date_evidence=Evidence.FEED,
        date_precision=Precision.MINUTE,
    )
    assert fingerprint(other) == fingerprint(ENTRY)


def test_text_that_moves_from_one_field_to_another_is_a_change() -> None:
    assert fingerprint(Entry(title="ab", summary="c")) != fingerprint(Entry(title="a", summary="bc"))
    assert fingerprint(Entry(authors=("a", "b"))) != fingerprint(Entry(authors=("a", ""), categories=("b",)))


@given(ENTRIES)
def test_the_same_entry_twice_is_no_change(entry: Entry) -> None:
    assert fingerprint(entry) == fingerprint(replace(entry))
    assert visible_change(entry, replace(entry)) == ()


@pytest.mark.parametrize(
    "unnoticed",
    [
        {"title": "  Ruim 1,5 miljoen voor  scholing!"},
        {"summary": "„De regeling” opent in maart [...]"},
        {"published": datetime(2022, 3, 1, 22, 59, tzinfo=UTC)},
        {"link": "http://fme.nl/nieuws/slim/?utm_medium=rss#lees"},
        {"content": "<p>Heel anders</p>"},
        {"categories": (), "kicker": "Column", "image": None},
    ],
)
def test_what_a_reader_would_not_notice_is_no_visible_change(unnoticed: dict[str, object]) -> None:
    assert visible_change(ENTRY, replace(ENTRY, **unnoticed)) == ()  # type: ignore[arg-type]  # fields of many types


@pytest.mark.parametrize(
    ("noticed", "names"),
    [
        ({"title": "Ruim 15 miljoen voor scholing"}, ("title",)),
        ({"title": "Ruim 1 5 miljoen voor scholing"}, ("title",)),
        ({"summary": ""}, ("summary",)),
        ({"published": datetime(2022, 3, 1, 23, 1, tzinfo=UTC)}, ("published",)),
        ({"published": None}, ("published",)),
        ({"link": "https://www.fme.nl/nieuws/slim?id=5"}, ("link",)),
        ({"link": None}, ("link",)),
        ({"title": "Anders", "link": "https://b.nl:x/"}, ("title", "link")),
    ],
)
def test_what_a_reader_would_notice_is_named_in_order(noticed: dict[str, object], names: tuple[str, ...]) -> None:
    assert visible_change(ENTRY, replace(ENTRY, **noticed)) == names  # type: ignore[arg-type]  # fields of many types
