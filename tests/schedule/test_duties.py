"""What the service does by itself for whoever runs it: in real processes, on a real disk, to a real listener."""

import shutil
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import structlog
from pydantic import SecretStr

from aggregator.ops import backup
from aggregator.policy.moments import Moment
from aggregator.schedule.duties import BACKUP, LETTER, Duty, look_after, perform
from aggregator.schedule.polling import poll_round
from aggregator.store import accounts, duties, outbox
from aggregator.store.accounts import Role
from aggregator.store.duties import Duty as Held
from aggregator.wiring import Service
from tests.deliver.receiver import Receiver
from tests.factories import DAY, HOUR, NOW
from tests.line.partner import Partners
from tests.schedule.test_embedded import publish

FAILING = Duty(name="backup", arguments=("geen", "commando"), moment=Moment(hour=3), longest=timedelta(minutes=1))
NIGHT = datetime(2026, 11, 24, 2, tzinfo=UTC)  # three in Amsterdam


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    yield made
    made.close()


def settings(service: Service, section: str, **values: object) -> Service:
    changed = getattr(service.config, section).model_copy(update=values)
    return replace(service, config=replace(service.config, **{section: changed}))


def held(service: Service, name: str) -> Held | None:
    with service.store.read() as transaction:
        return duties.get(transaction, name)


def test_every_night_has_one_backup_that_can_be_restored(service: Service, partners: Partners, tmp_path: Path) -> None:
    publish(partners)
    poll_round(service, NOW, "test")
    moments = (NOW, NOW + HOUR, NIGHT - HOUR, NIGHT, NIGHT + HOUR)
    assert [perform(BACKUP, service, now) for now in moments] == [True, False, False, True, False]
    files = sorted((service.config.paths.data_dir / "backups").glob(backup.PATTERN))
    assert files
    assert backup.unpack(files[-1], tmp_path / "copy.sqlite") != ""
    assert held(service, "backup") == Held(name="backup", tried_at=NIGHT, done_at=NIGHT, error="")


def test_a_backup_that_fails_is_tried_again_every_hour_and_the_reason_is_kept(service: Service) -> None:
    moments = [NOW + minutes * timedelta(minutes=1) for minutes in (0, 10, 50, 60, 70, 120)]
    assert [perform(FAILING, service, now) for now in moments] == [True, False, False, True, False, True]
    found = held(service, "backup")
    assert found is not None
    assert (found.tried_at, found.done_at) == (NOW + 2 * HOUR, None)
    assert "geen" in found.error


def test_a_nightly_backup_is_copied_away_by_the_operators_command_past_any_shell(
    service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    away = tmp_path / "weg; touch kwaad"
    away.mkdir()
    script = tmp_path / "copy.py"
    script.write_text("import shutil, sys\nshutil.copy(sys.argv[2], sys.argv[1])\n")
    monkeypatch.setenv("AGGREGATOR_BACKUP__COMMAND", f"{sys.executable} {script} '{away}'")
    assert perform(BACKUP, service, NOW)
    assert held(service, "backup") == Held(name="backup", tried_at=NOW, done_at=NOW, error="")
    assert [path.name[:11] for path in away.iterdir()] == ["aggregator-"]

    monkeypatch.setenv("AGGREGATOR_BACKUP__COMMAND", f"{sys.executable} -c 'import sys; sys.exit(\"server weg\")'")
    assert perform(BACKUP, service, NOW + DAY)
    found = held(service, "backup")
    assert found is not None
    assert found.done_at == NOW
    assert "could not copy it away: server weg" in found.error
    assert len(list((service.config.paths.data_dir / "backups").glob(backup.PATTERN))) == 2


def test_the_weekly_letter_waits_for_its_monday_and_comes_once(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AGGREGATOR_SMTP_URL", "smtp://127.0.0.1:1")
    with service.store.write() as transaction:
        accounts.add(transaction, email="baas@example.nl", role=Role.MANAGER, now=NOW)
    monday = datetime(2026, 11, 30, 6, tzinfo=UTC)
    moments = (NOW, NOW + DAY, monday - HOUR, monday, monday + HOUR, monday + DAY)
    assert [perform(LETTER, service, now) for now in moments] == [False, False, False, True, False, False]
    with service.store.read() as transaction:
        (letter,) = outbox.lines(transaction)
    assert letter.target == "baas@example.nl"
    assert "De mailserver laat ons niet toe" in " ".join(letter.payload["text"].split())


def test_polling_that_keeps_up_is_told_to_whoever_listens_and_polling_that_does_not_is_not(
    service: Service, partners: Partners, receiver: Receiver
) -> None:
    service = settings(service, "operations", heartbeat_url=receiver.url("/hartslag"))
    service = replace(service, config=replace(service.config, fetch_allow="127.0.0.1"))
    publish(partners)
    poll_round(service, NOW, "test")
    assert look_after(service, NOW + timedelta(minutes=1))
    assert [each.path for each in receiver.got] == ["/hartslag"]
    assert not look_after(service, NOW + 5 * DAY)
    assert len(receiver.got) == 1
    found = held(service, "polling")
    assert found is not None
    assert found.done_at == NOW + timedelta(minutes=1)
    assert "has been due for" in found.error


def test_a_listener_that_is_not_there_or_private_does_no_harm(service: Service) -> None:
    for url in ("http://127.0.0.1:1/", "http://10.0.0.1/"):
        with structlog.testing.capture_logs() as logged:
            assert look_after(settings(service, "operations", heartbeat_url=url), NOW)
        assert [each["event"] for each in logged] == ["heartbeat_failed"]


def test_on_a_full_disk_polling_rests_and_goes_on_by_itself(
    service: Service, partners: Partners, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(partners)
    disk: dict[str, Any] = {"total": 100, "free": 9}
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(**disk))
    assert poll_round(service, NOW, "test") == 0
    assert partners.requests == []
    assert not look_after(service, NOW)
    found = held(service, "polling")
    assert found is not None
    assert "91 % full: polling rests above 90 %" in found.error
    assert poll_round(service, NOW, "test", only=["fme"]) == 1
    assert poll_round(settings(service, "operations", disk_guard=95), NOW, "test") == 1
    disk["free"] = 11
    assert look_after(service, NOW)
    assert poll_round(service, NOW + 2 * DAY, "test") == 2


def test_secrets_reach_the_other_process_past_its_arguments(service: Service) -> None:
    from aggregator.schedule.processes import environment

    config = replace(service.config, secret_key=SecretStr("k" * 32))
    assert environment(config)["AGGREGATOR_SECRET_KEY"] == "k" * 32
