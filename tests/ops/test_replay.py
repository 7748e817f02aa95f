"""A stream of sightings, replayed: what becomes of it, and which streams are none."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from aggregator.errors import ReadError
from aggregator.ops.replay import Outcome, read_stream, replay
from tests.line.test_joining import LAB, PACT, SCHOOL, SCHOOL_RETOLD


def line(id_: str, source: str = "fme", day: int = 1, **fields: Any) -> dict[str, Any]:
    """What a source said on a day of March."""
    at = f"2026-03-{day:02}T09:00:00+00:00"
    link = f"https://{source}.example/nieuws/{id_}"
    told = {"id": id_, "source": source, "title": "Techlab Almelo geopend", "summary": LAB, "link": link, "guid": link}
    return told | {"published": at, "seen": at} | fields


def outcome(*lines: Mapping[str, Any]) -> Outcome:
    return replay(read_stream([json.dumps(each) for each in lines]))


def groups(found: Outcome) -> list[list[str]]:
    """The ids by story."""
    members: dict[str, list[str]] = {}
    for id_, story in found.clusters.items():
        members.setdefault(story, []).append(id_)
    return sorted(members.values())


def test_an_empty_stream_has_no_stories() -> None:
    assert replay(read_stream(["", "  \n"])) == Outcome()


def test_the_same_news_is_one_story_with_an_origin_and_other_news_is_not() -> None:
    pact = line("c", "aob", 3, title="Convenant getekend", summary=PACT)
    found = outcome(line("a"), line("b", "vhto", 3, title="Techlab is open"), pact)
    assert groups(found) == [["a", "b"], ["c"]]
    assert found.origins == {found.clusters["a"]: "a", found.clusters["c"]: "c"}
    assert found.proposed == []


def test_what_is_perhaps_the_same_is_a_pair() -> None:
    school = line("a", title="Postkantoor wordt school voor netmonteurs", summary=SCHOOL)
    perhaps = line("b", "vhto", 3, title="Monteur worden in Hoogeveen", summary=SCHOOL_RETOLD)
    found = outcome(school, perhaps)
    assert (groups(found), found.proposed) == ([["a"], ["b"]], [("b", "a")])


def test_the_stream_is_taken_in_its_own_order() -> None:
    early, late = line("a", day=1), line("b", "vhto", 5)
    assert next(iter(outcome(early, late).origins.values())) == "a"
    found = outcome(late, early)
    assert groups(found) == [["b", "a"]]
    assert list(found.origins.values()) == ["a"]  # who published first, though it was seen later


def test_an_update_is_the_item_that_it_updates() -> None:
    update = line("b", day=2, guid="zelfde", summary=f"{LAB} Aangevuld.")
    found = outcome(line("a", guid="zelfde"), update)
    assert groups(found) == [["a", "b"]]
    assert list(found.origins.values()) == ["a"]  # named for its first sighting


def test_the_same_article_at_another_address_is_the_same_item() -> None:
    found = outcome(line("a"), line("b", published=line("a")["published"]))
    assert (groups(found), len(found.origins)) == ([["a", "b"]], 1)


def test_a_guid_that_is_used_again_for_another_article_is_another_story() -> None:
    other = line("b", day=2, guid="zelfde", title="Convenant getekend", summary=PACT)
    found = outcome(line("a", guid="zelfde"), other, line("c", "vhto", 3))
    assert groups(found) == [["a", "c"], ["b"]]


def test_what_is_our_own_voice_is_no_item() -> None:
    found = outcome(line("a"), line("b", "vhto", content="<p>Meer:</p><techniek-nieuws></techniek-nieuws>"))
    assert groups(found) == [["a"]]


@pytest.mark.parametrize(
    "bad",
    [
        "{",
        "[]",
        "null",
        '"tekst"',
        "{}",
        json.dumps(line("a") | {"seen": "gisteren"}),
        json.dumps(line("a") | {"seen": "2026-03-01T09:00:00"}),
        json.dumps(line("a") | {"seen": 1}),
        json.dumps(line("a") | {"source": ["fme"]}),
        json.dumps(line("a") | {"title": 5}),
        json.dumps(line("a") | {"summary": 5}),
        json.dumps({name: value for name, value in line("a").items() if name != "id"}),
    ],
)
def test_a_line_that_is_no_sighting_is_named(bad: str) -> None:
    with pytest.raises(ReadError, match="line 3"):
        read_stream([json.dumps(line("a")), "", bad])


def test_what_a_line_may_leave_out_is_not_needed() -> None:
    bare = {"id": "a", "source": "fme", "title": "Een bericht", "seen": "2026-03-01T09:00:00Z"}
    assert groups(outcome(bare, bare | {"id": "b", "title": ""})) == [["a"], ["b"]]
