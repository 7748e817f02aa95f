"""The second truth set holds together: whoever is scored by it must be able to reach 1.0, and only by being right."""

import json
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

Item = dict[str, Any]

FOLDER = Path(__file__).parents[1] / "data/duplicates"
SCORE = Path(__file__).with_name("score_duplicates.py")
RELATIONS = {
    *("original", "verbatim", "retitled", "teaser", "shortened", "edited", "update", "guid-changed", "guid-reused"),
    *("rewritten", "absorbed"),
}


def read(name: str) -> list[Item]:
    return [json.loads(line) for line in (FOLDER / name).read_text(encoding="utf-8").splitlines()]


def by_story(items: Iterable[Item]) -> dict[str, list[Item]]:
    stories: dict[str, list[Item]] = defaultdict(list)
    for item in items:
        stories[item["story"]].append(item)
    return stories


def groups(items: Iterable[Item], field: str) -> dict[str, set[str]]:
    """The stories of each group that `field` (a name, or a list of them) puts them in."""
    found: dict[str, set[str]] = defaultdict(set)
    for item in items:
        names = item[field] or []
        for name in [names] if isinstance(names, str) else names:
            found[name].add(item["story"])
    return found


ITEMS = read("second.jsonl")
STORIES = by_story(ITEMS)


def test_an_item_has_the_fields_of_the_first_set() -> None:
    assert {frozenset(item) for item in ITEMS} == {frozenset(item) for item in read("stories.jsonl")}


def test_ids_are_unique_and_no_story_is_shared_with_the_first_set() -> None:
    assert len({item["id"] for item in ITEMS}) == len(ITEMS)
    assert not STORIES.keys() & by_story(read("stories.jsonl")).keys()


def test_items_stand_in_the_order_in_which_they_were_seen() -> None:
    moments = [datetime.fromisoformat(item["seen"]) for item in ITEMS]
    assert all(before <= after for before, after in pairwise(moments))


def test_nothing_is_seen_before_it_was_published() -> None:
    assert not [
        item["id"]
        for item in ITEMS
        if item["published"] and datetime.fromisoformat(item["seen"]) < datetime.fromisoformat(item["published"])
    ]


@pytest.mark.parametrize("story", STORIES)
def test_a_story_has_one_origin_whose_relation_says_so(story: str) -> None:
    items = STORIES[story]
    (origin,) = [item for item in items if item["origin"]]
    assert origin["relation"] in ({None, "guid-reused"} if len(items) == 1 else {"original", "guid-reused"})
    assert all(item["relation"] in RELATIONS - {"original"} for item in items if not item["origin"])


@pytest.mark.parametrize("story", STORIES)
def test_all_items_of_a_story_are_in_its_groups(story: str) -> None:
    assert len({(tuple(item["lookalike"]), item["dossier"]) for item in STORIES[story]}) == 1


def test_a_guid_is_repeated_only_by_an_update_or_where_it_is_said_to_be_reused() -> None:
    known: set[tuple[str, str]] = set()
    for item in ITEMS:
        key = item["source"], item["guid"]
        if item["guid"] is not None:
            assert (key in known) == (item["relation"] in {"update", "guid-reused"}), item["id"]
            known.add(key)


def test_a_changed_guid_or_address_differs_from_that_of_the_same_source_before() -> None:
    for item in ITEMS:
        if item["relation"] == "guid-changed":
            before = [x for x in STORIES[item["story"]] if x["source"] == item["source"] and x is not item]
            assert all((x["guid"], x["link"]) != (item["guid"], item["link"]) for x in before)
            assert before


def test_pages_have_no_guid_and_feeds_have_one() -> None:
    assert all((item["guid"] is None) == item["source"].startswith("page:") for item in ITEMS)
    assert all(urlsplit(item["link"]).scheme in {"http", "https"} for item in ITEMS)


def test_it_is_as_large_and_as_misleading_as_its_readme_says() -> None:
    lookalikes, dossiers = groups(ITEMS, "lookalike"), groups(ITEMS, "dossier")
    assert (len(ITEMS), len(STORIES)) == (260, 83)
    assert (len(lookalikes), len(set().union(*lookalikes.values()))) == (28, 72)
    assert (len(dossiers), len(set().union(*dossiers.values()))) == (4, 10)
    assert all(len(stories) > 1 for stories in [*lookalikes.values(), *dossiers.values()])
    assert sum(len(items) == 1 for items in STORIES.values()) == 27


def test_most_copies_are_edited_and_some_come_weeks_late() -> None:
    kinds = Counter(item["relation"] for item in ITEMS)
    assert kinds["rewritten"] > 1.5 * kinds["verbatim"]
    late = [
        datetime.fromisoformat(items[-1]["seen"]) - datetime.fromisoformat(items[0]["seen"])
        for items in STORIES.values()
    ]
    assert timedelta(days=24) <= max(late) < timedelta(days=26)
    assert sum(delay > timedelta(days=14) for delay in late) >= 5


def test_some_origins_are_not_the_first_to_be_seen() -> None:
    assert sum(not items[0]["origin"] for items in STORIES.values()) >= 8


@pytest.mark.parametrize("name", ["stories.jsonl", "second.jsonl"])
def test_who_joins_exactly_the_stories_scores_full_marks(name: str, tmp_path: Path) -> None:
    items = read(name)
    clusters, elected = tmp_path / "clusters.json", tmp_path / "elected.json"
    clusters.write_text(json.dumps({item["id"]: item["story"] for item in items}))
    elected.write_text(json.dumps({item["story"]: item["id"] for item in items if item["origin"]}))
    command = [sys.executable, str(SCORE), str(FOLDER / name), str(clusters), "--elected", str(elected), "--json"]
    figures = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    assert figures["pairwise"]["f1"] == figures["bcubed"]["f1"] == figures["origin"]["exact"] == 1.0
    assert figures["hard_negatives"]["wrongly_joined"] == figures["dossiers"]["wrongly_joined"] == 0
