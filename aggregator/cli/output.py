"""What commands print: JSON for programs, tables for people; progress and complaints on stderr."""

import getpass
import json
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from enum import IntEnum
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

if TYPE_CHECKING:
    from aggregator.model import Poll

PLAIN = None  # rich_markup_mode: coloured help would double what `--help` costs

WantsJson = Annotated[bool, typer.Option("--json", help="One JSON object a line; the default when piped.")]
Now = Annotated[str, typer.Option("--now", metavar="TIME", help="Rehearse at another moment (ISO 8601).")]


class Exit(IntEnum):
    """What the exit code says."""

    OK = 0
    FAILURE = 1
    USAGE = 2
    PROBLEMS = 3
    PARTLY = 4
    BUSY = 75


def fail(message: str, code: Exit) -> NoReturn:
    """Say what is wrong and stop."""
    print(f"aggregator: {message}", file=sys.stderr)
    raise SystemExit(int(code))


def actor() -> str:
    """Who decides at this terminal, for the log."""
    try:
        return f"cli:{getpass.getuser()}"
    except (KeyError, OSError):  # a container's user need not have a name
        return f"cli:{os.getuid()}"


def for_programs(wants_json: bool) -> bool:
    """Whether to print JSON: when asked, and wherever no person watches."""
    return wants_json or not sys.stdout.isatty()


def print_json(value: Any) -> None:
    """One object on one line."""
    print(json.dumps(value, ensure_ascii=False, separators=(", ", ": ")), flush=True)


def print_rows(rows: Iterable[Mapping[str, Any]], columns: Sequence[str], *, wants_json: bool) -> None:
    """A list: one JSON object a line, or a table of the named columns."""
    if for_programs(wants_json):
        for row in rows:
            print_json(row)
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, header_style="bold", pad_edge=False)
    for column in columns:
        table.add_column(column.replace("_", " "), overflow="fold")
    for row in rows:
        table.add_row(*(Text(_cell(row[column])) for column in columns))  # Text: "[x]" in a title is no markup
    Console().print(table)


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else ""
    return "" if value is None else str(value)


def moment(text: str) -> datetime:
    """The time that `--now` names, or the present; a time without zone is UTC."""
    if not text:
        return datetime.now(UTC)
    try:
        found = datetime.fromisoformat(text)
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        fail(f"--now {text}: not a time; write e.g. 2026-11-23T12:00:00Z", Exit.USAGE)


def iso(at: datetime | None) -> str | None:
    """A time for programs: RFC 3339 in UTC, to the second."""
    return None if at is None else at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def told(code: str, language: str, **facts: str) -> str:
    """What a poll's code or outcome means, in a sentence or two; "" for none."""
    from aggregator.text.outcomes import sentence

    return sentence(code, "en" if language == "en" else "nl", **facts) if code else ""


def of_poll(poll: "Poll", language: str) -> str:
    """What the last poll of a source came to."""
    facts = {"moved_to": poll.address} if poll.address else {}
    return told(poll.code or (poll.outcome.value if poll.outcome else ""), language, **facts)
