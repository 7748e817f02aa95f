import re
from pathlib import Path

import pytest

from aggregator.publish.site import words as module
from aggregator.publish.site.front import Phase
from aggregator.publish.site.words import STRINGS, Words

FOLDER = Path(module.__file__).parent


def test_both_languages_say_the_same_things_with_the_same_blanks() -> None:
    dutch, english = STRINGS["nl"], STRINGS["en"]
    assert list(dutch) == list(english)
    for key, sentence in dutch.items():
        assert set(re.findall(r"{\w+}", sentence)) == set(re.findall(r"{\w+}", english[key])), key


def test_every_sentence_is_used_somewhere() -> None:
    code = "".join(path.read_text() for path in [*FOLDER.rglob("*.py"), *FOLDER.glob("templates/*.html")])
    for key in STRINGS["nl"]:
        stem = re.sub(r"_(one|many)$", "", key)
        made = re.sub(r"^message_.*", "message_", re.sub(rf"^({'|'.join(Phase)})_(title|text)$", "phase ~", stem))
        made = re.sub(r"^feeds_(themes|sources|labels)$", '"feeds_"', made)
        made = re.sub(r"^embed_(part|layout|scheme|fill|height)_\w+", r"embed_\1_", made)
        made = re.sub(r"^embed_\w+_\d$", '"embed_" ~ name', made)
        made = re.sub(r"^why_found_\w+", "why_found_", made)
        made = re.sub(r"^(privacy|accessibility)_\d_(title|text)$", r"{name}_{n}_\2", made)
        made = re.sub(r"^account_(how|choice|wrong)_text$", 'name ~ "_text"', made)
        assert made in code, key


@pytest.mark.parametrize(("n", "says"), [(0, "0 berichten"), (1, "1 bericht"), (2, "2 berichten")])
def test_a_number_chooses_its_sentence(n: int, says: str) -> None:
    assert Words("nl").count("stories", n) == says


def test_a_language_that_we_do_not_have_reads_as_dutch() -> None:
    assert Words("fy").language == "nl"
    assert Words("en")("menu_news") == "News"
