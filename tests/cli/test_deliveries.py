"""Webhooks and deliveries at the terminal."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from aggregator.model import Source
from aggregator.store import Store, open_store, outbox, webhooks
from tests.cli.conftest import Run

URL = "https://example.nl/hook?key=geheim"


def database(settings: dict[str, str]) -> Store:
    return open_store(f"sqlite+pysqlite:///{Path(settings['AGGREGATOR_DATA_DIR']) / 'aggregator.sqlite3'}")


def give_up(settings: dict[str, str]) -> None:
    store = database(settings)
    with store.write() as transaction:
        for each in outbox.take_due(transaction, ["webhook", "mail"], datetime.now(UTC) + timedelta(days=1)):
            outbox.failed(transaction, each, "404 nobody", datetime.now(UTC), is_final=True)
    store.close()


def test_a_webhook_is_added_with_a_secret_that_is_shown_once(run: Run) -> None:
    made = run("webhooks", "add", URL, "--events", "published, withdrawn").json
    assert made["secret"].startswith("whsec_")
    assert made["events"] == ["published", "withdrawn"]
    (row,) = run("webhooks", "list").rows
    assert (row["id"], row["url"], row["standing"]) == (1, URL, "on")
    assert "secret" not in row
    shown = run("webhooks", "add", "http://example.nl/", terminal=True)
    assert "whsec_" in shown.out
    assert "plain http" in shown.out
    assert "published, updated, withdrawn" in run("webhooks", "list", terminal=True).out
    assert run("webhooks", "remove", "1").code == 0
    assert len(run("webhooks", "list").rows) == 1


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("webhooks", "add", "example.nl/hook"), 2, "https://example.nl/hook"),
        (("webhooks", "add", "https://a.nl/", "--events", "created"), 2, "published, updated, withdrawn"),
        (("webhooks", "remove", "7"), 2, "webhooks list"),
        (("webhooks", "log", "7"), 2, "webhooks list"),
        (("deliveries", "resend"), 2, "--all"),
        (("deliveries", "resend", "7", "--all"), 2, "--all"),
        (("deliveries", "resend", "7"), 1, "cannot be sent again"),
    ],
)
def test_what_is_wrong_is_said_with_a_way_on(run: Run, words: tuple[str, ...], code: int, said: str) -> None:
    ended = run(*words)
    assert ended.code == code
    assert said in ended.err


def test_an_address_is_told_once(run: Run) -> None:
    run("webhooks", "add", URL)
    ended = run("webhooks", "add", URL)
    assert ended.code == 1
    assert "told already" in ended.err


def test_what_was_given_up_is_seen_told_by_doctor_and_sent_again(
    run: Run, one_source: Source, settings: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AGGREGATOR_SMTP_URL", "smtp://127.0.0.1:1")
    run("webhooks", "add", URL)
    run("poll")
    run("users", "invite", "jan@example.nl")
    assert [each["state"] for each in run("webhooks", "log", "1").rows] == ["waiting"] * 3
    give_up(settings)
    give_up(settings)
    give_up(settings)
    log = run("webhooks", "log", "1").rows
    assert {(each["event"], each["state"], each["error"]) for each in log} == {("published", "dead", "404 nobody")}
    assert all(each["story"] for each in log)
    dead = run("deliveries", "list", "--dead").rows
    assert [each["kind"] for each in dead] == ["mail", "webhook", "webhook", "webhook"]
    assert {each["target"] for each in dead[1:]} == {"https://example.nl/hook"}, "its key is shown"
    found = {each["check"]: each for each in run("doctor", "--json").rows}
    assert not found["deliveries"]["ok"]
    assert "3 messages were given up" in found["deliveries"]["found"]
    assert "users reset" in run("deliveries", "resend", dead[0]["id"]).err
    assert "3 to be sent" in run("deliveries", "resend", "--all").out
    assert [each["state"] for each in run("deliveries", "list", "--kind", "webhook").rows] == ["waiting"] * 3
    assert "1 forgotten" in run("deliveries", "forget", "--all").out
    assert run("deliveries", "list", "--dead").rows == []


def test_a_webhook_that_was_switched_off_is_told_by_doctor_and_switched_on(
    run: Run, one_source: Source, settings: dict[str, str]
) -> None:
    run("webhooks", "add", URL)
    run("poll")
    store = database(settings)
    with store.write() as transaction:
        webhooks.switch_off(transaction, 1, "it wants nothing more: 410", datetime.now(UTC))
        outbox.give_up(transaction, "webhook", "1", "switched off", datetime.now(UTC))
    store.close()
    found = {each["check"]: each for each in run("doctor", "--json").rows}
    assert (found["webhook 1"]["ok"], "410" in found["webhook 1"]["found"]) == (False, True)
    assert "webhooks enable 1" in found["webhook 1"]["fix"]
    assert run("webhooks", "resend", "1").code == 1
    assert run("webhooks", "enable", "1").code == 0
    assert "3 to be sent" in run("webhooks", "resend", "1").out
    assert run("webhooks", "list").rows[0]["standing"] == "on"
