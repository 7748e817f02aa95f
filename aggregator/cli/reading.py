"""`read`: what we would read from a document, stored nowhere."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, NoReturn

import typer

from aggregator.cli.output import Exit, Now, WantsJson, fail, for_programs, moment, print_json, told

if TYPE_CHECKING:
    from datetime import datetime

    from aggregator.errors import SourceError
    from aggregator.model import Entry, Fetched, Happening, Reading

As = Literal["auto", "feed", "page"]


def add_to(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command("read")(read)


def read(
    document: Annotated[str, typer.Argument(metavar="FILE|URL|-", help="A file, an address, or - for standard input.")],
    url: Annotated[str, typer.Option("--url", help="The address that relative links start from.")] = "",
    content_type: Annotated[str, typer.Option("--content-type", help="The media type that the server says.")] = "",
    kind: Annotated[As, typer.Option("--as", help="auto, feed or page.")] = "auto",
    now: Now = "",
    wants_json: WantsJson = False,
) -> None:
    """Show what we would read from a document: its entries, and what is wrong with it."""
    from aggregator.errors import SourceError
    from aggregator.ladder import FEED, best_reading
    from aggregator.model import Source

    at = moment(now)
    answer = _answer(document, kind, at)
    answer = _as_told(answer, url, content_type)
    source = Source(id="read", organisation="", url=answer.wire.url, kind=kind)
    try:
        reading = best_reading(answer, source, at, FEED if kind == "feed" else "")
    except SourceError as error:
        _refuse(error, for_programs(wants_json))
    if for_programs(wants_json):
        print_json(reading_json(reading))
    else:
        _print_reading(reading)


def _answer(document: str, kind: As, now: "datetime") -> "Fetched":
    from aggregator.model import Fetched, Wire

    if document.startswith(("http://", "https://")):
        return _fetch(document, kind, now)
    try:
        body = sys.stdin.buffer.read() if document == "-" else Path(document).read_bytes()
    except OSError as error:
        fail(f"{document}: {error.strerror}", Exit.FAILURE)
    return Fetched(wire=Wire(url="http://localhost/", status=200), body=body)


def _as_told(answer: "Fetched", url: str, content_type: str) -> "Fetched":
    """The answer as if its address and its Content-Type were these."""
    from dataclasses import replace

    if url:
        answer = replace(answer, wire=replace(answer.wire, url=url))
    if content_type:
        media_type, _, parameters = content_type.partition(";")
        charset = parameters.partition("charset=")[2].partition(";")[0].strip("\"' ")
        answer = replace(answer, media_type=media_type.strip().lower(), charset=charset)
    return answer


def _fetch(address: str, kind: As, now: "datetime") -> "Fetched":
    from aggregator.cli.context import configuration, quiet_logs
    from aggregator.model import Fetched, Request
    from aggregator.wiring import make_fetcher

    quiet_logs()
    config = configuration()
    fetcher = make_fetcher(config)
    try:
        request = Request(source_id="read", url=address, accept="page" if kind == "page" else "feed")
        ((_, answer),) = fetcher.fetch([request], now)
    finally:
        fetcher.close()
    if isinstance(answer, Fetched):
        return answer
    code = getattr(answer, "code", type(answer).__name__.lower())
    fail(f"{address}: {told(code, 'en')}", Exit.FAILURE)


def _refuse(error: "SourceError", for_program: bool) -> NoReturn:
    message = told(error.code, "en")
    if for_program:
        events = [event_json(each) for each in error.events]
        problem = {"code": error.code, "message": message}
        print_json({"kind": None, "format": None, "title": "", "entries": [], "problems": [problem], "events": events})
    else:
        print(message, file=sys.stderr)
    raise typer.Exit(Exit.FAILURE)


def reading_json(reading: "Reading") -> dict[str, Any]:
    """The stable JSON form of a reading."""
    return {
        "kind": reading.kind,
        "format": reading.format,
        "title": reading.title,
        "entries": [entry_json(entry) for entry in reading.entries],
        "problems": [{"code": each.code, "message": each.message} for each in reading.problems],
        "events": [event_json(each) for each in reading.events],
    }


def event_json(event: "Happening") -> dict[str, Any]:
    """The stable JSON form of an event; `ends` is null and `place` empty when not said."""
    return {
        "title": event.title,
        "link": event.link,
        "starts": _local(event.starts),
        "ends": _local(event.ends),
        "place": event.place,
    }


def entry_json(entry: "Entry") -> dict[str, Any]:
    """The stable JSON form of an entry. Times carry Amsterdam's offset, so that a day is that day."""
    image = entry.image
    return {
        "id": entry.id,
        "link": entry.link,
        "title": entry.title,
        "summary": entry.summary,
        "content": entry.content,
        "published": _local(entry.published),
        "updated": _local(entry.updated),
        "date_evidence": entry.date_evidence and entry.date_evidence.value,
        "date_precision": entry.date_precision and entry.date_precision.value,
        "authors": list(entry.authors),
        "categories": list(entry.categories),
        "image": image and {"url": image.url, "alt": image.alt, "caption": image.caption, "credit": image.credit},
        "kicker": entry.kicker,
    }


def _local(at: "datetime | None") -> str | None:
    from aggregator.text.dates import in_amsterdam

    return None if at is None else in_amsterdam(at).isoformat(timespec="seconds")


def _print_reading(reading: "Reading") -> None:
    from aggregator.text.dates import dutch_date

    print(f"{reading.kind} ({reading.format}): {reading.title}")
    for entry in reading.entries:
        date = dutch_date(entry.published, "en") if entry.published else "no date"
        print(f"\n  {entry.title}\n    {date} ({entry.date_evidence or '-'})  {entry.link or 'no link'}")
        if entry.summary:
            print(f"    {entry.summary[:160]}")
    for problem in reading.problems:
        print(f"\n  ! {problem.code}: {problem.message}", file=sys.stderr)
    print(f"\n{len(reading.entries)} entries, {len(reading.problems)} problems")
