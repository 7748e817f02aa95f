"""What dispatching a poll costs PostgreSQL, with few sources and with very many: claim, complete, and counting.

    python bench/claims.py [--sources 10000 100000 1000000] [--polls 20000] [--per-host 3] [--behind 3] [--memory 64MB]

A PostgreSQL of its own. Each source is due once an hour, at a moment of its own: nearly all of them are not due. A
clock goes on as far as makes a batch due; what is due is claimed as a worker does, and completed as after a 304, in
batches as the line writes them. With `--behind` nothing was polled for so many hours before: all of them are due.
Counted is the CPU time of the process that answers (`/proc/PID/schedstat`, nanoseconds), and of all processes of the
server together (checkpoints, vacuum, the log; from `/proc/PID/stat`). `empty_us` is what a statement costs that does
nothing, at the same time: on a busy machine it rises with the rest, and says by how much.
"""

import argparse
import json
import os
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import process_time

from sqlalchemy import create_engine, text

from aggregator.batch import Receipt
from aggregator.config import load
from aggregator.intake import complete
from aggregator.model import Outcome, Poll, Source
from aggregator.pipeline import BATCH_POLLS
from aggregator.store import Store, leases, migrate, open_store
from aggregator.store.codec import to_json
from aggregator.store.tables import EPOCH, MICROSECOND
from aggregator.wiring import make_line

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
START = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
AT_ONCE = 600  # sources that each step of the clock makes due: 200 hosts of three
WARMING = 2_000  # polls before counting


def main() -> None:
    """Measure each size, one JSON object a line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sources", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--polls", type=int, default=20_000)
    parser.add_argument("--per-host", type=int, default=3)
    parser.add_argument("--behind", type=float, default=0, help="hours")
    parser.add_argument("--memory", default="1GB", help="of PostgreSQL, shared_buffers")
    asked = parser.parse_args()
    from tests.postgres import QUICK, OwnServer

    server = OwnServer(os.getpid(), (*QUICK, f"shared_buffers={asked.memory}")).url
    for count in asked.sources:
        with create_engine(server, isolation_level="AUTOCOMMIT").connect() as connection:
            connection.execute(text(f"CREATE DATABASE claims_{count}"))
        store = open_store(f"{server.rpartition('/')[0]}/claims_{count}")
        migrate.prepare(store)
        fill(store, count, asked.per_host)
        print(json.dumps({"sources": count} | measure(store, count, asked.polls, asked.behind * HOUR)), flush=True)
        store.close()


def fill(store: Store, count: int, per_host: int) -> None:
    """Sources as they are after some days, due all over the hour."""
    settings = to_json(Source(id="NUMBER", organisation="Partner", url="https://partner.example/feed", kind="feed"))
    visited = to_json(Poll(at=START, outcome=Outcome.UNCHANGED, succeeded_at=START, body_hash=bytes(16)))
    values = {
        "count": count,
        "per_host": per_host,
        "start": (START - EPOCH) // MICROSECOND,
        "step": HOUR // MICROSECOND // count,
        "settings": json.dumps(settings),
        "details": json.dumps(visited),
    }
    # 7919 is a prime: the sources of a host are due far from each other, as they are with partners.
    statements = (
        "INSERT INTO source (id, settings, added_at) "
        "SELECT 's' || n, cast(replace(:settings, 'NUMBER', 's' || n) AS json), :start "
        "FROM generate_series(0, :count - 1) n",
        "INSERT INTO host (id, name, epoch) "
        "SELECT n, 'host' || n, 0 FROM generate_series(0, (:count - 1) / :per_host) n",
        "INSERT INTO poll (source_id, host_id, next_due, outcome, details) "
        "SELECT 's' || n, n / :per_host, :start + (n::bigint * 7919 % :count) * :step, 'unchanged', "
        "cast(:details AS json) FROM generate_series(0, :count - 1) n",
        "UPDATE host SET next_due = due FROM "
        "(SELECT host_id, min(next_due) due FROM poll GROUP BY host_id) first WHERE host_id = id",
    )
    with store.write() as transaction:
        for statement in statements:
            transaction.execute(text(statement), values)
    with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))


def measure(store: Store, count: int, polls: int, behind: timedelta) -> dict[str, float | int]:
    """Microseconds of CPU a poll."""
    with store.read() as transaction:
        answering = transaction.execute(text("SELECT pg_backend_pid()")).scalar_one()
    _read_all(store)
    now, done = _poll(store, START, WARMING, count)
    now += behind
    before = _empty(store, answering)
    backend, everything, ours = _nanoseconds(answering), _hundredths(answering), process_time()
    now, done = _poll(store, now, polls, count)
    backend, everything = _nanoseconds(answering) - backend, _hundredths(answering) - everything
    result = {
        "polls": done,
        "backend_us": round(backend / 1000 / done, 1),
        "server_us": round(everything * 10_000 / done, 1),
        "program_us": round((process_time() - ours) * 1e6 / done, 1),
        "empty_us": round((before + _empty(store, answering)) / 2, 1),
    }
    began = _nanoseconds(answering)
    for _ in range(100):
        with store.read() as transaction:
            leases.count_due(transaction, now, 6400)
    return result | {"count_due_us": round((_nanoseconds(answering) - began) / 1000 / 100, 1)}


def _read_all(store: Store) -> None:
    """Let the process have seen every page: one that just began pays for meeting it, one of an hour does not."""
    orders = {
        "source": ("id",),
        "poll": ("source_id", "host_id, next_due"),
        "host": ("id", "name", "next_due"),
    }
    with store.write() as transaction:
        for kind in ("seqscan", "bitmapscan", "sort"):  # along the indexes: a plain scan leaves what it read again
            transaction.execute(text(f"SET LOCAL enable_{kind} = off"))
        for table, columns in orders.items():
            for each in columns:
                transaction.execute(text(f"SELECT count(t::text) FROM (SELECT * FROM {table} ORDER BY {each}) t"))


def _empty(store: Store, answering: int) -> float:
    with store.read() as transaction:
        began = _nanoseconds(answering)
        for _ in range(1000):
            transaction.execute(text("SELECT 1"))
        return (_nanoseconds(answering) - began) / 1_000_000


def _poll(store: Store, now: datetime, polls: int, count: int) -> tuple[datetime, int]:
    """So many polls, or a few more; returns the time that it has become, and how many they were."""
    line = make_line(load(environ={"AGGREGATOR_DATA_DIR": "nowhere"}), store, lambda *_: iter(()))
    step = HOUR * min(1.0, AT_ONCE / count)
    done = 0
    while done < polls:
        with store.write() as transaction:
            claimed = leases.claim(
                transaction, "bench", now, hosts=line.hosts, per_host=line.per_host, lease=line.lease, rest=line.rest
            )
        if not claimed:
            now += step
        receipts = [
            Receipt(claimed=each, poll=replace(each.held.poll, at=now, next_due=_again(each.held.poll, now)))
            for each in claimed
        ]
        last = {each.claimed.lease.host_id: each for each in receipts}
        for part in (receipts[at : at + BATCH_POLLS] for at in range(0, len(receipts), BATCH_POLLS)):
            finished = [each.claimed.lease for each in part if last[each.claimed.lease.host_id] is each]
            if len(complete(store, line.intake, part, finished, now)) != len(part):
                raise AssertionError("a lease was lost")
        done += len(claimed)
    return now, done


def _again(visited: Poll, now: datetime) -> datetime:
    return max(now, visited.next_due or now) + HOUR


def _nanoseconds(process: int) -> int:
    return int(Path(f"/proc/{process}/schedstat").read_text().split()[0])


def _hundredths(answering: int) -> int:
    """Of CPU seconds, of the server and all that it started."""
    server = int(_stat(answering)[1])
    total = 0
    for each in Path("/proc").iterdir():
        if each.name.isdecimal():
            try:
                fields = _stat(int(each.name))
            except OSError:
                continue
            if server in (int(each.name), int(fields[1])):
                total += int(fields[11]) + int(fields[12])
    return total + sum(int(field) for field in _stat(server)[13:15])


def _stat(process: int) -> list[str]:
    """The fields of proc(5)'s stat from `state` on."""
    return Path(f"/proc/{process}/stat").read_text().rpartition(") ")[2].split()


if __name__ == "__main__":
    main()
