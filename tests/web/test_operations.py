"""What watchers are told: /healthz, /readyz with its reasons, /metrics in Prometheus' format."""

import shutil
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import event, text
from starlette.testclient import TestClient

from aggregator.accounts import Access
from aggregator.release import Press
from aggregator.store import Store, duties, open_store, outbox
from aggregator.web.app import make_app
from aggregator.web.metrics import Metrics
from aggregator.web.operations import Operations, readiness
from tests.factories import DAY, HOUR, NOW
from tests.line.partner import Partners, lookout_over, make_line
from tests.web.test_app import ask

TOKEN = "t" * 32


def client(press: Press, access: Access, token: str = "", peer: str = "127.0.0.1") -> TestClient:
    partners = Partners()
    app = make_app(
        press,
        access,
        line=make_line(press.store, partners),
        lookout=lookout_over(partners),
        watched=Operations(metrics_token=token),
    )
    return TestClient(app, client=(peer, 50_000))


def test_a_service_that_begins_is_ready(address: str) -> None:
    reply = ask(address, "/readyz")
    assert (reply.status, reply.headers["cache-control"]) == (200, "no-store")
    assert reply.body == b'{"ready":true,"database":"ok","polling":"ok","disk":"ok"}'
    assert ask(address, "/healthz").body == b"ok\n"


def test_who_is_not_ready_says_why(press: Press, monkeypatch: pytest.MonkeyPatch) -> None:
    def found(at: datetime, operations: Operations | None = None) -> dict[str, object]:
        return dict(readiness(press.store, operations or Operations(), at))

    with press.store.write() as transaction:
        duties.went_well(transaction, "polling", NOW)
    assert found(NOW + timedelta(minutes=9))["ready"] is True
    silent = found(NOW + HOUR)
    assert (silent["ready"], silent["polling"]) == (False, "nobody polls: last seen at work 2026-11-23T12:00:00Z")
    with press.store.write() as transaction:
        duties.went_wrong(transaction, "polling", "something has been due for 3.0 hours", NOW)
    assert found(NOW)["polling"] == "something has been due for 3.0 hours"
    with press.store.write() as transaction:
        duties.went_well(transaction, "polling", NOW)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(total=100, free=5))
    full = found(NOW, Operations(data_dir=Path("/nergens/data"), disk_guard=90))
    assert full == {"ready": False, "database": "ok", "polling": "ok", "disk": "95 % full: polling rests above 90 %"}


def test_tables_of_another_version_are_not_ready(press: Press, address: str) -> None:
    with press.store.write() as transaction:
        transaction.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    reply = ask(address, "/readyz")
    assert reply.status == 503
    assert b"tables at version 0001, this program knows" in reply.body


def samples(told: bytes) -> dict[tuple[str, tuple[str, ...]], float]:
    return {
        (each.name, tuple(each.labels.values())): each.value
        for family in text_string_to_metric_families(told.decode())
        for each in family.samples
    }


def test_the_figures_are_read_by_prometheus_own_parser(press: Press, address: str) -> None:
    with press.store.write() as transaction:
        outbox.put(transaction, "mail", "x@example.nl", {}, NOW)
        duties.went_well(transaction, "backup", NOW)
        duties.went_wrong(transaction, "letter", "550", NOW)
    reply = ask(address, "/metrics")
    assert reply.headers["content-type"].startswith("text/plain; version=0.0.4")
    found = samples(reply.body)
    assert found["aggregator_sources", ("fetched",)] == 1
    assert found["aggregator_sources", ("failed",)] == 0
    assert found["aggregator_stories", ("published", "instroom")] == 3
    assert found["aggregator_outbox", ("mail", "waiting")] == 1
    assert found["aggregator_documents", ()] > 10
    assert found["aggregator_generation", ()] >= 1
    assert found["aggregator_duty_done_timestamp_seconds", ("backup",)] == NOW.timestamp()
    assert found["aggregator_duty_failing", ("letter",)] == 1
    assert found["aggregator_due_lag_seconds", ()] >= 0
    assert found["aggregator_leases_held", ()] == 0
    assert found["aggregator_leases_lost_total", ()] == 0
    assert found["aggregator_deliveries_total", ("mail",)] == 0


def test_figures_cost_a_few_statements_and_are_made_once_in_ten_seconds(press: Press) -> None:
    statements: list[str] = []
    event.listen(press.store.engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
    metrics = Metrics(press.store)
    first = metrics.text(NOW)
    asked = len(statements)
    assert asked <= 12
    assert metrics.text(NOW + timedelta(seconds=9)) is first
    assert len(statements) == asked
    assert metrics.text(NOW + timedelta(seconds=10)) is not first


def test_labels_hold_nothing_that_partners_choose(press: Press, store: Store) -> None:
    told = Metrics(store).text(NOW + DAY).decode()
    assert "fme" not in told
    assert "example" not in told


@pytest.mark.parametrize(
    ("token", "peer", "headers", "status"),
    [
        ("", "127.0.0.1", {}, 200),
        ("", "::1", {}, 200),
        ("", "203.0.113.9", {}, 403),
        ("", "testclient", {}, 403),
        (TOKEN, "127.0.0.1", {}, 403),
        (TOKEN, "203.0.113.9", {"authorization": f"Bearer {TOKEN}"}, 200),
        (TOKEN, "203.0.113.9", {"authorization": f"bearer {TOKEN}"}, 200),
        (TOKEN, "203.0.113.9", {"authorization": f"Bearer {TOKEN}x"}, 403),
        (TOKEN, "203.0.113.9", {"authorization": "Bearer "}, 403),
        (TOKEN, "203.0.113.9", {"authorization": f"Basic {TOKEN}"}, 403),
    ],
)
def test_figures_are_for_this_machine_or_for_whoever_shows_the_token(
    press: Press, access: Access, token: str, peer: str, headers: dict[str, str], status: int
) -> None:
    assert client(press, access, token, peer).get("/metrics", headers=headers).status_code == status


def test_a_database_that_is_gone_is_no_readiness_and_no_figures_but_health(
    press: Press, access: Access, monkeypatch: pytest.MonkeyPatch
) -> None:
    asking = client(press, access)
    monkeypatch.setattr(press.store, "engine", open_store("postgresql://nobody@127.0.0.1:1/x").engine)
    assert asking.get("/healthz").status_code == 200
    ready = asking.get("/readyz")
    assert ready.status_code == 503
    assert "does not answer" in ready.json()["database"]
    assert asking.get("/metrics").status_code == 503
