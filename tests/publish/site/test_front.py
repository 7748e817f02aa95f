from dataclasses import replace
from datetime import date

import pytest

from aggregator.publish.site.front import Phase, phase_of
from tests.publish.site.content import STATUSES, front


def test_with_news_and_one_partner_that_answers_the_page_shows_news() -> None:
    silent = [replace(status, healthy=False) for status in STATUSES[1:]]
    assert phase_of(front(statuses=[STATUSES[0], *silent])) is Phase.NEWS


def test_with_news_and_nobody_visited_yet_the_page_shows_news() -> None:
    # After a restart with another configuration.
    assert phase_of(front(statuses=[replace(STATUSES[0], healthy=False, polled_on=None)])) is Phase.NEWS


def test_with_news_and_no_partner_that_answers_the_page_says_so() -> None:
    silent = [replace(status, healthy=False, polled_on=date(2022, 7, 4)) for status in STATUSES]
    assert phase_of(front(statuses=silent)) is Phase.OUTAGE


@pytest.mark.parametrize(
    ("total", "tried", "unreachable", "phase"),
    [
        (0, 0, 0, Phase.BARE),
        (12, 0, 0, Phase.STARTING),
        (12, 11, 11, Phase.STARTING),
        (12, 12, 12, Phase.OFFLINE),
        (12, 12, 11, Phase.EMPTY),
        (12, 12, 0, Phase.EMPTY),
    ],
)
def test_without_news_the_visits_tell_why(total: int, tried: int, unreachable: int, phase: Phase) -> None:
    assert phase_of(front(stories=[], total=total, tried=tried, unreachable=unreachable)) is phase
