from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.model import Absence, Standing
from aggregator.policy.absence import MOST_CHECKS, PER_POLL, Place, Proof, after, leads_up, to_check, vanished
from tests.factories import DAY, HOUR, NOW


def place(number: int, age: timedelta | None = None, seen: datetime = NOW - 10 * DAY) -> Place:
    return Place(item_id=number, published=None if age is None else NOW - age, first_seen=seen)


DATED = [place(number, number * DAY) for number in range(1, 6)]  # 1 is the newest


def test_what_leaves_a_list_at_its_end_has_not_vanished() -> None:
    assert vanished(DATED, {1, 2, 3, 4}, NOW) == []
    assert vanished(DATED, {1, 2}, NOW) == []


def test_what_is_missing_between_others_has_vanished_newest_first() -> None:
    assert vanished(DATED, {1, 5}, NOW) == [2, 3, 4]
    assert vanished(DATED, {2, 3, 4, 5}, NOW) == [1]


def test_a_list_that_shows_nothing_known_tells_nothing() -> None:
    assert vanished(DATED, set(), NOW) == []
    assert vanished([], {1}, NOW) == []


def test_without_dates_the_order_of_the_document_decides() -> None:
    listed = [place(number) for number in (1, 2, 3)]  # numbered from the top, seen at once
    assert vanished(listed, {1, 2}, NOW) == []
    assert vanished(listed, {1, 3}, NOW) == [2]


def test_of_one_day_the_one_seen_first_is_the_older() -> None:
    early, late = place(1, DAY, NOW - 20 * HOUR), place(2, DAY, NOW - 2 * HOUR)
    assert vanished([early, late], {2}, NOW) == []
    assert vanished([early, late], {1}, NOW) == [2]


def test_what_was_first_seen_long_ago_is_let_be() -> None:
    old = [place(1, 1 * DAY, NOW - 61 * DAY), place(2, 2 * DAY, NOW - 61 * DAY)]
    assert vanished(old, {2}, NOW) == []


def told(*proofs: tuple[Proof, timedelta]) -> Absence:
    absence = Absence(item_id=1)
    for proof, when in proofs:
        absence = after(absence, proof, NOW + when)
    return absence


def test_two_answers_days_apart_prove_that_an_article_is_gone() -> None:
    once = told((Proof.ABSENT, 0 * DAY))
    assert (once.status, once.first_missing_at, once.gone_at) == (Standing.MISSING, NOW, None)
    too_soon = told((Proof.ABSENT, 0 * DAY), (Proof.ABSENT, 2 * DAY - HOUR))
    assert (too_soon.status, too_soon.first_missing_at, too_soon.checks) == (Standing.MISSING, NOW, 2)
    twice = told((Proof.ABSENT, 0 * DAY), (Proof.ABSENT, 2 * DAY))
    assert (twice.status, twice.gone_at) == (Standing.GONE, NOW + 2 * DAY)
    thrice = after(twice, Proof.ABSENT, NOW + 9 * DAY)
    assert (thrice.status, thrice.gone_at) == (Standing.GONE, NOW + 2 * DAY)


def test_one_answer_of_the_article_clears_it() -> None:
    alive = told((Proof.ABSENT, 0 * DAY), (Proof.PRESENT, 2 * DAY))
    assert (alive.status, alive.first_missing_at, alive.gone_at) == (Standing.ALIVE, None, None)


def test_what_proves_nothing_changes_nothing_but_is_counted() -> None:
    unsure = told((Proof.ABSENT, 0 * DAY), (Proof.NOTHING, 2 * DAY))
    assert (unsure.status, unsure.first_missing_at, unsure.checks) == (Standing.MISSING, NOW, 2)
    assert told((Proof.NOTHING, 0 * DAY)).status is Standing.UNLISTED


@pytest.mark.parametrize(
    ("absence", "wait"),
    [
        (Absence(item_id=1, checks=1, last_checked_at=NOW), 1 * DAY),
        (Absence(item_id=1, status=Standing.MISSING, first_missing_at=NOW, checks=1, last_checked_at=NOW), 2 * DAY),
        (
            Absence(item_id=1, status=Standing.MISSING, first_missing_at=NOW - 3 * DAY, checks=2, last_checked_at=NOW),
            1 * DAY,
        ),
        (Absence(item_id=1, status=Standing.GONE, listed=True, checks=2, last_checked_at=NOW), 7 * DAY),
    ],
)
def test_an_article_is_asked_for_again_when_its_time_has_come(absence: Absence, wait: timedelta) -> None:
    assert to_check([absence], NOW + wait - HOUR) == []
    assert to_check([absence], NOW + wait) == [absence]


@pytest.mark.parametrize(
    "absence",
    [
        Absence(item_id=1, status=Standing.ALIVE, checks=1, last_checked_at=NOW - 90 * DAY),
        Absence(item_id=1, status=Standing.GONE, checks=2, last_checked_at=NOW - 90 * DAY),
        Absence(item_id=1, checks=MOST_CHECKS, last_checked_at=NOW - 90 * DAY),
    ],
)
def test_what_is_settled_is_asked_for_no_more(absence: Absence) -> None:
    assert to_check([absence], NOW) == []


def test_three_at_a_time_those_first_that_were_never_asked_for() -> None:
    waited = [Absence(item_id=n, checks=1, last_checked_at=NOW - n * DAY) for n in (2, 4, 3)]
    fresh = [Absence(item_id=7), Absence(item_id=8)]
    assert [each.item_id for each in to_check([*waited, *fresh], NOW)] == [7, 8, 4]


@given(st.lists(st.tuples(st.sampled_from(list(Proof)), st.integers(0, 72)), max_size=30))
def test_whatever_servers_answer_nobody_is_asked_twice_a_day_and_gone_was_proven(
    answers: list[tuple[Proof, int]],
) -> None:
    absence, now, said = Absence(item_id=1), NOW, []
    for proof, hours in answers:
        now += hours * HOUR
        if to_check([absence], now):
            assert absence.last_checked_at is None or now - absence.last_checked_at >= DAY
            absence = after(absence, proof, now)
            said.append((proof, now))
    absent = [at for proof, at in said if proof is Proof.ABSENT]
    assert absence.checks == len(said) <= MOST_CHECKS
    if absence.status is Standing.GONE:
        assert absent[-1] - absent[0] >= 2 * DAY
        assert Proof.PRESENT not in {proof for proof, _ in said}
    assert len(to_check([absence] * 9, now + 99 * DAY)) <= PER_POLL


@pytest.mark.parametrize("landed", ["https://fme.nl/", "https://fme.nl", "https://www.fme.nl/nieuws?x=1"])
def test_a_redirect_to_what_stands_above_leads_up(landed: str) -> None:
    assert leads_up("https://fme.nl/nieuws/een", landed)


@pytest.mark.parametrize("landed", ["https://fme.nl/nieuws/een/", "https://fme.nl/nieuws/twee", "https://fme.nl/nieu"])
def test_a_redirect_to_another_article_does_not(landed: str) -> None:
    assert not leads_up("https://fme.nl/nieuws/een", landed)
