"""The queue in a real browser: a hundred stories by keyboard, by mouse and without script, and all of it undone."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from aggregator.model import State
from aggregator.release import Press
from aggregator.store import Store, proposals, samples
from aggregator.store.accounts import Role
from tests.store.test_queue import held, lay
from tests.web.editors.conftest import People
from tests.web.editors.screens import sign_in
from tests.web.editors.test_browser import opened, shoot
from tests.web.editors.waiting import lay_queue, of, states

pytestmark = pytest.mark.browser

MANY = 100
LAPTOP = {"width": 1280, "height": 800}
# What a browser does at 200 %: half as many CSS pixels, each twice as large.
ZOOMED: dict[str, Any] = {"viewport": {"width": 640, "height": 400}, "device_scale_factor": 2}
IN_VIEW = """[...document.querySelectorAll("#queue .item")].filter((each) => {
  const box = each.getBoundingClientRect();
  return box.top >= -1 && box.bottom <= window.innerHeight + 1;
}).map((each) => each.id)"""
UNSURE = "/edit/queue?tab=unsure"


@pytest.fixture
def slugs(store: Store, press: Press, someone: People) -> list[str]:
    someone(Role.EDITOR)
    return lay_queue(store, MANY)


@pytest.fixture
def complaints() -> Iterator[list[str]]:
    found: list[str] = []
    yield found
    assert found == []


def queue_page(browser: Browser, address: str, complaints: list[str], path: str = UNSURE, **options: Any) -> Page:
    page = opened(browser, complaints, **({"viewport": LAPTOP} | options))
    sign_in(page, address, "redacteur@example.nl")
    page.goto(address + path)
    return page


def count_is(page: Page, count: int, tab: str = "Twijfel", desk: str = "redactie") -> None:
    expect(page).to_have_title(f"{tab} ({count}) · {desk} Proefnieuws", timeout=60_000)


def count_in_english(page: Page, count: int) -> None:
    count_is(page, count, "Unsure", "editors")


def test_a_hundred_stories_are_cleared_by_keyboard_alone_and_brought_back(
    browser: Browser, address: str, store: Store, slugs: list[str], complaints: list[str]
) -> None:
    page = queue_page(browser, address, complaints)
    expect(page.locator(f"#s-{slugs[0]}")).to_be_focused()
    keys = ["a", "1", "d", "0", "b"]
    for number in range(MANY):
        page.keyboard.press(keys[number % 5])
    count_is(page, 0)
    expect(page.locator("#empty")).to_be_focused()
    expected = [State.PUBLISHED, State.PUBLISHED, State.REJECTED, State.OFF_TOPIC, State.LATER]
    assert states(store, slugs) == expected * 20
    assert {of(store, slug).tags.theme for slug in slugs[1::5]} == {"instroom"}
    for _ in range(MANY):
        page.keyboard.press("z")
    count_is(page, MANY)
    assert set(states(store, slugs)) == {State.HELD}
    page.context.close()


def test_keys_move_select_star_search_and_explain(
    browser: Browser, address: str, store: Store, slugs: list[str], complaints: list[str]
) -> None:
    page = queue_page(browser, address, complaints)
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    expect(page.locator(f"#s-{slugs[1]}")).to_be_focused()
    page.keyboard.press("s")
    expect(page.locator("#said")).to_contain_text("Voor de nieuwsbrief")
    expect(page.locator(f"#s-{slugs[1]}")).to_be_focused()
    page.keyboard.press("Shift+Digit2")
    expect(page.locator("#said")).to_contain_text("Tweede thema")
    page.keyboard.press("x")
    page.keyboard.press("x")
    page.keyboard.press("Shift+A")
    expect(page.locator("#said")).to_contain_text("Geplaatst: 2 berichten")
    assert states(store, slugs[:4]) == [State.HELD, State.PUBLISHED, State.PUBLISHED, State.HELD]
    page.keyboard.press("z")
    expect(page.locator("#said")).to_contain_text("2 berichten staan weer")
    page.keyboard.press("Shift+D")  # nothing is selected
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("plaatsen zoals voorgesteld")
    page.keyboard.press("d")
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    page.keyboard.type("adj windmolen")
    expect(page.get_by_label("Woorden in de titel")).to_have_value("adj windmolen")
    page.get_by_label("Woorden in de titel").fill("windmolen")
    page.keyboard.press("Enter")
    count = page.locator(".item")
    expect(count).to_have_count(20)
    assert set(states(store, slugs)) == {State.HELD}
    page.locator(".item").first.focus()
    page.keyboard.press("e")
    expect(page).to_have_url(f"{address}/edit/stories/{slugs[4]}")
    complaints[:] = [each for each in complaints if "404" not in each]  # the page is another screen's
    page.context.close()


def test_a_hundred_stories_are_read_on_a_phone_in_english_and_done_as_proposed(
    browser: Browser, address: str, store: Store, slugs: list[str], complaints: list[str]
) -> None:
    page = queue_page(
        browser, address, complaints, viewport={"width": 320, "height": 640}, locale="en-GB", color_scheme="dark"
    )
    seen: set[str] = set()
    for left in range(MANY, 0, -20):
        count_in_english(page, left)
        expect(page.locator(".item").first).to_be_focused()
        while page.title().startswith(f"Unsure ({left})"):
            seen |= set(page.evaluate(IN_VIEW))
            page.keyboard.press("p")
            expect(page.locator("#queue:not([aria-busy])")).to_be_attached()
    count_in_english(page, 0)
    assert len(seen) == MANY  # none was decided that had not been before the eyes
    assert set(states(store, slugs)) == {State.PUBLISHED}
    expect(page.locator("#said")).to_have_text("Published: 20 stories")
    for _ in range(5):
        page.keyboard.press("z")
    count_in_english(page, MANY)
    assert set(states(store, slugs)) == {State.HELD}
    page.context.close()


def test_a_hundred_stories_are_cleared_by_mouse_in_english_at_twice_the_size(
    browser: Browser, address: str, store: Store, slugs: list[str], complaints: list[str]
) -> None:
    page = queue_page(browser, address, complaints, locale="en-GB", color_scheme="dark", **ZOOMED)
    for left in range(MANY, 0, -1):
        count_in_english(page, left)
        page.locator(".item").first.get_by_role("button", name="Publish", exact=True).click()
    count_in_english(page, 0)
    assert set(states(store, slugs)) == {State.PUBLISHED}
    page.context.close()


def test_a_hundred_stories_are_cleared_without_script(
    browser: Browser, address: str, store: Store, slugs: list[str], complaints: list[str]
) -> None:
    page = queue_page(browser, address, complaints, java_script_enabled=False, **ZOOMED)
    for left in range(MANY, 80, -1):
        count_is(page, left)
        page.locator(".item").first.get_by_role("button", name="Afwijzen", exact=True).click()
    count_is(page, 80)
    page.get_by_role("button", name="oud nieuws").click()
    expect(page.locator(".queue-line")).to_contain_text("oud nieuws")
    for left in range(80, 0, -20):
        count_is(page, left)
        for box in page.locator(".item-title input").all():
            box.check()
        page.locator("#bulk").get_by_role("button", name="Plaatsen", exact=True).click()
    count_is(page, 0)
    assert states(store, slugs) == [State.REJECTED] * 20 + [State.PUBLISHED] * 80
    page.get_by_role("button", name="Ongedaan maken").click()
    count_is(page, 20)
    page.context.close()


def test_a_hundred_stories_are_cleared_without_script_in_english_on_a_phone(
    browser: Browser, address: str, store: Store, slugs: list[str], complaints: list[str]
) -> None:
    small = {"width": 320, "height": 640}
    page = queue_page(browser, address, complaints, java_script_enabled=False, viewport=small, locale="en-GB")
    for left in range(MANY, 0, -20):
        count_in_english(page, left)
        page.get_by_role("button", name="20 as proposed").click()
    count_in_english(page, 0)
    assert set(states(store, slugs)) == {State.PUBLISHED}
    page.get_by_role("button", name="Undo").click()
    count_in_english(page, 20)
    page.context.close()


def test_leaps_runs_and_what_follows_an_empty_list(
    browser: Browser, address: str, store: Store, slugs: list[str], complaints: list[str]
) -> None:
    lay_queue(store, 2, "new source", first=901)
    page = queue_page(browser, address, complaints)
    page.keyboard.press("Shift+J")
    page.keyboard.press("k")
    expect(page.locator(f"#s-{slugs[4]}")).to_be_focused()
    page.keyboard.press("x")
    page.keyboard.press("Shift+J")
    page.keyboard.press("Shift+X")
    page.keyboard.press("Shift+D")
    expect(page.locator("#said")).to_have_text("Afgewezen: 7 berichten")
    assert states(store, slugs[3:12]) == [State.HELD, *[State.REJECTED] * 7, State.HELD]
    page.goto(f"{address}/edit/queue")
    page.keyboard.press("p")
    expect(page.locator("#empty")).to_be_focused()
    page.keyboard.press("n")
    count_is(page, MANY - 7)
    page.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_ten_stories_stand_on_a_laptops_screen(
    browser: Browser, address: str, slugs: list[str], complaints: list[str], scheme: str
) -> None:
    page = queue_page(browser, address, complaints, color_scheme=scheme)
    page.keyboard.press("d")
    expect(page.locator("#said")).to_contain_text("Afgewezen")
    tenth = page.locator(".item").nth(9).bounding_box()
    shoot(page, f"queue-laptop-{scheme}")
    assert tenth is not None
    assert tenth["y"] + tenth["height"] <= LAPTOP["height"]
    page.context.close()


def test_a_lost_connection_is_said(
    browser: Browser, address: str, store: Store, slugs: list[str], complaints: list[str]
) -> None:
    page = queue_page(browser, address, complaints)
    page.route("**/edit/queue/decide", lambda route: route.abort())
    page.keyboard.press("a")
    expect(page.get_by_role("alert")).to_contain_text("Dat is niet aangekomen")
    page.unroute("**/edit/queue/decide")
    page.keyboard.press("a")
    expect(page.locator("#said")).to_contain_text("Geplaatst")
    expect(page.get_by_role("alert")).to_be_hidden()
    assert of(store, slugs[0]).state is State.PUBLISHED
    complaints.clear()  # a browser notes what it could not load
    page.context.close()


def test_another_editors_decision_is_a_page_of_its_own(
    browser: Browser, address: str, store: Store, slugs: list[str], someone: People, complaints: list[str]
) -> None:
    someone(Role.EDITOR, "piet@example.nl")
    page = queue_page(browser, address, complaints)
    other = opened(browser, complaints)
    sign_in(other, address, "piet@example.nl")
    other.goto(address + UNSURE)
    other.locator(".item").first.get_by_role("button", name="Plaatsen", exact=True).click()
    count_is(other, MANY - 1)
    page.keyboard.press("d")
    expect(page.get_by_role("heading", level=1)).to_have_text("Een ander was u net voor")
    shoot(page, "queue-conflict")
    page.get_by_role("link", name="Terug naar de wachtrij").click()
    count_is(page, MANY - 1)
    assert of(store, slugs[0]).state is State.PUBLISHED
    complaints[:] = [each for each in complaints if "409" not in each]
    page.context.close()
    other.context.close()


def test_keys_join_split_and_undo(
    browser: Browser, address: str, store: Store, slugs: list[str], complaints: list[str]
) -> None:
    with store.write() as transaction:
        proposals.put(transaction, [(102, 103, 0.6, "lead")], datetime.now(UTC))
    page = queue_page(browser, address, complaints)
    page.keyboard.press("j")
    expect(page.locator(f"#s-{slugs[1]}")).to_contain_text("lijkt op ‘")
    shoot(page, "queue-resembles")
    page.keyboard.press("m")
    expect(page.locator("#said")).to_contain_text("Samengevoegd")
    count_is(page, MANY - 1)
    assert of(store, slugs[1]).id == of(store, slugs[2]).id
    page.keyboard.press("Shift+M")
    expect(page.locator("#said")).to_contain_text("Apart gehouden")
    count_is(page, MANY)
    assert of(store, slugs[1]).id != of(store, slugs[2]).id
    page.keyboard.press("z")
    count_is(page, MANY - 1)
    page.keyboard.press("z")
    count_is(page, MANY)
    expect(page.locator("#said")).to_contain_text("Ongedaan gemaakt")
    page.context.close()


def test_the_sample_is_answered_by_keys_and_a_flood_is_one_key_away(
    browser: Browser, address: str, store: Store, slugs: list[str], complaints: list[str]
) -> None:
    lay(store, *(held(n, "flood") for n in range(801, 805)))
    with store.write() as transaction:
        at = datetime.now(UTC)
        samples.put(
            transaction,
            [
                samples.Drawn(story_id=n, drawn_at=at, kind=samples.PUBLISHED, theme="instroom", probability=0.9)
                for n in range(101, 105)
            ],
        )
    page = queue_page(browser, address, complaints, "/edit/queue?tab=sample")
    shoot(page, "queue-sample")
    for key in ("1", "a", "2", "0", "d"):  # `a` is no answer here: it would say what the program chose
        page.keyboard.press(key)
    expect(page).to_have_title("Steekproef (0) · redactie Proefnieuws")
    assert states(store, slugs[:4]) == [State.PUBLISHED, State.PUBLISHED, State.OFF_TOPIC, State.REJECTED]
    page.keyboard.press("z")
    expect(page).to_have_title("Steekproef (1) · redactie Proefnieuws")
    page.keyboard.press("f")
    expect(page).to_have_title("Nieuw (1) · redactie Proefnieuws")
    page.keyboard.press("f")
    expect(page.locator(".queue-flood button").first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_title("Nieuw (0) · redactie Proefnieuws")
    page.keyboard.press("z")
    expect(page).to_have_title("Nieuw (1) · redactie Proefnieuws")
    page.context.close()
