"""Learning from the terminal: train, adopt, roll back; what is always so; what would change if."""

from pathlib import Path

import pytest

from aggregator.model import Source
from tests.cli.conftest import Run
from tests.cli.test_themes import made_up, own_themes

__all__ = ["own_themes"]


@pytest.fixture
def ids(run: Run, one_source: Source) -> list[str]:
    run("poll")
    return [row["id"] for row in run("stories", "list").rows]


def test_a_model_is_trained_compared_adopted_and_rolled_back(run: Run, tmp_path: Path, own_themes: None) -> None:
    file = tmp_path / "examples.jsonl"
    file.write_bytes(made_up(("water", "off-topic"), 40))
    kept = run("themes", "train", "--examples", file).json
    assert (kept["model"], kept["adopted"], kept["not_worse"], kept["corrections"]) == (1, False, True, 0)
    assert run("themes", "status").json["model"] is None
    made = run("themes", "train", "--examples", file, "--adopt", terminal=True)
    assert "it works from now on" in made.out
    found = run("themes", "status").json
    assert (found["model"], found["examples"], found["not_worse"]) == (2, 80, True)
    assert found["since"]
    assert run("themes", "predict", "-", stdin=b'{"title": "water 1", "text": "waterwaterwater"}').rows
    assert "starter works" in run("themes", "rollback").out
    ended = run("themes", "rollback")
    assert (ended.code, "nothing before it" in ended.err) == (2, True)


def test_an_unadopted_model_is_offered_for_a_trial(run: Run, tmp_path: Path, own_themes: None) -> None:
    file = tmp_path / "examples.jsonl"
    file.write_bytes(made_up(("water", "off-topic"), 40))
    assert "trial --model 1" in run("themes", "train", "--examples", file, terminal=True).out
    assert run("themes", "trial", "--model", 1).json["count"] == 0
    ended = run("themes", "trial", "--model", 9)
    assert (ended.code, "no model 9" in ended.err) == (2, True)


def test_what_is_always_so_is_said_listed_and_forgotten(run: Run, one_source: Source) -> None:
    assert "is always instroom" in run("themes", "always", "--source", "fme", "instroom").out
    assert "is always off-topic" in run("themes", "always", "--term", "bakkers*", "off-topic").out
    rows = run("themes", "rules").rows
    assert [(row["subject"], row["always"]) for row in rows] == [("fme", "instroom"), ("bakkers*", "off-topic")]
    assert run("themes", "forget", rows[0]["rule"]).code == 0
    assert len(run("themes", "rules").rows) == 1
    assert run("themes", "forget", rows[0]["rule"]).code == 2


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("instroom",), "name a source or a term"),
        (("--source", "x", "--term", "y", "instroom"), "name a source or a term"),
        (("--source", "nonesuch", "instroom"), "no source is called nonesuch"),
        (("--term", "*", "instroom"), "letters or digits"),
        (("--term", "water", "nonesuch"), "write one of"),
    ],
)
def test_what_cannot_be_always_so_is_refused(run: Run, arguments: tuple[str, ...], says: str) -> None:
    ended = run("themes", "always", *arguments)
    assert (ended.code, says in ended.err) == (2, True)


def test_a_trial_is_shown_applied_and_discarded(run: Run, ids: list[str]) -> None:
    run("themes", "always", "--source", "fme", "leven-lang-ontwikkelen")
    run("stories", "publish", ids[0])
    told = run("themes", "trial").json
    assert told["count"] == len(ids) - 1
    assert {each["to"]["theme"] for each in told["stories"]} == {"leven-lang-ontwikkelen"}
    assert "differences" in run("themes", "trial", terminal=True).out
    assert run("themes", "trial", "--discard", told["trial"]).code == 0
    assert run("themes", "trial", "--discard", told["trial"]).code == 2
    ended = run("themes", "trial", "--apply", told["trial"] + 1)
    assert (ended.code, "2 stories are tagged anew" in ended.out) == (0, True)
    assert run("themes", "trial", "--apply", told["trial"] + 1).code == 2


def test_other_themes_and_another_threshold_are_tried_and_what_remains_is_said(
    run: Run, ids: list[str], settings: dict[str, str]
) -> None:
    themes = Path(settings["AGGREGATOR_CONFIG_DIR"], "themes.toml")
    found = run("themes", "trial", "--themes", themes, "--wanted", 0.9).json
    assert "in the place of themes.toml" in run("themes", "trial", "--apply", found["trial"]).out
    found = run("themes", "trial", "--wanted", 0.9).json
    assert "wanted_precision = 0.9" in run("themes", "trial", "--apply", found["trial"]).out
    assert run("themes", "trial", "--wanted", 2).code == 2
    bad = themes.parent.parent / "bad.toml"
    bad.write_text("[[theme")
    assert run("themes", "trial", "--themes", bad).code == 2


def test_another_themes_toml_retags_nothing_and_is_said(run: Run, ids: list[str], settings: dict[str, str]) -> None:
    themes = Path(settings["AGGREGATOR_CONFIG_DIR"], "themes.toml")
    assert "retagging" not in run("themes", "status").json
    themes.write_text(themes.read_text().replace('"Girlsday"', '"Girlsday", "Nieuws nummer"', 1))
    before = run("stories", "list").out
    assert "would change" in run("themes", "status").json["retagging"]
    doctor = {row["check"]: row for row in run("doctor", "--json").rows}
    assert "would change" in doctor["themes.toml"]["found"]
    assert run("stories", "list").out == before
    trial = run("themes", "trial").json["trial"]
    run("themes", "trial", "--apply", trial)
    assert "retagging" not in run("themes", "status").json


def test_idle_rules_and_conflicts_are_listed(run: Run, ids: list[str]) -> None:
    rows = run("themes", "rules", "--idle").rows
    assert {row["problem"] for row in rows} >= {"idle"}


def test_the_status_tells_how_it_goes_in_practice(run: Run, ids: list[str]) -> None:
    found = run("themes", "status").json
    assert (found["looked_at"], found["published_right"]) == (0, "nobody looked yet")
    assert found["drift"][0]["source"] == "fme"
    assert "until 150 drawn" in found["thresholds_from"]


def test_sampled_stories_are_listed_unmarked_and_judged(run: Run, ids: list[str], settings: dict[str, str]) -> None:
    from datetime import UTC, datetime

    from aggregator.config import load
    from aggregator.desk.sample import draw_weekly
    from aggregator.wiring import ready_store

    store = ready_store(load(environ=settings))
    assert draw_weekly(store, datetime.now(UTC), 20) == len(ids)
    store.close()
    rows = run("stories", "list", "--sample").rows
    assert list(rows[0]) == ["id", "source", "title", "link", "published"]
    run("stories", "theme", ids[0], "--theme", "instroom")
    run("stories", "off-topic", ids[1])
    assert len(run("stories", "list", "--sample").rows) == len(ids) - 2
    assert run("themes", "status").json["looked_at"] == 2
    assert run("stories", "theme", ids[0], "--theme", "nonesuch").code == 2
