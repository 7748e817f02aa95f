"""Whom we poll: the configured sources, and the last poll of each."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlsplit

from sqlalchemy import insert, select, update

from aggregator.model import Poll, Source
from aggregator.store.codec import from_json, to_json
from aggregator.store.database import Transaction, take_numbers
from aggregator.store.tables import body, host, poll, source


@dataclass(frozen=True, kw_only=True, slots=True)
class Held:
    """A source as the store holds it, with its last poll."""

    source: Source
    poll: Poll
    added_at: datetime


def all_sources(transaction: Transaction) -> list[Held]:
    """Every source that was not removed, by id."""
    query = (
        select(source.c.settings, source.c.added_at, poll.c.next_due, poll.c.details)
        .join(poll, poll.c.source_id == source.c.id)
        .where(source.c.removed_at.is_(None))
        .order_by(source.c.id)
    )
    return [
        Held(
            source=from_json(Source, row.settings),
            poll=poll_from(row.details, row.next_due),
            added_at=row.added_at,
        )
        for row in transaction.execute(query)
    ]


def by_id(transaction: Transaction) -> dict[str, Source]:
    """Every source ever configured, removed ones too: what they brought keeps its partner's name."""
    rows = transaction.execute(select(source.c.id, source.c.settings))
    return {row.id: from_json(Source, row.settings) for row in rows}


def known_ids(transaction: Transaction) -> frozenset[str]:
    """The ids of all sources ever configured, removed ones too."""
    return frozenset(transaction.execute(select(source.c.id)).scalars())


def add(transaction: Transaction, sources: Iterable[Source], now: datetime) -> None:
    """Add new sources, due at once. A removed id that comes back is revived with the new settings."""
    wanted = list(sources)
    known = known_ids(transaction)
    hosts = _hosts(transaction, wanted, now)
    fresh = [each for each in wanted if each.id not in known]
    if fresh:
        transaction.execute(
            insert(source), [{"id": each.id, "settings": to_json(each), "added_at": now} for each in fresh]
        )
        transaction.execute(
            insert(poll),
            [
                {
                    "source_id": each.id,
                    "host_id": hosts[host_name(each.url)],
                    "next_due": None if each.paused else now,
                    "details": {},
                }
                for each in fresh
            ],
        )
    for each in wanted:
        if each.id in known:
            change(transaction, each, now)
            transaction.execute(update(source).where(source.c.id == each.id).values(removed_at=None, added_at=now))


def change(transaction: Transaction, changed: Source, now: datetime) -> None:
    """Replace the settings of a known source. A new address is polled at once, from scratch."""
    old = from_json(
        Source, transaction.execute(select(source.c.settings).where(source.c.id == changed.id)).scalar_one()
    )
    transaction.execute(update(source).where(source.c.id == changed.id).values(settings=to_json(changed)))
    values: dict[str, object] = {}
    if old.url != changed.url or old.kind != changed.kind:
        values["host_id"] = _hosts(transaction, [changed], now)[host_name(changed.url)]
        values["details"] = {}
        values["outcome"] = None
    if changed.paused:
        values["next_due"] = None
    elif old.paused or values:
        values["next_due"] = now
    if values:
        transaction.execute(update(poll).where(poll.c.source_id == changed.id).values(**values))
        refresh_hosts(transaction, host_ids(transaction, [changed.id]))


def remove(transaction: Transaction, source_id: str, now: datetime) -> None:
    """Stop polling a source; what it brought stays, and its id is not added again at the next start."""
    transaction.execute(update(source).where(source.c.id == source_id).values(removed_at=now))
    transaction.execute(update(poll).where(poll.c.source_id == source_id).values(next_due=None))


def make_due(transaction: Transaction, source_ids: Iterable[str], now: datetime) -> None:
    """Have these sources polled at the next chance, whatever was planned."""
    ids = list(source_ids)
    transaction.execute(update(poll).where(poll.c.source_id.in_(ids)).values(next_due=now))
    refresh_hosts(transaction, host_ids(transaction, ids))


def host_ids(transaction: Transaction, source_ids: Sequence[str]) -> list[int]:
    """The hosts of these sources."""
    return list(
        transaction.execute(select(poll.c.host_id).where(poll.c.source_id.in_(source_ids)).distinct()).scalars()
    )


def refresh_hosts(transaction: Transaction, ids: Iterable[int], **also: object) -> None:
    """Let each host's `next_due` be that of its most urgent source; `also` sets other columns in the same statement."""
    earliest = (
        select(poll.c.next_due)
        .where(poll.c.host_id == host.c.id, poll.c.next_due.is_not(None))
        .order_by(poll.c.next_due)
        .limit(1)
        .scalar_subquery()
    )
    transaction.execute(update(host).where(host.c.id.in_(list(ids))).values(next_due=earliest, **also))


def host_name(url: str) -> str:
    """The server that `url` names, lower-case, with its port when that is not the usual one."""
    parts = urlsplit(url)
    port = f":{parts.port}" if parts.port not in (None, 80, 443) else ""
    return (parts.hostname or "") + port


def poll_from(details: Mapping[str, object], next_due: datetime | None) -> Poll:
    """The Poll that `poll_values` wrote."""
    return replace(from_json(Poll, dict(details)), next_due=next_due)


def poll_values(visited: Poll) -> dict[str, object]:
    """The columns of a Poll."""
    details = to_json(visited)
    details.pop("next_due", None)
    return {
        "next_due": visited.next_due,
        "outcome": visited.outcome and visited.outcome.value,
        "details": details,
    }


def last_body(transaction: Transaction, source_id: str, verdict: str) -> tuple[bytes, str, str, str] | None:
    """(zlib-compressed body, url, media type, charset) of the last "good" or "bad" answer."""
    row = transaction.execute(
        select(body).where(body.c.source_id == source_id, body.c.verdict == verdict)
    ).one_or_none()
    return row and (row.body, row.url, row.media_type, row.charset)


def _hosts(transaction: Transaction, sources: Sequence[Source], now: datetime) -> dict[str, int]:
    names = {host_name(each.url) for each in sources}
    found = {row.name: row.id for row in transaction.execute(select(host.c.name, host.c.id))}
    missing = sorted(names - found.keys())
    if missing:
        first = take_numbers(transaction, "host", len(missing))
        rows = [{"id": first + n, "name": name, "next_due": now} for n, name in enumerate(missing)]
        transaction.execute(insert(host), rows)
        found |= {row["name"]: row["id"] for row in rows}
    due_again = [found[name] for name in names if name not in missing]
    if due_again:
        transaction.execute(update(host).where(host.c.id.in_(due_again)).values(next_due=now))
    return found
