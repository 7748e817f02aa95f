import pytest

from aggregator.tag.features import read
from tests.tag.conftest import RULES

DUTCH = "Het aantal leerlingen dat voor een technische opleiding kiest, is in dit jaar weer gegroeid."
ENGLISH = "The number of students who choose a technical programme has grown for the third year in a row."
FRISIAN = "It tal learlingen dat foar in technyske oplieding kiest, is dit jier yn Fryslân wer grutter wurden."
GERMAN = (
    "Die Zahl der Schüler, die eine technische Ausbildung wählen, ist auch in diesem Jahr mit dem Bedarf gestiegen."
)


@pytest.mark.parametrize(
    ("text", "foreign"),
    [(DUTCH, False), (ENGLISH, True), (FRISIAN, True), (GERMAN, True), ("", False), ("Skills The Finals", False)],
)
def test_a_text_of_another_language_is_known_by_its_small_words(text: str, foreign: bool) -> None:
    assert read(RULES, title="", text=text).foreign is foreign


def test_an_english_name_does_not_make_a_dutch_text_english() -> None:
    assert not read(RULES, title="Finale van The Future of Work", text=DUTCH).foreign
