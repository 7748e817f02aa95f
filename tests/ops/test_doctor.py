import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from aggregator.config import dump_sources
from aggregator.model import Asking, Outcome, Poll, Source, Subscription
from aggregator.ops.doctor import examine
from aggregator.ops.finding import Finding
from aggregator.ops.surroundings import Certificate
from aggregator.store import documents, duties, hubs, leases, outbox, sources
from aggregator.store.tables import metadata
from aggregator.wiring import Service
from tests.factories import DAY, HOUR, NOW, make_source

Look = Callable[..., dict[str, Finding]]


def found_by_name(_host: str, _port: int) -> object:
    return None


def offline(_host: str, _port: int) -> object:
    raise OSError("Temporary failure in name resolution")


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def look(tmp_path: Path, config_dir: Path, now: datetime) -> Look:
    """Examines the set-up of the test, and gives the findings by name."""

    def at_once(
        look_up: Callable[[str, int], object] = found_by_name,
        at: datetime = now,
        certificate: Certificate = lambda _host, _port: NOW + 90 * DAY,
        **environ: str,
    ) -> dict[str, Finding]:
        given = {"AGGREGATOR_CONFIG_DIR": str(config_dir), "AGGREGATOR_DATA_DIR": str(tmp_path / "data")}
        return {each.check: each for each in examine(given | environ, at, look_up, lambda _: now, certificate)}

    return at_once


def visit(service: Service, source_id: str, poll: Poll) -> None:
    with service.store.write() as transaction:
        leases.save_polls(transaction, [(source_id, poll)])


def wrong(findings: dict[str, Finding]) -> set[str]:
    return {name for name, each in findings.items() if not each.ok}


def test_all_is_well_before_the_first_start_and_looking_makes_nothing(look: Look, tmp_path: Path) -> None:
    findings = look()
    assert wrong(findings) == set()
    assert list(findings) == ["configuration", "contact", "base_url", "themes", "data", "disk", "database", "internet"]
    assert "made at the first start" in findings["data"].found
    assert "empty" in findings["database"].found
    assert not (tmp_path / "data").exists()


def test_whatever_is_wrong_comes_with_what_to_do(look: Look, service: Service, follow: Callable[..., Source]) -> None:
    follow("fme")
    visit(service, "fme", Poll(outcome=Outcome.FAILED, code="dns", failures=2))
    for each in look(offline, AGGREGATOR_HOST="0.0.0.0").values():
        assert each.ok or each.fix
        assert each.found


def test_a_configuration_that_cannot_be_used_is_all_there_is_to_say(look: Look) -> None:
    findings = look(AGGREGATOR_PORT="veel", AGGREGATOR_NONESUCH="1")
    assert list(findings) == ["configuration"]
    assert not findings["configuration"].ok
    assert "AGGREGATOR_PORT" in findings["configuration"].found
    assert "AGGREGATOR_NONESUCH" in findings["configuration"].found


def test_nobody_to_reach_is_asked_for(look: Look, config_dir: Path) -> None:
    (config_dir / "site.toml").write_text("")
    assert wrong(look()) == {"contact"}


def test_the_default_address_will_do_on_this_machine_only(look: Look) -> None:
    assert look()["base_url"].ok
    assert look()["base_url"].fix != ""
    assert wrong(look(AGGREGATOR_HOST="0.0.0.0")) == {"base_url"}
    assert wrong(look(AGGREGATOR_HOST="0.0.0.0", AGGREGATOR_BASE_URL="https://nieuws.example")) == set()


def test_a_data_directory_that_is_none_is_said(look: Look, tmp_path: Path) -> None:
    (tmp_path / "data").write_text("een bestand")
    assert "data" in wrong(look())


def test_a_full_disk_is_said(look: Look, monkeypatch: pytest.MonkeyPatch) -> None:
    for free, expected in ((9, {"disk"}), (11, set())):
        monkeypatch.setattr(shutil, "disk_usage", lambda _, free=free: SimpleNamespace(total=100, free=free))
        assert wrong(look()) == expected


def test_a_machine_without_internet_is_told_of_the_demo(look: Look) -> None:
    findings = look(offline)
    assert wrong(findings) == {"internet"}
    assert "aggregator demo" in findings["internet"].fix


def test_a_database_in_use_is_well(look: Look, service: Service, follow: Callable[..., Source]) -> None:
    follow("fme")
    findings = look()
    assert wrong(findings) == set()
    assert "users add" in findings["editors"].fix
    assert "handed over by hand" in findings["mail"].fix
    assert findings["database"].found.startswith("sqlite, version ")
    assert findings["sources"].found == "1: 1 not polled yet"


def test_letters_that_were_given_up_are_told(look: Look, service: Service, now: datetime) -> None:

    with service.store.write() as transaction:
        outbox.put(transaction, "mail", "x@example.nl", {}, now)
        (taken,) = outbox.take_due(transaction, ["mail"], now)
        outbox.failed(transaction, taken, "550 no such user", now, is_final=True)
    found = look()["mail"]
    assert not found.ok
    assert "550 no such user" in found.found
    assert "users reset" in found.fix


def test_a_database_without_our_tables_is_empty(look: Look, tmp_path: Path) -> None:
    import sqlite3

    (tmp_path / "data").mkdir()
    with sqlite3.connect(tmp_path / "data" / "aggregator.sqlite3") as database:
        database.execute("CREATE TABLE x (y)")
    assert look()["database"].ok


@pytest.mark.parametrize(("version", "fix"), [("0000", "aggregator db upgrade"), ("9999", "newer program")])
def test_tables_of_another_version_are_said(look: Look, service: Service, version: str, fix: str) -> None:
    from sqlalchemy import text

    with service.store.write() as transaction:
        transaction.execute(text("UPDATE alembic_version SET version_num = :version"), {"version": version})
    findings = look()
    assert wrong(findings) == {"database"}
    assert fix in findings["database"].fix
    assert "sources" not in findings


def test_a_database_that_does_not_answer_is_said(look: Look) -> None:
    findings = look(AGGREGATOR_DATABASE_URL="postgresql://nobody@127.0.0.1:1/x", AGGREGATOR_SECRET_KEY="x" * 40)
    assert wrong(findings) == {"database"}
    assert "does not answer" in findings["database"].found


def test_clocks_that_differ_are_said(look: Look, service: Service, now: datetime) -> None:
    assert look(at=now + timedelta(seconds=5))["clock"].ok
    assert "clock" in wrong(look(at=now - HOUR))


def test_sources_that_fail_are_named_and_paused_ones_are_not(
    look: Look, service: Service, follow: Callable[..., Source], now: datetime
) -> None:
    for id_ in ("well", "broken", "resting", "new"):
        follow(id_, paused=id_ == "resting")
    visit(service, "well", Poll(at=now, outcome=Outcome.UNCHANGED, next_due=now + HOUR))
    visit(service, "broken", Poll(at=now, outcome=Outcome.FAILED, code="http-404", detail="niet hier", failures=3))
    visit(service, "resting", Poll(at=now, outcome=Outcome.FAILED, code="dns"))
    findings = look()
    assert wrong(findings) == {"broken"}
    assert findings["broken"].found == "http-404 (niet hier), 3 times in a row"
    assert "aggregator sources check broken" in findings["broken"].fix
    assert findings["sources"].found == "4: 1 well, 1 not polled yet, 1 paused"


def test_a_page_that_links_a_feed_by_now_is_told(
    look: Look, service: Service, follow: Callable[..., Source], now: datetime
) -> None:
    follow("fme")
    visit(service, "fme", Poll(at=now, outcome=Outcome.FETCHED, offers="https://fme.example/feed.xml"))
    found = look()["fme"]
    assert found.ok
    assert "https://fme.example/feed.xml" in found.found


HUB, TOPIC = "https://hub.example/", "https://fme.example/feed"


def test_sources_that_could_push_are_told_where_no_hub_can_reach_us(
    look: Look, service: Service, follow: Callable[..., Source], now: datetime
) -> None:
    assert "websub" not in look()
    follow("fme")
    visit(service, "fme", Poll(at=now, outcome=Outcome.FETCHED, hub=HUB, topic=TOPIC))
    found = look()["websub"]
    assert found.ok
    assert found.found.startswith("1 sources could push")
    assert "http://127.0.0.1:8000" in found.found
    assert "websub.callback_url" in found.fix
    off = look(AGGREGATOR_WEBSUB__SUBSCRIBE="false")["websub"]
    assert ("websub.subscribe is false" in off.found, off.fix) == (True, "")


def test_how_sources_push_is_counted_and_a_hub_that_does_not_is_named(
    look: Look, service: Service, follow: Callable[..., Source], now: datetime
) -> None:
    for id_ in ("fme", "vhto", "nieuw"):
        follow(id_)
        visit(service, id_, Poll(at=now, outcome=Outcome.FETCHED, hub=HUB, topic=TOPIC, pushed_at=now))
    held = Subscription(
        id=1,
        source_id="fme",
        hub=HUB,
        topic=TOPIC,
        callback="https://ons.example/websub/callback/a",
        token="a",
        state=Asking.ACTIVE,
        asked_at=now,
        next_at=now + DAY,
        lease_until=now + DAY,
    )
    denied = replace(held, id=2, source_id="vhto", token="b", state=Asking.DENIED, reason="te\u202edruk")
    with service.store.write() as transaction:
        hubs.add(transaction, [held, denied])
    findings = look(AGGREGATOR_BASE_URL="https://nieuws.example.nl")
    assert findings["websub"].found == "1 denied, 1 offered, 1 pushes"
    assert findings["vhto"].found == f"{HUB} does not push: tedruk"


def test_many_late_sources_are_one_question(
    look: Look, service: Service, follow: Callable[..., Source], now: datetime
) -> None:
    for id_ in "abc":
        follow(id_)
        visit(service, id_, Poll(at=now - 5 * DAY, outcome=Outcome.UNCHANGED, next_due=now - 2 * DAY))
    findings = look()
    assert wrong(findings) == {"late"}
    assert findings["late"].found.startswith("3 sources")


def test_what_the_file_says_other_than_the_database_is_said(
    look: Look, service: Service, follow: Callable[..., Source], config_dir: Path, now: datetime
) -> None:
    held = [follow(id_) for id_ in ("same", "other", "gone")]
    with service.store.write() as transaction:
        sources.remove(transaction, "gone", now)
    assert "sources.toml" not in look()
    listed = [held[0], replace(held[1], labels=("oost",)), held[2], make_source("added")]
    (config_dir / "sources.toml").write_text(dump_sources(listed))
    finding = look()["sources.toml"]
    assert finding.ok
    assert finding.found == "of its sources 1 are other and 1 are removed in the database, which wins"
    assert str(config_dir / "sources.toml") in finding.fix


def test_the_examination_changes_nothing(look: Look, service: Service, follow: Callable[..., Source]) -> None:
    follow("fme")
    with service.store.read() as transaction:
        before = [transaction.execute(table.select()).all() for table in metadata.sorted_tables]
    look()
    with service.store.read() as transaction:
        assert [transaction.execute(table.select()).all() for table in metadata.sorted_tables] == before


def test_a_document_that_our_own_rules_refused_is_named(look: Look, service: Service) -> None:
    with service.store.write() as transaction:
        documents.refuse(transaction, {"/feeds/all.atom": ["entry 3: no author [4.1.2]"]}, [], NOW)
    found = look()["/feeds/all.atom"]
    assert not found.ok
    assert "2026-11-23 12:00 UTC" in found.found
    assert "entry 3: no author" in found.found
    assert found.fix


def test_a_source_that_fails_for_long_is_more_than_passing(
    look: Look, service: Service, follow: Callable[..., Source]
) -> None:
    for id_, failures in (("fresh", 2), ("long", 5)):
        follow(id_)
        visit(service, id_, Poll(at=NOW, outcome=Outcome.FAILED, code="dns", failures=failures))
    findings = look()
    assert {name: (findings[name].kind, findings[name].passing) for name in ("fresh", "long")} == {
        "fresh": ("source", True),
        "long": ("source", False),
    }


def test_a_key_that_others_can_read_is_said(look: Look, service: Service, tmp_path: Path) -> None:
    assert look()["secrets"].ok
    (tmp_path / "data" / "secret.key").chmod(0o640)
    found = look()["secrets"]
    assert not found.ok
    assert "0640" in found.found
    assert "chmod 600" in found.fix


def test_what_the_service_does_by_itself_and_did_not_do_is_said(look: Look, service: Service) -> None:
    assert {"polling", "backup", "letter"}.isdisjoint(look())
    with service.store.write() as transaction:
        for name in ("polling", "backup", "letter"):
            duties.went_well(transaction, name, NOW)
    assert wrong(look(at=NOW + timedelta(minutes=5))) - {"clock"} == set()
    assert wrong(look(at=NOW + 2 * HOUR)) - {"clock"} == {"polling"}
    assert wrong(look(at=NOW + 3 * DAY)) - {"clock"} == {"polling", "backup"}
    with service.store.write() as transaction:
        for name in ("polling", "backup", "letter"):
            duties.went_wrong(transaction, name, "geen ruimte", NOW + HOUR)
    findings = look(at=NOW + HOUR)
    assert {"polling", "backup", "letter"} <= wrong(findings)
    assert findings["backup"].found == "geen ruimte; the last good one was made 2026-11-23 12:00 UTC"


@pytest.mark.parametrize(
    ("left", "is_well"), [(timedelta(days=60), True), (timedelta(days=13), False), (timedelta(days=-1), False)]
)
def test_a_certificate_that_ends_soon_is_said(look: Look, left: timedelta, is_well: bool) -> None:
    url = {"AGGREGATOR_BASE_URL": "https://nieuws.example"}
    found = look(certificate=lambda _host, _port: NOW + left, **url)["tls"]
    assert found.ok is is_well
    assert is_well or "certbot" in found.fix
    assert "tls" not in look(AGGREGATOR_BASE_URL="http://nieuws.example")
