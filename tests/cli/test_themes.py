import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from aggregator.config import shipped
from aggregator.tag.model import load
from tests.cli.conftest import Run

KEYS = ["id", "theme", "second_theme", "confidence", "decision", "because"]
GIRLS = {
    "id": "1",
    "title": "Girls' Day: meisjes kiezen voor techniek",
    "text": "Leerlingen van havo bezoeken bedrijven.",
}
OTHER = {
    "id": 2,
    "title": "Koks volgen cursus met SLIM-subsidie",
    "text": "De horeca leert.",
    "organisation": "Bakkersblad",
}
WATER = """
[[theme]]
slug = "water"
label_nl = "Water"
label_en = "Water"
definition_nl = "Dijken."
definition_en = "Dikes."
strong = ["dijk*"]
"""


def lines(*items: object) -> bytes:
    return "\n".join(json.dumps(item) for item in items).encode()


@pytest.fixture
def own_themes(settings: dict[str, str]) -> None:
    """The themes of another consortium, of which no example exists."""
    Path(settings["AGGREGATOR_CONFIG_DIR"], "themes.toml").write_text(WATER)


def test_items_get_themes_in_their_order(run: Run) -> None:
    ended = run("themes", "predict", "-", stdin=lines(OTHER, GIRLS))
    assert (ended.code, ended.err) == (0, "")
    assert [list(row) for row in ended.rows] == [KEYS] * 2
    assert [(row["id"], row["theme"]) for row in ended.rows] == [(2, "off-topic"), ("1", "instroom")]
    assert ended.rows[1]["because"][0].startswith("+")
    assert all(row["decision"] in {"publish", "review", "off-topic"} for row in ended.rows)


def test_a_bad_line_is_named_and_costs_only_itself(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "items.jsonl"
    file.write_bytes(b"\xef\xbb\xbf" + lines(GIRLS, [1], {"title": 5}) + b"\n{\n\n" + b'{"id": 9, "title": "\xff"}\n')
    ended = run("themes", "predict", file)
    assert ended.code == 4
    assert [row["id"] for row in ended.rows] == ["1", 9]
    assert [line.split(":")[1].strip() for line in ended.err.splitlines()] == ["line 2", "line 3", "line 4"]


def test_odd_texts_get_an_answer(run: Run) -> None:
    ended = run("themes", "predict", "-", stdin=lines({}, {"title": "\ud800", "text": "x" * 1_000_000}, {"text": "💡"}))
    assert (ended.code, len(ended.rows)) == (0, 3)
    assert {row["decision"] for row in ended.rows} == {"review"}


def test_a_file_that_is_not_there_is_said_so(run: Run) -> None:
    ended = run("themes", "predict", "weg.jsonl")
    assert (ended.code, ended.out) == (1, "")
    assert "weg.jsonl" in ended.err


def test_verdicts_are_evaluated_as_json_as_table_and_as_a_drawing(run: Run, tmp_path: Path) -> None:
    file, drawn = tmp_path / "labelled.jsonl", tmp_path / "curve.svg"
    file.write_bytes(lines(GIRLS | {"theme": "instroom"}, OTHER | {"theme": "off-topic"}))
    told = run("themes", "evaluate", file, "--plot", drawn)
    assert (told.code, told.json["count"], told.json["accuracy"]) == (0, 2, 1.0)
    assert ElementTree.parse(drawn).getroot().tag.endswith("svg")
    assert "accuracy 1.000" in run("themes", "evaluate", file, terminal=True).out


def test_the_starter_set_is_evaluated_without_a_file_and_said_to_be_learned(run: Run) -> None:
    ended = run("themes", "evaluate")
    assert ended.json["count"] == 420
    assert "learned from these very items" in ended.err


@pytest.mark.parametrize(("content", "says"), [(lines(GIRLS), "line 1: theme is None"), (b"\n", "no labelled items")])
def test_a_file_without_labels_is_refused(run: Run, tmp_path: Path, content: bytes, says: str) -> None:
    file = tmp_path / "items.jsonl"
    file.write_bytes(content)
    ended = run("themes", "evaluate", file)
    assert (ended.code, ended.out) == (2, "")
    assert says in ended.err


def made_up(slugs: tuple[str, ...], each: int = 20) -> bytes:
    return lines(
        *({"title": f"{slug} {place}", "text": slug * 3, "theme": slug} for place in range(each) for slug in slugs)
    )


def test_a_model_is_trained_on_a_file(run: Run, tmp_path: Path, own_themes: None) -> None:
    file, out = tmp_path / "examples.jsonl", tmp_path / "model.bin"
    file.write_bytes(made_up(("water", "off-topic"), 40))
    ended = run("themes", "train", "--examples", file, "--out", out, "--now", "2026-11-27")
    assert (ended.code, ended.json["examples"]) == (0, 80)
    model = load(out.read_bytes())
    assert (model.outcomes, model.training.date) == (("water", "off-topic"), "2026-11-27")
    assert "80 items" in run("themes", "train", "--examples", file, "--out", out, terminal=True).out


def test_too_few_examples_are_refused(run: Run, tmp_path: Path, own_themes: None) -> None:
    file = tmp_path / "examples.jsonl"
    file.write_bytes(made_up(("water", "off-topic"), 3))
    for arguments in (("train", "--examples", file), ("evaluate", file, "--cross-validate")):
        ended = run("themes", *arguments)
        assert ended.code == 1
        assert "too few examples" in ended.err


def test_cross_validation_tells_both_figures(run: Run, tmp_path: Path, own_themes: None) -> None:
    file = tmp_path / "examples.jsonl"
    file.write_bytes(made_up(("water", "off-topic"), 40))
    ended = run("themes", "evaluate", file, "--cross-validate", "--seeds", 1, "--without", "runs")
    assert ended.code == 0
    assert [(row["strict"], row["accuracy"]) for row in ended.rows] == [(False, 1.0), (True, 1.0)]


def test_without_scikit_learn_training_says_what_to_install(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("scipy", "scipy.sparse", "sklearn", "sklearn.model_selection", "sklearn.linear_model"):
        monkeypatch.setitem(__import__("sys").modules, name, None)
    for arguments in (("train",), ("train", "--out", "x"), ("evaluate", "--cross-validate")):
        ended = run("themes", *arguments)
        assert (ended.code, ended.out) == (1, "")
        assert "pip install 'aggregator[train]'" in ended.err


def test_the_status_names_the_model_and_its_thresholds(run: Run) -> None:
    found = run("themes", "status").json
    assert (found["model"], found["examples"], found["wanted_precision"]) == ("starter", 420, 0.98)
    assert "lower bound" in run("themes", "status", terminal=True).out


def test_the_wanted_precision_is_the_operators(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    before = run("themes", "status").json["publish_from"]
    monkeypatch.setenv("AGGREGATOR_PUBLISHING__WANTED_PRECISION", "0.9")
    assert run("themes", "status").json["publish_from"] < before


def test_other_themes_are_tagged_by_rules_alone_and_that_is_said(run: Run, own_themes: None) -> None:
    found = run("themes", "status").json
    assert found["model"] is None
    assert "rules of themes.toml" in found["why"]
    doctor = {row["check"]: row for row in run("doctor", "--json").rows}
    assert "rules" in doctor["themes"]["found"]


def test_the_themes_in_force_are_exported(run: Run, settings: dict[str, str], own_themes: None) -> None:
    assert run("themes", "export").out == WATER
    Path(settings["AGGREGATOR_CONFIG_DIR"], "themes.toml").unlink()
    assert run("themes", "export").out == (shipped() / "themes.toml").read_text("utf-8")
