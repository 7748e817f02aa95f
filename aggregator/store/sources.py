"""Whom we poll: the configured sources, and the last poll of each."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import ColumnElement, Row, Select, func, insert, select, update

from aggregator.model import Asking, Poll, Source
from aggregator.store import urgency
from aggregator.store.at_once import among
from aggregator.store.codec import from_json, to_json
from aggregator.store.database import Transaction, take_numbers
from aggregator.store.items import parts
from aggregator.store.tables import body, host, hub_subscription, poll, source


@dataclass(frozen=True, kw_only=True, slots=True)
class Held:
    """A source as the store holds it, with its last poll."""

    source: Source
    poll: Poll
    added_at: datetime
    pushes_until: datetime | None = None  # when the lease ends by which its hub pushes; None without one


def all_sources(transaction: Transaction) -> list[Held]:
    """Every source that was not removed, by id."""
    return _held(transaction)


def by_id(transaction: Transaction, ids: Iterable[str] | None = None) -> dict[str, Source]:
    """These sources, or every one ever configured; removed ones too: what they brought keeps its partner's name."""
    query = select(source.c.id, source.c.settings)
    if ids is not None:
        query = query.where(source.c.id.in_(list(ids)))
    return {row.id: from_json(Source, row.settings) for row in transaction.execute(query)}


def with_pictures(transaction: Transaction) -> frozenset[str]:
    """The ids of the sources that allow their pictures to be shown, removed ones too."""
    query = select(source.c.id).where(source.c.settings["images"].as_boolean())
    return frozenset(transaction.execute(query).scalars())


def held(transaction: Transaction, source_id: str) -> Held | None:
    """One source that was not removed."""
    return next(iter(_held(transaction, source.c.id == source_id)), None)


def removed_ids(transaction: Transaction) -> frozenset[str]:
    """The ids of the sources that were removed."""
    return frozenset(transaction.execute(select(source.c.id).where(source.c.removed_at.is_not(None))).scalars())


def known_ids(transaction: Transaction) -> frozenset[str]:
    """The ids of all sources ever configured, removed ones too."""
    return frozenset(transaction.execute(select(source.c.id)).scalars())


def add(transaction: Transaction, sources: Iterable[Source], now: datetime) -> None:
    """Add new sources, due at once, and let known ones have these settings; a removed one comes back as if new."""
    wanted = list(sources)
    take_numbers(transaction, "host", 0)  # locks the counter: of two processes that add the same, one waits here
    removed = removed_ids(transaction)
    known = known_ids(transaction)
    _insert(transaction, [each for each in wanted if each.id not in known], now)
    for each in wanted:
        if each.id in known:
            change(transaction, each, now)
        if each.id in removed:
            _revive(transaction, each, now)


def change(transaction: Transaction, changed: Source, now: datetime) -> None:
    """Replace the settings of a known source. A new address is polled at once, from scratch."""
    settings = transaction.execute(select(source.c.settings).where(source.c.id == changed.id)).scalar_one()
    old = from_json(Source, settings)
    transaction.execute(update(source).where(source.c.id == changed.id).values(settings=to_json(changed)))
    values: dict[str, object] = {}
    if (old.url, old.kind) != (changed.url, changed.kind):
        host_id = _hosts(transaction, [changed])[host_name(changed.url)]
        values = {"host_id": host_id, "details": {}, "outcome": None}
    if changed.paused:
        values["next_due"] = None
    elif values:
        values["next_due"] = urgency.new(now)
    elif old.paused:
        values["next_due"] = now
    if values:
        left = lock_hosts(transaction, [changed.id])
        transaction.execute(update(poll).where(poll.c.source_id == changed.id).values(**values))
        refresh_hosts(transaction, {*left, *host_ids(transaction, [changed.id])})


def remove(transaction: Transaction, source_id: str, now: datetime) -> None:
    """Stop polling a source; what it brought stays, and its id is not added again at the next start."""
    transaction.execute(update(source).where(source.c.id == source_id).values(removed_at=now))
    _plan(transaction, [source_id], None)


def make_due(transaction: Transaction, source_ids: Iterable[str], now: datetime) -> None:
    """Have these sources polled at the next chance, whatever was planned."""
    for part in parts(source_ids):
        _plan(transaction, part, now)


def ask_for(transaction: Transaction, source_id: str, now: datetime) -> None:
    """Have this source polled before all others: somebody waits for it."""
    _plan(transaction, [source_id], urgency.asked(now))


def hasten(transaction: Transaction, source_id: str, due: datetime) -> None:
    """Have a source polled at `due` if that was planned for later; one that is not planned stays so."""
    later = (poll.c.source_id == source_id) & (poll.c.next_due > due)
    hosts = lock_hosts(transaction, [source_id])
    if transaction.execute(update(poll).where(later).values(next_due=due)).rowcount:
        refresh_hosts(transaction, hosts)


def count_due(transaction: Transaction, now: datetime) -> int:
    """How many sources want to be polled by now."""
    return transaction.execute(
        select(func.count()).select_from(poll).where(urgency.is_due(poll.c.next_due, now))
    ).scalar_one()


def host_ids(transaction: Transaction, source_ids: Sequence[str]) -> list[int]:
    """The hosts of these sources."""
    return list(
        transaction.execute(select(poll.c.host_id).where(poll.c.source_id.in_(source_ids)).distinct()).scalars()
    )


def lock_hosts(transaction: Transaction, source_ids: Sequence[str]) -> list[int]:
    """The hosts of these sources, locked until the transaction ends: before the sources, as who writes polls does.

    Two that lock the same rows in another order may wait for each other.
    """
    theirs = select(host.c.id).where(host.c.id.in_(host_ids(transaction, source_ids))).order_by(host.c.id)
    return list(transaction.execute(theirs.with_for_update()).scalars())


def refresh_hosts(transaction: Transaction, ids: Iterable[int], **also: object) -> None:
    """Let each host's `next_due` be that of its most urgent source; `also` sets other columns in the same statement."""
    earliest = (
        select(poll.c.next_due)
        .where(poll.c.host_id == host.c.id, poll.c.next_due.is_not(None))
        .order_by(poll.c.next_due)
        .limit(1)
        .scalar_subquery()
    )
    for part in parts(ids):
        transaction.execute(update(host).where(among(transaction, host.c.id, part)).values(next_due=earliest, **also))


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


def feed_addresses(held: Iterable[Held]) -> dict[str, str]:
    """Where each source's own feed is, by id; "" for a source that is a page, or that nobody could read yet."""
    return {each.source.id: _feed_address(each) for each in held}


def _feed_address(held: Held) -> str:
    source, visited = held.source, held.poll
    if visited.rung:
        return (visited.address or source.url) if visited.rung == "feed" else ""
    is_feed = source.kind == "feed" or (source.kind == "auto" and visited.succeeded_at is not None)
    return visited.address or (source.url if is_feed else "")


def last_body(transaction: Transaction, source_id: str, verdict: str) -> tuple[bytes, str, str, str] | None:
    """(zlib-compressed body, url, media type, charset) of the last "good" or "bad" answer."""
    row = transaction.execute(
        select(body).where(body.c.source_id == source_id, body.c.verdict == verdict)
    ).one_or_none()
    return row and (row.body, row.url, row.media_type, row.charset)


_is_pushed = (hub_subscription.c.source_id == source.c.id) & (hub_subscription.c.state == Asking.ACTIVE.value)


def all_columns() -> Select[Any]:
    """Every source that was not removed, with all that `held_from` needs."""
    return (
        select(
            source.c.settings,
            source.c.added_at,
            poll.c.host_id,
            poll.c.next_due,
            poll.c.details,
            hub_subscription.c.lease_until,
        )
        .join(poll, poll.c.source_id == source.c.id)
        .outerjoin(hub_subscription, _is_pushed)
        .where(source.c.removed_at.is_(None))
    )


def held_from(row: Row[Any]) -> Held:
    """The Held of a row of `all_columns`."""
    return Held(
        source=from_json(Source, row.settings),
        poll=poll_from(row.details, row.next_due and urgency.moment(row.next_due)),
        added_at=row.added_at,
        pushes_until=row.lease_until,
    )


def _held(transaction: Transaction, *conditions: ColumnElement[bool]) -> list[Held]:
    query = all_columns().where(*conditions).order_by(source.c.id)
    return [held_from(row) for row in transaction.execute(query)]


def _insert(transaction: Transaction, fresh: Sequence[Source], now: datetime) -> None:
    if not fresh:
        return
    hosts = _hosts(transaction, fresh)
    transaction.execute(insert(source), [{"id": each.id, "settings": to_json(each), "added_at": now} for each in fresh])
    polls: list[dict[str, object]] = [
        {
            "source_id": each.id,
            "host_id": hosts[host_name(each.url)],
            "next_due": None if each.paused else urgency.new(now),
            "details": {},
        }
        for each in fresh
    ]
    transaction.execute(insert(poll), polls)
    refresh_hosts(transaction, hosts.values())


def _revive(transaction: Transaction, back: Source, now: datetime) -> None:
    transaction.execute(update(source).where(source.c.id == back.id).values(removed_at=None, added_at=now))
    _plan(transaction, [back.id], None if back.paused else urgency.new(now))


def _plan(transaction: Transaction, ids: Sequence[str], due: datetime | None) -> None:
    hosts = lock_hosts(transaction, ids)
    transaction.execute(update(poll).where(poll.c.source_id.in_(ids)).values(next_due=due))
    refresh_hosts(transaction, hosts)


def _hosts(transaction: Transaction, sources: Sequence[Source]) -> dict[str, int]:
    """The hosts of these sources by name; those that are new are made."""
    names = {host_name(each.url) for each in sources}
    found: dict[str, int] = {}
    for part in parts(names):
        query = select(host.c.name, host.c.id).where(host.c.name.in_(part))
        found |= {row.name: row.id for row in transaction.execute(query)}
    missing = sorted(names - found.keys())
    if missing:
        first = take_numbers(transaction, "host", len(missing))
        made = {name: first + n for n, name in enumerate(missing)}
        transaction.execute(insert(host), [{"id": number, "name": name} for name, number in made.items()])
        found |= made
    return found
