from pathlib import Path

import pytest

from aggregator.model import Source
from tests.cli.conftest import Run


def test_a_new_place_gets_the_files_that_ship_and_keeps_its_own(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "mijn"
    ended = run("init", folder)
    assert ended.code == 0
    assert sorted(path.name for path in folder.iterdir()) == ["site.toml", "sources.toml", "themes.toml"]
    assert f"AGGREGATOR_CONFIG_DIR={folder}" in ended.out
    (folder / "site.toml").write_text("[site]\n")
    (folder / "themes.toml").unlink()
    assert run("init", folder).out.count("written") == 1
    assert (folder / "site.toml").read_text() == "[site]\n"
    assert "nothing was changed" in run("init", folder).out


def test_a_place_that_cannot_be_made_is_one_sentence(run: Run, tmp_path: Path) -> None:
    (tmp_path / "bestand").write_text("x")
    ended = run("init", tmp_path / "bestand" / "x")
    assert (ended.code, ended.out) == (1, "")
    assert ended.err.startswith("aggregator: ")


def test_every_setting_tells_where_it_came_from(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AGGREGATOR_PORT", "8123")
    rows = {row["key"]: row for row in run("config", "show").rows}
    assert list(rows["server.port"]) == ["key", "value", "origin"]
    assert (rows["server.port"]["value"], rows["server.port"]["origin"]) == ("8123", "environment AGGREGATOR_PORT")
    assert rows["site.title"]["origin"].endswith("site.toml")
    assert rows["publishing.mode"]["origin"] == "default"


def test_secrets_are_never_shown(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AGGREGATOR_SECRET_KEY", "geheim-" * 10)
    monkeypatch.setenv("AGGREGATOR_SMTP_URL", "smtp://piet:geheim@mail.example.nl:587")
    assert "geheim" not in run("config", "show").out
    assert "geheim" not in run("config", "show", terminal=True).out


def test_doctor_says_what_is_wrong_and_what_to_do(
    run: Run, one_source: Source, settings: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import socket

    monkeypatch.setattr(socket, "getaddrinfo", lambda *_: [])
    run("poll")
    Path(settings["AGGREGATOR_CONFIG_DIR"], "site.toml").write_text("")
    ended = run("doctor")
    assert ended.code == 3
    assert {tuple(row) for row in ended.rows} == {("check", "ok", "found", "fix")}
    told = run("doctor", terminal=True)
    assert "!!  contact" in told.out
    assert "    → set [site] contact" in told.out


def test_doctor_is_content_when_all_is_well(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    from aggregator.ops import doctor
    from aggregator.ops.finding import Finding

    found = [Finding(check="x", ok=True, found="goed")]
    monkeypatch.setattr(doctor, "examine", lambda *_: found)
    assert run("doctor").code == 0


def test_the_tables_are_made_and_checked(run: Run, one_source: Source) -> None:
    assert "is at version" in run("db", "upgrade").out
    assert run("db", "check").json == {"ok": True, "contradictions": []}
    assert run("db", "check", terminal=True).out == "the tables are what the log says\n"


def test_tables_that_are_not_what_the_log_says_are_a_problem(
    run: Run, one_source: Source, settings: dict[str, str]
) -> None:
    import sqlite3

    run("poll")
    with sqlite3.connect(Path(settings["AGGREGATOR_DATA_DIR"], "aggregator.sqlite3")) as database:
        database.execute("UPDATE story SET theme = 'anders' WHERE id = 1")
    ended = run("db", "check")
    assert (ended.code, ended.json["ok"]) == (3, False)
    assert ended.json["contradictions"] == [
        "story 1: the table and the log differ in theme",
        "story 1: search does not know it as it is (`aggregator db reindex` mends that)",
    ]
    assert "story 1" in run("db", "check", terminal=True).out


def test_a_newer_database_is_refused_in_a_sentence(run: Run, one_source: Source, settings: dict[str, str]) -> None:
    import sqlite3

    run("sources", "list")
    with sqlite3.connect(Path(settings["AGGREGATOR_DATA_DIR"], "aggregator.sqlite3")) as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    for words in (("db", "upgrade"), ("sources", "list"), ("poll",)):
        ended = run(*words)
        assert (ended.code, ended.out) == (1, "")
        assert "newer program" in ended.err
