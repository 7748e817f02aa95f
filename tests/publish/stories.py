"""A site, a channel, partners and stories to publish in tests."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st

from aggregator.model import Entry, Image, Item, Site, Source, State, Story, Tags, Theme
from aggregator.publish.channel import Channel, Link
from tests.factories import DAY, NOW, make_item, make_source

SITE = Site(
    title="Techniekpact",
    base_url="https://nieuws.techniekpact.example",
    tag_authority="techniekpact.example,2022",
    rights="Teksten zijn van de partners",
    themes=(
        Theme(slug="instroom", label={"nl": "Instroom", "en": "Intake"}, definition={}),
        Theme(slug="leven-lang-ontwikkelen", label={"nl": "Leven lang ontwikkelen"}, definition={}),
    ),
)
CHANNEL = Channel(
    name="all",
    title="Al het nieuws",
    subtitle="Nieuws van de partners over techniekonderwijs",
    alternate=f"{SITE.base_url}/",
    created=datetime(2026, 1, 1, tzinfo=UTC),
    links=(
        Link(rel="hub", href="https://hub.example/"),
        Link(rel="prev-archive", href="https://a.example/1", type="x/y"),
    ),
)
SOURCES = {
    "fme": make_source("fme", organisation="FME", url="https://fme.example/feed"),
    "roc": make_source("roc", organisation="ROC & Zonen", url="https://roc.example/nieuws", kind="page"),
    "open": make_source("open", organisation="Open", licence="full", images=True, language="en"),
    "text": make_source("text", organisation="Tekst", licence="full"),
}


def make_story(number: int = 1, *items: Item, **fields: Any) -> Story:
    """A published story; the higher its number, the earlier it was released."""
    released = NOW - number * DAY
    defaults: dict[str, Any] = {
        "id": f"tag:{SITE.tag_authority}:story/{number:04d}",
        "items": items or (make_item(number),),
        "tags": Tags(theme="instroom", second_theme="leven-lang-ontwikkelen"),
        "state": State.PUBLISHED,
        "released": released,
        "updated": released,
    }
    return Story(**(defaults | fields))


def story_of(source_id: str = "fme", **fields: Any) -> Story:
    """A story of one item, whose entry says only what is spelled out."""
    return make_story(1, make_item(1, source_id, entry=Entry(**fields)))


def source_like(id_: str, **fields: Any) -> Source:
    """One of SOURCES, changed."""
    return replace(SOURCES[id_], **fields)


# --- Anything at all, as an attacker or a broken site would have it ---------------------------------------------------

ANY_TEXT = st.text(st.characters(categories=("L", "M", "N", "P", "S", "Z", "C")), max_size=400)
ANY_TIME = st.datetimes(timezones=st.just(UTC))
ANY_LINK = ANY_TEXT | st.builds("https://{}".format, ANY_TEXT) | st.builds("https://a.example/{}".format, ANY_TEXT)
ANY_ENTRY = st.builds(
    Entry,
    link=st.none() | ANY_LINK,
    title=ANY_TEXT,
    summary=ANY_TEXT,
    content=ANY_TEXT,
    published=st.none() | ANY_TIME,
    updated=st.none() | ANY_TIME,
    image=st.none() | st.builds(Image, url=ANY_LINK, alt=ANY_TEXT, caption=ANY_TEXT, credit=ANY_TEXT),
    language=ANY_TEXT | st.sampled_from(["nl", "en-GB", "de_DE"]),
)
SOURCE_IDS = st.sampled_from(["fme", "open", "roc", "removed"])
ANY_ITEM = st.builds(Item, key=st.just("k"), source_id=SOURCE_IDS, entry=ANY_ENTRY, first_seen=ANY_TIME)
ANY_TAGS = st.builds(Tags, theme=st.none() | ANY_TEXT, second_theme=st.none() | st.just("instroom"))
ANY_SOURCES = st.fixed_dictionaries(
    {
        id_: st.builds(
            Source,
            id=st.just(id_),
            organisation=ANY_TEXT,
            url=ANY_LINK,
            language=ANY_TEXT,
            kind=st.sampled_from(["auto", "feed", "page"]),
            licence=st.sampled_from(["teaser", "full"]),
            images=st.booleans(),
        )
        for id_ in ("fme", "open", "roc")
    }
)
ANY_SITE = st.builds(
    Site,
    title=ANY_TEXT,
    base_url=st.just(SITE.base_url),
    tag_authority=st.just(SITE.tag_authority),
    rights=ANY_TEXT,
    language=ANY_TEXT,
    themes=st.just(SITE.themes),
)
ANY_CHANNEL = st.builds(
    Channel,
    name=st.just("all"),
    title=ANY_TEXT,
    subtitle=ANY_TEXT,
    language=ANY_TEXT,
    category=ANY_TEXT,
    alternate=st.just(CHANNEL.alternate),
    created=ANY_TIME,
)


@st.composite
def any_stories(draw: st.DrawFn) -> list[Story]:
    """Up to four stories with ids of our own and everything else from elsewhere."""
    return [
        make_story(
            number,
            *draw(st.lists(ANY_ITEM, min_size=1, max_size=3)),
            tags=draw(ANY_TAGS),
            released=draw(st.none() | ANY_TIME),
            updated=draw(st.none() | ANY_TIME),
        )
        for number in range(draw(st.integers(0, 4)))
    ]
