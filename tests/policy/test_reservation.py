import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.policy.reservation import is_fresh, is_reserved
from tests.factories import DAY, HOUR, NOW


def file(*rules: tuple[str, object]) -> str:
    return json.dumps([{"location": location, "tdm-reservation": reservation} for location, reservation in rules])


@pytest.mark.parametrize(
    ("location", "path", "fits"),
    [
        ("/", "/nieuws/een", True),
        ("/nieuws/", "/nieuws/een", True),
        ("/nieuws/", "/nieuw", False),
        ("/nieuws/*", "/nieuws/een?x=1", True),
        ("/*/pers", "/nl/pers/een", True),
        ("*.pdf$", "/a/b.pdf", True),
        ("*.pdf$", "/a/b.pdf/c", False),
        ("/exact$", "/exact", True),
        ("/exact$", "/exact/meer", False),
        ("/a*a$", "/a", False),
        ("nieuws", "/nieuws/een", True),
        ("https://fme.nl/nieuws/", "/nieuws/een", True),
    ],
)
def test_a_location_is_a_pattern_of_paths(location: str, path: str, fits: bool) -> None:
    assert is_reserved(file((location, 1)), f"https://fme.nl{path}") is fits


def test_the_most_specific_location_decides() -> None:
    said = file(("/", 1), ("/nieuws/", 0), ("/nieuws/geheim/", "1"))
    assert is_reserved(said, "https://fme.nl")
    assert not is_reserved(said, "https://fme.nl/nieuws/een")
    assert is_reserved(said, "https://fme.nl/nieuws/geheim/een")


@pytest.mark.parametrize(
    "text", ["", "<html>", "[", "null", "3", "[1, null]", '[{"location": 3, "tdm-reservation": 1}]', "[" * 90_000]
)
def test_a_file_that_is_none_reserves_nothing(text: str) -> None:
    assert not is_reserved(text, "https://fme.nl/nieuws/een")


def test_a_file_with_one_rule_need_be_no_list() -> None:
    assert is_reserved('{"location": "/", "tdm-reservation": 1}', "https://fme.nl/een")


def test_a_file_is_kept_for_a_day() -> None:
    assert is_fresh(NOW, NOW + 23 * HOUR)
    assert not is_fresh(NOW, NOW + DAY)


@given(st.text(alphabet="/a*$", max_size=12), st.text(alphabet="/a", max_size=12))
def test_any_pattern_fits_or_does_not(location: str, path: str) -> None:
    assert isinstance(is_reserved(file((location, 1)), f"https://fme.nl/{path}"), bool)
