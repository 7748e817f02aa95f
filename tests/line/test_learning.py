"""The line with a tagger that learns: what is adopted or said while it runs holds from the next round on."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from aggregator.desk import decide, learn, retag
from aggregator.model import State
from aggregator.pipeline import Line
from aggregator.store import Store, decisions, models, stories
from aggregator.store.check import contradictions
from aggregator.tag.model import Model, dump
from aggregator.tag.tagger import starter_model
from aggregator.tagging import Tagging
from tests.factories import DAY, NOW, make_entry, make_source
from tests.line.partner import LATER, Partners, feed, follow, make_line, run
from tests.line.test_counts import statements
from tests.tag.conftest import RULES

URL = "https://fme.example/feed"
GIRLS = "Girls' Day: meisjes kiezen voor techniek"


@pytest.fixture(scope="module")
def starter() -> Model:
    return starter_model()


@pytest.fixture
def tagging(starter: Model) -> Tagging:
    return Tagging(rules=RULES, starter=starter)


@pytest.fixture
def line(store: Store, partners: Partners, tagging: Tagging) -> Line:
    follow(store, make_source())
    return replace(make_line(store, partners), tag=tagging, renew=tagging.renew)


def news(partners: Partners, *numbers: int, title: str = GIRLS) -> None:
    partners.documents[URL] = feed(*(make_entry(n, title=f"{title} {n}", published=NOW) for n in numbers))


def latest(store: Store) -> stories.StoryRow:
    with store.read() as transaction:
        assert contradictions(transaction) == []
        (number,) = stories.by_state(transaction, None, limit=1)
        return stories.rows(transaction, [number])[number]


def adopt(store: Store, model: Model) -> None:
    with store.write() as transaction:
        models.adopt(transaction, models.keep(transaction, dump(model), {}, NOW), NOW)


def test_a_model_that_is_adopted_while_the_service_runs_is_used_at_the_next_round(
    store: Store, partners: Partners, line: Line, starter: Model, tagging: Tagging
) -> None:
    news(partners, 1)
    run(line)
    assert latest(store).tags.theme == "instroom"
    told_otherwise = (starter.outcomes[1], starter.outcomes[0], *starter.outcomes[2:])
    assert starter.outcomes[0] == "instroom"
    adopt(store, replace(starter, outcomes=told_otherwise))
    news(partners, 1, 2, title="Meisjes: " + GIRLS)
    run(line, LATER)
    assert latest(store).tags.theme == told_otherwise[0]
    assert tagging.model_id == 1
    learn.roll_back(store, LATER)
    news(partners, 1, 2, 3, title="Nog meer: " + GIRLS)
    run(line, LATER + 2 * DAY)
    assert latest(store).tags.theme == "instroom"
    assert tagging.model_id is None


def test_a_damaged_model_leaves_the_one_at_work(store: Store, partners: Partners, line: Line, tagging: Tagging) -> None:
    with store.write() as transaction:
        models.adopt(transaction, models.keep(transaction, b"kapot", {}, NOW), NOW)
    news(partners, 1)
    run(line)
    assert (latest(store).tags.theme, tagging.model_id) == ("instroom", None)


def test_what_an_editor_says_is_always_so_is_obeyed_from_then_on(store: Store, partners: Partners, line: Line) -> None:
    number = learn.always(store, decisions.TERM, "girls day", "off-topic", "thea", NOW)
    news(partners, 1)
    run(line)
    assert latest(store).state is State.OFF_TOPIC
    learn.forget(store, number, NOW)
    learn.always(store, decisions.SOURCE, "fme", "leven-lang-ontwikkelen", "thea", NOW)
    news(partners, 1, 2, title="Iets anders: " + GIRLS)
    run(line, LATER)
    assert (latest(store).state, latest(store).tags.theme) == (State.PUBLISHED, "leven-lang-ontwikkelen")


def test_asking_whether_something_changed_is_one_question_a_round(store: Store, tagging: Tagging) -> None:
    def renew() -> None:
        with store.read() as transaction:
            tagging.renew(transaction, NOW)

    first = statements(store, renew)
    assert statements(store, renew) < first
    assert statements(store, renew) == statements(store, lambda: _ask(store))


def _ask(store: Store) -> None:
    with store.read() as transaction:
        models.knowledge(transaction)


def test_no_statement_more_is_asked_for_more_items(store: Store, partners: Partners, line: Line) -> None:
    def round_of(numbers: range, days: int) -> int:
        news(partners, *numbers, title=f"Ronde {days}: {GIRLS}")
        return statements(store, lambda: run(line, NOW + days * DAY))

    round_of(range(1, 2), 0)
    assert round_of(range(10, 14), 3) == round_of(range(20, 28), 6)


def test_a_trial_over_the_line_is_what_the_log_says(
    store: Store, partners: Partners, line: Line, tagging: Tagging, slugs_of: Callable[[], list[str]]
) -> None:
    news(partners, 1, 2, 3)
    run(line)
    slugs = slugs_of()
    decide.set_theme(store, slugs[:1], "leven-lang-ontwikkelen", None, "thea", LATER)
    learn.always(store, decisions.SOURCE, "fme", "off-topic", "thea", LATER)
    with store.read() as transaction:
        tagging.renew(transaction, LATER)
    trial = retag.propose(store, tagging, {}, LATER)
    assert trial.differences["count"] == len(slugs) - 1
    retag.apply(store, trial.id, line.intake, "thea", LATER)
    with store.read() as transaction:
        assert contradictions(transaction) == []
        decided = stories.row_by_slug(transaction, slugs[0])
    assert decided is not None
    assert decided.tags.theme == "leven-lang-ontwikkelen"


@pytest.fixture
def slugs_of(store: Store) -> Callable[[], list[str]]:
    def slugs() -> list[str]:
        with store.read() as transaction:
            return [each.slug for each in stories.load(transaction, stories.by_state(transaction, None, limit=9))]

    return slugs
