"""The queue without a browser: what it shows, what its forms do, and to whom."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest

from aggregator.desk import decide, edit, flood, timing
from aggregator.model import Edits, State, Tags
from aggregator.release import Press, refresh
from aggregator.store import Store, decisions, documents, items, proposals, queue, samples, stories
from aggregator.store.accounts import Role
from tests.store.test_queue import held, lay
from tests.web.editors.conftest import Client, Reply
from tests.web.editors.waiting import lay_queue, of, put, states

SignedIn = Callable[..., Client]
UNSURE = "/edit/queue?tab=unsure"


@pytest.fixture
def slugs(store: Store, press: Press) -> list[str]:
    return lay_queue(store, 30)


@pytest.fixture
def thea(signed_in: SignedIn) -> Client:
    return signed_in(Role.EDITOR)


def subjects(reply: Reply) -> list[str]:
    return re.findall(r'name="story" value="([^"]+)" form="bulk"', reply.text)


def shown(reply: Reply) -> list[str]:
    return [each.partition(":")[0] for each in subjects(reply)]


def text(reply: Reply) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", reply.text).split())


def press_button(client: Client, act: str, *stories_: str, page: str = UNSURE, **more: str) -> Reply:
    return client.post("/edit/queue/decide", page, act=act, story=list(stories_), **more)


def test_editors_begin_in_the_queue(thea: Client) -> None:
    assert thea.get("/edit").header("location") == "/edit/queue"


def test_a_list_has_an_address_a_title_with_the_count_and_pages(thea: Client, slugs: list[str]) -> None:
    first = thea.get(UNSURE)
    assert "<title>Twijfel (30) · " in first.text
    assert shown(first) == slugs[:20]
    following = re.search(r'<a href="([^"]+)" rel="next"', first.text)
    assert following
    second = thea.get(following[1].replace("&amp;", "&"))
    assert shown(second) == slugs[20:]
    assert "Naar het begin" in second.text
    assert shown(thea.get("/edit/queue")) == []


def test_a_row_tells_what_there_is_to_decide_by(thea: Client, slugs: list[str]) -> None:
    told = text(thea.get(UNSURE))
    assert "twijfel FME vandaag Lerarentekort en -professionalisering" in told
    assert re.search(r"\d\d&nbsp;% \+vakpaspoort\* −docenten", told)


def test_a_filter_stands_in_the_address_and_says_when_nothing_is_left(thea: Client, slugs: list[str]) -> None:
    assert len(shown(thea.get(f"{UNSURE}&theme=instroom"))) == 7
    assert set(shown(thea.get(f"{UNSURE}&source=vhto"))) <= set(slugs)
    found = thea.get(f"{UNSURE}&q=WINDMOLEN")
    assert len(shown(found)) == 6
    assert 'value="WINDMOLEN"' in found.text
    assert "Hier is niets met dit filter." in thea.get(f"{UNSURE}&q=xyzzy").text


def test_a_filter_that_stopped_looking_says_so(thea: Client, slugs: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue, "LOOK", 10)
    found = thea.get(f"{UNSURE}&q=xyzzy")
    assert "Niets gevonden in de eerste 10 berichten" in found.text
    assert 'rel="next"' in found.text


@pytest.mark.parametrize(
    ("tab", "says"),
    [("new", "Niets nieuws"), ("unsure", "Geen twijfel"), ("later", "niets bewaard"), ("rejected", "niets afgewezen"),
     ("dropped", "heeft niets afgewezen"), ("nonsense", "Niets nieuws")],
)  # fmt: skip
def test_an_empty_list_says_what_comes_next(thea: Client, tab: str, says: str) -> None:
    assert says in thea.get(f"/edit/queue?tab={tab}").text


def test_what_follows_an_empty_list_is_a_link(store: Store, thea: Client, slugs: list[str]) -> None:
    assert "Verder met Twijfel (30)" in thea.get("/edit/queue").text
    assert "Dit is het einde van de lijst." in thea.get(f"{UNSURE}&after=3.0.0").text
    lay_queue(store, 1, "new source", first=901)
    for slug in slugs:
        put(store, slug, reason="archive")
    assert "Verder met Nieuw (1)" in thea.get(UNSURE).text


@pytest.mark.parametrize(
    ("act", "state", "theme", "says"),
    [
        ("publish", State.PUBLISHED, None, "Geplaatst: ‘"),
        ("theme:leven-lang-ontwikkelen", State.PUBLISHED, "leven-lang-ontwikkelen", "Geplaatst bij Leven lang"),
        ("second:instroom", State.HELD, None, "Tweede thema veranderd"),
        ("off-topic", State.OFF_TOPIC, None, "Niet over technisch onderwijs: ‘"),
        ("reject", State.REJECTED, None, "Afgewezen: ‘"),
        ("later", State.LATER, None, "Bewaard tot "),
        ("star", State.HELD, None, "Voor de nieuwsbrief: ‘"),
    ],
)
def test_one_button_decides_and_leads_to_the_next_row(
    store: Store, thea: Client, slugs: list[str], act: str, state: State, theme: str | None, says: str
) -> None:
    one = subjects(thea.get(UNSURE))[0]
    reply = press_button(thea, act, one, back="tab=unsure&x=y", at=slugs[1])
    is_staying = act == "star" or act.startswith("second")
    next_ = slugs[0] if is_staying else slugs[1]
    assert (reply.status, reply.header("location")) == (303, f"/edit/queue?tab=unsure&at={next_}#s-{next_}")
    assert of(store, slugs[0]).state is state
    assert theme is None or of(store, slugs[0]).tags.theme == theme
    after = thea.get(UNSURE)
    assert says in after.text
    assert (slugs[0] in shown(after)) is (state is State.HELD)
    undone = thea.post("/edit/queue/undo", UNSURE, back="tab=unsure")
    assert "said=undone" in undone.header("location")
    assert of(store, slugs[0]) == held(101, tags=of(store, slugs[0]).tags, dated=of(store, slugs[0]).dated)
    assert "1 bericht staat weer" in thea.get(undone.header("location").partition("#")[0]).text


def test_a_bulk_is_one_step(store: Store, thea: Client, slugs: list[str]) -> None:
    press_button(thea, "reject", *subjects(thea.get(UNSURE))[:5], back="tab=unsure")
    assert states(store, slugs[:6]) == [State.REJECTED] * 5 + [State.HELD]
    assert "Afgewezen: 5 berichten" in thea.get(UNSURE).text
    undone = thea.post("/edit/queue/undo", UNSURE, back="tab=unsure")
    assert "5 berichten staan weer" in thea.get(undone.header("location").partition("#")[0]).text
    assert set(states(store, slugs)) == {State.HELD}
    again = thea.post("/edit/queue/undo", UNSURE)
    assert "niets om ongedaan te maken" in thea.get(again.header("location")).text


def rest(reply: Reply) -> list[str]:
    """What "the rest as proposed" would decide about."""
    form = re.search(r'<form class="queue-rest".*?</form>', reply.text, re.DOTALL)
    return re.findall(r'name="story" value="([^"]+)"', form[0]) if form else []


def test_the_rest_as_proposed_is_what_the_page_shows_and_one_step(store: Store, thea: Client, slugs: list[str]) -> None:
    put(store, slugs[2], tags=Tags(theme="instroom", score=0.7, off_topic=True, decision="review"))
    for slug in slugs[6:]:
        put(store, slug, reason="archive")
    page = thea.get(UNSURE)
    assert rest(page) == subjects(page)
    press_button(thea, "proposed", *rest(page), back="tab=unsure")
    out, off = State.PUBLISHED, State.OFF_TOPIC
    assert states(store, slugs[:7]) == [out, out, off, out, out, out, State.HELD]
    assert "Zoals voorgesteld: 5 geplaatst, 1 niet over technisch onderwijs" in thea.get(UNSURE).text
    thea.post("/edit/queue/undo", UNSURE, back="tab=unsure")
    assert set(states(store, slugs)) == {State.HELD}


def test_what_changed_since_the_page_was_read_is_said_and_stays(store: Store, thea: Client, slugs: list[str]) -> None:
    page = thea.get(UNSURE)
    put(store, slugs[0], tags=Tags(theme="instroom", score=0.6, decision="review"))
    reply = press_button(thea, "proposed", rest(page)[0], back="tab=unsure")
    assert of(store, slugs[0]).state is State.HELD
    assert "Deze berichten veranderden intussen" in thea.get(reply.header("location")).text


def test_what_was_decided_is_not_offered_as_proposed(thea: Client, slugs: list[str]) -> None:
    press_button(thea, "reject", *subjects(thea.get(UNSURE))[:5])
    assert rest(thea.get("/edit/queue?tab=rejected")) == []


def test_why_something_is_rejected_is_offered_afterwards(store: Store, thea: Client, slugs: list[str]) -> None:
    press_button(thea, "reject", subjects(thea.get(UNSURE))[0])
    page = thea.get(UNSURE)
    group = re.search(r'name="group" value="(\w+)"', page.text)
    assert group
    assert "Waarom? (mag)" in page.text
    thea.post("/edit/queue/reason", UNSURE, group=group[1], reason="old news")
    assert of(store, slugs[0]).reason == "old news"
    assert "oud nieuws" in thea.get(UNSURE).text
    assert "Waarom? (mag)" not in thea.get(UNSURE).text
    assert thea.post("/edit/queue/reason", UNSURE, group=group[1], reason="zomaar").status == 422


def test_the_same_decision_is_offered_for_look_alikes(store: Store, thea: Client, slugs: list[str]) -> None:
    lay(store, *(held(n) for n in range(801, 805)), title="Vacature {n}: docent elektrotechniek bij ROC")
    first = next(each for each in subjects(thea.get(f"{UNSURE}&q=vacature")))
    press_button(thea, "theme:instroom", first)
    page = thea.get(UNSURE)
    assert "Zelfde besluit voor 3 berichten die hierop lijken" in page.text
    form = re.search(r"<form[^>]*>(?:(?!</form>).)*data-key=\"l\"", page.text, re.S)
    assert form
    alike = re.findall(r'name="story" value="([^"]+)"', form[0])
    assert 'name="act" value="theme:instroom"' in form[0]
    press_button(thea, "theme:instroom", *alike)
    assert states(store, [f"{n:012}" for n in range(801, 805)]) == [State.PUBLISHED] * 4


def test_another_editors_decision_is_shown_and_not_overruled_by_accident(
    store: Store, thea: Client, signed_in: SignedIn, slugs: list[str]
) -> None:
    seen = subjects(thea.get(UNSURE))[:2]
    piet = signed_in(Role.EDITOR, "piet@example.nl")
    press_button(piet, "publish", subjects(piet.get(UNSURE))[0])
    reply = press_button(thea, "reject", *seen, back="tab=unsure")
    assert reply.status == 409
    assert "piet@example.nl: geplaatst" in reply.text
    assert 'href="/edit/queue?tab=unsure"' in reply.text
    assert states(store, slugs[:2]) == [State.PUBLISHED, State.HELD]
    again = re.findall(r'name="story" value="([^"]+)"', reply.text)
    assert press_button(thea, "reject", *again).status == 303
    assert states(store, slugs[:2]) == [State.WITHDRAWN, State.REJECTED]
    refused = piet.post("/edit/queue/undo", UNSURE)
    assert "is daarna veranderd door redacteur@example.nl" in piet.get(refused.header("location")).text
    put(store, slugs[0], reason="gone")
    refused = thea.post("/edit/queue/undo", UNSURE)
    assert "is daarna veranderd door het programma" in thea.get(refused.header("location")).text


def test_what_is_approved_and_undone_leaves_the_feed_again(
    store: Store, press: Press, thea: Client, slugs: list[str]
) -> None:
    def is_in_feed() -> bool:
        refresh(press, datetime.now(UTC))
        with store.read() as transaction:
            kept = documents.get(transaction, "/feeds/all.atom")
        return kept is not None and f"/{slugs[0]}</id>".encode() in kept.document.body

    press_button(thea, "publish", subjects(thea.get(UNSURE))[0])
    assert is_in_feed()
    thea.post("/edit/queue/undo", UNSURE)
    assert not is_in_feed()
    assert of(store, slugs[0]).released is None


def test_a_flood_is_one_card(store: Store, thea: Client, slugs: list[str]) -> None:
    lay_queue(store, 12, "flood", first=501)
    page = thea.get("/edit/queue")
    assert "FME" in page.text
    assert "8 berichten tegelijk, veel meer dan anders" in text(page)
    done = thea.post("/edit/queue/flood", "/edit/queue", source="fme", choice="none")
    assert "0 geplaatst, 8 naar het archief." in thea.get(done.header("location")).text
    assert thea.post("/edit/queue/flood", "/edit/queue", source="fme", choice="x").status == 422


def test_a_flood_of_a_source_that_is_gone_is_named_by_its_id(store: Store, thea: Client) -> None:
    lay(store, held(601, "flood"), source="weg")
    assert "<strong>weg</strong>" in thea.get("/edit/queue").text


def test_a_round_is_begun_followed_and_closed(store: Store, thea: Client, slugs: list[str]) -> None:
    assert "0 nieuw, 30 twijfel, ± 6 minuten" in thea.get(UNSURE).text
    assert thea.post("/edit/queue/round", UNSURE, act="begin", back="tab=unsure").status == 303
    one, two, three, *_ = subjects(thea.get(UNSURE))
    press_button(thea, "publish", one, two)
    press_button(thea, "reject", three)
    assert "3 van 30: 2 uit, 1 niet" in thea.get(UNSURE).text
    thea.post("/edit/queue/round", UNSURE, act="close", back="tab=unsure")
    assert "Ronde klaar: 2 uit, 1 niet." in thea.get(UNSURE).text
    assert thea.post("/edit/queue/round", UNSURE, act="x").status == 422


def test_stories_without_a_title_link_or_theme_can_be_decided_too(store: Store, thea: Client) -> None:
    lay(store, held(701, "new source", tags=of_no_theme()), title="")
    page = thea.get("/edit/queue")
    assert "(zonder titel)" in page.text
    assert "geen thema" in page.text
    press_button(thea, "star", *subjects(page))
    assert "Staat voor de nieuwsbrief" in thea.get("/edit/queue").text
    with store.read() as transaction:
        assert decisions.last_of_kind(transaction, [701], decide.STAR)


def of_no_theme() -> Tags:
    return Tags(score=0.2, because=("geen woord over leren",))


@pytest.mark.parametrize("act", ["", "toverspreuk", "theme:geen", "publish:instroom", "theme:"])
def test_a_button_that_is_none_does_nothing(store: Store, thea: Client, slugs: list[str], act: str) -> None:
    assert press_button(thea, act, f"{slugs[0]}:1").status == 422
    assert of(store, slugs[0]).state is State.HELD


@pytest.mark.parametrize("subject", ["x", "x:", "x:-1", "x:²", "x:" + "9" * 30])
def test_a_subject_that_is_none_does_nothing(thea: Client, slugs: list[str], subject: str) -> None:
    assert press_button(thea, "publish", subject).status == 422


def test_an_address_to_go_back_to_is_one_of_ours(thea: Client, slugs: list[str]) -> None:
    one = subjects(thea.get(UNSURE))[0]
    back = urlencode({"tab": "unsure", "q": "é&=", "next": "https://elders.example"})
    reply = press_button(thea, "star", one, back=back, at='"><script>')
    assert reply.header("location") == f"/edit/queue?tab=unsure&q=%C3%A9%26%3D&at={slugs[0]}#s-{slugs[0]}"


def test_readers_look_and_do_not_decide(signed_in: SignedIn, slugs: list[str]) -> None:
    reader = signed_in(Role.READER)
    page = reader.get(UNSURE)
    assert slugs[0] in page.text
    assert "/edit/queue/decide" not in page.text
    assert "data-keys" not in page.text


def test_keys_can_be_switched_off(thea: Client, slugs: list[str]) -> None:
    assert "data-keys" in thea.get(UNSURE).text
    thea.post("/edit/account/settings", "/edit/account", name="Thea")
    page = thea.get(UNSURE).text
    assert ("data-keys" in page, "<dialog" in page) == (False, False)


def test_the_page_speaks_english_too(thea: Client, slugs: list[str]) -> None:
    press_button(thea, "later", subjects(thea.get(UNSURE))[0])
    page = thea.get(f"{UNSURE}&lang=en")
    assert "<title>Unsure (29) · " in page.text
    assert "Kept until " in page.text


def test_published_stories_can_be_taken_back(store: Store, thea: Client, press: Press) -> None:
    page = thea.get("/edit/queue?tab=published")
    assert len(shown(page)) == 3
    press_button(thea, "reject", subjects(page)[0], page="/edit/queue?tab=published")
    assert len(shown(thea.get("/edit/queue?tab=published"))) == 2
    assert len(shown(thea.get("/edit/queue?tab=rejected"))) == 1
    with store.read() as transaction:
        assert len(stories.by_state(transaction, State.WITHDRAWN, limit=9)) == 1


def test_a_bulk_of_nothing_says_so(store: Store, thea: Client, slugs: list[str]) -> None:
    reply = press_button(thea, "publish", back="tab=unsure")
    assert "Kies eerst een of meer berichten" in thea.get(reply.header("location")).text
    assert set(states(store, slugs)) == {State.HELD}


# --- Joining and splitting from a row ---------------------------------------------------------------------------------


def propose(store: Store) -> None:
    with store.write() as transaction:
        proposals.put(transaction, [(101, 102, 0.6, "lead")], datetime.now(UTC))


def test_one_button_joins_with_what_a_row_resembles_and_undo_parts_them(
    store: Store, thea: Client, slugs: list[str]
) -> None:
    propose(store)
    page = thea.get(UNSURE)
    assert text(page).count("lijkt op ‘") == 2
    one = subjects(page)[0]
    reply = thea.post("/edit/queue/join", UNSURE, story=one, same=slugs[1], back="tab=unsure")
    assert reply.status == 303
    assert of(store, slugs[0]).id == of(store, slugs[1]).id
    after = thea.get(reply.header("location").partition("#")[0])
    assert "Samengevoegd: ‘" in after.text
    assert "2 bronnen" in after.text or "Losmaken" in after.text
    thea.post("/edit/queue/undo", UNSURE, back="tab=unsure")
    assert [of(store, slug).id for slug in slugs[:2]] == [101, 102]
    assert text(thea.get(UNSURE)).count("lijkt op ‘") == 2


def test_one_button_takes_the_other_of_two_items_out(store: Store, thea: Client, slugs: list[str]) -> None:
    propose(store)
    thea.post("/edit/queue/join", UNSURE, story=subjects(thea.get(UNSURE))[0], same=slugs[1])
    joined = of(store, slugs[0])
    page = thea.get(UNSURE)
    (item,) = re.findall(r'name="item" value="(\d+)"', page.text)
    (one,) = [each for each in subjects(page) if each.startswith(stories.slug_of(joined))]
    assert thea.post("/edit/queue/split", UNSURE, story=one, item=item, back="tab=unsure").status == 303
    assert of(store, slugs[0]).id != of(store, slugs[1]).id
    assert "Apart gehouden: 2 berichten" in thea.get(UNSURE).text


def test_what_another_did_meanwhile_is_shown_before_joining(
    store: Store, thea: Client, signed_in: SignedIn, slugs: list[str]
) -> None:
    propose(store)
    one = subjects(thea.get(UNSURE))[0]
    piet = signed_in(Role.EDITOR, "piet@example.nl")
    press_button(piet, "publish", subjects(piet.get(UNSURE))[0])
    reply = thea.post("/edit/queue/join", UNSURE, story=one, same=slugs[1], back="tab=unsure")
    assert reply.status == 409
    assert of(store, slugs[0]).id == 101
    sent = dict(re.findall(r'name="(story|same|seen|back)" value="([^"]*)"', reply.text))
    assert thea.post("/edit/queue/join", UNSURE, **sent).status == 303
    assert of(store, slugs[0]).id == of(store, slugs[1]).id
    assert thea.post("/edit/queue/join", UNSURE, story="niets:0", same=slugs[1]).status == 409


# --- The sample -------------------------------------------------------------------------------------------------------


def draw(store: Store, *numbers: int, kind: str = samples.PUBLISHED) -> None:
    with store.write() as transaction:
        at = datetime.now(UTC)
        samples.put(
            transaction,
            [samples.Drawn(story_id=n, drawn_at=at, kind=kind, theme="instroom", probability=0.99) for n in numbers],
        )


def test_the_sample_is_a_list_that_tells_nothing_of_what_the_program_chose(
    store: Store, thea: Client, slugs: list[str]
) -> None:
    assert "Steekproef" not in thea.get("/edit/queue").text
    put(store, slugs[0], state=State.PUBLISHED, reason="sure", released=datetime.now(UTC))
    put(store, slugs[1], state=State.OFF_TOPIC, reason="off-topic", tags=Tags(off_topic=True, score=0.97))
    draw(store, 101)
    draw(store, 102, kind=samples.DROPPED)
    page = thea.get("/edit/queue?tab=sample")
    assert "<title>Steekproef (2) · " in page.text
    rows = re.findall(r'<li class="item".*?</li>', page.text, re.S)
    assert len(rows) == 2
    for each in rows:
        assert "steekproef" in each
        assert set(re.findall(r'data-key="(\w+)"', each)) == {"1", "2", "3", "4", "0", "d"}
        assert not re.search(r"%|vakpaspoort|item-theme|vanzelf|Plaatsen</button>", each)


def test_an_answer_to_the_sample_is_written_down_and_undo_asks_again(
    store: Store, thea: Client, slugs: list[str]
) -> None:
    put(store, slugs[1], state=State.OFF_TOPIC, reason="off-topic", tags=Tags(off_topic=True, score=0.97))
    draw(store, 102, kind=samples.DROPPED)
    one = re.findall(r'name="story" value="([^"]+)"', thea.get("/edit/queue?tab=sample").text)[0]
    press_button(thea, "theme:instroom", one, page="/edit/queue?tab=sample", back="tab=sample")
    assert (of(store, slugs[1]).state, of(store, slugs[1]).tags.theme) == (State.PUBLISHED, "instroom")
    assert "De steekproef is beoordeeld" in thea.get("/edit/queue?tab=sample").text
    with store.read() as transaction:
        (answered,) = samples.decided(transaction, datetime(2026, 1, 1, tzinfo=UTC))
    assert answered.verdict == "instroom"
    thea.post("/edit/queue/undo", "/edit/queue?tab=sample", back="tab=sample")
    assert "Steekproef (1)" in thea.get("/edit/queue?tab=sample").text


# --- Floods, and undo of what happens on other pages ------------------------------------------------------------------


def test_a_flood_counts_as_one_thing_to_decide_and_is_seen_from_every_list(
    store: Store, thea: Client, slugs: list[str]
) -> None:
    lay(store, *(held(n, "flood") for n in range(801, 805)))
    assert "<title>Nieuw (1) · " in thea.get("/edit/queue").text
    assert "Eén partner bracht veel tegelijk" in thea.get(UNSURE).text
    assert "One partner brought much at once" in thea.get(f"{UNSURE}&lang=en").text
    reply = thea.post("/edit/queue/flood", "/edit/queue", source="fme", choice="none")
    settled = thea.get(reply.header("location"))
    assert "<title>Nieuw (0) · " in settled.text
    assert 'data-key="z"' in settled.text
    thea.post("/edit/queue/undo", "/edit/queue")
    assert "<title>Nieuw (1) · " in thea.get("/edit/queue").text


def test_the_line_names_what_was_done_on_other_pages(store: Store, thea: Client, slugs: list[str]) -> None:
    at = datetime.now(UTC)
    lay(store, *(held(n, "flood") for n in range(801, 803)))
    said: dict[str, Callable[[], object]] = {
        "Bewerkt (Titel, Eerste regels): ‘": lambda: edit.edit(
            store, slugs[0], Edits(title="Anders", teaser="Zo"), "account:1", at
        ),
        "Terug naar de bron (Titel): ‘": lambda: edit.restore(store, slugs[0], ["title"], "account:1", at),
        "Bovenaan gezet: ‘": lambda: timing.pin(store, slugs[0], datetime(2099, 1, 1, tzinfo=UTC), "account:1", at),
        "Niet meer bovenaan: ‘": lambda: timing.pin(store, slugs[0], None, "account:1", at),
        "Ingepland voor 1 januari 2099, 01:00: ‘": lambda: timing.schedule(
            store, slugs[0], datetime(2099, 1, 1, tzinfo=UTC), "account:1", at
        ),
        "Veel tegelijk beoordeeld: 2 berichten": lambda: flood.settle(store, "fme", "none", "account:1", at, days=14),
    }
    for text_, act in said.items():
        act()
        assert text_ in thea.get(UNSURE).text
        assert "Zelfde besluit" not in thea.get(UNSURE).text
    for _ in said:
        assert "said=undone" in thea.post("/edit/queue/undo", UNSURE).header("location")
    assert of(store, slugs[0]).state is State.HELD
    with store.read() as transaction:
        assert decisions.edits_of(transaction, [101]) == {}
        assert len(items.of_stories(transaction, [101])) == 1
