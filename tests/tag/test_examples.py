import json
from collections import Counter

import pytest

from aggregator.tag.examples import identity, parse, starter
from tests.tag.conftest import OUTCOMES


def test_the_starter_set_is_whole() -> None:
    assert Counter(each.theme for each in starter()) == {slug: 100 if slug == "off-topic" else 80 for slug in OUTCOMES}


def test_absent_texts_are_empty() -> None:
    found = parse('{"theme": "instroom", "title": null}', OUTCOMES)
    assert (found.id, found.title, found.text, found.organisation, found.second_theme) == ("", "", "", "", None)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("[]", "not an object"),
        ("{", "Expecting"),
        ('{"theme": "horeca"}', "write one of instroom"),
        ('{"title": "x"}', "theme is None"),
        ('{"theme": "instroom", "text": 5}', "text must be a text"),
    ],
)
def test_a_line_that_is_no_example_is_refused_with_the_reason(line: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        parse(line, OUTCOMES)


def test_a_set_is_known_by_all_that_stands_in_it() -> None:
    one = parse(json.dumps({"theme": "instroom", "title": "a", "text": "\ud800"}))
    other = parse(json.dumps({"theme": "instroom", "title": "a\ud800"}))
    assert identity([one]) == identity([one]) != identity([other])
    assert identity([one, other]) != identity([other, one])
