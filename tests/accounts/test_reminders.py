"""The letter on the round's day: to whoever decides, when something waits, once a day."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from aggregator.accounts import Access
from aggregator.accounts.reminders import remind
from aggregator.model import State
from aggregator.policy.reminding import Reminder, is_due
from aggregator.store import accounts, outbox
from aggregator.store.accounts import Account, Role
from tests.store.test_stories import keep, row

MONDAY = Reminder(day="monday", hour=9)
AT_NINE = datetime(2026, 11, 30, 8, tzinfo=UTC)  # nine in Amsterdam
BEFORE = AT_NINE - timedelta(days=3)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.mark.parametrize(
    ("last", "now", "expected"),
    [
        (BEFORE, AT_NINE, True),
        (BEFORE, AT_NINE - HOUR, False),
        (BEFORE, AT_NINE + 14 * HOUR, True),  # the service was down
        (BEFORE, AT_NINE + 15 * HOUR, False),  # Tuesday in Amsterdam
        (AT_NINE, AT_NINE + HOUR, False),
        (AT_NINE, AT_NINE + 7 * DAY, True),
        (BEFORE, datetime(2026, 7, 6, 7, tzinfo=UTC), False),  # before it was last sent
        (datetime(2026, 7, 1, tzinfo=UTC), datetime(2026, 7, 6, 7, tzinfo=UTC), True),  # nine in summer
        (datetime(2026, 7, 1, tzinfo=UTC), datetime(2026, 7, 6, 6, 59, tzinfo=UTC), False),
    ],
)
def test_it_is_time_once_on_the_day_from_the_hour_on(last: datetime, now: datetime, expected: bool) -> None:
    assert is_due(MONDAY, last, now) is expected


def test_never_is_no_day() -> None:
    assert not any(is_due(Reminder(day="never", hour=0), BEFORE, AT_NINE + n * DAY) for n in range(7))


def someone(access: Access, email: str, role: Role = Role.EDITOR, **values: object) -> Account:
    with access.store.write() as transaction:
        made = accounts.add(transaction, email=email, role=role, now=BEFORE)
        assert made is not None
        if values:
            accounts.change(transaction, made.id, **values)
        found = accounts.get(transaction, made.id)
    assert found is not None
    return found


def letters(access: Access) -> dict[str, dict[str, object]]:
    with access.store.read() as transaction:
        return {each.target: dict(each.payload) for each in outbox.lines(transaction, kinds=["mail"])}


def wait(access: Access) -> None:
    held = replace(row(1), state=State.HELD, released=None, updated=None)
    keep(
        access.store,
        replace(held, reason="new source"),
        *(replace(row(n), state=State.HELD, reason="unsure") for n in (2, 3)),
    )


def test_who_decides_and_wants_it_gets_a_letter_in_their_language(access: Access) -> None:
    wait(access)
    someone(access, "thea@example.nl")
    someone(access, "mary@example.nl", Role.MANAGER, language="en")
    someone(access, "lezer@example.nl", Role.READER)
    someone(access, "partner@example.nl", Role.OWNER)
    someone(access, "rust@example.nl", wants_reminders=False)
    someone(access, "weg@example.nl", disabled=BEFORE)
    assert remind(access, MONDAY, AT_NINE) == 2
    found = letters(access)
    assert sorted(found) == ["mary@example.nl", "thea@example.nl"]
    dutch, english = found["thea@example.nl"], found["mary@example.nl"]
    assert dutch["subject"] == "Er wacht nieuws op u: Proefnieuws"
    assert "Er wacht: 1 nieuw, 2 twijfel." in str(dutch["text"])
    assert "https://nieuws.example/edit/queue\n" in str(dutch["text"])
    assert "Waiting: 1 new, 2 unsure." in str(english["text"])


def test_one_letter_a_day_also_after_a_restart(access: Access) -> None:
    wait(access)
    someone(access, "thea@example.nl")
    assert [remind(access, MONDAY, AT_NINE + n * HOUR) for n in range(3)] == [1, 0, 0]
    assert remind(access, MONDAY, AT_NINE + 7 * DAY) == 1


def test_a_flood_that_waits_is_one_thing_to_decide(access: Access) -> None:
    someone(access, "thea@example.nl")
    keep(access.store, *(replace(row(n), state=State.HELD, reason="flood") for n in (1, 2, 3)))
    remind(access, MONDAY, AT_NINE)
    assert "1 nieuw, 0 twijfel" in str(letters(access)["thea@example.nl"]["text"])


def test_nothing_waits_or_nobody_can_send(access: Access) -> None:
    someone(access, "thea@example.nl")
    assert remind(access, MONDAY, AT_NINE) == 0
    wait(access)
    assert remind(replace(access, sends_mail=False), MONDAY, AT_NINE) == 0
    assert letters(access) == {}
    assert remind(access, MONDAY, AT_NINE) == 1  # what came in later on the day counts
