"""Webhooks, from what happens to a story to a receiver that checks the signature by its own lights."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from aggregator.deliver.webhooks import signature
from aggregator.desk import decide
from aggregator.store import outbox, webhooks
from tests.deliver.newsroom import BASE_URL, Newsroom
from tests.deliver.receiver import Answer, Receiver, is_signed_webhook
from tests.factories import DAY, HOUR, make_entry

ACTOR = "cli:test"


def told(receiver: Receiver) -> list[str]:
    return [each.json["type"] for each in receiver.posts()]


def test_a_published_story_is_told_once_and_signed(newsroom: Newsroom, receiver: Receiver) -> None:
    hook = newsroom.add_webhook(receiver)
    newsroom.publish(1)
    assert newsroom.work_off() == 1
    newsroom.release()
    assert newsroom.work_off() == 0
    [got] = receiver.posts()
    assert is_signed_webhook(got, hook.secret)
    assert not is_signed_webhook(got, newsroom.add_webhook(receiver).secret)
    assert got.headers["content-type"] == "application/json"
    assert datetime.fromtimestamp(int(got.headers["webhook-timestamp"]), UTC) == newsroom.now - timedelta(seconds=10)
    data = got.json["data"]
    assert (got.json["type"], got.json["timestamp"]) == ("story.published", "2026-11-23T15:00:00Z")
    assert data["id"].startswith("tag:techniekpact.nl,2022:")
    assert data["url"] == f"{BASE_URL}/stories/{newsroom.slug()}"
    assert (data["title"], data["link"]) == ("Nieuws nummer 1", "https://fme.example/nieuws/1")
    assert data["teaser"] == "Een samenvatting van bericht 1."
    assert [each["slug"] for each in data["themes"]] == ["instroom"]
    assert data["source"] == {"id": "fme", "name": "FME", "url": "https://fme.example/nieuws/1"}
    assert (data["published"], data["published_precision"]) == ("2026-11-23T12:00:00+01:00", "minute")
    assert data["released"] == data["updated"] == "2026-11-23T16:00:00+01:00"
    assert newsroom.webhook(hook.id).told_at == newsroom.now - timedelta(seconds=10)


def test_an_update_and_a_withdrawal_are_told_and_a_withdrawal_spreads_no_text(
    newsroom: Newsroom, receiver: Receiver
) -> None:
    newsroom.add_webhook(receiver)
    newsroom.publish(1)
    newsroom.work_off()
    newsroom.says(make_entry(1, title="Een andere titel"))
    newsroom.release()
    newsroom.work_off()
    decide.reject(newsroom.store, [newsroom.slug()], ACTOR, newsroom.now)
    newsroom.release()
    newsroom.work_off()
    assert told(receiver) == ["story.published", "story.updated", "story.withdrawn"]
    published, updated, withdrawn = (each.json["data"] for each in receiver.posts())
    assert updated["title"] == "Een andere titel"
    assert published["id"] == updated["id"] == withdrawn["id"]
    assert withdrawn == {"id": published["id"], "url": published["url"], "merged_into": None}


def test_what_was_undone_before_its_release_and_what_no_reader_sees_is_not_told(
    newsroom: Newsroom, receiver: Receiver
) -> None:
    newsroom.add_webhook(receiver)
    newsroom.says(make_entry(1), make_entry(2, published=newsroom.now - 300 * DAY))
    decide.reject(newsroom.store, [newsroom.slug()], ACTOR, newsroom.now)
    newsroom.release()
    newsroom.work_off()
    assert told(receiver) == []


def test_a_webhook_is_told_of_what_it_asked_for(newsroom: Newsroom, receiver: Receiver) -> None:
    newsroom.add_webhook(receiver, kinds=("withdrawn",))
    newsroom.publish(1)
    decide.reject(newsroom.store, [newsroom.slug()], ACTOR, newsroom.now)
    newsroom.release()
    newsroom.work_off()
    assert told(receiver) == ["story.withdrawn"]


def test_a_receiver_that_fails_gets_the_same_message_later_under_the_same_id(
    newsroom: Newsroom, receiver: Receiver
) -> None:
    hook = newsroom.add_webhook(receiver)
    receiver.says = lambda _: Answer(500, b"oops\x00\x1b[31m")
    newsroom.publish(1)
    assert newsroom.work_off() == 0
    assert newsroom.work_off() == 0
    assert len(receiver.posts()) == 1, "it was asked again at once"
    assert newsroom.lines("webhook")[0].error == "500 oops [31m"
    assert newsroom.webhook(hook.id).failing_since is not None
    receiver.says = lambda _: Answer(204)
    assert newsroom.work_off(after=outbox.wait_after(1)) == 1
    first, second = receiver.posts()
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.body == second.body
    assert first.headers["webhook-timestamp"] != second.headers["webhook-timestamp"]
    assert is_signed_webhook(second, hook.secret)
    assert newsroom.webhook(hook.id).failing_since is None


def test_a_receiver_says_how_long_it_wants_to_be_left_alone(newsroom: Newsroom, receiver: Receiver) -> None:
    newsroom.add_webhook(receiver)
    receiver.says = lambda _: Answer(429, headers={"Retry-After": "7200"})
    newsroom.publish(1)
    newsroom.work_off()
    newsroom.work_off(after=HOUR)
    assert len(receiver.posts()) == 1
    newsroom.work_off(after=HOUR)
    assert len(receiver.posts()) == 2


def test_what_is_no_longer_so_is_not_told(newsroom: Newsroom, receiver: Receiver) -> None:
    newsroom.add_webhook(receiver)
    receiver.says = lambda _: Answer(503)
    newsroom.publish(1)
    newsroom.work_off()
    decide.reject(newsroom.store, [newsroom.slug()], ACTOR, newsroom.now)
    newsroom.release()
    receiver.says = lambda _: Answer(200)
    newsroom.work_off(after=HOUR)
    assert told(receiver) == ["story.published", "story.withdrawn"]
    assert [(each.state, each.error) for each in newsroom.lines("webhook")] == [
        ("skipped", "overtaken: it is no longer so"),
        ("arrived", ""),
    ]


def test_410_switches_a_webhook_off_and_what_waits_can_be_sent_when_it_is_on_again(
    newsroom: Newsroom, receiver: Receiver
) -> None:
    hook = newsroom.add_webhook(receiver)
    receiver.says = lambda _: Answer(410)
    newsroom.publish(1, 2)
    newsroom.work_off()
    off = newsroom.webhook(hook.id)
    assert off.off_at is not None
    assert "wants nothing more: 410" in off.off_because
    assert len(receiver.posts()) == 1
    assert [each.state for each in newsroom.lines()] == ["dead", "dead"]
    newsroom.publish(1, 2, 3)
    assert len(newsroom.lines()) == 2, "it is told although it is off"
    receiver.says = lambda _: Answer(200)
    with newsroom.store.write() as transaction:
        webhooks.switch_on(transaction, hook.id)
        assert outbox.resend(transaction, newsroom.now, kind="webhook", subject=str(hook.id)) == 2
    assert newsroom.work_off() == 2
    again = receiver.posts()[1:]
    assert {each.json["data"]["title"] for each in again} == {"Nieuws nummer 1", "Nieuws nummer 2"}
    assert receiver.posts()[0].headers["webhook-id"] in {each.headers["webhook-id"] for each in again}


def test_a_webhook_that_takes_nothing_for_days_is_switched_off(newsroom: Newsroom, receiver: Receiver) -> None:
    hook = newsroom.add_webhook(receiver)
    receiver.says = lambda _: Answer(500)
    newsroom.publish(1)
    newsroom.work_off()
    for number in range(2, 9):
        assert newsroom.webhook(hook.id).off_at is None
        newsroom.publish(*range(1, number))
        newsroom.work_off(after=DAY / 2)
        if newsroom.webhook(hook.id).off_at:
            break
    assert "took nothing for 3 days" in newsroom.webhook(hook.id).off_because
    assert 72 * HOUR <= newsroom.now - newsroom.webhook(hook.id).created < 120 * HOUR


def test_a_webhook_is_not_led_into_a_private_network(newsroom: Newsroom, receiver: Receiver) -> None:
    newsroom = Newsroom(newsroom.store, newsroom.partners, allow=receiver.authority)
    receiver.says = lambda _: Answer(307, headers={"Location": "http://127.0.0.2:80/admin"})
    newsroom.add_webhook(receiver)
    other = Receiver()
    newsroom.add_webhook(other)
    newsroom.publish(1)
    newsroom.work_off()
    assert other.got == []
    other.close()
    redirected, private = newsroom.lines("webhook")
    assert redirected.state == "waiting"
    assert "redirects are not followed" in redirected.error
    assert private.state == "dead"
    assert private.error.startswith("private-address")


def test_what_our_page_tells_integrators_to_write_knows_our_signature(newsroom: Newsroom, receiver: Receiver) -> None:
    hook = newsroom.add_webhook(receiver)
    newsroom.publish(1)
    newsroom.work_off()
    [got] = receiver.posts()
    page = (Path(__file__).parents[2] / "docs" / "integrators.md").read_text()
    written: dict[str, Any] = {}
    exec(page.partition("```python\n")[2].partition("```")[0], written)
    assert written["is_ours"](hook.secret, got.headers, got.body)
    assert not written["is_ours"](hook.secret, got.headers, got.body + b" ")
    example = json.loads(page.partition("```json\n")[2].partition("```")[0])
    assert example.keys() == got.json.keys()
    assert example["data"].keys() == got.json["data"].keys()


def test_a_removed_webhook_is_sent_nothing_more(newsroom: Newsroom, receiver: Receiver) -> None:
    hook = newsroom.add_webhook(receiver)
    newsroom.publish(1)
    with newsroom.store.write() as transaction:
        webhooks.remove(transaction, hook.id)
    assert newsroom.work_off() == 0
    assert receiver.got == []
    assert newsroom.lines()[0].state == "skipped"


def test_the_signature_is_the_one_that_the_convention_gives_as_its_example() -> None:
    secret, body = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", b'{"test": 2432232314}'
    signed = signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", body)
    assert signed == "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize("seconds", [0.5])
def test_a_receiver_that_hangs_holds_up_nobody_else(newsroom: Newsroom, receiver: Receiver, seconds: float) -> None:
    import threading

    over = threading.Event()
    newsroom = Newsroom(newsroom.store, newsroom.partners, seconds=seconds)
    stuck = Receiver(says=lambda _: (over.wait(20), Answer(200))[1])
    newsroom.add_webhook(stuck, path="/a")
    newsroom.add_webhook(stuck, path="/b")
    newsroom.publish(1, 2, 3)
    newsroom.work_off()
    over.set()
    assert len(stuck.got) == 1, "one answer is waited for, and then all of this host is left alone for a while"
    assert {each.state for each in newsroom.lines()} == {"waiting"}
    stuck.close()
