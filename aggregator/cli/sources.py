"""`sources`: whom we poll."""

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlsplit

import typer

from aggregator.cli.output import Exit, WantsJson, fail, for_programs, iso, moment, print_json, print_rows

if TYPE_CHECKING:
    from datetime import datetime

    from aggregator.ops.probe import Probe
    from aggregator.store.sources import Held

app = typer.Typer(no_args_is_help=True, help="Add, check, pause, import and export the sources that are polled.")

Id = Annotated[str, typer.Argument(metavar="ID", help="A source's id.")]
Address = Annotated[str, typer.Argument(metavar="URL", help="A home page, news page or feed.")]


@app.command("list")
def list_sources(wants_json: WantsJson = False) -> None:
    """Every source, with how its last poll went."""
    from aggregator.cli.context import service
    from aggregator.store import sources

    with service(moment("")) as opened, opened.store.read() as transaction:
        rows = [source_json(each, opened.config.site.language) for each in sources.all_sources(transaction)]
    print_rows(rows, ("id", "organisation", "kind", "outcome", "last_poll", "next_due", "url"), wants_json=wants_json)


def source_json(held: "Held", language: str) -> dict[str, Any]:
    """The stable JSON form of a source and its last poll."""
    from aggregator.text.outcomes import sentence

    source, poll = held.source, held.poll
    outcome = "paused" if source.paused else (poll.outcome.value if poll.outcome else "never polled")
    facts = {"detail": poll.detail, "organisation": source.organisation, "status": str(poll.status or "")}
    return {
        "id": source.id,
        "organisation": source.organisation,
        "url": source.url,
        "address": poll.address or source.url,
        "kind": source.kind,
        "labels": list(source.labels),
        "themes": list(source.themes),
        "paused": source.paused,
        "outcome": outcome,
        "status": poll.status,
        "code": poll.code,
        "message": sentence(poll.code or poll.outcome.value, language, **facts) if poll.outcome else "",
        "failures": poll.failures,
        "last_poll": iso(poll.at),
        "last_success": iso(poll.succeeded_at),
        "last_change": iso(poll.changed_at),
        "next_due": iso(poll.next_due),
    }


@app.command("preview")
def preview(url: Address, wants_json: WantsJson = False) -> None:
    """Say what is found at an address; nothing is stored."""
    from aggregator.cli.context import service

    now = moment("")
    with service(now) as opened:
        found = _probe(opened, url, now)
        _show(found, opened.config.site.language, wants_json)
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
    from aggregator.model import Source
    from aggregator.store import sources

    now = moment("")
    with service(now) as opened:
        with opened.store.read() as transaction:
            taken = {each.source.id: each.source for each in sources.all_sources(transaction)}
        same = [each.id for each in taken.values() if each.url.rstrip("/") == url.rstrip("/")]
        if same:
            fail(f"{url} is already the source {same[0]}", Exit.FAILURE)
        found = _probe(opened, url, now)
        _show(found, opened.config.site.language, wants_json)
        if found.reading is None and not anyway:
            raise typer.Exit(Exit.PROBLEMS)
        name = id_ or _free_id(url, taken.keys())
        if name in taken:
            fail(f"there is a source {name} already; choose another --id", Exit.FAILURE)
        source = Source(
            id=name,
            organisation=organisation
            or (found.reading.title if found.reading else "")
            or (urlsplit(url).hostname or url),
            url=url,
            publish="review",
            labels=tuple(label or ()),
        )
        with opened.store.write() as transaction:
            sources.add(transaction, [source], now)
    if not for_programs(wants_json):
        print(f"added as {name}; what it brings waits for an editor")


@app.command("check")
def check(
    ids: Annotated[list[str] | None, typer.Argument(metavar="[ID]...", help="These only.")] = None,
    wants_json: WantsJson = False,
) -> None:
    """Fetch and read every source now, store nothing, and say which cannot be read and why."""
    from aggregator.cli.context import service
    from aggregator.ops.probe import probe_all
    from aggregator.store import sources
    from aggregator.text.outcomes import sentence

    now = moment("")
    rows = []
    with service(now) as opened:
        with opened.store.read() as transaction:
            held = [each for each in sources.all_sources(transaction) if not ids or each.source.id in ids]
        language = opened.config.site.language
        for source, found in probe_all(opened, held, now):
            code = found.code or "fetched"
            row = {
                "id": source.id,
                "ok": found.reading is not None,
                "code": found.code,
                "entries": len(found.reading.entries) if found.reading else 0,
                "format": found.reading.format if found.reading else None,
                "robots_forbid": found.robots_forbid,
                "message": sentence(code, language, detail=found.detail, organisation=source.organisation),
                "url": source.url,
            }
            rows.append(row)
            if for_programs(wants_json):
                print_json(row)
            else:
                print(f"{'ok ' if row['ok'] else 'NOT'} {source.id:<28} {row['entries']:>4} entries  {row['message']}")
            sys.stdout.flush()
    raise typer.Exit(Exit.OK if all(row["ok"] for row in rows) else Exit.PROBLEMS)


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
    with service(now) as opened, opened.store.write() as transaction:
        held = [each.source for each in sources.all_sources(transaction)]
        wanted = read_sources_file(file, held, [theme.slug for theme in opened.config.site.themes])
        found = differences(held, wanted)
        if apply:
            sources.add(transaction, [source for _, source in found], now)
    rows = [{"id": source.id, "change": change, "url": source.url, "applied": apply} for change, source in found]
    print_rows(rows, ("id", "change", "url"), wants_json=wants_json)
    if rows and not apply and not for_programs(wants_json):
        print("nothing was changed; --apply does it")


@app.command("export")
def export(
    format_: Annotated[str, typer.Option("--format", help="toml or opml.")] = "toml",
) -> None:
    """Write every source to standard output."""
    from aggregator.cli.context import service
    from aggregator.config import dump_sources
    from aggregator.publish.opml import sources_opml
    from aggregator.store import sources

    if format_ not in ("toml", "opml"):
        fail(f"--format {format_}: write toml or opml", Exit.USAGE)
    with service(moment("")) as opened, opened.store.read() as transaction:
        held = sources.all_sources(transaction)
        if format_ == "toml":
            print(dump_sources([each.source for each in held]), end="")
        else:
            addresses = {each.source.id: each.poll.address or each.source.url for each in held}
            body = sources_opml([each.source for each in held], opened.config.site, addresses)
            sys.stdout.write(body.decode())


def _held(transaction: Any, source_id: str) -> "Held":
    from aggregator.store import sources

    for each in sources.all_sources(transaction):
        if each.source.id == source_id:
            return each
    fail(f"no source is called {source_id}; `aggregator sources list` shows their ids", Exit.USAGE)


def _probe(opened: Any, url: str, now: "datetime") -> "Probe":
    from aggregator.model import Source
    from aggregator.ops.probe import probe

    if urlsplit(url).scheme not in ("http", "https"):
        fail(f"{url}: write a whole address, with https://", Exit.USAGE)
    return probe(opened, Source(id="preview", organisation="", url=url), now)


def _show(found: "Probe", language: str, wants_json: bool) -> None:
    from aggregator.cli.reading import reading_json
    from aggregator.text.outcomes import sentence

    message = sentence(found.code or "fetched", language, detail=found.detail)
    if for_programs(wants_json):
        reading = reading_json(found.reading) if found.reading else None
        print_json({"url": found.address, "code": found.code, "message": message, "reading": reading})
        return
    print(message)
    if found.robots_forbid:
        print(
            "robots.txt of this site forbids this address to us; a feed is an invitation, so it is polled all the same"
        )
    for entry in found.reading.entries[:10] if found.reading else ():
        print(f"  {iso(entry.published) or 'no date':<21} {entry.title}")


def _free_id(url: str, taken: Any) -> str:
    host = (urlsplit(url).hostname or "source").removeprefix("www.")
    base = re.sub(r"[^a-z0-9]+", "-", host.rsplit(".", 1)[0].lower()).strip("-") or "source"
    return next(name for n in range(1, 10_000) if (name := base if n == 1 else f"{base}-{n}") not in taken)
