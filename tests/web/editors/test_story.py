"""The page of one story: what it shows, what its buttons do, and two editors at once."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest

from aggregator.desk import edit
from aggregator.model import Edits, State, Story
from aggregator.publish import entry as words_of
from aggregator.release import Press
from aggregator.store import Store, decisions, documents, items, proposals, stories
from aggregator.store.accounts import Role
from aggregator.store.events import Event
from aggregator.store.stories import StoryRow
from tests.factories import NOW, make_entry
from tests.line.partner import Partners, feed, make_line, run
from tests.web.editors.conftest import Client, Reply

SignedIn = Callable[..., Client]


@pytest.fixture
def slugs(press: Press) -> list[str]:
    with press.store.read() as transaction:
        return [each.slug for each in stories.load(transaction, [1, 2, 3])]


def row_of(store: Store, number: int = 1) -> StoryRow:
    with store.read() as transaction:
        return stories.rows(transaction, [number])[number]


def story_of(store: Store, number: int = 1) -> Story:
    with store.read() as transaction:
        return stories.load(transaction, [number])[0]


def act(client: Client, slug: str, what: str, **fields: object) -> Reply:
    """Press a button of the page as it is now."""
    page = f"/edit/stories/{slug}"
    shown = client.get(page)
    seen = shown.text.partition('name="seen" value="')[2].partition('"')[0]
    given: dict[str, Any] = {"seen": seen} | fields
    return client.post(f"{page}/{what}", csrf=shown.csrf, **given)


def feed_of(store: Store) -> str:
    with store.read() as transaction:
        kept = documents.get(transaction, "/feeds/all.atom")
    assert kept
    return kept.document.body.decode()


def test_the_page_shows_what_readers_see_the_original_and_why_it_is_here(signed_in: SignedIn, slugs: list[str]) -> None:
    text = signed_in().get(f"/edit/stories/{slugs[0]}").text
    assert "<title>Nieuws nummer 1 · redactie" in text
    assert "Een samenvatting van bericht 1." in text
    assert "&lt;title&gt;Nieuws nummer 1&lt;/title&gt;" in text
    assert "Gezien bij FME. Datum 23 november 2026, gelezen in de feed. Geplaatst door het programma: alles van" in text
    assert "Thema Instroom, 99 % zeker." in text
    assert "+techniek → instroom" in text


def test_whoever_only_reads_gets_no_buttons(signed_in: SignedIn, slugs: list[str]) -> None:
    text = signed_in(Role.READER).get(f"/edit/stories/{slugs[0]}").text
    assert "Het origineel" in text
    assert 'action="/edit/stories' not in text


def test_a_story_that_is_not_there(signed_in: SignedIn) -> None:
    client = signed_in()
    assert client.get("/edit/stories/nergens").status == 404
    csrf = client.get("/edit/account").csrf
    assert client.post("/edit/stories/nergens/publish", csrf=csrf, seen=0).status == 404


def test_withdrawing_takes_it_out_of_the_feeds_at_once_and_publishing_brings_it_back(
    store: Store, signed_in: SignedIn, slugs: list[str]
) -> None:
    client = signed_in()
    reply = act(client, slugs[0], "reject", reason="niet van ons")
    assert (reply.status, reply.header("location")) == (303, f"/edit/stories/{slugs[0]}?done=reject")
    assert row_of(store).state is State.WITHDRAWN
    assert "Nieuws nummer 1" not in feed_of(store)
    text = client.get(f"/edit/stories/{slugs[0]}?done=reject").text
    assert "redacteur@example.nl: weggehaald. Reden: niet van ons." in text
    act(client, slugs[0], "publish")
    assert "Nieuws nummer 1" in feed_of(store)


def test_a_theme_is_set_and_a_second_one_that_is_the_same_is_none(
    store: Store, signed_in: SignedIn, slugs: list[str]
) -> None:
    client = signed_in()
    act(client, slugs[0], "theme", theme="leven-lang-ontwikkelen", second="leven-lang-ontwikkelen")
    assert (row_of(store).tags.theme, row_of(store).tags.second_theme) == ("leven-lang-ontwikkelen", None)
    assert act(client, slugs[0], "theme", theme="onzin").status == 422


# --- Two editors ------------------------------------------------------------------------------------------------------


def test_who_was_ahead_is_shown_and_ones_own_choice_can_still_be_carried_out(
    store: Store, signed_in: SignedIn, slugs: list[str]
) -> None:
    client = signed_in()
    shown = client.get(f"/edit/stories/{slugs[0]}")
    other = signed_in(email="piet@example.nl")
    act(other, slugs[0], "reject", reason="oud nieuws")
    reply = client.post(f"/edit/stories/{slugs[0]}/edit", csrf=shown.csrf, seen=1, title="Mijn kop", teaser="x")
    assert reply.status == 409
    assert "piet@example.nl: weggehaald" in reply.text
    assert "oud nieuws" in reply.text
    assert 'name="title" value="Mijn kop"' in reply.text
    assert story_of(store).edits == Edits()
    newest = reply.text.partition('name="seen" value="')[2].partition('"')[0]
    again = client.post(f"/edit/stories/{slugs[0]}/edit", csrf=shown.csrf, seen=newest, title="Mijn kop", teaser="x")
    assert again.status == 303
    assert story_of(store).edits.title == "Mijn kop"


def test_what_the_program_did_meanwhile_or_oneself_overtakes_nobody(
    store: Store, signed_in: SignedIn, slugs: list[str]
) -> None:
    client = signed_in()
    shown = client.get(f"/edit/stories/{slugs[0]}")
    act(client, slugs[0], "reject")
    assert client.post(f"/edit/stories/{slugs[0]}/publish", csrf=shown.csrf, seen=1).status == 303


# --- Words ------------------------------------------------------------------------------------------------------------


def test_editing_shows_in_the_feed_and_goes_back_field_by_field(
    store: Store, signed_in: SignedIn, slugs: list[str]
) -> None:
    client = signed_in()
    reply = act(client, slugs[0], "edit", title=" Een  kop ", teaser="Eigen woorden.", day="2026-11-02", clock="09:30")
    assert reply.status == 303
    edits = story_of(store).edits
    assert (edits.title, edits.teaser) == ("Een kop", "Eigen woorden.")
    assert edits.published == datetime(2026, 11, 2, 8, 30, tzinfo=UTC)
    assert "Een kop" in feed_of(store)
    text = client.get(f"/edit/stories/{slugs[0]}").text
    assert "bewerkte: Titel, Eerste regels, Datum." in text
    act(client, slugs[0], "restore", field="title")
    assert "Een kop" not in feed_of(store)
    assert story_of(store).edits.teaser == "Eigen woorden."
    assert act(client, slugs[0], "restore", field="onzin").status == 422


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"title": " "}, "heeft een titel nodig"),
        ({"title": "x", "day": "gisteren"}, "Deze datum konden we niet lezen"),
        ({"title": "x", "day": "9999-01-01"}, "Deze datum konden we niet lezen"),
        ({"title": "x", "image": "javascript:alert(1)"}, "moet met https:// beginnen"),
    ],
)
def test_what_cannot_be_saved_is_said_and_what_was_typed_stays(
    store: Store, signed_in: SignedIn, slugs: list[str], fields: dict[str, str], said: str
) -> None:
    reply = act(signed_in(), slugs[0], "edit", **({"teaser": "Dit typte ik."} | fields))
    assert reply.status == 422
    assert said in reply.text
    assert "Dit typte ik." in reply.text
    assert story_of(store).edits == Edits()


def test_a_source_that_changed_since_the_edit_is_shown_with_the_difference(
    store: Store, signed_in: SignedIn, slugs: list[str]
) -> None:
    client = signed_in()
    edit.edit(store, slugs[0], Edits(title="Onze kop"), "account:1", NOW)
    partners = Partners()
    partners.documents["https://fme.example/feed"] = feed(make_entry(1, title="Nieuws nummer 1 verbeterd"))
    run(make_line(store, partners), NOW + timedelta(days=2))
    text = client.get(f"/edit/stories/{slugs[0]}").text
    assert "Bron gewijzigd sinds uw bewerking: Titel" in text
    assert '<ins><span class="unseen">nu: </span>verbeterd</ins>' in text
    assert act(client, slugs[0], "keep", field="title").status == 303
    assert "Bron gewijzigd" not in client.get(f"/edit/stories/{slugs[0]}").text


# --- Joining ----------------------------------------------------------------------------------------------------------


def propose(store: Store) -> None:
    with store.append() as transaction:
        proposals.put(transaction, [(1, 2, 0.8, "80% van de woorden")], NOW)


def test_a_proposal_shows_the_difference_and_joining_makes_it_one_story(
    store: Store, signed_in: SignedIn, slugs: list[str]
) -> None:
    propose(store)
    client = signed_in()
    text = client.get(f"/edit/stories/{slugs[0]}").text
    assert "Misschien hetzelfde nieuws" in text
    assert '<del><span class="unseen">alleen hier: </span>1</del>' in text
    assert act(client, slugs[0], "join", other=slugs[1]).status == 303
    with store.read() as transaction:
        assert set(items.of_stories(transaction, [1])[1]) == {1, 2}
    shown = client.get(f"/edit/stories/{slugs[1]}").text
    assert "redacteur@example.nl voegde het bericht van FME hierbij." in shown
    reply = act(client, slugs[0], "split", item=2)
    assert reply.header("location") == f"/edit/stories/{slugs[1]}?done=split"
    assert "heeft een origineel nodig" in act(client, slugs[1], "split", item=2).text


def test_never_settles_a_proposal(store: Store, signed_in: SignedIn, slugs: list[str]) -> None:
    propose(store)
    client = signed_in()
    assert act(client, slugs[0], "never", other=slugs[1]).status == 303
    assert "Misschien hetzelfde nieuws" not in client.get(f"/edit/stories/{slugs[0]}").text
    assert act(client, slugs[0], "join", other="nergens").status == 409


def test_what_nobody_proposes_is_found_by_the_words_of_its_title(
    store: Store, signed_in: SignedIn, slugs: list[str]
) -> None:
    client = signed_in()
    with store.read() as transaction:
        titles = [words_of.title(stories.by_number(transaction, [number])[number]) for number in (1, 2)]
    page = f"/edit/stories/{slugs[0]}"
    assert "Hetzelfde nieuws elders?" in client.get(page).text
    assert "0 berichten gevonden." in client.get(f"{page}?find=onvindbaar%25").text
    assert "0 berichten gevonden." in client.get(f"{page}?find={quote(titles[0])}").text  # itself it is not
    found = client.get(f"{page}?find={quote(titles[1].upper())}").text
    assert "1 bericht gevonden." in found
    assert f'aria-label="Samenvoegen met: {titles[1]}"' in found
    assert act(client, slugs[0], "join", other=slugs[1]).status == 303
    assert "0 berichten gevonden." in client.get(f"{page}?find={quote(titles[1])}").text  # it is this one now
    assert "Zoek een bericht" not in signed_in(Role.READER).get(page).text


# --- At a time --------------------------------------------------------------------------------------------------------


def test_a_pin_puts_it_first_on_the_news_page_until_its_day_is_over(
    store: Store, signed_in: SignedIn, slugs: list[str]
) -> None:
    client = signed_in()
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).date().isoformat()
    assert act(client, slugs[2], "pin", until=tomorrow).status == 303
    front = client.get("/?lang=nl").text
    assert front.index("Uitgelicht") < front.index("Nieuws nummer 3") < front.index("Nieuws nummer 1")
    assert front.count("Nieuws nummer 3") == 1
    assert "Staat bovenaan tot" in client.get(f"/edit/stories/{slugs[2]}").text
    assert act(client, slugs[2], "pin").header("location").endswith("done=unpin")
    with store.read() as transaction:
        assert decisions.pinned(transaction) == {}


def test_an_embargo_keeps_a_story_in_until_its_moment(store: Store, signed_in: SignedIn, slugs: list[str]) -> None:
    client = signed_in()
    with store.append() as transaction:
        before = stories.rows(transaction, [1])[1]
        held = replace(before, state=State.HELD, reason="unsure", released=None, updated=None)
        stories.apply(transaction, [(before, held)], Event(at=NOW, kind="held"))
    assert act(client, slugs[0], "schedule", on="2099-01-01", at="08:00").status == 303
    assert row_of(store).state is State.SCHEDULED
    assert "Wordt geplaatst op 1 januari 2099, 08:00." in client.get(f"/edit/stories/{slugs[0]}").text


@pytest.mark.parametrize(
    ("what", "fields", "said"),
    [
        ("pin", {"until": "2020-01-01"}, "al voorbij"),
        ("pin", {"until": "morgen"}, "konden we niet lezen"),
        ("schedule", {"on": "2020-01-01"}, "al voorbij"),
        ("schedule", {"on": "x"}, "konden we niet lezen"),
        ("schedule", {"on": "2099-01-01"}, "staat al bij lezers"),
    ],
)
def test_moments_that_cannot_be_are_refused_in_plain_words(
    signed_in: SignedIn, slugs: list[str], what: str, fields: dict[str, str], said: str
) -> None:
    reply = act(signed_in(), slugs[0], what, **fields)
    assert reply.status == 422
    assert said in reply.text


def test_a_flood_leads_to_its_card(store: Store, signed_in: SignedIn, slugs: list[str]) -> None:
    with store.append() as transaction:
        before = stories.rows(transaction, [1])[1]
        held = replace(before, state=State.HELD, reason="flood")
        stories.apply(transaction, [(before, held)], Event(at=NOW, kind="held"))
    assert 'href="/edit/sources/fme#flood"' in signed_in().get(f"/edit/stories/{slugs[0]}").text


def test_what_was_done_here_is_taken_back_here(store: Store, signed_in: SignedIn, slugs: list[str]) -> None:
    client = signed_in()
    page = f"/edit/stories/{slugs[0]}"
    done = act(client, slugs[0], "edit", title="Mijn kop", teaser="Een samenvatting van bericht 1.")
    shown = client.get(done.header("location"))
    assert f'action="{page}/undo"' in shown.text
    assert client.post(f"{page}/undo", csrf=shown.csrf).header("location") == f"{page}?done=undone"
    assert story_of(store).edits == Edits()
    assert "Mijn kop" not in feed_of(store)
    again = client.get(f"{page}?done=undone")
    assert "Ongedaan gemaakt" in again.text
    assert f'action="{page}/undo"' not in again.text
    refused = client.post(f"{page}/undo", csrf=shown.csrf)  # there is nothing left to take back
    assert refused.status == 409
    assert "Niet ongedaan gemaakt" in refused.text
    assert client.post("/edit/stories/nergens/undo", csrf=shown.csrf).status == 404
