"""Pictures come in where partners allow it, as politely as everything, and go with their story. On both engines."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import select, update

from aggregator.desk import decide, edit, join, undo
from aggregator.desk.erase import erase
from aggregator.illustrating import LATEST, PER_HOST, RETRIES, fetch_due, follow, next_try
from aggregator.model import (
    Answer,
    Edits,
    Failed,
    Fetched,
    Gone,
    Image,
    Picture,
    PictureFile,
    Refused,
    Request,
    Throttled,
    Wire,
)
from aggregator.pictures import rendered
from aggregator.pictures.rendering import renditions
from aggregator.publish import entry
from aggregator.release import Press, page_path
from aggregator.store import Store, leases, pictures, retention, sources
from aggregator.store.check import contradictions
from aggregator.store.pictures import Wanted
from aggregator.store.tables import host, metadata, picture, picture_file
from tests.factories import DAY, HOUR, NOW, make_source
from tests.fetch.misbehaving import Server, redirect, reply
from tests.gallery import USER_AGENT, Illustrated, illustrated
from tests.line.quarter import published
from tests.line.test_release import SITE
from tests.pictures import material
from tests.pictures.material import photo
from tests.store.conftest import store

__all__ = ["store"]

MINUTE = timedelta(minutes=1)


@pytest.fixture
def press(store: Store) -> Press:
    return Press(store=store, site=SITE, created=NOW - DAY)


@pytest.fixture
def shop(store: Store, press: Press) -> Iterator[Illustrated]:
    with illustrated(store, press) as made:
        yield made


def news_page(shop: Illustrated) -> str:
    return published(shop.store)[page_path("/", "nl")].document.body.decode()


def row_of(shop: Illustrated, number: int = 1) -> tuple[str, int, datetime | None] | None:
    with shop.store.read() as transaction:
        row = transaction.execute(select(picture).where(picture.c.story_id == number)).one_or_none()
    return row and (row.code, row.tries, row.due)


def rows_left(shop: Illustrated) -> int:
    with shop.store.read() as transaction:
        return sum(len(transaction.execute(select(table)).all()) for table in (picture, picture_file))


def test_a_story_gets_its_picture_in_two_widths_and_the_news_page_shows_it(shop: Illustrated) -> None:
    shop.brings((1, "/a.jpg"), (2, ""))
    before = shop.story()
    assert "<img" not in news_page(shop)
    assert shop.turn()
    slug = shop.slug()
    shown = shop.story().picture
    assert shown is not None
    assert [(each.width, each.height) for each in shown.files] == [(400, 267), (800, 533)]
    assert [each.name.rpartition("-")[2] for each in shown.files] == ["400.webp", "800.webp"]
    assert all(each.name.startswith(f"{slug}-") for each in shown.files)
    page = news_page(shop)
    assert page.count("<img") == 1
    assert f'src="/pictures/{shown.files[0].name}"' in page
    assert f"/pictures/{shown.files[1].name} 800w" in page
    assert 'width="800" height="533" alt="Leerlingen lassen een frame" loading="lazy"' in page
    assert shop.story(2).picture is None
    assert shop.story().updated == before.updated  # a picture is no news
    assert not shop.turn(MINUTE)
    assert shop.asked() == ["/a.jpg"]
    with shop.store.read() as transaction:
        assert contradictions(transaction) == []


def test_who_does_not_allow_pictures_is_asked_for_none(store: Store, press: Press) -> None:
    with illustrated(store, press, make_source(images=False)) as shop:
        shop.brings((1, "/a.jpg"))
        assert not shop.turn()
        assert shop.server.heard == []
        assert rows_left(shop) == 0


def test_once_a_partner_allows_it_the_latest_news_gets_pictures_too(store: Store, press: Press) -> None:
    with illustrated(store, press, make_source(images=False)) as shop:
        shop.brings((1, "/a.jpg"))
        shop.turn()
        shop.set(images=True)
        assert shop.turn(MINUTE)
        assert len(shop.files()) == 2
    assert LATEST >= 100


def test_once_a_partner_allows_it_no_longer_nothing_is_left_anywhere(shop: Illustrated) -> None:
    shop.brings((1, "/a.jpg"), (2, "/b.jpg"))
    shop.turn()
    assert news_page(shop).count("<img") == 2
    shop.set(images=False)
    assert shop.turn(MINUTE)
    assert rows_left(shop) == 0
    assert "<img" not in news_page(shop)


def test_the_same_picture_has_the_same_address_for_ever(shop: Illustrated) -> None:
    shop.brings((1, "/a.jpg"))
    shop.turn()
    first = shop.files()
    shop.set(images=False)
    shop.turn(MINUTE)
    shop.set(images=True)
    shop.turn(MINUTE)
    assert shop.files() == first
    assert len(shop.asked()) == 2


@pytest.mark.parametrize("leaves", ["withdrawn", "off-topic", "erased"])
def test_a_picture_goes_with_its_story(shop: Illustrated, leaves: str) -> None:
    shop.brings((1, "/a.jpg"), (2, "/b.jpg"))
    shop.turn()
    kept = {each.name for each in shop.story(2).picture.files}  # type: ignore[union-attr]
    slug = shop.slug()
    if leaves == "withdrawn":
        decide.reject(shop.store, [slug], "thea", shop.now + HOUR)
    elif leaves == "off-topic":
        decide.off_topic(shop.store, [slug], "thea", shop.now + HOUR)
    else:
        erase(shop.store, [slug], "thea", shop.now + HOUR)
        assert rows_left(shop) == 3  # at once: nobody has to come by first
    assert set(shop.files()) == kept
    shop.turn(2 * HOUR)
    assert rows_left(shop) == 3
    assert set(shop.files()) == kept


def test_a_story_that_returns_has_its_picture_again(shop: Illustrated) -> None:
    shop.brings((1, "/a.jpg"))
    shop.turn()
    first = shop.files()
    decide.reject(shop.store, [shop.slug()], "thea", shop.now + HOUR)
    shop.turn(2 * HOUR)
    assert rows_left(shop) == 0
    undo.undo(shop.store, "thea", shop.now + HOUR)
    assert shop.turn(2 * HOUR)
    assert shop.files() == first


def test_of_stories_that_became_one_only_the_origin_keeps_its_picture(shop: Illustrated) -> None:
    shop.brings((1, "/a.jpg"), (2, "/b.jpg"))
    shop.turn()
    came = join.merge(shop.store, [shop.slug(1), shop.slug(2)], "thea", shop.now + HOUR)
    shop.turn(2 * HOUR)
    (left,) = {name.partition("-")[0] for name in shop.files()}
    assert left == came.story
    assert rows_left(shop) == 3


def test_another_picture_takes_the_place_of_the_first(shop: Illustrated) -> None:
    shop.brings((1, "/a.jpg"))
    shop.turn()
    first = shop.files()
    shop.now += DAY
    shop.brings((1, "/b.jpg"))
    shop.turn()
    assert shop.files()
    assert set(shop.files()).isdisjoint(first)
    assert [each.width for each in shop.story().picture.files] == [400, 640]  # type: ignore[union-attr]
    assert all(name not in news_page(shop) for name in first)


def test_an_editors_picture_is_shown_and_none_is_none(shop: Illustrated) -> None:
    shop.brings((1, "/a.jpg"))
    shop.turn()
    edit.edit(shop.store, shop.slug(), Edits(image=Image(url=shop.server.url("/b.jpg"))), "thea", shop.now + MINUTE)
    assert shop.turn(2 * MINUTE)
    assert [each.width for each in shop.story().picture.files] == [400, 640]  # type: ignore[union-attr]
    edit.edit(shop.store, shop.slug(), Edits(image=edit.NO_IMAGE), "thea", shop.now + MINUTE)
    shop.turn(2 * MINUTE)
    assert rows_left(shop) == 0


def test_what_is_held_for_the_editors_has_no_picture_yet(store: Store, press: Press) -> None:
    with illustrated(store, press, make_source(images=True, publish="review")) as shop:
        shop.brings((1, "/a.jpg"))
        shop.turn()
        assert shop.asked() == []
        decide.publish(store, [shop.slug()], "thea", shop.now)
        assert shop.turn(MINUTE)
        assert len(shop.files()) == 2


def test_a_picture_that_changed_hands_is_not_shown(shop: Illustrated) -> None:
    """What is kept is shown only if it is what the source says and allows at this moment."""
    shop.brings((1, "/a.jpg"))
    shop.turn()
    story, source = shop.story(), make_source(images=True)
    assert entry.picture(story, source) == story.picture
    assert entry.picture(story, replace(source, images=False)) is None
    other = Picture(url="https://elders.example/a.jpg", files=(PictureFile(name="x", width=1, height=1),))
    assert entry.picture(replace(story, picture=other), source) is None


# --- Manners ----------------------------------------------------------------------------------------------------------


def test_we_say_who_we_are_and_ask_for_pictures(shop: Illustrated) -> None:
    shop.brings((1, "/a.jpg"))
    shop.turn()
    robots, asked = shop.server.heard
    assert robots.path == "/robots.txt"
    assert asked.headers[b"user-agent"] == USER_AGENT.encode()
    assert asked.headers[b"accept"].startswith(b"image/")


def test_robots_txt_is_obeyed(shop: Illustrated) -> None:
    shop.server.answers["/robots.txt"] = reply("200 OK", b"User-agent: *\nDisallow: /a\n", "Content-Type: text/plain")
    shop.brings((1, "/a.jpg"))
    assert not shop.turn()
    assert shop.asked() == []
    assert row_of(shop) == ("refused", 1, None)


def test_one_at_a_time_with_a_gap_and_a_few_a_turn(shop: Illustrated) -> None:
    for number in range(1, PER_HOST + 3):
        shop.shows(f"/{number}.jpg", photo())
    shop.gallery = replace(shop.gallery, gap=timedelta(seconds=0.3))
    shop.brings(*((number, f"/{number}.jpg") for number in range(1, PER_HOST + 3)))
    shop.turn()
    times = [each.at for each in shop.server.heard if each.path != "/robots.txt"]
    assert len(times) == PER_HOST
    assert all(later - earlier >= 0.15 for earlier, later in pairwise(times))  # a busy machine hears some late
    assert times[-1] - times[0] >= 0.3 * (PER_HOST - 1) - 0.15
    assert shop.server.busiest == 1
    shop.turn(MINUTE)
    assert len(shop.asked()) == PER_HOST + 2


def test_a_host_that_is_being_polled_or_soon_will_be_is_left_alone(shop: Illustrated) -> None:
    shop.brings((1, "/a.jpg"))
    polled = make_source("vhto", url=shop.server.url("/feed"), images=True)
    with shop.store.write() as transaction:
        sources.add(transaction, [polled], shop.now)
    assert not shop.turn()  # its feed is due now
    assert shop.asked() == []
    with shop.store.write() as transaction:
        claimed = leases.claim(transaction, "elders", shop.now, hosts=9, per_host=9, lease=HOUR, only=["vhto"])
        transaction.execute(update(host).values(next_due=shop.now + DAY))
    assert not shop.turn(2 * MINUTE)  # somebody polls it
    assert shop.asked() == []
    with shop.store.write() as transaction:
        leases.release(transaction, [each.lease for each in claimed])
        transaction.execute(update(host).values(next_due=shop.now + DAY))
    assert shop.turn(2 * MINUTE)
    assert shop.asked() == ["/a.jpg"]
    with shop.store.read() as transaction:
        assert not transaction.execute(select(host.c.id).where(host.c.owner.is_not(None))).all()


def test_a_host_with_many_pictures_or_one_that_cannot_be_had_keeps_nobody_waiting(shop: Illustrated) -> None:
    elsewhere = "http://elders.example"
    with shop.store.write() as transaction:
        many = [
            Wanted(story_id=100 + n, source_id="x", url=f"{elsewhere}/{n}", host="elders.example") for n in range(9)
        ]
        pictures.want(transaction, {each.story_id: each for each in many}, shop.now - DAY)
    asked: list[str] = []

    def fetch(requests: Iterable[Request], *_: object) -> Iterator[tuple[Request, Answer]]:
        for each in requests:
            asked.append(each.url)
            yield each, Failed(wire=Wire(url=each.url), code="http-404", transient=False)

    shop.brings((1, "/a.jpg"))
    shop.gallery = replace(shop.gallery, fetch=fetch)
    shop.turn()
    assert len(asked) == PER_HOST + 1
    assert asked[-1] == shop.server.url("/a.jpg")


def test_a_server_that_asks_for_rest_gets_it(shop: Illustrated) -> None:
    shop.server.answers["/a.jpg"] = reply("429 Too Many Requests", b"", "Retry-After: 7200")
    shop.brings((1, "/a.jpg"), (2, "/b.jpg"))
    shop.server.answers["/b.jpg"] = reply("429 Too Many Requests", b"", "Retry-After: 7200")
    shop.turn()
    asked = len(shop.asked())
    shop.shows("/a.jpg", photo())
    shop.shows("/b.jpg", photo())
    shop.turn(HOUR + MINUTE)
    assert len(shop.asked()) == asked
    shop.turn(HOUR)
    assert len(shop.asked()) == asked + 2
    assert len(shop.files()) == 4


def test_what_fails_for_now_is_tried_four_times_over_days(shop: Illustrated) -> None:
    shop.server.answers["/a.jpg"] = reply("500 Oops")
    shop.brings((1, "/a.jpg"))
    for tries in range(len(RETRIES) + 1):
        shop.turn()
        row = row_of(shop)
        assert row is not None
        assert row[:2] == ("http-500", tries + 1)
        assert not shop.turn(MINUTE)
        shop.turn((row[2] or shop.now) - shop.now if tries < len(RETRIES) else DAY)
    assert len(shop.asked()) == len(RETRIES) + 1
    assert row_of(shop) == ("http-500", 4, None)


def test_what_will_stay_so_is_asked_for_once(shop: Illustrated) -> None:
    shop.brings((1, "/nergens.jpg"))
    shop.turn()
    shop.turn(30 * DAY)
    assert shop.asked() == ["/nergens.jpg"]
    assert row_of(shop) == ("http-404", 1, None)


def test_when_to_try_again() -> None:
    wire = Wire(url="https://fme.example/a.jpg")
    passing = Failed(wire=wire, code="timeout")
    assert [next_try(passing, "timeout", tries, NOW) for tries in range(4)] == [*(NOW + each for each in RETRIES), None]
    assert next_try(Throttled(wire=wire, retry_after=9 * DAY), "throttled", 0, NOW) == NOW + 2 * DAY
    assert next_try(Throttled(wire=wire), "throttled", 0, NOW) == NOW + HOUR
    seen, large = Fetched(wire=wire, body=b"x"), Failed(wire=wire, code="too-large")
    for lasting, code in ((Gone(wire=wire), "gone"), (Refused(wire=wire, robots_url=""), "refused"), (seen, "broken")):
        assert next_try(lasting, code, 0, NOW) is None
    assert next_try(large, "too-large", 0, NOW) is None
    assert next_try(seen, "too-slow", 0, NOW) == NOW + RETRIES[0]  # this machine may have been busy


# --- What a hostile partner sends -------------------------------------------------------------------------------------


def vast(length: int) -> bytes:
    return b"\xff\xd8\xff" + b"\0" * length


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (material.bomb(), "too-many-pixels"),
        (photo()[:-2_000], "broken"),
        (material.SVG, "no-picture"),
        (material.PAGE, "no-picture"),
        (vast(50_000_000), "too-large"),
    ],
    ids=["bomb", "truncated", "svg", "page", "50-MB"],
)
def test_what_a_hostile_partner_sends_is_shown_to_nobody(shop: Illustrated, body: bytes, code: str) -> None:
    shop.gallery = replace(shop.gallery, render=rendered)
    shop.shows("/a.jpg", body)
    shop.brings((1, "/a.jpg"))
    assert not shop.turn()
    assert shop.files() == []
    assert row_of(shop) == (code, 1, None)


@pytest.mark.parametrize(
    "body",
    [material.page_in_a_gif(), material.endless_gif(), material.four_inks(), material.palette_with_hole()],
    ids=["polyglot", "endless-gif", "cmyk", "palette"],
)
def test_what_is_odd_and_harmless_is_made_anew(shop: Illustrated, body: bytes) -> None:
    shop.gallery = replace(shop.gallery, render=rendered)
    shop.shows("/a.jpg", body)
    shop.brings((1, "/a.jpg"))
    assert shop.turn()
    with shop.store.read() as transaction:
        bodies = [pictures.body_of(transaction, name) or b"" for name in pictures.names(transaction)]
    assert bodies
    assert all(each[:4] == b"RIFF" and each[8:12] == b"WEBP" and b"<script" not in each for each in bodies)


def test_no_picture_leads_us_into_a_private_network(shop: Illustrated) -> None:
    inside = Server()
    inside.answers["/geheim.jpg"] = reply("200 OK", photo())
    shop.server.answers["/a.jpg"] = redirect(inside.url("/geheim.jpg"))
    shop.brings((1, "/a.jpg"))
    assert not shop.turn()
    assert inside.heard == []
    assert row_of(shop) == ("private-address", 1, None)
    inside.close()


def test_where_a_phone_took_it_stands_in_no_table(shop: Illustrated) -> None:
    shop.shows("/a.jpg", material.with_exif(6))
    shop.brings((1, "/a.jpg"))
    shop.turn()
    assert [(each.width, each.height) for each in shop.story().picture.files] == [(400, 600), (800, 1200)]  # type: ignore[union-attr]
    with shop.store.read() as transaction:
        for table in metadata.sorted_tables:
            for row in transaction.execute(select(table)):
                assert material.WORD.encode() not in b"".join(each for each in row if isinstance(each, bytes))


# --- Many processes, and time -----------------------------------------------------------------------------------------


def test_a_picture_that_comes_when_its_story_is_gone_is_not_kept(shop: Illustrated) -> None:
    shop.brings((1, "/a.jpg"))
    slug = shop.slug()

    def erased_meanwhile(body: bytes) -> object:
        erase(shop.store, [slug], "thea", shop.now)
        return renditions(body)

    shop.gallery = replace(shop.gallery, render=erased_meanwhile)  # type: ignore[arg-type]
    assert not shop.turn()
    assert rows_left(shop) == 0


def test_two_processes_fetch_nothing_twice(shop: Illustrated) -> None:
    shop.brings((1, "/a.jpg"), (2, "/b.jpg"))
    follow(shop.store, shop.now)
    again: list[bool] = []

    def meanwhile(body: bytes) -> object:
        if not again:
            again.append(True)
            again.append(shop.turn())
        return renditions(body)

    first = shop.gallery
    shop.gallery = replace(first, fetch=lambda *_: iter(()))
    assert fetch_due(replace(first, render=meanwhile), shop.now, "een")  # type: ignore[arg-type]
    assert again == [True, False]
    assert sorted(shop.asked()) == ["/a.jpg", "/b.jpg"]


def test_what_a_stopped_turn_did_not_come_to_waits_for_the_next(shop: Illustrated) -> None:
    shop.brings((1, "/a.jpg"))
    follow(shop.store, shop.now)
    assert not fetch_due(shop.gallery, shop.now, "test", is_stopping=lambda: True)
    assert shop.asked() == []
    assert shop.turn(timedelta(seconds=10))
    assert shop.asked() == ["/a.jpg"]


def test_what_was_missed_is_thrown_away_with_what_is_old(shop: Illustrated) -> None:
    shop.brings((1, "/a.jpg"), (2, "/b.jpg"))
    shop.turn()
    decide.reject(shop.store, [shop.slug()], "thea", shop.now + HOUR)
    with shop.store.write() as transaction:
        thrown = retention.thin(transaction, shop.now + DAY, 90 * DAY)
    assert (thrown["picture"], thrown["picture_file"]) == (1, 2)
    assert len(shop.files()) == 2


def test_nothing_new_costs_one_look(shop: Illustrated, tmp_path: Path) -> None:
    shop.brings((1, "/a.jpg"))
    shop.turn()
    shop.turn(MINUTE)  # its own word in the log
    assert not follow(shop.store, shop.now)
    with shop.store.read() as transaction:
        seen = pictures.followed(transaction)
        assert seen == pictures.newest(transaction, ["fme"])
