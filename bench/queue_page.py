"""What a page of the queue costs: CPU time of a request with many stories that wait, on SQLite, through the web side.

    python bench/queue_page.py [--held 50000] [--requests 20]

The application answers in this process, called as a server calls it (ASGI), with a signed-in editor; counted is the CPU
time of all its threads. Beside it the number of SQL statements, which must not grow with what waits.
"""

import argparse
import asyncio
import json
import tempfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import process_time
from typing import Any

from sqlalchemy import event as sa_event

from aggregator.accounts import people
from aggregator.accounts.entering import begin_session
from aggregator.config import load, shipped
from aggregator.model import Entry, Item, Source, State, Tags
from aggregator.store import Store, events, items, sources, stories
from aggregator.store.accounts import Account, Role
from aggregator.store.events import Event
from aggregator.store.stories import StoryRow
from aggregator.web.app import make_app
from aggregator.wiring import Service, open_service

NOW = datetime.now(UTC)
BATCH = 2_000
SOURCES = 100
PATHS = (
    "/edit/queue",
    "/edit/queue?tab=unsure",
    "/edit/queue?tab=unsure&theme=instroom",
    "/edit/queue?tab=unsure&q=windmolen",
)


def main() -> None:
    """Fill a store, ask for pages, print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--held", type=int, default=50_000)
    parser.add_argument("--requests", type=int, default=20)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        config = load(environ={}, flags={"data_dir": Path(folder)}, config_dir=shipped())
        service = open_service(replace(config, sources=()), NOW)
        fill(service.store, asked.held)
        print(json.dumps({"held": asked.held} | measured(service, asked.requests), indent=1))
        service.close()


def fill(store: Store, count: int) -> None:
    """So many stories that wait, of a hundred sources."""
    with store.write() as transaction:
        sources.add(transaction, [_source(number) for number in range(SOURCES)], NOW)
    for start in range(1, count + 1, BATCH):
        rows = [_row(number) for number in range(start, min(start + BATCH, count + 1))]
        with store.append() as transaction:
            stories.create(transaction, rows)
            items.insert_items(transaction, [(each.id, each.id, _item(each.id), b"") for each in rows])
            events.append(
                transaction,
                [
                    Event(at=NOW, kind="taken-in", story_id=each.id, item_id=each.id, after=each.fields())
                    for each in rows
                ],
            )


def measured(service: Service, requests: int) -> dict[str, Any]:
    """CPU milliseconds and SQL statements a request, by address."""
    access = service.access
    made = people.add(access, "thea@example.nl", Role.EDITOR, "een lang wachtwoord", "service", NOW)
    if not isinstance(made, Account):
        raise SystemExit(f"no account: {made}")
    token = begin_session(access, made, NOW, "bench", "")
    app = make_app(service.press, access, line=service.line, lookout=service.lookout)
    counted = [0]
    sa_event.listen(service.store.engine, "before_cursor_execute", lambda *_: counted.__setitem__(0, counted[0] + 1))
    found = {}
    for path in PATHS:
        asyncio.run(_get(app, path, token))
        counted[0], started = 0, process_time()
        for _ in range(requests):
            status, size = asyncio.run(_get(app, path, token))
        spent = process_time() - started
        found[path] = {
            "status": status,
            "bytes": size,
            "cpu_ms": round(1000 * spent / requests, 1),
            "statements": counted[0] / requests,
        }
    return found


async def _get(app: Any, path: str, token: str) -> tuple[int, int]:
    status, size = 0, 0
    plain, _, query = path.partition("?")

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        nonlocal status, size
        status = message.get("status", status)
        size += len(message.get("body", b""))

    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "http",
        "path": plain, "raw_path": plain.encode(), "query_string": query.encode(), "root_path": "",
        "headers": [(b"host", b"127.0.0.1:8000"), (b"cookie", f"__Host-session={token}".encode())],
        "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 8000),
    }  # fmt: skip
    await app(scope, receive, send)
    return status, size


def _source(number: int) -> Source:
    return Source(id=f"s{number}", organisation=f"Partner {number}", url=f"https://s{number}.example/feed", kind="feed")


def _row(number: int) -> StoryRow:
    theme = ("instroom", "leven-lang-ontwikkelen")[number % 2]
    return StoryRow(
        id=number,
        uri=f"tag:nieuws.example,2026:story/{number:012}",
        origin_id=number,
        state=State.HELD,
        reason="unsure" if number % 2 else "new source",
        tags=Tags(theme=theme, score=(number * 7 % 100) / 100, because=(f"+vakpaspoort → {theme} (3.1)",) * 8),
        dated=NOW - timedelta(minutes=number),
    )


def _item(number: int) -> Item:
    entry = Entry(
        id=f"urn:{number}",
        link=f"https://s{number % SOURCES}.example/{number}",
        title=f"Leerlingen van {number} scholen bouwen een windmolen",
        summary="Een samenvatting van driehonderd tekens. " * 7,
        published=NOW - timedelta(minutes=number),
    )
    return Item(key=f"id:{number}", source_id=f"s{number % SOURCES}", entry=entry, first_seen=NOW)


if __name__ == "__main__":
    main()
