"""For those who watch the service: whether the process answers, whether all goes on, and figures for Prometheus."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse

from aggregator.errors import StoreError
from aggregator.store import Store, duties, migrate, room
from aggregator.web.metrics import CONTENT_TYPE, Metrics

SILENT = timedelta(minutes=10)  # polling is looked at every minute
REFUSED = "figures are for this machine only: set [operations] metrics_token, and send it as a bearer token\n"


@dataclass(frozen=True, kw_only=True, slots=True)
class Operations:
    """Where the data lies, how full its disk may be (per cent), and what opens /metrics to others ("" nothing)."""

    data_dir: Path = Path()
    disk_guard: int = 100
    metrics_token: str = field(default="", repr=False)


def routes(store: Store, operations: Operations) -> APIRouter:
    """The three addresses."""
    router = APIRouter()
    metrics = Metrics(store)

    @router.get("/healthz")
    def healthz() -> Response:
        """The process answers."""
        return PlainTextResponse("ok\n")

    @router.get("/readyz")
    def readyz() -> Response:
        """Whether the database has our tables, polling was seen at work lately, and the disk has room; why not."""
        reasons = readiness(store, operations, datetime.now(UTC))
        return JSONResponse(reasons, 200 if reasons["ready"] else 503, {"cache-control": "no-store"})

    @router.get("/metrics")
    def figures(request: Request) -> Response:
        """What is counted, in Prometheus' text format."""
        if not _may_read(request, operations.metrics_token):
            return PlainTextResponse(REFUSED, 403)
        return Response(
            metrics.text(datetime.now(UTC)), headers={"content-type": CONTENT_TYPE, "cache-control": "no-store"}
        )

    return router


def readiness(store: Store, operations: Operations, now: datetime) -> Mapping[str, Any]:
    """`ready`, and of each thing looked at "ok" or what is wrong with it."""
    found = {"database": _database(store), "polling": "ok", "disk": _disk(operations)}
    if found["database"] == "ok":
        found["polling"] = _polling(store, now)
    return {"ready": all(each == "ok" for each in found.values()), **found}


def _database(store: Store) -> str:
    try:
        found = migrate.version(store)
    except StoreError as error:
        return str(error)
    return "ok" if found == migrate.HEAD else f"tables at version {found}, this program knows {migrate.HEAD}"


def _polling(store: Store, now: datetime) -> str:
    with store.read() as transaction:
        duty = duties.get(transaction, "polling")
    if duty is None:  # a service that begins
        return "ok"
    if duty.tried_at < now - SILENT:
        return f"nobody polls: last seen at work {duty.tried_at:%Y-%m-%dT%H:%M:%SZ}"
    return duty.error or "ok"


def _disk(operations: Operations) -> str:
    used = room.used(operations.data_dir)
    if operations.disk_guard >= 100 or used <= operations.disk_guard:
        return "ok"
    return f"{used:.0f} % full: polling rests above {operations.disk_guard} %"


def _may_read(request: Request, token: str) -> bool:
    """With a token, whoever shows it; without, this machine itself (a proxy here must say for whom it asks)."""
    if token:
        scheme, _, shown = request.headers.get("authorization", "").partition(" ")
        return scheme.lower() == "bearer" and secrets.compare_digest(shown.strip().encode(), token.encode())
    try:
        return request.client is not None and ip_address(request.client.host).is_loopback
    except ValueError:
        return False
