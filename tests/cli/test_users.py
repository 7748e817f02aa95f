import pytest

from aggregator.model import Source
from tests.cli.conftest import Run

PASSWORD = b"een goed wachtwoord\n"


def test_the_first_manager_is_made_on_the_command_line(run: Run) -> None:
    ended = run("users", "add", "Thea@Example.nl", "--role", "beheerder", "--password-stdin", stdin=PASSWORD)
    assert ended.code == 0
    assert ended.json["email"] == "thea@example.nl"
    (row,) = run("users", "list").rows
    assert (row["role"], row["standing"], row["sources"]) == ("beheerder", "active", [])
    assert "thea@example.nl" in run("users", "list", terminal=True).out


def test_someone_is_invited_by_a_link_that_is_shown_once(run: Run) -> None:
    ended = run("users", "invite", "jan@example.nl", "--name", "Jan")
    assert ended.json["link"].startswith("http://127.0.0.1:8000/edit/links/")
    assert (ended.json["mailed"], ended.json["standing"]) == (False, "invited")
    told = run("users", "reset", "jan@example.nl", terminal=True)
    assert "hand this over" in told.out
    assert ended.json["link"] not in told.out


def test_mail_is_put_in_the_outbox_where_a_server_is_named(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AGGREGATOR_SMTP_URL", "smtp://127.0.0.1:1")
    assert run("users", "invite", "jan@example.nl").json["mailed"] is True
    assert "mailed" in run("users", "reset", "jan@example.nl", terminal=True).out
    found = {each["check"]: each["found"] for each in run("doctor", "--json").rows}
    assert found["mail"] == "2 to be sent"


def test_an_owner_is_of_sources_that_are_there(run: Run, one_source: Source) -> None:
    run("sources", "list")
    assert run("users", "invite", "piet@fme.nl", "--role", "bronhouder").code == 1
    assert run("users", "invite", "piet@fme.nl", "--role", "bronhouder", "--source", "nergens").code == 1
    made = run("users", "invite", "piet@fme.nl", "--role", "bronhouder", "--source", "fme")
    assert (made.json["sources"], made.json["standing"]) == (["fme"], "active")
    assert run("users", "add", "an@fme.nl", "--role", "bronhouder").code == 2


def test_the_last_manager_stays(run: Run) -> None:
    run("users", "add", "thea@example.nl", "--role", "beheerder", "--password-stdin", stdin=PASSWORD)
    for command in (("disable", "thea@example.nl"), ("role", "thea@example.nl", "lezer")):
        ended = run("users", *command)
        assert ended.code == 1
        assert "last manager" in ended.err
    run("users", "add", "jan@example.nl", "--role", "beheerder", "--password-stdin", stdin=PASSWORD)
    assert run("users", "disable", "thea@example.nl").json["standing"] == "disabled"
    assert run("users", "reset", "thea@example.nl").code == 1
    assert run("users", "enable", "thea@example.nl", terminal=True).out == "thea@example.nl can sign in again\n"
    assert run("users", "role", "thea@example.nl", "redacteur").json["role"] == "redacteur"
    assert run("users", "sessions", "thea@example.nl", "--end").rows == []


def test_a_mistake_says_what_to_do(run: Run) -> None:
    short = run("users", "add", "thea@example.nl", "--password-stdin", stdin=b"kort\n")
    assert (short.code, "12 characters" in short.err) == (1, True)
    assert run("users", "add", "thea", "--password-stdin", stdin=PASSWORD).code == 1
    assert run("users", "invite", "thea@example.nl", "--role", "baas").code == 2
    assert run("users", "disable", "nobody@example.nl").code == 2
    assert run("users", "invite", "thea@example.nl").code == 0
    assert "already" in run("users", "invite", "thea@example.nl").err
