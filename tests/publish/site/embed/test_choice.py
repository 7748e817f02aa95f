from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.publish.site.embed.choice import KINDS, PARTS, Choice, known, read

NAMES = [*KINDS.values(), "limit", "lang", "layout", "show", "heading-level", "fill", "scheme", "height"]
ANY = st.text(st.characters(exclude_categories=["Cs"]))
ANYTHING = st.dictionaries(st.sampled_from(NAMES) | ANY, st.sampled_from(["", "2", "en", "auto"]) | ANY)


@given(ANYTHING)
def test_whatever_is_asked_for_is_a_choice_that_reads_back_the_same(asked: dict[str, str]) -> None:
    choice = read(asked)
    assert read(choice.told()) == choice
    back = dict(parse_qsl(choice.query().removeprefix("?")))
    if choice.kind:
        back[KINDS[choice.kind]] = choice.narrowed.partition("/")[2]
    assert read(back) == choice
    assert 1 <= choice.limit <= 20
    assert set(choice.show) <= set(PARTS)


def test_all_that_can_be_chosen_is_understood() -> None:
    asked = {
        "theme": "instroom", "label": "noord", "source": "fme", "limit": "7", "lang": "en", "layout": "cards",
        "show": "teaser, date", "heading-level": "4", "fill": "none", "scheme": "dark", "height": "auto",
    }  # fmt: skip
    assert read(asked) == Choice(
        theme="instroom",
        label="noord",
        source="fme",
        limit=7,
        lang="en",
        layout="cards",
        show=("date", "teaser"),
        heading_level=4,
        fill="none",
        scheme="dark",
        height="auto",
    )


@pytest.mark.parametrize(
    "asked",
    [
        {"limit": "0"}, {"limit": "21"}, {"limit": "-1"}, {"limit": "²"}, {"limit": "9" * 5000}, {"lang": "de"},
        {"layout": "grid"}, {"heading-level": "1"}, {"heading-level": "7"}, {"scheme": "x"}, {"height": "100"},
        {"show": " , "}, {"utm_source": "mail"}, {},
    ],
)  # fmt: skip
def test_what_cannot_be_is_as_usual(asked: dict[str, str]) -> None:
    assert read(asked) == Choice()


def test_a_title_alone_can_be_shown() -> None:
    assert read({"show": "title"}).show == ()
    assert read({"show": "title"}).told() == {"show": "title"}


@pytest.mark.parametrize(
    ("choice", "address"),
    [
        (Choice(), "/embed/news"),
        (Choice(theme="instroom"), "/embed/news/themes/instroom"),
        (Choice(theme="instroom", label="noord", limit=3), "/embed/news/labels/noord?theme=instroom&limit=3"),
        (Choice(source="fme", lang="en"), "/embed/news/sources/fme?lang=en"),
        (Choice(label="café/x"), "/embed/news/labels/caf%C3%A9/x"),
    ],
)
def test_a_choice_has_an_address_of_its_own(choice: Choice, address: str) -> None:
    assert choice.path("/embed/news") + choice.query() == address


def test_what_we_do_not_have_does_not_count() -> None:
    choice = Choice(theme="instrom", label="noord", source="x")
    assert known(choice, ["instroom"], ["noord"], []) == Choice(label="noord")
