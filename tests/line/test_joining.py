"""The same news once, as partners bring it day by day: what joins, what waits, and what readers see of it."""

import re
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from aggregator.desk import decide, flood, join
from aggregator.desk.flood import Card, Choice
from aggregator.model import Entry, Item, State, Story, Tags
from aggregator.pipeline import Line, Report
from aggregator.release import Press, refresh
from aggregator.store import Store, events, items, proposals, stories
from aggregator.store.check import contradictions
from aggregator.store.stories import StoryRow
from tests.factories import DAY, HOUR, NOW, OFF_TOPIC, SURE, UNSURE, make_entry, make_source
from tests.line.partner import Partners, feed, follow, make_line, page, run
from tests.line.test_release import SITE, published

LAB = (
    "In het nieuwe techlab leren jongeren lassen, frezen en programmeren op moderne machines. Wethouder Janssen knipte "
    "het lint door samen met veertig leerlingen van het Carmel College, die meteen een windmolen bouwden."
)
SCHOOL = (
    "Nettenbouw Groep opende in het oude postkantoor van Hoogeveen een bedrijfsschool. Per jaar leren er 84 mensen het "
    "vak van monteur laagspanning, met een contract vanaf de eerste dag. De theorie verzorgt de Drentse Vakschool."
)
# Perhaps the same.
SCHOOL_RETOLD = "Wie werk zoekt kan in Hoogeveen terecht bij Nettenbouw Groep. De Drentse Vakschool geeft er les."
PACT = (
    "Netbeheerders tekenden met vakbonden een convenant over zij-instromers. Omscholing van bakkers en kappers tot "
    "laagspanningsmonteur duurt negen maanden, zegt projectleider Fatima Bouzid van Liander."
)


def told(source_id: str, title: str, text: str, name: str = "1", **fields: object) -> Entry:
    """What a partner says at an address of its own."""
    link = f"https://{source_id}.example/nieuws/{name}"
    return make_entry(1, **({"id": f"{source_id}-{name}", "link": link, "title": title, "summary": text} | fields))


NEWS = told("fme", "Nieuw techlab geopend in Almelo", LAB)
COPY = told("vhto", "Techlab Almelo geopend", f"{LAB} Ook onze ambassadeurs waren erbij.", published=NOW + 2 * DAY)
SCHOOL_NEWS = told("fme", "Postkantoor wordt school voor netmonteurs", SCHOOL)
PERHAPS_COPY = told("vhto", "Monteur worden in Hoogeveen", SCHOOL_RETOLD, published=NOW + 2 * DAY)


@dataclass
class Network:
    """Partners, our line and its readers; every word of a partner is two days after the one before."""

    store: Store
    partners: Partners
    now: datetime = NOW
    verdicts: dict[str, Tags] = field(default_factory=dict)  # by title, where they are not sure

    def __post_init__(self) -> None:
        self.line: Line = make_line(self.store, self.partners, lambda entry: self.verdicts.get(entry.title, SURE))
        self.press = Press(store=self.store, site=SITE, created=NOW - DAY)

    def says(self, source_id: str, *entries: Entry, after: timedelta = 2 * DAY, **settings: Any) -> Report:
        """Have a partner say this from now on, follow it, and poll it."""
        return self.shows(source_id, feed(*entries), after, **settings)

    def shows(self, source_id: str, document: bytes, after: timedelta = 2 * DAY, **settings: Any) -> Report:
        source = make_source(source_id, **settings)
        self.now += after
        self.partners.documents[source.url] = document
        follow(self.store, source, now=self.now)
        reports = {report.source.id: report for report in run(self.line, self.now)}
        return reports[source_id]

    def documents(self) -> dict[str, bytes]:
        """All that readers can get."""
        refresh(self.press, self.now)
        return published(self.store)

    def stories(self) -> list[Story]:
        """All stories that have items, oldest first."""
        with self.store.read() as transaction:
            assert contradictions(transaction) == []
            found = stories.by_number(transaction, stories.by_state(transaction, None, limit=999))
        return [found[number] for number in sorted(found) if found[number].items]

    def row(self, story: Story) -> StoryRow:
        with self.store.read() as transaction:
            found = stories.exact_row(transaction, story.slug)
        assert found is not None
        return found

    def groups(self) -> list[list[str]]:
        """The sources of each story, its origin first."""
        return [[item.source_id for item in story.items] for story in self.stories()]

    def cards(self) -> list[proposals.Card]:
        with self.store.read() as transaction:
            return proposals.open_cards(transaction, limit=99)

    def item(self, number: int) -> Item:
        with self.store.read() as transaction:
            return items.load_items(transaction, [number])[number]


@pytest.fixture
def network(store: Store, partners: Partners) -> Network:
    return Network(store, partners)


# --- A copy joins -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("verdict", "rejected", "state"),
    [
        (SURE, False, State.PUBLISHED),
        (SURE, True, State.WITHDRAWN),
        (UNSURE, False, State.HELD),
        (UNSURE, True, State.REJECTED),
        (OFF_TOPIC, False, State.OFF_TOPIC),
    ],
)
def test_a_late_copy_joins_its_story_in_whatever_state_that_is(
    network: Network, verdict: Tags, rejected: bool, state: State
) -> None:
    network.verdicts = {NEWS.title: verdict}
    network.says("fme", NEWS)
    (story,) = network.stories()
    if rejected:
        decide.reject(network.store, [story.slug], "thea", network.now, "niet van ons")
    before = network.row(story)
    network.says("vhto", COPY)
    (story,) = network.stories()
    assert [item.source_id for item in story.items] == ["fme", "vhto"]
    assert network.row(story) == before
    assert before.state is state


def test_a_copy_bumps_nothing_and_changes_of_the_feeds_only_who_else_has_it(network: Network) -> None:
    network.says("fme", NEWS)
    network.says("aob", told("aob", "Convenant getekend", PACT))
    before, rows = network.documents(), [network.row(each) for each in network.stories()]
    network.says("vhto", COPY)
    after = network.documents()
    assert [network.row(each) for each in network.stories()] == rows
    also = re.compile(rb'<link [^>]*title="Ook bij: VHTO"[^>]*/>')
    assert also.search(after["/feeds/all.atom"])
    assert also.sub(b"", after["/feeds/all.atom"]) == before["/feeds/all.atom"]
    assert after["/feeds/sources/aob.atom"] == before["/feeds/sources/aob.atom"]
    assert b"Ook bij: VHTO" not in before["/feeds/all.atom"]


def rejected(network: Network, reason: str) -> None:
    network.verdicts = {NEWS.title: UNSURE}
    network.says("fme", NEWS)
    decide.reject(network.store, [network.stories()[0].slug], "thea", network.now, reason)


def test_a_story_that_was_rejected_for_its_source_comes_back_by_another_partner(network: Network) -> None:
    rejected(network, "not this source")
    network.says("vhto", COPY)
    (story,) = network.stories()
    assert [item.source_id for item in story.items] == ["vhto", "fme"]
    assert (story.state, story.released) == (State.PUBLISHED, network.now)


def test_the_refused_source_itself_does_not_bring_it_back(network: Network) -> None:
    rejected(network, "not this source")
    again = told("fme", NEWS.title, LAB, "2")
    network.says("fme", NEWS, again)
    assert network.groups() == [["fme", "fme"]]
    assert network.stories()[0].state is State.REJECTED


def test_a_revised_item_still_has_the_copies_of_what_it_said(network: Network) -> None:
    title, text = "Techlab Almelo trekt 400 leerlingen", f"Het techlab trok dit jaar 400 leerlingen. {LAB}"
    old = told("fme", title, text)
    network.says("fme", old)
    network.says("fme", replace(old, title=title.replace("400", "450"), summary=text.replace("400", "450")))
    network.says("vhto", told("vhto", title, text))
    assert network.groups() == [["fme", "vhto"]]
    network.says("aob", told("aob", title.replace("400", "475"), text.replace("400", "475")))
    assert network.groups() == [["fme", "vhto"], ["aob"]]  # a figure that it never said is other news


# --- Who is credited --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("title", "is_seen"), [("Techlab Almelo geopend", True), (NEWS.title, False)])
def test_the_producer_becomes_the_origin_when_it_arrives_later(network: Network, title: str, is_seen: bool) -> None:
    network.says("vakblad", told("vakblad", title, LAB), republisher=True)
    (before,) = network.stories()
    network.says("fme", NEWS)
    (after,) = network.stories()
    assert [item.source_id for item in after.items] == ["fme", "vakblad"]
    assert (after.id, after.slug, after.released) == (before.id, before.slug, before.released)
    assert after.updated == (network.now if is_seen else before.updated)


# --- Perhaps the same -------------------------------------------------------------------------------------------------


def test_a_possible_duplicate_waits_with_one_card_and_comes_out_when_it_is_none(network: Network) -> None:
    network.says("fme", SCHOOL_NEWS)
    network.says("vhto", PERHAPS_COPY)
    first, waiting = network.stories()
    assert (waiting.state, waiting.reason, waiting.released) == (State.HELD, "possible duplicate", None)
    (card,) = network.cards()
    assert {card.story_id, card.other_story_id} == {network.row(first).id, network.row(waiting).id}
    before = network.documents()
    assert not any(PERHAPS_COPY.title.encode() in body for body in before.values())
    join.never(network.store, [first.slug, waiting.slug], "thea", network.now)
    assert network.cards() == []
    assert network.stories()[1].released == network.now
    assert PERHAPS_COPY.title.encode() in network.documents()["/feeds/all.atom"]


@pytest.mark.parametrize("verdict", [SURE, UNSURE])
def test_another_text_does_not_let_a_possible_duplicate_out(network: Network, verdict: Tags) -> None:
    network.says("fme", SCHOOL_NEWS)
    network.says("vhto", PERHAPS_COPY)
    changed = replace(PERHAPS_COPY, title="Monteur worden in Hoogeveen: meld je aan")
    network.verdicts = {changed.title: verdict}
    assert network.says("vhto", changed).changed == 1
    waiting = network.stories()[1]
    assert (waiting.state, waiting.reason, waiting.released) == (State.HELD, "possible duplicate", None)


def test_what_would_never_be_announced_is_not_let_out_when_it_is_no_duplicate(network: Network) -> None:
    network.says("fme", replace(SCHOOL_NEWS, published=NOW - 31 * DAY))
    network.says("vhto", replace(PERHAPS_COPY, published=NOW - 30 * DAY))
    first, waiting = network.stories()
    assert (waiting.state, waiting.reason, len(network.cards())) == (State.HELD, "archive", 1)
    join.never(network.store, [first.slug, waiting.slug], "thea", network.now)
    assert (network.stories()[1].state, network.stories()[1].released) == (State.HELD, None)


@pytest.mark.parametrize("verdict", [UNSURE, OFF_TOPIC])
def test_what_would_not_be_published_anyway_waits_for_its_own_reason(network: Network, verdict: Tags) -> None:
    network.verdicts = {PERHAPS_COPY.title: verdict}
    network.says("fme", SCHOOL_NEWS)
    network.says("vhto", PERHAPS_COPY)
    assert network.stories()[1].reason == ("unsure" if verdict is UNSURE else "off-topic")
    assert len(network.cards()) == 1


# --- One source: its items under other ids and addresses --------------------------------------------------------------


def test_a_reused_id_makes_a_new_item_and_the_old_one_keeps_its_story(network: Network) -> None:
    network.says("fme", NEWS)
    report = network.says("fme", replace(SCHOOL_NEWS, id=NEWS.id, link=NEWS.link))
    first, second = network.stories()
    assert report.changed == 1
    assert (first.origin.key, second.origin.key) == ("was:1", f"id:{NEWS.id}")
    assert (first.origin.entry.title, second.origin.entry.title) == (NEWS.title, SCHOOL_NEWS.title)
    assert (first.updated, second.released) == (first.released, network.now)


@pytest.mark.parametrize(
    "moved",
    [
        replace(NEWS, link="https://fme.example/nieuws/techlab-almelo-geopend", id="nieuw-1"),
        replace(NEWS, link="https://fme.example/actueel/2026/techlab", id=None),
        replace(NEWS, id="http://fme.example/?p=17"),
    ],
)
def test_the_same_article_under_another_id_or_address_is_nothing_new(network: Network, moved: Entry) -> None:
    network.says("fme", NEWS)
    (before,) = network.stories()
    assert network.says("fme", moved).new == 0
    (after,) = network.stories()
    assert (after.id, after.released) == (before.id, before.released)


def test_http_that_becomes_https_changes_nothing_at_all(network: Network) -> None:
    plain = replace(NEWS, id="http://fme.example/nieuws/1", link="http://fme.example/nieuws/1")
    network.says("fme", plain)
    before, log = network.documents(), network.stories()
    report = network.says("fme", replace(plain, id=NEWS.link, link=NEWS.link))
    assert (report.new, [story.updated for story in network.stories()]) == (0, [story.updated for story in log])
    assert len(network.documents()) == len(before)


def test_a_site_that_moves_two_hundred_items_to_other_addresses_brings_nothing_new(network: Network) -> None:
    old = [
        told("fme", f"Techlab nummer {n} is geopend", f"Bericht {n}", str(n), published=NOW - n * DAY)
        for n in range(200)
    ]
    network.says("fme", *old)
    before = network.stories()
    moved = [
        replace(each, id=f"cms-{n}", link=f"https://www.fme.example/actueel/{n}-techlab") for n, each in enumerate(old)
    ]
    report = network.says("fme", *moved)
    after = network.stories()
    assert (report.new, len(before), len(after)) == (0, 200, 200)
    assert [(each.id, each.state, each.released) for each in after] == [
        (each.id, each.state, each.released) for each in before
    ]


# --- The flood brake --------------------------------------------------------------------------------------------------


DATED, UNDATED, OLD = 20, 30, 10


def flooded(network: Network) -> None:
    """A source that brings two items a time, and then sixty at once."""
    usual = [told("fme", f"Gewoon bericht {n}", f"Tekst {n}", f"g{n}", published=NOW + n * DAY) for n in range(1, 9)]
    for count in (2, 4, 6, 8):
        network.says("fme", *usual[:count])
    network.documents()
    many = [
        told("fme", f"Overgezet bericht {n}", f"Oude tekst {n}", f"o{n}", published=_date(network, n))
        for n in range(DATED + UNDATED + OLD)
    ]
    assert network.says("fme", *many).new == len(many)


def _date(network: Network, n: int) -> datetime | None:
    if n < DATED:
        return network.now
    return None if n < DATED + UNDATED else NOW - 9 * DAY


def test_a_flood_publishes_nothing_by_itself_and_is_one_card(network: Network) -> None:
    usual = [told("fme", f"Gewoon bericht {n}", f"Tekst {n}", f"g{n}") for n in range(2)]
    network.says("fme", *usual)
    before = network.documents()
    many = [told("fme", f"Overgezet bericht {n}", f"Oude tekst {n}", f"o{n}") for n in range(60)]
    # On the same day: the front page tells when we looked last.
    assert network.says("fme", *many, after=10 * HOUR).new == 60
    assert network.documents() == before
    assert flood.cards(network.store) == [Card(source_id="fme", stories=60)]
    with network.store.read() as transaction:
        log = [each for each in events.since(transaction, 0) if (each.after or {}).get("reason") == "flood"]
    assert len({each.group_id for each in log}) == 1


@pytest.mark.parametrize(("choice", "count"), [("all", DATED + UNDATED + OLD), ("dated", DATED), ("none", 0)])
def test_an_editor_lets_a_flood_in_whole_by_its_dates_or_not(network: Network, choice: Choice, count: int) -> None:
    flooded(network)
    came = flood.settle(network.store, "fme", choice, "thea", network.now, days=14)
    assert came == (count, DATED + UNDATED + OLD - count)
    assert flood.cards(network.store) == []
    rows = [network.row(each) for each in network.stories()]
    assert sum(row.released == network.now for row in rows) == count
    assert sum((row.state, row.reason) == (State.HELD, "archive") for row in rows) == came[1]


def test_another_text_does_not_let_a_held_flood_out_and_usual_news_goes_on(network: Network) -> None:
    flooded(network)
    changed = told("fme", "Overgezet bericht nul, aangevuld", "Oude tekst 0", "o0")
    network.documents()
    report = network.says("fme", changed, told("fme", "Convenant getekend", PACT, "nieuw"))
    assert (report.new, report.changed) == (1, 1)
    assert flood.cards(network.store) == [Card(source_id="fme", stories=DATED + UNDATED + OLD)]
    assert network.stories()[-1].released == network.now


def test_a_copy_within_a_flood_joins_its_story_but_does_not_bring_it_back(network: Network) -> None:
    rejected(network, "not this source")
    network.says("vhto", *(told("vhto", f"Gewoon bericht {n}", f"Tekst {n}", f"g{n}") for n in range(2)))
    many = [told("vhto", f"Overgezet bericht {n}", f"Oude tekst {n}", f"o{n}") for n in range(60)]
    network.says("vhto", COPY, *many)
    story = network.stories()[0]
    assert {item.source_id for item in story.items} == {"fme", "vhto"}
    assert story.state is State.REJECTED


# --- What a source is set to ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("join_", "by_address", "by_text"), [("normal", True, True), ("url", True, False), ("never", False, False)]
)
@pytest.mark.parametrize("is_set_first", [True, False])
def test_a_source_joins_as_far_as_it_may(
    network: Network, join_: str, by_address: bool, by_text: bool, is_set_first: bool
) -> None:
    sides: list[dict[str, Any]] = [{"join": join_}, {}]
    first, second = sides if is_set_first else reversed(sides)
    network.says("fme", told("fme", "Convenant getekend", PACT, "2"), NEWS, **first)
    elsewhere = told("vhto", "Iets heel anders over bakkers", "Wat zij ervan vinden.", link=NEWS.link)
    network.says("vhto", elsewhere, told("vhto", "Convenant is getekend", PACT, "2"), **second)
    joined = [len(group) == 2 for group in network.groups()[:2]]
    assert joined == [by_address, by_text]


def test_of_a_source_that_is_asked_for_everything_waits_for_an_editor(network: Network) -> None:
    network.says("fme", NEWS)
    join.ask_for(network.store, "vhto", "thea", network.now)
    network.says("vhto", COPY)
    assert network.groups() == [["fme"], ["vhto"]]
    assert (network.stories()[1].reason, len(network.cards())) == ("possible duplicate", 1)
    join.ask_for(network.store, "vhto", "thea", network.now, holds=False)
    network.says("vhto", COPY, told("vhto", "Techlab Almelo is open", f"{LAB} Kom kijken.", "2"))
    assert sorted(map(len, network.groups())) == [1, 2]


# --- Our own voice ----------------------------------------------------------------------------------------------------

US = SITE.base_url
OURS = [f"{US}/stories/{name}" for name in ("abcdefghijkm", "bcdefghijkmn", "cdefghijkmno")]
NEWSLETTER = "<p>Onze nieuwsbrief</p>" + "".join(f'<p><a href="{each}">Lees verder</a></p>' for each in OURS)


def test_our_feed_that_a_partner_imported_brings_nothing_and_marks_the_partner(network: Network) -> None:
    network.says("fme", NEWS)
    ours = network.documents()["/feeds/all.rss"]
    report = network.shows("vhto", ours)
    assert (report.new, report.poll.reposted_at) == (0, network.now)
    assert network.groups() == [["fme"]]
    posts = [told("vhto", each.origin.entry.title, "Overgenomen", id=each.id) for each in network.stories()]
    assert network.says("vhto", *posts, told("vhto", "Convenant getekend", PACT, "2")).new == 1
    assert network.groups() == [["fme"], ["vhto"]]


@pytest.mark.parametrize(
    "text",
    [NEWSLETTER, f'<p>Meer:</p><techniek-nieuws src="{US}"></techniek-nieuws>', f'<iframe src="{US}/embed/news">'],
)
def test_a_post_that_only_shows_our_news_brings_nothing(network: Network, text: str) -> None:
    report = network.says("vhto", told("vhto", "Nieuws van het Techniekpact", "", content=text))
    assert (report.new, report.poll.reposted_at) == (0, network.now)


def test_a_page_that_lists_our_news_as_our_component_does_brings_nothing(network: Network) -> None:
    own = [replace(make_entry(n), link=link) for n, link in enumerate(OURS * 2, start=1)]
    listed = [replace(each, link=f"{each.link}?n={n}") for n, each in enumerate(own)]
    report = network.shows("vhto", page(*listed), kind="page", url="https://vhto.example/nieuws")
    assert (report.new, report.poll.reposted_at) == (0, network.now)


def test_a_mark_stays_while_the_partner_says_its_own_news(network: Network) -> None:
    network.says("vhto", told("vhto", "Nieuws van het Techniekpact", "", content=NEWSLETTER))
    marked = network.now
    assert network.says("vhto", COPY).poll.reposted_at == marked
