"""The examination: everything that may be wrong with a set-up, one verdict each, with what to do."""

import os
import shutil
import socket
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from aggregator.config import Config, load
from aggregator.errors import AggregatorError
from aggregator.store import Store, database, migrate, open_store, sources

CLOCK_SLACK = timedelta(seconds=30)
DISK_FREE = 0.10
LATE = timedelta(hours=26)


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One verdict: what was looked at, what was found, and what to do when it is not well."""

    check: str
    ok: bool
    found: str
    fix: str = ""


def examine(environ: Mapping[str, str], now: datetime) -> list[Finding]:
    """Look at configuration, data, database, clock, network and each source, in that order."""
    try:
        config = load(environ=environ)
    except AggregatorError as error:
        return [
            Finding(check="configuration", ok=False, found=str(error), fix="mend these lines, then run doctor again")
        ]
    findings = [
        Finding(check="configuration", ok=True, found=f"{len(config.sources)} sources in {config.paths.config_dir}"),
        _contact(config),
        _base_url(config),
        _data_dir(config.paths.data_dir),
        _disk(config.paths.data_dir),
        _network(),
    ]
    return [*findings, *_database(config, now)]


def _contact(config: Config) -> Finding:
    if config.site.contact:
        return Finding(check="contact", ok=True, found=config.site.contact)
    return Finding(
        check="contact",
        ok=False,
        found="not set: partners cannot reach us, so each is asked once a day at most",
        fix="set [site] contact in site.toml to a page or mail address",
    )


def _base_url(config: Config) -> Finding:
    public = config.origin("site.base_url") != "default"
    return Finding(
        check="base_url",
        ok=public or config.server.host in ("127.0.0.1", "localhost", "::1"),
        found=config.site.base_url + ("" if public else " (the default)"),
        fix="" if public else "before others subscribe, set [site] base_url to the public address: feeds carry it",
    )


def _data_dir(folder: Path) -> Finding:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        writable = os.access(folder, os.W_OK)
    except OSError as error:
        return Finding(check="data", ok=False, found=f"{folder}: {error.strerror}", fix="set AGGREGATOR_DATA_DIR")
    fix = "" if writable else "give this user the right to write there, or set AGGREGATOR_DATA_DIR"
    return Finding(check="data", ok=writable, found=f"{folder.resolve()}", fix=fix)


def _disk(folder: Path) -> Finding:
    try:
        usage = shutil.disk_usage(folder)
    except OSError as error:
        return Finding(check="disk", ok=False, found=f"{folder}: {error.strerror}", fix="set AGGREGATOR_DATA_DIR")
    free = usage.free / usage.total
    fix = "" if free > DISK_FREE else "free space, or move the data directory"
    return Finding(check="disk", ok=free > DISK_FREE, found=f"{usage.free / 1e9:.1f} GB free ({free:.0%})", fix=fix)


def _network(look_up: Callable[[str, int], object] = socket.getaddrinfo) -> Finding:
    try:
        look_up("www.rijksoverheid.nl", 443)
    except OSError:
        return Finding(
            check="internet",
            ok=False,
            found="names on the internet cannot be looked up from this machine",
            fix="partners cannot be polled until it is online; `aggregator demo` works without",
        )
    return Finding(check="internet", ok=True, found="names can be looked up")


def _database(config: Config, now: datetime) -> Iterator[Finding]:
    try:
        store = open_store(config.paths.database_url)
        found = migrate.version(store)
        if found is None:
            yield Finding(check="database", ok=True, found="empty; the first start makes its tables")
            return
        fix = "" if found == migrate.HEAD else "run `aggregator db upgrade`"
        yield Finding(check="database", ok=not fix, found=f"{store.dialect}, version {found}", fix=fix)
        if not fix:
            yield _clock(store, now)
            yield from _sources(store, config, now)
    except AggregatorError as error:
        yield Finding(check="database", ok=False, found=str(error), fix="check AGGREGATOR_DATABASE_URL")


def _clock(store: Store, now: datetime) -> Finding:
    with store.read() as transaction:
        apart = abs(database.database_time(transaction) - now)
    fix = "" if apart < CLOCK_SLACK else "set both clocks by NTP"
    return Finding(
        check="clock", ok=not fix, found=f"{apart.total_seconds():.0f} s apart from the database's clock", fix=fix
    )


def _sources(store: Store, config: Config, now: datetime) -> Iterator[Finding]:
    with store.read() as transaction:
        held = sources.all_sources(transaction)
        known = sources.known_ids(transaction)
    ours = {each.source.id: each.source for each in held}
    differing = [each.id for each in config.sources if each.id in ours and ours[each.id] != each]
    gone = [each.id for each in config.sources if each.id in known and each.id not in ours]
    if differing or gone:
        said = [f"{len(differing)} differ" if differing else "", f"{len(gone)} were removed" if gone else ""]
        yield Finding(
            check="sources.toml",
            ok=True,
            found=f"of its sources {' and '.join(filter(None, said))} in the database, which wins",
            fix="`aggregator sources import config/sources.toml` shows it, with --apply the file wins",
        )
    for each in held:
        poll = each.poll
        well = not poll.code and not (poll.next_due and poll.next_due < now - LATE)
        if not well:
            detail = f" ({poll.detail})" if poll.detail else ""
            found = f"{poll.code or 'late'}{detail}, {poll.failures} times in a row"
            yield Finding(
                check=each.source.id, ok=False, found=found, fix=f"`aggregator sources check {each.source.id}`"
            )
    fine = sum(1 for each in held if each.poll.at and not each.poll.code)
    waiting = sum(1 for each in held if each.poll.at is None)
    yield Finding(check="sources", ok=True, found=f"{len(held)}: {fine} well, {waiting} not polled yet")
