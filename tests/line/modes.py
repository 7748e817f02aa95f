"""The two ways in which what is due comes to be polled: by one process, or by jobs that workers share.

Tests of the line run in both: on SQLite as the embedded service does it, on PostgreSQL as a worker does, by a job of
Procrastinate that claims, polls and completes.
"""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from tempfile import TemporaryDirectory

from procrastinate.jobs import DeleteJobCondition

from aggregator.config import load
from aggregator.pipeline import Line, Report
from aggregator.schedule.cluster import Hands, make_dispatch, make_tables, work_to_do
from aggregator.schedule.polling import poll_round
from aggregator.wiring import Service, open_service
from tests.factories import NOW


def embedded(line: Line, now: datetime) -> list[Report]:
    """A round of polls as the one process has it; what comes of it is published by whoever tests that."""
    reports: list[Report] = []
    poll_round(_service(line), now, "embedded", watch=reports.append, releases=False)
    return reports


def cluster(line: Line, now: datetime) -> list[Report]:
    """As many polling jobs as there is work for are asked for, and a worker does them, one after the other."""
    reports: list[Report] = []
    asking = replace(line, gap=timedelta(0))  # between two rounds of a test no time goes by for a server to rest in
    hands = Hands(_service(asking), clock=lambda: now, watch=reports.append)
    hands.lend(hands.home)
    address = line.store.engine.url.render_as_string(hide_password=False)
    make_tables(address)
    app = make_dispatch(address, hands)

    async def work() -> Sequence[object]:
        async with app.open_async():
            for name, lock in work_to_do(hands, now):
                if name == "poll":
                    await app.configure_task(name, queueing_lock=lock).defer_async()
            await app.run_worker_async(
                queues=["poll"],
                wait=False,
                listen_notify=False,
                install_signal_handlers=False,
                delete_jobs=DeleteJobCondition.SUCCESSFUL,
            )
            return list(await app.job_manager.list_jobs_async(task="poll"))

    with ThreadPoolExecutor(1) as other:  # a test that drives a browser has an event loop in this one
        assert other.submit(lambda: asyncio.run(work())).result() == [], "a polling job failed"
    return reports


def by_mode(line: Line, now: datetime) -> list[Report]:
    """Poll what is due in the way that goes with the line's database."""
    return (embedded if line.store.dialect == "sqlite" else cluster)(line, now)


def _service(line: Line) -> Service:
    """A service around a line of a test; the rest of it is not asked."""
    return replace(_rest(), line=line, store=line.store)


@cache
def _rest() -> Service:
    folder = TemporaryDirectory()
    return open_service(
        load(environ={"AGGREGATOR_DATA_DIR": folder.name, "AGGREGATOR_OPERATIONS__DISK_GUARD": "100"}), NOW
    )
