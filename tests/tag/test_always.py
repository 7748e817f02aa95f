import pytest

from aggregator.tag.always import Always, usable
from tests.factories import SURE, UNSURE

ALWAYS = Always(
    off_topic="off-topic",
    sources={"fme": "instroom", "vhto": "off-topic"},
    terms=[("buurtlab*", "leven-lang-ontwikkelen"), ("buurtlab techniek", "off-topic"), ("buurtlab*", "instroom")],
)


@pytest.mark.parametrize(
    ("source", "title", "expected"),
    [
        ("fme", "Iets", ("instroom", "fme")),
        ("vhto", "Iets", ("off-topic", "vhto")),
        ("aob", "Iets", None),
        ("fme", "Buurtlabs openen", ("instroom", "buurtlab*")),
        ("aob", "Het Buurtlab Techniek", ("off-topic", "buurtlab techniek")),
    ],
)
def test_a_term_goes_before_a_source_a_longer_one_before_a_shorter_the_last_before_the_first(
    source: str, title: str, expected: object
) -> None:
    assert ALWAYS(source, title=title, text="") == expected


def test_what_an_editor_said_is_sure_and_named_first() -> None:
    tags = ALWAYS.over(UNSURE, "fme", title="Iets", text="")
    assert (tags.theme, tags.score, tags.decision, tags.off_topic) == ("instroom", 1.0, "publish", False)
    assert tags.because[0] == "+fme → instroom (altijd, zegt de redactie)"
    dropped = ALWAYS.over(SURE, "vhto", title="Iets", text="")
    assert (dropped.decision, dropped.off_topic) == ("off-topic", True)
    assert ALWAYS.over(SURE, "aob", title="Iets", text="") == SURE


def test_a_term_that_matches_anything_is_refused() -> None:
    assert usable("buurtlab*") == ""
    assert "letters or digits" in usable("*")
