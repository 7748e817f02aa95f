"""The examination: everything that may be wrong with a set-up, one verdict each, with what to do.

It only looks: no folder, file or table is made by it.
"""

import os
import socket
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from importlib.util import find_spec
from pathlib import Path

from aggregator.accounts.issuing import MAIL
from aggregator.announcing import PING, WEBHOOK
from aggregator.config import Config, load
from aggregator.desk.retag import count
from aggregator.errors import AggregatorError
from aggregator.model import Subscription
from aggregator.ops import promises, surroundings
from aggregator.ops.finding import Finding
from aggregator.ops.surroundings import Certificate
from aggregator.policy.push import standing
from aggregator.store import (
    Store,
    Transaction,
    accounts,
    database,
    documents,
    hubs,
    migrate,
    models,
    open_store,
    outbox,
    room,
    sources,
    webhooks,
)
from aggregator.store.outbox import Standing
from aggregator.store.sources import Held
from aggregator.store.webhooks import Webhook
from aggregator.tag.lexicon import rules_number
from aggregator.text.html import clean_text
from aggregator.wiring import make_tagging, reached_by_hubs, tagging_at_work

CLOCK_SLACK = timedelta(seconds=30)
TROUBLED = 5  # failures in a row, over more than a day: no longer something that passes by itself
REPOSTS = timedelta(days=30)  # how long a partner that brought our own news back is named
LATE = timedelta(hours=26)
LOOPBACK = ("127.0.0.1", "localhost", "::1")

LookUp = Callable[[str, int], object]
DatabaseClock = Callable[[Transaction], datetime]


def examine(
    environ: Mapping[str, str],
    now: datetime,
    look_up: LookUp = socket.getaddrinfo,
    clock: DatabaseClock = database.database_time,
    certificate: Certificate = surroundings.expires,
) -> list[Finding]:
    """Look at configuration, data, database, clock, each source and the network, in that order.

    `look_up` finds the address of a host name, or raises OSError; `clock` is the database's, to compare `now` with;
    `certificate` says when that of a server ends, or raises OSError.
    """
    try:
        config = load(environ=environ)
    except AggregatorError as error:
        fix = "mend these lines, then run doctor again"
        return [Finding(check="configuration", ok=False, found=str(error), fix=fix)]
    found = f"{len(config.sources)} sources in {config.paths.config_dir}"
    return [
        Finding(check="configuration", ok=True, found=found),
        _contact(config),
        _base_url(config),
        _themes(config, now),
        *_training(),
        _data_dir(config.paths.data_dir),
        *surroundings.secrets(config),
        _disk(config),
        *_database(config, now, clock),  # before the network, whose time-outs would look like a clock that is wrong
        _network(look_up),
        *surroundings.certificate(config, now, certificate),
        *surroundings.smtp(config),
    ]


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
    is_set = config.origin("site.base_url") != "default"
    return Finding(
        check="base_url",
        ok=is_set or config.server.host in LOOPBACK,
        found=config.site.base_url + ("" if is_set else " (the default)"),
        fix="" if is_set else "before others subscribe, set [site] base_url to the public address: feeds carry it",
    )


def _training() -> Iterator[Finding]:
    if find_spec("sklearn") is None:
        yield Finding(
            check="learning",
            ok=True,
            found="scikit-learn is not installed: editors' decisions are kept, and teach nothing yet",
            fix="pip install 'aggregator[train]'",
        )


def _themes(config: Config, now: datetime) -> Finding:
    tagger = tagging_at_work(config, now).tagger
    if tagger.model:
        found = f"by a model trained on {tagger.model.training.count} items, {tagger.model.training.date}"
        return Finding(check="themes", ok=True, found=found)
    fix = "less is published unasked than with a model; docs/themes.md says what to expect"
    return Finding(check="themes", ok=True, found="by the rules of themes.toml alone: no model knows them", fix=fix)


def _data_dir(folder: Path) -> Finding:
    there = room.nearest(folder)
    found = f"{folder.resolve()}" + ("" if there == folder else ", made at the first start")
    if there.is_dir() and os.access(there, os.W_OK | os.X_OK):
        return Finding(check="data", ok=True, found=found)
    fix = f"give this user the right to write in {there.resolve()}, or set AGGREGATOR_DATA_DIR"
    return Finding(check="data", ok=False, found=found, fix=fix)


def _disk(config: Config) -> Finding:
    folder, guard = config.paths.data_dir, config.operations.disk_guard
    used = room.used(folder)
    fix = f"free space, or move the data directory: above {guard} % polling rests" if used > guard else ""
    found = f"{room.free_bytes(folder) / 1e9:.1f} GB free ({100 - used:.0f}%)"
    return Finding(check="disk", ok=not fix, found=found, fix=fix)


def _network(look_up: LookUp) -> Finding:
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


def _database(config: Config, now: datetime, clock: DatabaseClock) -> Iterator[Finding]:
    try:
        store = open_store(config.paths.database_url)
        file = store.engine.url.database
        if store.dialect == "sqlite" and file and not Path(file).exists():  # to connect would make it
            yield EMPTY
            return
        try:
            yield from _tables(store, config, now, clock)
        finally:
            store.close()
    except AggregatorError as error:
        yield Finding(check="database", ok=False, found=str(error), fix="check AGGREGATOR_DATABASE_URL")


EMPTY = Finding(check="database", ok=True, found="empty; the first start makes its tables")


def _tables(store: Store, config: Config, now: datetime, clock: DatabaseClock) -> Iterator[Finding]:
    found = migrate.version(store)
    if found is None:
        yield EMPTY
        return
    fix = "start the newer program" if found > migrate.HEAD else "run `aggregator db upgrade`"
    is_ours = found == migrate.HEAD
    yield Finding(check="database", ok=is_ours, found=f"{store.dialect}, version {found}", fix="" if is_ours else fix)
    if not is_ours:
        return
    yield from _retagging(store, config, now)
    with store.read() as transaction:
        apart = abs(clock(transaction) - now)
        held = sources.all_sources(transaction)
        known = sources.known_ids(transaction)
        is_empty = accounts.is_empty(transaction)
        letters = outbox.standing(transaction, MAIL)
        told = outbox.standing(transaction, WEBHOOK, PING)
        hooks = webhooks.every(transaction)
        refused = documents.refusals(transaction)
        promised = list(promises.kept(transaction, now))
        has_search = database.has_full_text(transaction)
        asked = hubs.of_sources(transaction)
    yield from map(_refused, refused)
    yield _clock(apart)
    yield from _search(has_search)
    yield from promised
    yield _editors(is_empty)
    yield _mail(letters, config)
    yield from _webhooks(hooks)
    yield from _deliveries(told)
    yield from _pushes(held, asked, config, now)
    yield from _differing(held, known, config)
    yield from _sources(held, now)


def _retagging(store: Store, config: Config, now: datetime) -> Iterator[Finding]:
    tagging = make_tagging(config)
    with store.read() as transaction:
        tagged_by = models.tagged_by(transaction)
        tagging.renew(transaction, now)
    if tagged_by not in (0, rules_number(tagging.rules)):
        found = f"themes.toml is another than the stored stories were tagged by: {count(store, tagging)} would change"
        fix = "`aggregator themes trial` shows which; nothing is tagged anew by itself"
        yield Finding(check="themes.toml", ok=True, found=found, fix=fix)


def _clock(apart: timedelta) -> Finding:
    fix = "" if apart < CLOCK_SLACK else "set both clocks by NTP"
    found = f"{apart.total_seconds():.0f} s apart from the database's clock"
    return Finding(check="clock", ok=not fix, found=found, fix=fix)


def _search(has_full_text: bool) -> Iterator[Finding]:
    if not has_full_text:
        fix = "install a Python whose SQLite has FTS5 (that of Debian, Ubuntu, python.org and the image has it)"
        yield Finding(check="search", ok=False, found="this SQLite cannot search in full text (no FTS5)", fix=fix)


def _editors(is_empty: bool) -> Finding:
    if not is_empty:
        return Finding(check="editors", ok=True, found="someone can sign in")
    fix = "open the link that `aggregator run` prints, or `aggregator users add EMAIL --role beheerder`"
    return Finding(check="editors", ok=True, found="nobody has an account yet", fix=fix)


def _refused(refusal: tuple[str, datetime, list[str]]) -> Finding:
    path, at, wrong = refusal
    found = f"not valid since {at:%Y-%m-%d %H:%M} UTC, so the one before is served: {wrong[0]}"
    fix = "an error of this program: report it with this line; it mends itself at the first release that is valid"
    return Finding(check=path, ok=False, found=found, fix=fix, kind="document")


def _mail(letters: Standing, config: Config) -> Finding:
    waiting = f"{letters.waiting} to be sent" if letters.waiting else ""
    if letters.dead:
        found = f"{letters.dead} could not be delivered, the last because: {letters.error}"
        fix = "look at mail.smtp_url and the address; then make a new link with `aggregator users reset EMAIL`"
        return Finding(check="mail", ok=False, found=found, fix=fix)
    if not config.smtp_url.get_secret_value():
        fix = "set AGGREGATOR_SMTP_URL to have invitations and links mailed; until then they are handed over by hand"
        return Finding(check="mail", ok=not letters.waiting, found=waiting or "not set up", fix=fix)
    return Finding(check="mail", ok=True, found=waiting or "nothing waits")


def _webhooks(hooks: Sequence[Webhook]) -> Iterator[Finding]:
    for each in hooks:
        name, since = f"webhook {each.id}", each.failing_since
        if each.off_at:
            fix = f"mend {each.url}, then `aggregator webhooks enable {each.id}`; or `remove` it"
            found = f"switched off: {each.off_because}"
            yield Finding(check=name, ok=False, found=found, fix=fix, kind="webhook")
        elif since:
            fix = f"`aggregator webhooks log {each.id}` shows why; it is tried on"
            yield Finding(check=name, ok=True, found=f"takes nothing since {since:%Y-%m-%d %H:%M} UTC", fix=fix)


def _deliveries(told: Standing) -> Iterator[Finding]:
    if told.dead:
        found = f"{told.dead} messages were given up, the last because: {told.error}"
        fix = "`aggregator deliveries list --dead` shows them, `resend` sends them again, `forget` drops them"
        yield Finding(check="deliveries", ok=False, found=found, fix=fix)
    elif told.waiting:
        yield Finding(check="deliveries", ok=True, found=f"{told.waiting} wait to be sent")


def _pushes(
    held: Sequence[Held], asked: Mapping[str, Subscription], config: Config, now: datetime
) -> Iterator[Finding]:
    named = [each for each in held if each.poll.hub and not each.source.paused]
    if not named:
        return
    reached_at, why = reached_by_hubs(config)
    if not reached_at:
        fix = "set site.base_url to where the public finds this site, or websub.callback_url"
        found = f"{len(named)} sources could push what is new, and are visited instead: {why}"
        yield Finding(check="websub", ok=True, found=found, fix=fix if config.websub.subscribe else "")
        return
    said = Counter(standing(each.poll.hub, asked.get(each.source.id), each.poll.pushed_at, now) for each in named)
    yield Finding(check="websub", ok=True, found=", ".join(f"{n} {word}" for word, n in sorted(said.items())))
    for each in asked.values():
        if each.reason:
            fix = "it is asked again by itself; until then the source is visited as usual"
            found = f"{each.hub} does not push: {each.reason}"
            yield Finding(check=each.source_id, ok=True, found=clean_text(found), fix=fix)


def _differing(held: Sequence[Held], known: frozenset[str], config: Config) -> Iterator[Finding]:
    ours = {each.source.id: each.source for each in held}
    counts = {
        "are other": sum(each.id in ours and ours[each.id] != each for each in config.sources),
        "are removed": sum(each.id in known and each.id not in ours for each in config.sources),
    }
    said = [f"{count} {what}" for what, count in counts.items() if count]
    if said:
        file = config.paths.config_dir / "sources.toml"
        yield Finding(
            check="sources.toml",
            ok=True,
            found=f"of its sources {' and '.join(said)} in the database, which wins",
            fix=f"`aggregator sources import {file}` shows which; with --apply the file wins",
        )


def _sources(held: Sequence[Held], now: datetime) -> Iterator[Finding]:
    followed = [each for each in held if not each.source.paused]
    for each in followed:
        if each.poll.code:
            yield _troubled(each)
        if each.poll.offers:
            found = f"its page links a feed by now: {each.poll.offers}"
            fix = f'a feed is surer than a page: set url to it and kind = "feed" for {each.source.id}'
            yield Finding(check=each.source.id, ok=True, found=found, fix=fix)
        if each.poll.reposted_at and each.poll.reposted_at > now - REPOSTS:
            found = f"it reposts our news (last seen {each.poll.reposted_at:%Y-%m-%d}); none of that is taken in again"
            yield Finding(check=each.source.id, ok=True, found=found)
    late = sum(bool(each.poll.next_due and each.poll.next_due < now - LATE) for each in followed)
    if late:
        found = f"{late} sources should have been polled more than a day ago"
        yield Finding(check="late", ok=False, found=found, fix="is `aggregator run` running?")
    counts = {
        "well": sum(bool(each.poll.at) and not each.poll.code for each in followed),
        "not polled yet": sum(each.poll.at is None for each in followed),
        "paused": len(held) - len(followed),
    }
    said = ", ".join(f"{count} {what}" for what, count in counts.items() if count)
    yield Finding(check="sources", ok=True, found=f"{len(held)}: {said}" if said else f"{len(held)}")


def _troubled(held: Held) -> Finding:
    poll, name = held.poll, held.source.id
    detail = f" ({poll.detail})" if poll.detail else ""
    found = f"{poll.code}{detail}, {poll.failures} times in a row"
    fix, passing = f"`aggregator sources check {name}`", poll.failures < TROUBLED
    return Finding(check=name, ok=False, found=found, fix=fix, kind="source", passing=passing)
