import re
from dataclasses import replace
from pathlib import Path

import pytest

from aggregator.model import Absence, Source, Standing
from aggregator.store import absences, open_store
from tests.cli.conftest import Run
from tests.factories import DAY, NOW

KEYS = [
    *("id", "uri", "state", "reason", "theme", "second_theme", "score", "source", "title", "link"),
    *("published", "released", "updated"),
]


@pytest.fixture
def ids(run: Run, one_source: Source) -> list[str]:
    """The ids of three published stories, latest first."""
    run("poll")
    return [row["id"] for row in run("stories", "list").rows]


def state(run: Run, id_: str) -> str:
    found: str = run("stories", "show", id_).json["state"]
    return found


def test_stories_are_listed_with_stable_keys(run: Run, ids: list[str]) -> None:
    rows = run("stories", "list").rows
    assert [list(row) for row in rows] == [KEYS] * 3
    assert {row["state"] for row in rows} == {"published"}
    assert re.fullmatch(r"tag:.*/" + ids[0], rows[0]["uri"])
    assert rows[0]["released"].endswith("Z")


def test_a_list_can_be_narrowed(run: Run, ids: list[str]) -> None:
    assert [row["id"] for row in run("stories", "list", "--limit", 1).rows] == ids[:1]
    assert run("stories", "list", "--state", "held").rows == []
    assert len(run("stories", "list", "--state", "published").rows) == 3
    ended = run("stories", "list", "--state", "weg")
    assert (ended.code, ended.out) == (2, "")
    assert "off-topic" in ended.err


def test_a_person_gets_a_table(run: Run, ids: list[str]) -> None:
    out = run("stories", "list", terminal=True).out
    assert all(id_ in out for id_ in ids)
    assert "{" not in out


def test_a_story_tells_what_it_is_and_what_happened_to_it(run: Run, ids: list[str]) -> None:
    run("stories", "reject", ids[0], "--reason", "niet van ons")
    found = run("stories", "show", ids[0]).json
    assert list(found) == [*KEYS, "because", "items", "perhaps_same", "related", "events"]
    assert [(each["kind"], each["reason"]) for each in found["events"]] == [
        ("taken-in", ""),
        ("withdrawn", "niet van ons"),
    ]
    assert found["events"][1]["actor"].startswith("cli:")
    assert found["items"][0]["source"] == "fme"
    told = run("stories", "show", ids[0], terminal=True).out
    assert found["title"] in told
    assert "niet van ons" in told


def test_a_story_that_is_none_is_a_mistake_in_use(run: Run, ids: list[str]) -> None:
    ended = run("stories", "show", "nonesuch")
    assert (ended.code, ended.out) == (2, "")
    assert "aggregator stories list" in ended.err


def test_stories_go_out_and_come_back(run: Run, ids: list[str]) -> None:
    assert run("stories", "reject", *ids[:2]).json == {"changed": ids[:2], "unknown": []}
    assert [state(run, id_) for id_ in ids] == ["withdrawn", "withdrawn", "published"]
    assert run("stories", "publish", ids[0]).json == {"changed": ids[:1], "unknown": []}
    assert run("stories", "withdraw", ids[0]).code == 0
    assert state(run, ids[0]) == "withdrawn"
    assert run("db", "check").json["ok"] is True


def test_what_names_no_story_is_said_by_the_exit_code(run: Run, ids: list[str]) -> None:
    ended = run("stories", "reject", ids[0], "nonesuch")
    assert (ended.code, ended.json) == (4, {"changed": ids[:1], "unknown": ["nonesuch"]})
    assert run("stories", "publish", "nonesuch", "nonesuch").code == 2
    assert run("stories", "reject", ids[0]).json["changed"] == []
    told = run("stories", "publish", ids[0], "nonesuch", terminal=True)
    assert (told.code, told.out) == (4, "1 changed; unknown: nonesuch\n")


def test_a_decision_is_published_at_once(run: Run, ids: list[str], tmp_path: object) -> None:
    run("stories", "reject", *ids)
    run("publish", "--out", f"{tmp_path}/out")
    with open(f"{tmp_path}/out/feeds/all.atom") as feed:
        assert "<entry" not in feed.read()


def test_a_user_without_a_name_can_decide(run: Run, ids: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    import getpass

    def nobody() -> str:
        raise KeyError("getpwuid(): uid not found: 1234")

    monkeypatch.setattr(getpass, "getuser", nobody)
    assert run("stories", "reject", ids[0]).code == 0
    assert re.fullmatch(r"cli:\d+", run("stories", "show", ids[0]).json["events"][-1]["actor"])


def test_a_story_tells_that_its_article_is_gone(run: Run, ids: list[str], settings: dict[str, str]) -> None:
    (item,) = run("stories", "show", ids[0]).json["items"]
    assert (item["missing_since"], item["gone"]) == (None, None)
    store = open_store(f"sqlite+pysqlite:///{next(Path(settings['AGGREGATOR_DATA_DIR']).glob('*.sqlite*'))}")
    missing = Absence(item_id=3, status=Standing.MISSING, first_missing_at=NOW, checks=1, last_checked_at=NOW)
    with store.write() as transaction:
        absences.save(transaction, [missing])
    last = next(id_ for id_ in ids if run("stories", "show", id_).json["items"][0]["missing_since"])
    assert "not found since 2026-11-23T12:00:00Z" in run("stories", "show", last, terminal=True).out
    with store.write() as transaction:
        absences.save(transaction, [replace(missing, status=Standing.GONE, gone_at=NOW + DAY)])
    store.close()
    (item,) = run("stories", "show", last).json["items"]
    assert (item["missing_since"], item["gone"]) == ("2026-11-23T12:00:00Z", "2026-11-24T12:00:00Z")
    assert "gone since 2026-11-24T12:00:00Z" in run("stories", "show", last, terminal=True).out


def test_what_was_decided_at_the_terminal_is_undone_there(run: Run, ids: list[str]) -> None:
    assert run("stories", "off-topic", ids[0], ids[1]).json == {"changed": ids[:2], "unknown": []}
    run("stories", "reject", ids[2])
    assert [state(run, each) for each in ids] == ["withdrawn"] * 3
    told = run("stories", "undo").json
    assert told == {"undone": 1, "restored": [ids[2]], "refused": "", "by": ""}
    ended = run("stories", "undo", "--steps", 2)
    assert (ended.code, ended.json["undone"], sorted(ended.json["restored"])) == (4, 1, sorted(ids[:2]))
    assert [state(run, each) for each in ids] == ["published"] * 3
    assert run("stories", "undo").code == 1
    assert "0 undone" in run("stories", "undo", terminal=True).out


def test_later_is_not_for_what_is_public(run: Run, ids: list[str]) -> None:
    assert run("stories", "later", ids[0], "--until", "2026-12-01T09:00:00Z").json["changed"] == []
    assert run("stories", "later", ids[0]).json["changed"] == []
    assert state(run, ids[0]) == "published"


def test_an_erased_story_is_only_a_fact(run: Run, ids: list[str]) -> None:
    ended = run("stories", "erase", ids[0], "nonesuch", "--reason", "op verzoek")
    assert (ended.code, ended.json) == (4, {"changed": [ids[0]], "unknown": ["nonesuch"]})
    found = run("stories", "show", ids[0]).json
    assert (found["state"], found["title"], found["link"]) == ("withdrawn", "", None)
    assert found["events"][-1]["reason"] == "op verzoek"
    assert run("stories", "publish", ids[0]).code == 2
