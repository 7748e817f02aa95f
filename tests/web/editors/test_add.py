"""News added by hand: pasted and looked at, or written here; and what comes of it."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import feedparser
import pytest

from aggregator.model import Evidence, Precision, State, Story
from aggregator.store import Store, decisions, documents, events, sources, stories
from aggregator.store.accounts import Role
from aggregator.store.check import contradictions
from tests.web.editors.conftest import WEB, Client, Reply

SignedIn = Callable[..., Client]
ADDRESS = "https://elders.example/nieuws/lasrobot"
ARTICLE = """<!doctype html><html lang="nl"><head><title>Lasrobot voor het mbo</title>
<meta property="og:type" content="article"><meta property="og:image" content="https://elders.example/r.jpg">
<meta property="article:published_time" content="2026-11-20T09:00:00+01:00"></head><body><main><article>
<h1>Lasrobot voor het mbo</h1><p>Het Techniekcollege in Almelo kreeg een lasrobot van een bedrijf uit de streek, zodat
leerlingen kunnen oefenen met lassen zonder gevaar.</p><p>De robot staat in het praktijklokaal.</p></article></main>
</body></html>"""


@pytest.fixture(autouse=True)
def web() -> Iterator[None]:
    WEB.documents.clear()
    WEB.documents[ADDRESS] = ARTICLE.encode()
    WEB.documents["https://fme.example/nieuws/los"] = ARTICLE.replace("Lasrobot", "Draaibank").encode()
    WEB.requests.clear()
    yield
    WEB.documents.clear()


def look(client: Client, url: str) -> Reply:
    return client.post("/edit/add/look", "/edit/add", url=url)


def send(client: Client, found: Reply, **fields: object) -> Reply:
    """Send the form that was found, as it is filled in."""
    given = dict(re.findall(r'name="(link|stated|evidence|language|image)" value="([^"]*)"', found.text))
    for name in ("title", "day", "clock"):
        given[name] = re.findall(rf'id="{name}" name="{name}"[^>]* value="([^"]*)"', found.text)[0]
    teaser = found.text.partition('<textarea id="teaser"')[2].partition(">")[2].partition("<")[0]
    return client.post("/edit/add", csrf=found.csrf, **(given | {"teaser": teaser, "theme": "instroom"} | fields))


def story_at(store: Store, reply: Reply) -> Story:
    slug = reply.header("location").removeprefix("/edit/stories/").partition("?")[0]
    with store.read() as transaction:
        assert contradictions(transaction) == []
        row = stories.row_by_slug(transaction, slug)
        assert row, reply.text
        return stories.load(transaction, [row.id])[0]


def test_an_address_is_looked_at_and_nothing_is_stored(store: Store, signed_in: SignedIn) -> None:
    client = signed_in()
    reply = look(client, f" {ADDRESS} ")
    assert reply.status == 200
    assert 'value="Lasrobot voor het mbo"' in reply.text
    assert "Het Techniekcollege in Almelo" in reply.text
    assert 'value="2026-11-20"' in reply.text
    assert '<option value="instroom" selected>' in reply.text
    assert "Komt binnen als nieuws van Technieknieuws." in reply.text
    assert all(each.respect_robots for each in WEB.requests)
    with store.read() as transaction:
        assert sources.held(transaction, "redactie") is None
        assert len(stories.by_state(transaction, None, limit=9)) == 3


def test_what_was_found_is_published_by_one_more_button(store: Store, signed_in: SignedIn) -> None:
    client = signed_in()
    reply = send(client, look(client, ADDRESS), then="publish")
    assert reply.header("location").endswith("?done=added")
    story = story_at(store, reply)
    assert (story.state, story.origin.source_id, story.origin.entry.link) == (State.PUBLISHED, "redactie", ADDRESS)
    assert story.origin.entry.published == datetime(2026, 11, 20, 8, tzinfo=UTC)
    assert story.origin.entry.date_evidence is not Evidence.FEED
    assert story.origin.entry.date_precision is Precision.MINUTE
    assert story.origin.entry.image is None  # nobody allowed it
    with store.read() as transaction:
        kept = documents.get(transaction, "/feeds/all.atom")
        row = stories.row_by_slug(transaction, story.slug)
        assert row
        log = [(each.kind, each.actor.partition(":")[0]) for each in events.of_story(transaction, row.id)]
        held = sources.held(transaction, "redactie")
    assert kept
    assert "Lasrobot voor het mbo" in [each.title for each in feedparser.parse(kept.document.body).entries]
    assert log == [("taken-in", "service"), ("added", "account"), ("published", "account")]
    assert held
    assert (held.source.paused, held.poll.next_due) == (True, None)
    text = client.get(reply.header("location")).text
    assert "redacteur@example.nl: met de hand toegevoegd." in text


def test_a_changed_date_is_the_editors(store: Store, signed_in: SignedIn) -> None:
    client = signed_in()
    story = story_at(store, send(client, look(client, ADDRESS), then="hold", day="2026-11-19", clock=""))
    assert story.state is State.HELD
    assert (story.origin.entry.date_evidence, story.origin.entry.date_precision) == (None, Precision.DAY)
    assert "gekozen door de redactie" in client.get(f"/edit/stories/{story.slug}").text


def test_what_stands_at_a_partners_site_is_that_partners(store: Store, signed_in: SignedIn) -> None:
    client = signed_in()
    found = look(client, "https://fme.example/nieuws/los")
    assert "Komt binnen als nieuws van FME." in found.text
    story = story_at(store, send(client, found, then="hold"))
    assert (story.origin.source_id, story.state) == ("fme", State.HELD)


def test_news_that_is_here_already_is_said_and_not_doubled(store: Store, signed_in: SignedIn) -> None:
    client = signed_in()
    story = story_at(store, send(client, look(client, ADDRESS), then="publish"))
    again = look(client, f"{ADDRESS}/?utm_source=mail")
    assert again.status == 422  # the site has no such page
    WEB.documents["https://www.elders.example/nieuws/lasrobot"] = ARTICLE.encode()
    found = look(client, "https://www.elders.example/nieuws/lasrobot")
    assert send(client, found, then="publish").header("location") == f"/edit/stories/{story.slug}?done=added"
    WEB.documents["https://fme.example/nieuws/robot"] = ARTICLE.encode()
    other = look(client, "https://fme.example/nieuws/robot")
    assert f'<a href="/edit/stories/{story.slug}">' in other.text


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("geen adres", "geen heel webadres"),
        ("https://nieuws.techniekpact.example/stories/abc", "pagina van onszelf"),
        ("https://elders.example/weg", "De pagina bestaat niet"),
    ],
)
def test_why_nothing_was_found_is_said(signed_in: SignedIn, url: str, said: str) -> None:
    reply = look(signed_in(), url)
    assert reply.status == 422
    assert said in reply.text


def test_the_bookmarklet_brings_an_address_and_only_the_button_fetches(signed_in: SignedIn) -> None:
    text = signed_in().get("/edit/add?url=https%3A%2F%2Felders.example%2Fx").text
    assert 'value="https://elders.example/x"' in text
    assert "encodeURIComponent(location.href)" in text
    assert 'href="javascript' not in text
    assert WEB.requests == []


def test_an_own_column_stands_whole_on_its_page_and_in_the_feed(store: Store, signed_in: SignedIn) -> None:
    client = signed_in()
    reply = client.post(
        "/edit/add/own", "/edit/add", title="Wat ik zag", author="Thea", then="publish", theme="instroom",
        text="Eerste <b>alinea</b>.\r\n\r\nTweede alinea.", image="https://techniekpact.example/t.jpg",
        alt="Thea", credit="Jan de Wit",
    )  # fmt: skip
    story = story_at(store, reply)
    assert story.origin.entry.image
    assert story.origin.entry.image.credit == "Jan de Wit"
    public = client.get(f"/stories/{story.slug}?lang=nl").text
    assert "<p>Eerste &lt;b&gt;alinea&lt;/b&gt;.</p><p>Tweede alinea.</p>" in public
    assert "Door Thea" in public
    with store.read() as transaction:
        kept = documents.get(transaction, "/feeds/all.atom")
    assert kept
    (entry,) = [each for each in feedparser.parse(kept.document.body).entries if each.title == "Wat ik zag"]
    assert "Tweede alinea." in entry.content[0].value
    assert entry.link == f"https://nieuws.techniekpact.example/stories/{story.slug}"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"title": "", "text": "x"}, "heeft een titel nodig"),
        ({"title": "x", "text": " "}, "heeft een tekst nodig"),
        ({"title": "x", "text": "x", "image": "/t.jpg"}, "moet met https:// beginnen"),
    ],
)
def test_a_column_that_lacks_something_is_given_back(signed_in: SignedIn, fields: dict[str, str], said: str) -> None:
    reply = signed_in().post("/edit/add/own", "/edit/add", then="publish", author="Thea de Vries", **fields)
    assert reply.status == 422
    assert said in reply.text
    assert "Thea de Vries" in reply.text


def test_a_column_under_embargo(store: Store, signed_in: SignedIn) -> None:
    fields = {"title": "Later", "text": "x", "then": "schedule", "on": "2099-01-01", "at": "08:00"}
    story = story_at(store, signed_in().post("/edit/add/own", "/edit/add", **fields))
    assert story.state is State.SCHEDULED
    with store.read() as transaction:
        (plan,) = decisions.scheduled(transaction).values()
    assert decisions.planned_at(plan) == datetime(2099, 1, 1, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    "fields",
    [
        {"then": "schedule", "on": "2020-01-01"},
        {"then": "schedule"},
        {"then": "publish", "theme": "onzin"},
        {"then": "weggooien"},
    ],
)
def test_what_no_form_of_ours_sends_is_refused(store: Store, signed_in: SignedIn, fields: dict[str, str]) -> None:
    assert signed_in().post("/edit/add/own", "/edit/add", title="x", text="x", **fields).status == 422
    assert (
        signed_in(email="b@example.nl").post("/edit/add", "/edit/add", link="ftp://x", title="x", **fields).status
        == 422
    )
    with store.read() as transaction:
        assert len(stories.by_state(transaction, None, limit=9)) == 3


def test_whoever_only_reads_adds_nothing(signed_in: SignedIn) -> None:
    assert signed_in(Role.READER).get("/edit/add").status == 403
