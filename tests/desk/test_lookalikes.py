import pytest

from aggregator.desk import lookalikes
from aggregator.desk.lookalikes import skeleton
from aggregator.store import Store
from tests.store.test_queue import held, lay
from tests.store.test_stories import row


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Open dag op 3 maart in Almelo", "Open dag op 12 april in Den Haag"),
        ("Vacature: docent techniek (0,8 fte) bij ROC Twente", "Vacature: docent techniek (1.0 fte) bij Graafschap"),
    ],
)
def test_figures_months_and_names_do_not_count(one: str, other: str) -> None:
    assert skeleton(one) == skeleton(other) != ""


def test_other_words_are_another_mould_and_too_few_are_none() -> None:
    assert skeleton("Open dag op 3 maart") != skeleton("Open avond op 3 maart")
    assert skeleton("Nieuws 12") == skeleton("12 maart 2026") == ""


def test_look_alikes_wait_and_come_from_the_same_source(store: Store) -> None:
    lay(store, held(1), held(2, "new source"), row(5), title="Open dag op {n} maart")
    lay(store, held(3), title="Open dag op 5 mei", source="vhto")
    lay(store, held(4), title="Nieuws")
    with store.read() as transaction:
        assert [each.id for each in lookalikes.of_story(transaction, 1)] == [2]
        assert lookalikes.of_story(transaction, 4) == []
        assert lookalikes.of_story(transaction, 99) == []
