"""`sources`: whom we poll."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from aggregator.cli.output import (
    PLAIN,
    Exit,
    WantsJson,
    fail,
    for_programs,
    iso,
    moment,
    of_poll,
    print_json,
    print_rows,
    told,
)

if TYPE_CHECKING:
    from datetime import datetime

    from aggregator.ladder import Rung
    from aggregator.model import Source
    from aggregator.probing import Probe
    from aggregator.store import Transaction
    from aggregator.store.sources import Held
    from aggregator.wiring import Service

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=PLAIN,
    help="Add, check, pause, import and export the sources that are polled.",
)

Id = Annotated[str, typer.Argument(metavar="ID", help="A source's id.")]
Address = Annotated[str, typer.Argument(metavar="URL", help="A home page, news page or feed.")]
COLUMNS = ("id", "organisation", "kind", "paused", "outcome", "last_poll", "next_due", "pushes", "url")


@app.command("list")
def list_sources(wants_json: WantsJson = False) -> None:
    """Every source, with how its last poll went."""
    from aggregator.cli.context import service
    from aggregator.policy.push import standing
    from aggregator.store import hubs, sources

    now = moment("")
    with service(now) as opened, opened.store.read() as transaction:
        asked = hubs.of_sources(transaction)
        rows = [
            source_json(each, opened.config.site.language)
            | {"pushes": standing(each.poll.hub, asked.get(each.source.id), each.poll.pushed_at, now)}
            for each in sources.all_sources(transaction)
        ]
    print_rows(rows, COLUMNS, wants_json=wants_json)


def source_json(held: "Held", language: str) -> dict[str, Any]:
    """The stable JSON form of a source and its last poll; `outcome` is null before the first, `hub` without WebSub."""
    source, poll = held.source, held.poll
    return {
        "id": source.id,
        "organisation": source.organisation,
        "url": source.url,
        "address": poll.address or source.url,
        "kind": source.kind,
        "labels": list(source.labels),
        "themes": list(source.themes),
        "paused": source.paused,
        "outcome": poll.outcome and poll.outcome.value,
        "status": poll.status,
        "code": poll.code,
        "message": of_poll(poll, language),
        "failures": poll.failures,
        "last_poll": iso(poll.at),
        "last_success": iso(poll.succeeded_at),
        "last_change": iso(poll.changed_at),
        "next_due": iso(poll.next_due),
        "reposts": iso(poll.reposted_at),
        "hub": poll.hub or None,
        "last_push": iso(poll.pushed_at),
    }


@app.command("preview")
def preview(url: Address, wants_json: WantsJson = False) -> None:
    """Say what is found at an address; nothing is stored."""
    from aggregator.cli.context import service

    _check_address(url)
    now = moment("")
    with service(now) as opened:
        found = _probe(opened, url, now)
        language = opened.config.site.language
    if for_programs(wants_json):
        print_json(probe_json(found, language))
    else:
        _print_probe(found, language)
    raise typer.Exit(Exit.OK if found.reading else Exit.PROBLEMS)


@app.command("add")
def add(
    url: Address,
    id_: Annotated[str, typer.Option("--id", help="A short name; made from the address when left out.")] = "",
    organisation: Annotated[str, typer.Option("--organisation", help="The partner's name.")] = "",
    label: Annotated[
        list[str] | None, typer.Option("--label", help="region, level or sector; may be repeated.")
    ] = None,
    anyway: Annotated[bool, typer.Option("--anyway", help="Add it even if nothing can be read there now.")] = False,
    wants_json: WantsJson = False,
) -> None:
    """Add a source by its address, after a look at what is there. It starts with everything waiting for an editor."""
    from aggregator.cli.context import service
    from aggregator.desk.sources import new_source
    from aggregator.store import sources

    _check_address(url)
    now = moment("")
    with service(now) as opened:
        with opened.store.read() as transaction:
            held = sources.all_sources(transaction)
        name = _name(url, id_, held)
        language = opened.config.site.language
        found = _probe(opened, url, now)
        wanted = new_source(found, url, (), id_=name, organisation=organisation, labels=label or [])
        added = wanted if found.reading or anyway else None
        if added:
            with opened.store.write() as transaction:
                sources.add(transaction, [added], now)
    if for_programs(wants_json):
        print_json(probe_json(found, language) | {"added": added.id if added else None})
    else:
        _print_probe(found, language)
        print(f"added as {name}; what it brings waits for an editor" if added else "not added; --anyway adds it")
    raise typer.Exit(Exit.OK if added else Exit.PROBLEMS)


def _name(url: str, wanted: str, held: "Sequence[Held]") -> str:
    """The id that a new source gets; stops when there is nothing to add."""
    from aggregator.desk.sources import followed_as, new_source

    if same := followed_as(url, held):
        fail(f"{url} is already the source {same}", Exit.FAILURE)
    taken = {each.source.id for each in held}
    if wanted in taken:
        fail(f"there is a source {wanted} already; choose another --id", Exit.FAILURE)
    return wanted or new_source(None, url, taken).id


@app.command("check")
def check(
    ids: Annotated[list[str] | None, typer.Argument(metavar="ID", help="These only.")] = None,
    wants_json: WantsJson = False,
) -> None:
    """Fetch and read every source now, store nothing, and say which cannot be read and why."""
    from aggregator.cli.context import service
    from aggregator.probing import probe_all

    now = moment("")
    all_ok = True
    with service(now) as opened:
        language = opened.config.site.language
        for source, found in probe_all(opened.lookout, _followed(opened, ids or []), now):
            row = check_json(source, found, language)
            all_ok = all_ok and row["ok"]
            if for_programs(wants_json):
                print_json(row)
            else:
                verdict = "ok " if row["ok"] else "NOT"
                print(f"{verdict} {source.id:<28} {row['entries']:>4} entries  {row['message']}", flush=True)
    raise typer.Exit(Exit.OK if all_ok else Exit.PROBLEMS)


def check_json(source: "Source", found: "Probe", language: str) -> dict[str, Any]:
    """The stable JSON form of a look at one source."""
    reading = found.reading
    return {
        "id": source.id,
        "ok": reading is not None,
        "code": found.code,
        "entries": len(reading.entries) if reading else 0,
        "format": reading.format if reading else None,
        "robots_forbid": found.robots_forbid,
        "message": told(found.code or "fetched", language),
        "url": source.url,
    }


def _followed(opened: "Service", ids: list[str]) -> "list[Held]":
    from aggregator.store import sources

    with opened.store.read() as transaction:
        if ids:
            return [_held(transaction, each) for each in dict.fromkeys(ids)]
        return [each for each in sources.all_sources(transaction) if not each.source.paused]


@app.command("pause")
def pause(id_: Id, resume: Annotated[bool, typer.Option("--resume", help="Poll it again.")] = False) -> None:
    """Stop polling a source for now, or (--resume) start again."""
    from dataclasses import replace

    from aggregator.cli.context import service
    from aggregator.store import sources

    now = moment("")
    with service(now) as opened, opened.store.write() as transaction:
        held = _held(transaction, id_)
        sources.change(transaction, replace(held.source, paused=not resume), now)
    print(f"{id_} {'is polled again' if resume else 'is paused'}")


@app.command("remove")
def remove(id_: Id) -> None:
    """Stop polling a source for good; what it brought stays."""
    from aggregator.cli.context import service
    from aggregator.store import sources

    now = moment("")
    with service(now) as opened, opened.store.write() as transaction:
        _held(transaction, id_)
        sources.remove(transaction, id_, now)
    print(f"{id_} is removed; what it brought stays")


@app.command("healed")
def healed(wants_json: WantsJson = False) -> None:
    """Pages whose list was found anew after a redesign: what was there before, and what that brought."""
    from aggregator.cli.context import service
    from aggregator.store import trials

    with service(moment("")) as opened, opened.store.read() as transaction:
        found = trials.every(transaction, trials.PAGE_RULE)
    rows = [
        {
            "number": each.id,
            "source": each.subject,
            "at": iso(each.at),
            "state": each.state,
            "new": each.differences["new"],
            "changed": each.differences["changed"],
            "before": each.before["rule"],
            "after": each.after["rule"],
        }
        for each in found
    ]
    print_rows(rows, ("number", "source", "at", "state", "changed", "new"), wants_json=wants_json)


@app.command("rollback")
def rollback(
    number: Annotated[int, typer.Argument(metavar="NUMBER", help="As `sources healed` shows it.")],
) -> None:
    """Take a healed page back: its new list is not believed again; the source waits for the old one, or for you."""
    from aggregator.cli.context import service
    from aggregator.desk.trial import roll_back

    with service(moment("")) as opened:
        trial = roll_back(opened.store, number)
    if trial is None:
        fail(f"no change {number} is in force; `aggregator sources healed` shows them", Exit.USAGE)
    print(f"{trial.subject}: the list that was found at {iso(trial.at)} is not believed again")


@app.command("import")
def import_sources(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="OPML or TOML, as `export` writes it.")],
    apply: Annotated[
        bool, typer.Option("--apply", help="Do it: the file wins. Without it, say what would change.")
    ] = False,
    wants_json: WantsJson = False,
) -> None:
    """Compare a list of sources with what is configured, and with --apply take it over."""
    from aggregator.cli.context import service
    from aggregator.ops.exchange import differences, read_sources_file
    from aggregator.store import sources

    now = moment("")
    with service(now) as opened:
        with opened.store.read() as transaction:
            held = sources.all_sources(transaction)
        wanted = read_sources_file(file, held, [theme.slug for theme in opened.config.site.themes])
        found = differences([each.source for each in held], wanted)
        if apply and found:
            with opened.store.write() as transaction:
                sources.add(transaction, [source for _, source in found], now)
    rows = [{"id": source.id, "change": change, "url": source.url, "applied": apply} for change, source in found]
    print_rows(rows, ("id", "change", "url"), wants_json=wants_json)
    if not for_programs(wants_json):
        print(_outcome(len(rows), apply))


def _outcome(count: int, applied: bool) -> str:
    if not count:
        return "nothing differs"
    return f"{count} taken over" if applied else "nothing was changed; --apply does it"


@app.command("export")
def export(format_: Annotated[str, typer.Option("--format", help="toml or opml.")] = "toml") -> None:
    """Write every source to standard output."""
    from aggregator.cli.context import service
    from aggregator.config import dump_sources
    from aggregator.publish.opml import sources_opml
    from aggregator.store import sources
    from aggregator.store.sources import feed_addresses

    if format_ not in ("toml", "opml"):
        fail(f"--format {format_}: write toml or opml", Exit.USAGE)
    with service(moment("")) as opened, opened.store.read() as transaction:
        held = sources.all_sources(transaction)
        site = opened.config.site
    configured = [each.source for each in held]
    if format_ == "toml":
        print(dump_sources(configured), end="")
    else:
        print(sources_opml(configured, site, feed_addresses(held)).decode())


def _held(transaction: "Transaction", source_id: str) -> "Held":
    from aggregator.store import sources

    found = sources.held(transaction, source_id)
    if found is None:
        fail(f"no source is called {source_id}; `aggregator sources list` shows their ids", Exit.USAGE)
    return found


def _check_address(url: str) -> None:
    from aggregator.desk.sources import address_key

    if not address_key(url):
        fail(f"{url}: write a whole address, with https://", Exit.USAGE)


def _probe(opened: "Service", url: str, now: "datetime") -> "Probe":
    from aggregator.model import Source
    from aggregator.probing import probe

    return probe(opened.lookout, Source(id="preview", organisation="", url=url), now)


def probe_json(found: "Probe", language: str) -> dict[str, Any]:
    """The stable JSON form of what is found at an address."""
    from aggregator.cli.reading import reading_json

    return {
        "url": found.address,
        "code": found.code,
        "message": told(found.code or "fetched", language),
        "robots_forbid": found.robots_forbid,
        "recommended": found.ladder.recommended.name if found.ladder and found.ladder.recommended else None,
        "rungs": [rung_json(rung) for rung in found.ladder.rungs] if found.ladder else [],
        "reading": reading_json(found.reading) if found.reading else None,
    }


def rung_json(rung: "Rung") -> dict[str, Any]:
    """The stable JSON form of one rung: what was found there, or why nothing."""
    entries = rung.reading.entries if rung.reading else ()
    return {
        "rung": rung.name,
        "address": rung.address,
        "title": rung.title,
        "entries": len(entries),
        "dated": sum(entry.published is not None for entry in entries),
        "code": rung.code,
    }


def _print_probe(found: "Probe", language: str) -> None:
    from aggregator.text.dates import day_in_amsterdam

    if found.reading is None:
        print(told(found.code, language))
        return
    reading = found.reading
    print(f"{reading.format}, {len(reading.entries)} entries: {reading.title}")
    if found.robots_forbid:
        print("its robots.txt keeps robots away; a feed is an invitation, so it is polled all the same")
    for problem in reading.problems:
        print(f"  ! {problem.message}")
    for entry in reading.entries[:10]:
        day = day_in_amsterdam(entry.published).isoformat() if entry.published else "no date"
        print(f"  {day:<10}  {entry.title}")
    if found.ladder:
        print("looked at:")
        for rung in found.ladder.rungs:
            row = rung_json(rung)
            what = f"{row['entries']} entries, {row['dated']} dated" if row["entries"] else row["code"] or "empty"
            mark = "→" if rung is found.ladder.recommended else " "
            print(f" {mark} {rung.name:<13} {what:<24} {rung.address}")
