"""WebSub with our own hub, from the request to the feed in the hands of a subscriber; and a hub elsewhere."""

from http import HTTPStatus
from urllib.parse import parse_qs

import feedparser
import pytest

from aggregator.deliver.hub import LONGEST, SHORTEST, USUAL, Refused, Wanted, read, with_query
from aggregator.desk import decide
from aggregator.store import outbox, sources, subscriptions
from aggregator.store.subscriptions import Subscription
from tests.deliver.newsroom import ALL, BASE_URL, Newsroom
from tests.deliver.receiver import Answer, Got, Receiver, confirms, is_signed_push
from tests.factories import DAY, HOUR

TOPIC = BASE_URL + ALL
SECRET = "een geheim van é"


def request(receiver: Receiver, mode: str = "subscribe", path: str = "/cb?x=%7e&y=1", **more: str) -> dict[str, str]:
    form = {"hub.mode": mode, "hub.topic": TOPIC, "hub.callback": receiver.url(path)}
    return form | {f"hub.{name}": value for name, value in more.items()}


def take(newsroom: Newsroom, form: dict[str, str], asker: str = "198.51.100.7") -> int:
    refused = newsroom.hub.take(form, asker, newsroom.now)
    return refused.status if refused else 202


def subscribed(newsroom: Newsroom, topic: str = ALL) -> list[Subscription]:
    with newsroom.store.read() as transaction:
        return subscriptions.of_topics(transaction, [topic], newsroom.now)


def subscribe(newsroom: Newsroom, receiver: Receiver, **more: str) -> None:
    assert take(newsroom, request(receiver, **more)) == 202
    newsroom.work_off()
    assert subscribed(newsroom)


def test_the_whole_way_from_subscribing_to_unsubscribing(newsroom: Newsroom, receiver: Receiver) -> None:
    newsroom.publish(1)
    assert take(newsroom, request(receiver, secret=SECRET)) == 202
    assert receiver.got == [], "the callback is asked later, not while the asker waits"
    newsroom.work_off()
    [question] = receiver.got
    challenge = question.query.pop("hub.challenge")
    assert len(challenge) >= 32
    assert question.query == {
        "x": "~",
        "y": "1",
        "hub.mode": "subscribe",
        "hub.topic": TOPIC,
        "hub.lease_seconds": str(10 * 86_400),
    }
    assert subscribed(newsroom)[0].lease_until == newsroom.now + USUAL

    newsroom.publish(1, 2)
    newsroom.work_off()
    [push] = receiver.posts()
    assert push.body == newsroom.document()
    assert b"Nieuws nummer 2" in push.body
    assert push.headers["content-type"] == "application/atom+xml; charset=utf-8"
    assert push.headers["link"] == f'<{BASE_URL}/websub>; rel="hub", <{TOPIC}>; rel="self"'
    assert is_signed_push(push, SECRET)
    assert not is_signed_push(push, "another")
    assert push.headers["x-hub-signature"].startswith("sha256=")

    assert take(newsroom, request(receiver, "unsubscribe")) == 202
    newsroom.work_off()
    assert receiver.got[-1].query["hub.mode"] == "unsubscribe"
    assert "hub.lease_seconds" not in receiver.got[-1].query
    assert subscribed(newsroom) == []
    newsroom.publish(1, 2, 3)
    newsroom.work_off()
    assert len(receiver.posts()) == 1


def test_feeds_name_the_hub_in_each_format(newsroom: Newsroom) -> None:
    newsroom.publish(1)
    hub = f"{BASE_URL}/websub".encode()
    (link,) = [each for each in feedparser.parse(newsroom.document()).feed.links if each.rel == "hub"]
    assert link.href == hub.decode()
    assert b'link rel="hub" href="%s"' % hub in newsroom.document("/feeds/all.rss")
    assert b'"hubs": [{"type": "WebSub", "url": "%s"}]' % hub in newsroom.document("/feeds/all.json")


def test_changes_close_together_are_sent_once_and_each_generation_once(newsroom: Newsroom, receiver: Receiver) -> None:
    newsroom.publish(1)
    subscribe(newsroom, receiver)
    newsroom.publish(1, 2)
    newsroom.now -= 3 * HOUR
    newsroom.publish(1, 2, 3)
    decide.reject(newsroom.store, [newsroom.slug(2)], "cli:test", newsroom.now)
    newsroom.release()
    assert len(newsroom.lines("websub")) == 1
    newsroom.work_off()
    assert [push.body for push in receiver.posts()] == [newsroom.document()]
    with newsroom.store.write() as transaction:
        outbox.resend(transaction, newsroom.now, number=newsroom.lines("websub")[0].id)
    newsroom.work_off()
    assert len(receiver.posts()) == 1
    assert newsroom.lines("websub")[0].error == "it has these bytes already"


def test_a_subscriber_that_was_down_gets_the_newest_feed_and_not_each_one_that_it_missed(
    newsroom: Newsroom, receiver: Receiver
) -> None:
    newsroom.publish(1)
    subscribe(newsroom, receiver)
    receiver.says = lambda _: Answer(502)
    newsroom.publish(1, 2)
    newsroom.work_off()
    newsroom.publish(1, 2, 3)
    assert len(newsroom.lines("websub")) == 1
    receiver.says = confirms
    newsroom.work_off(after=HOUR)
    failed, taken = receiver.posts()
    assert taken.body == newsroom.document() != failed.body
    assert taken.headers["x-hub-delivery"] == failed.headers["x-hub-delivery"]


def test_a_payload_is_not_copied_for_each_subscriber(newsroom: Newsroom, receiver: Receiver) -> None:
    newsroom.publish(1)
    for number in range(5):
        subscribe(newsroom, receiver, path=f"/{number}")
    newsroom.publish(1, 2)
    lines = newsroom.lines("websub")
    assert len(lines) == 5
    assert {tuple(each.payload) for each in lines} == {("path", "generation")}


LIES = {
    "another challenge": lambda _: Answer(body=b"x" * 43),
    "nothing": lambda _: Answer(),
    "the challenge and more": lambda got: Answer(body=got.query["hub.challenge"].encode() + b" and more"),
    "no": lambda _: Answer(404),
    "elsewhere": lambda _: Answer(302, headers={"Location": "http://127.0.0.1/"}),
    "the challenge, as an error": lambda got: Answer(400, body=got.query["hub.challenge"].encode()),
}


@pytest.mark.parametrize("lie", LIES)
def test_whoever_does_not_confirm_is_not_subscribed_and_asked_once(
    newsroom: Newsroom, receiver: Receiver, lie: str
) -> None:
    newsroom.publish(1)
    receiver.says = LIES[lie]
    take(newsroom, request(receiver))
    newsroom.work_off()
    newsroom.work_off(after=DAY)
    assert subscribed(newsroom) == []
    assert len(receiver.got) == 1
    [line] = newsroom.lines()
    assert (line.state, line.payload) == ("skipped", {})
    assert line.error.startswith("not confirmed")


def test_a_callback_that_is_down_is_asked_three_times(newsroom: Newsroom, receiver: Receiver) -> None:
    newsroom.publish(1)
    receiver.says = lambda _: Answer(503)
    take(newsroom, request(receiver))
    for _ in range(6):
        newsroom.work_off(after=HOUR)
    assert len(receiver.got) == 3
    assert newsroom.lines()[0].state == "skipped"


def test_a_callback_in_a_private_network_is_not_asked(newsroom: Newsroom, receiver: Receiver) -> None:
    newsroom.publish(1)
    newsroom = Newsroom(newsroom.store, newsroom.partners, allow="", now=newsroom.now)
    take(newsroom, request(receiver))
    newsroom.work_off()
    assert receiver.got == []
    assert "private-address" in newsroom.lines()[0].error


def test_a_subscriber_that_redirects_to_a_private_address_leads_nowhere(newsroom: Newsroom, receiver: Receiver) -> None:
    newsroom.publish(1)
    subscribe(newsroom, receiver)
    other = Receiver()
    receiver.says = lambda _: Answer(307, headers={"Location": other.url()})
    newsroom.publish(1, 2)
    newsroom.work_off()
    other.close()
    assert len(receiver.posts()) == 1
    assert other.got == []


def test_410_ends_a_subscription(newsroom: Newsroom, receiver: Receiver) -> None:
    newsroom.publish(1)
    subscribe(newsroom, receiver)
    receiver.says = lambda _: Answer(410)
    newsroom.publish(1, 2)
    newsroom.work_off()
    assert subscribed(newsroom) == []
    newsroom.publish(1, 2, 3)
    assert [each.state for each in newsroom.lines("websub")] == ["skipped"]


def test_a_subscriber_that_died_is_forgotten_after_some_days(newsroom: Newsroom, receiver: Receiver) -> None:
    newsroom.publish(1)
    subscribe(newsroom, receiver, lease_seconds=str(30 * 86_400))
    receiver.close()
    numbers = [1]
    for _ in range(8):
        numbers.append(len(numbers) + 1)
        newsroom.publish(*numbers)
        newsroom.work_off(after=DAY / 2)
    assert subscribed(newsroom) == []


def test_a_lease_is_bounded_ends_and_is_renewed(newsroom: Newsroom, receiver: Receiver) -> None:
    newsroom.publish(1)
    subscribe(newsroom, receiver, lease_seconds="1", secret="a")
    [first] = subscribed(newsroom)
    assert first.lease_until == newsroom.now + SHORTEST
    subscribe(newsroom, receiver, lease_seconds="9" * 30, secret="b")
    [renewed] = subscribed(newsroom)
    assert (renewed.id, renewed.secret, renewed.lease_until) == (first.id, "b", newsroom.now + LONGEST)
    newsroom.now += LONGEST
    assert subscribed(newsroom) == []
    newsroom.publish(1, 2)
    newsroom.work_off()
    assert receiver.posts() == []
    with newsroom.store.write() as transaction:
        subscriptions.forget_expired(transaction, newsroom.now)
        assert subscriptions.get(transaction, first.id) is None


def test_a_replayed_request_changes_nothing_until_the_callback_confirms_it_again(
    newsroom: Newsroom, receiver: Receiver
) -> None:
    newsroom.publish(1)
    subscribe(newsroom, receiver, secret="mine")
    challenge = receiver.got[0].query["hub.challenge"]
    receiver.says = lambda _: Answer(body=challenge.encode())  # what it said before is no answer now
    take(newsroom, request(receiver, "unsubscribe"))
    newsroom.work_off()
    take(newsroom, request(receiver, secret="theirs"))
    newsroom.work_off()
    [still] = subscribed(newsroom)
    assert still.secret == "mine"


def test_a_flood_of_requests_is_one_question_and_then_refused(newsroom: Newsroom, receiver: Receiver) -> None:
    newsroom.publish(1)
    statuses = [take(newsroom, request(receiver)) for _ in range(120)]
    assert statuses.count(202) == 100
    assert set(statuses[100:]) == {429}
    assert take(newsroom, request(receiver), asker="203.0.113.9") == 429, "another asker, the same callback's host"
    newsroom.work_off()
    assert len(receiver.got) == 1
    newsroom.now += HOUR
    assert take(newsroom, request(receiver)) == 202


def test_there_is_room_for_so_many_subscribers_and_whoever_has_a_place_keeps_it(
    newsroom: Newsroom, receiver: Receiver
) -> None:
    newsroom.publish(1)
    newsroom = Newsroom(newsroom.store, newsroom.partners, most=3, most_per_host=2, now=newsroom.now)
    subscribe(newsroom, receiver, path="/1")
    assert take(newsroom, request(receiver, path="/2")) == 202
    assert take(newsroom, request(receiver, path="/3")) == 202, "two wait for one place: the first to confirm has it"
    newsroom.work_off()
    newsroom.work_off()
    assert len(subscribed(newsroom)) == 2
    denied = [each.query for each in receiver.got if each.query.get("hub.mode") == "denied"]
    assert [each["hub.topic"] for each in denied] == [TOPIC]
    assert "all the subscriptions" in denied[0]["hub.reason"]
    assert take(newsroom, request(receiver, path="/4")) == HTTPStatus.FORBIDDEN
    assert take(newsroom, request(receiver, path="/1")) == 202
    elsewhere = request(receiver) | {"hub.callback": "http://127.0.0.2/cb"}
    newsroom.hub = newsroom.hub.__class__(store=newsroom.store, base_url=BASE_URL, most=2, most_per_host=2)
    assert take(newsroom, elsewhere) == HTTPStatus.SERVICE_UNAVAILABLE


def test_whoever_follows_a_feed_that_is_no_more_is_told(newsroom: Newsroom, receiver: Receiver) -> None:
    newsroom.publish(1)
    form = request(receiver) | {"hub.topic": f"{BASE_URL}/feeds/sources/fme.atom"}
    take(newsroom, form)
    newsroom.work_off()
    with newsroom.store.write() as transaction:
        sources.remove(transaction, "fme", newsroom.now)
    from aggregator.release import refresh

    refresh(newsroom.press, newsroom.now, everything=True)
    newsroom.work_off()
    assert receiver.got[-1].query["hub.mode"] == "denied"
    assert receiver.got[-1].query["hub.topic"] == form["hub.topic"]
    assert subscribed(newsroom, "/feeds/sources/fme.atom") == []


GOOD = {"hub.mode": "subscribe", "hub.topic": TOPIC, "hub.callback": "https://lezer.example/cb"}


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"hub.mode": ""}, 400),
        ({"hub.mode": "publish"}, 400),
        ({"hub.topic": ""}, 404),
        ({"hub.topic": "https://elders.example/feeds/all.atom"}, 404),
        ({"hub.topic": f"{BASE_URL}/feeds/../edit"}, 404),
        ({"hub.topic": f"{BASE_URL}/feeds/sources.opml"}, 404),
        ({"hub.topic": f"{BASE_URL}/feeds/all/archive/1.atom"}, 404),
        ({"hub.topic": f"{BASE_URL}/"}, 404),
        ({"hub.callback": ""}, 400),
        ({"hub.callback": "/cb"}, 400),
        ({"hub.callback": "ftp://lezer.example/"}, 400),
        ({"hub.callback": "https://a:b@lezer.example/"}, 400),
        ({"hub.callback": "https://lezer.example/#x"}, 400),
        ({"hub.callback": "https://lezer.example/\r\nX: y"}, 400),
        ({"hub.callback": "https://lezer.example:0/"}, 400),
        ({"hub.callback": f"{BASE_URL}/websub"}, 400),
        ({"hub.callback": "https://lezer.example/" + "x" * 3000}, 400),
        ({"hub.secret": "x" * 200}, 400),
        ({"hub.lease_seconds": "-1"}, 400),
        ({"hub.lease_seconds": "soon"}, 400),
        ({"hub.lease_seconds": "١"}, 400),
    ],
)
def test_a_request_that_cannot_be_read_is_refused_at_once(changed: dict[str, str], status: int) -> None:
    refused = read(GOOD | changed, BASE_URL)
    assert isinstance(refused, Refused)
    assert refused.status == status
    assert refused.reason


def test_parameters_that_we_do_not_know_are_ignored() -> None:
    wanted = Wanted(mode="subscribe", topic=ALL, callback=GOOD["hub.callback"])
    assert read(GOOD | {"hub.verify": "sync", "x": "y"}, BASE_URL) == wanted


def test_a_feed_that_we_do_not_have_and_a_subscription_that_is_none_are_refused(
    newsroom: Newsroom, receiver: Receiver
) -> None:
    newsroom.publish(1)
    assert take(newsroom, request(receiver) | {"hub.topic": f"{BASE_URL}/feeds/themes/x.atom"}) == 404
    assert take(newsroom, request(receiver, "unsubscribe")) == 404
    assert newsroom.lines() == []


def test_what_the_query_of_a_callback_holds_stays_as_it_is() -> None:
    assert with_query("https://a.example/cb", {"a": "b c"}) == "https://a.example/cb?a=b+c"
    assert with_query("https://a.example/cb?x=%7e", {"a": "b"}) == "https://a.example/cb?x=%7e&a=b"


def test_a_hub_elsewhere_is_told_of_each_changed_feed_once(newsroom: Newsroom, receiver: Receiver) -> None:
    newsroom = Newsroom(newsroom.store, newsroom.partners, hub_elsewhere=receiver.url("/hub"))
    newsroom.publish(1)
    newsroom.publish(1, 2)
    newsroom.work_off()
    forms = [parse_qs(push.body.decode()) for push in receiver.posts()]
    assert all(each["hub.mode"] == ["publish"] and each["hub.url"] == each["hub.topic"] for each in forms)
    topics = [each["hub.topic"][0] for each in forms]
    assert TOPIC in topics
    assert len(topics) == len(set(topics))
    assert receiver.posts()[0].headers["content-type"] == "application/x-www-form-urlencoded"
    assert receiver.url("/hub").encode() in newsroom.document()


def test_slow_subscribers_on_one_host_do_not_hold_up_others(newsroom: Newsroom, receiver: Receiver) -> None:
    import threading

    newsroom.publish(1)
    slow, over = Receiver(), threading.Event()
    for number in range(4):
        subscribe(newsroom, slow, path=f"/{number}")
    take(newsroom, request(receiver) | {"hub.callback": receiver.url().replace("127.0.0.1", "localhost")})
    newsroom = Newsroom(
        newsroom.store, newsroom.partners, allow="127.0.0.0/8, localhost, ::1", seconds=1.0, now=newsroom.now
    )
    newsroom.work_off()

    def hang(got: Got) -> Answer:
        over.wait(20)
        return Answer()

    slow.says = hang
    newsroom.publish(1, 2)
    newsroom.work_off()
    over.set()
    assert len(receiver.posts()) == 1
    assert len(slow.posts()) == 1
    slow.close()
