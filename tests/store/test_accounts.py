"""Accounts, sessions, one-time links, tries and deliveries, on both databases."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select

from aggregator.store import Store, accounts, links, outbox, sessions, throttle
from aggregator.store.accounts import Account, Role
from aggregator.store.links import Link, Purpose
from aggregator.store.tables import one_time_link, session
from aggregator.store.tables import outbox as outbox_table
from tests.factories import DAY, HOUR, NOW

MINUTE = timedelta(minutes=1)


def made(store: Store, email: str = "thea@example.nl", **fields: object) -> Account:
    with store.write() as transaction:
        found = accounts.add(transaction, email=email, now=NOW, **({"role": Role.EDITOR} | fields))  # type: ignore[arg-type]
    assert found is not None
    return found


def test_an_account_is_one_address_however_it_is_written(store: Store) -> None:
    first = made(store, " Thea@Example.NL ", name="Thea", sources=["fme"], password_hash="h", oidc_subject="i|1")
    with store.write() as transaction:
        assert accounts.add(transaction, email="thea@example.nl", role=Role.READER, now=NOW) is None
        assert accounts.by_email(transaction, "THEA@example.nl") == first
        assert accounts.by_subject(transaction, "i|1") == first
        assert accounts.get(transaction, first.id + 1) is None
        assert accounts.password_hash(transaction, first.id) == "h"
        assert not accounts.is_empty(transaction)
        assert accounts.names(transaction, [first.id]) == {first.id: "Thea"}
    assert (first.email, first.label, first.sources, first.has_password) == ("thea@example.nl", "Thea", ("fme",), True)
    assert first.actor == f"account:{first.id}"


def test_accounts_are_listed_by_address_and_managers_counted_who_can_sign_in(store: Store) -> None:
    for name in "bac":
        made(store, f"{name}@example.nl", role=Role.MANAGER)
    with store.write() as transaction:
        accounts.change(transaction, 1, disabled=NOW)
        assert accounts.count_managers(transaction) == 2
        assert [each.email[0] for each in accounts.every(transaction)] == ["a", "b", "c"]


def begin(store: Store, token: str = "t", account_id: int = 1) -> int:
    with store.write() as transaction:
        return sessions.begin(transaction, token, account_id, NOW, "Firefox " * 100)


def test_a_session_ends_by_idleness_by_age_and_by_hand(store: Store) -> None:
    owner = made(store)
    number = begin(store)
    begin(store, "other")
    with store.read() as transaction:
        found = sessions.find(transaction, "t", NOW + DAY)
        assert found is not None
        assert (found[0].id, found[1]) == (number, owner)
        assert len(found[0].user_agent) == sessions.AGENT_CHARACTERS
        assert sessions.find(transaction, "x", NOW) is None
        assert sessions.find(transaction, "t", NOW + sessions.IDLE + MINUTE) is None
    with store.write() as transaction:
        sessions.touch(transaction, number, NOW + sessions.LONGEST - MINUTE)
    with store.read() as transaction:
        assert sessions.find(transaction, "t", NOW + sessions.LONGEST - MINUTE) is not None
        assert sessions.find(transaction, "t", NOW + sessions.LONGEST) is None
    with store.write() as transaction:
        sessions.revoke(transaction, owner.id, NOW, keep=number)
        assert [each.id for each in sessions.of_account(transaction, owner.id, NOW)] == [number]
        sessions.revoke(transaction, owner.id + 1, NOW, number)
        assert sessions.find(transaction, "t", NOW) is not None
        sessions.revoke(transaction, owner.id, NOW, number)
        assert sessions.find(transaction, "t", NOW) is None


def test_who_is_disabled_is_signed_in_nowhere(store: Store) -> None:
    owner = made(store)
    begin(store)
    with store.write() as transaction:
        accounts.change(transaction, owner.id, disabled=NOW)
        assert sessions.find(transaction, "t", NOW) is None


def test_sessions_that_are_over_are_forgotten(store: Store) -> None:
    made(store)
    begin(store, "old")
    with store.write() as transaction:
        sessions.begin(transaction, "new", 1, NOW + sessions.LONGEST + DAY, "")
        assert list(transaction.execute(select(session.c.token_hash)).scalars()) == ["new"]


def link(purpose: Purpose = Purpose.INVITE, account_id: int | None = 1) -> Link:
    return Link(purpose=purpose, account_id=account_id, role=Role.EDITOR, created=NOW, expires=NOW + 7 * DAY, used=None)


def test_a_link_works_once_for_a_while_and_only_the_latest(store: Store) -> None:
    with store.write() as transaction:
        links.put(transaction, "first", link())
        links.put(transaction, "reset", link(Purpose.PASSWORD_RESET))
        links.put(transaction, "elsewhere", link(account_id=2))
        links.put(transaction, "second", link())
        found = {name: links.find(transaction, name) for name in ("first", "second", "reset", "elsewhere", "none")}
        assert [name for name, each in found.items() if each and each.is_open(NOW)] == ["second", "reset", "elsewhere"]
        assert not links.use(transaction, "first", NOW)
        assert not links.use(transaction, "second", NOW + 7 * DAY)
        assert links.use(transaction, "second", NOW)
        assert not links.use(transaction, "second", NOW)
        links.end(transaction, 2, NOW)
        assert not links.use(transaction, "elsewhere", NOW)


def test_links_that_are_long_over_are_forgotten(store: Store) -> None:
    with store.write() as transaction:
        links.put(transaction, "old", link())
        late = NOW + links.KEEP + 8 * DAY
        links.put(transaction, "new", Link(purpose=Purpose.INVITE, account_id=None, role=Role.MANAGER, created=late,
                                           expires=late + DAY, used=None))  # fmt: skip
        assert list(transaction.execute(select(one_time_link.c.token_hash)).scalars()) == ["new"]
        links.end(transaction, None, late)
        assert not links.use(transaction, "new", late)


def test_ten_tries_in_a_quarter_of_an_hour_are_enough(store: Store) -> None:
    with store.write() as transaction:
        for n in range(throttle.ALLOWED):
            assert throttle.wait(transaction, ["a", "b"], NOW + n * MINUTE) is None
            throttle.count(transaction, ["a"], NOW + n * MINUTE)
        last = NOW + 9 * MINUTE
        assert throttle.wait(transaction, ["b", "a"], last) == timedelta(minutes=6)
        assert throttle.wait(transaction, ["b"], last) is None
        assert throttle.wait(transaction, ["a"], NOW + throttle.WINDOW) is None
        numbers = throttle.count(transaction, ["a", "b"], last)
        throttle.forget(transaction, "a", numbers)
        assert throttle.wait(transaction, ["a", "b"], last) is None


def test_many_at_once_are_no_way_around_the_count(store: Store) -> None:
    let_in = []

    def attempt() -> None:
        with store.write() as transaction:
            throttle.lock(transaction)
            if throttle.wait(transaction, ["a"], NOW) is None:
                throttle.count(transaction, ["a"], NOW)
                let_in.append(1)

    threads = [threading.Thread(target=attempt) for _ in range(14)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(let_in) == throttle.ALLOWED


def test_a_delivery_is_taken_by_one_tried_again_later_and_given_up(store: Store) -> None:
    with store.write() as transaction:
        number = outbox.put(transaction, "mail", "thea@example.nl", {"text": "geheim"}, NOW, event_seq=3)
        outbox.put(transaction, "webhook", "https://x.example", {}, NOW)
    at = NOW
    for tries in range(1, outbox.TRIES + 1):
        with store.write() as transaction:
            (taken,) = outbox.take_due(transaction, ["mail"], at)
            assert (taken.id, taken.tries, taken.payload) == (number, tries, {"text": "geheim"})
            assert outbox.take_due(transaction, ["mail"], at + outbox.LEASE - MINUTE) == []
            outbox.failed(transaction, taken, "nobody home", at)
            assert outbox.take_due(transaction, ["mail"], at + outbox.wait_after(tries) - MINUTE / 60) == []
        at += outbox.wait_after(tries)
    with store.read() as transaction:
        assert outbox.standing(transaction) == outbox.Standing(waiting=1, dead=1, error="nobody home")
        row = transaction.execute(select(outbox_table).where(outbox_table.c.id == number)).one()
    assert row.payload == {}


def test_what_arrived_is_emptied_at_once_and_forgotten_after_a_month(store: Store) -> None:
    with store.write() as transaction:
        number = outbox.put(transaction, "mail", "thea@example.nl", {"text": "geheim"}, NOW)
        outbox.take_due(transaction, ["mail"], NOW)
        outbox.done(transaction, number, NOW)
        assert transaction.execute(select(outbox_table.c.payload)).scalar_one() == {}
        assert outbox.standing(transaction) == outbox.Standing(waiting=0, dead=0, error="")
        assert outbox.take_due(transaction, ["mail"], NOW + DAY) == []
        assert transaction.execute(select(outbox_table.c.id)).scalar_one() == number
        outbox.forget_old(transaction, NOW + outbox.KEEP + HOUR)
        assert transaction.execute(select(outbox_table.c.id)).first() is None


@pytest.mark.parametrize(("tries", "minutes"), [(1, 1), (2, 4), (3, 16), (6, 720), (60, 720)])
def test_the_wait_grows_to_half_a_day(tries: int, minutes: int) -> None:
    assert outbox.wait_after(tries) == timedelta(minutes=minutes)
