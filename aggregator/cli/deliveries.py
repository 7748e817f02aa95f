"""`webhooks` and `deliveries`: who is told what happens to stories, and how what we send elsewhere went."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlsplit

import typer

from aggregator.cli.context import configuration, quiet_logs
from aggregator.cli.output import PLAIN, Exit, WantsJson, fail, for_programs, iso, moment, print_json, print_rows

if TYPE_CHECKING:
    from aggregator.store import Store, Transaction
    from aggregator.store.outbox import Line
    from aggregator.store.webhooks import Webhook

webhooks_app = typer.Typer(
    no_args_is_help=True, rich_markup_mode=PLAIN, help="Tell other systems what happens to stories, signed."
)
deliveries_app = typer.Typer(
    no_args_is_help=True, rich_markup_mode=PLAIN, help="See what waits to be sent and what was given up; send it again."
)

Number = Annotated[int, typer.Argument(metavar="ID", help="The webhook's number; `webhooks list` shows it.")]
HOOK_COLUMNS = ("id", "url", "events", "standing", "told_at", "failing_since", "off_because")
LINE_COLUMNS = ("id", "kind", "target", "state", "tries", "due", "ended", "error")
LOG_COLUMNS = ("id", "event", "story", "state", "tries", "due", "ended", "error")


@webhooks_app.command("add")
def add(
    url: Annotated[str, typer.Argument(metavar="URL", help="Where messages are posted to.")],
    events: Annotated[
        str, typer.Option("--events", help="Which: published, updated, withdrawn, with commas; else all.")
    ] = "",
    wants_json: WantsJson = False,
) -> None:
    """Add a webhook; its secret is shown this once."""
    from aggregator.deliver.webhooks import new_secret
    from aggregator.fetch.address import web_address
    from aggregator.publish.message import KINDS
    from aggregator.store import webhooks

    try:
        web_address(url)
    except ValueError as error:
        fail(f"{url}: {error}; write e.g. https://example.nl/hook", Exit.USAGE)
    kinds = [each.strip() for each in events.split(",") if each.strip()] or list(KINDS)
    if unknown := sorted(set(kinds) - set(KINDS)):
        fail(f"{', '.join(unknown)}: there is no such event; write one or more of {', '.join(KINDS)}", Exit.USAGE)
    secret = new_secret()
    with _store() as store, store.write() as transaction:
        if any(each.url == url for each in webhooks.every(transaction)):
            fail(f"{url} is told already; `aggregator webhooks list` shows it", Exit.FAILURE)
        made = webhooks.add(transaction, url, secret, kinds, moment(""))
    if for_programs(wants_json):
        print_json(hook_json(made) | {"secret": secret})
        return
    print(f"webhook {made.id} is told from now on. Its secret, which is not shown again:\n  {secret}")
    if urlsplit(url).scheme == "http":
        print("It is on plain http: whoever is on the way can read along. Use https where you can.")


@webhooks_app.command("list")
def list_webhooks(wants_json: WantsJson = False) -> None:
    """All webhooks, and how it goes with them."""
    from aggregator.store import webhooks

    with _store() as store, store.read() as transaction:
        rows = [hook_json(each) for each in webhooks.every(transaction)]
    if not for_programs(wants_json):
        rows = [row | {"events": ", ".join(row["events"])} for row in rows]
    print_rows(rows, HOOK_COLUMNS, wants_json=wants_json)


@webhooks_app.command("remove")
def remove(number: Number) -> None:
    """Tell a webhook nothing any more, and forget its secret."""
    from aggregator.store import webhooks

    with _store() as store, store.write() as transaction:
        _known(transaction, number)
        webhooks.remove(transaction, number)
    print(f"webhook {number} is removed")


@webhooks_app.command("enable")
def enable(number: Number) -> None:
    """Tell a webhook again that was switched off: what happens from now on. `resend` sends what it missed."""
    from aggregator.store import webhooks

    with _store() as store, store.write() as transaction:
        _known(transaction, number)
        webhooks.switch_on(transaction, number)
    print(f"webhook {number} is told from now on; `aggregator webhooks resend {number}` sends what was given up")


@webhooks_app.command("log")
def log(number: Number, limit: Annotated[int, typer.Option(min=1)] = 50, wants_json: WantsJson = False) -> None:
    """The latest messages to a webhook and how they went, newest first; kept for 30 days."""
    from aggregator.announcing import WEBHOOK
    from aggregator.store import outbox, stories

    with _store() as store, store.read() as transaction:
        _known(transaction, number)
        found = outbox.lines(transaction, kinds=[WEBHOOK], subject=str(number), limit=limit)
        named = stories.rows(transaction, {each.payload["story"] for each in found})
    rows = [
        line_json(each)
        | {"event": each.payload["kind"], "story": stories.slug_of(named[each.payload["story"]])}
        | {"at": each.payload["at"]}
        for each in found
    ]
    print_rows(rows, LOG_COLUMNS, wants_json=wants_json)


@webhooks_app.command("resend")
def resend_webhook(number: Number) -> None:
    """Send a webhook everything again that was given up, under the same ids."""
    from aggregator.announcing import WEBHOOK
    from aggregator.store import outbox

    with _store() as store, store.write() as transaction:
        hook = _known(transaction, number)
        if hook.off_at:
            fail(f"webhook {number} is switched off: `aggregator webhooks enable {number}` first", Exit.FAILURE)
        count = outbox.resend(transaction, moment(""), kind=WEBHOOK, subject=str(number))
    print(f"{count} to be sent again")


@deliveries_app.command("list")
def list_deliveries(
    dead: Annotated[bool, typer.Option("--dead", help="Only those that were given up.")] = False,
    kind: Annotated[str, typer.Option("--kind", help="mail, webhook, websub or websub-publish.")] = "",
    limit: Annotated[int, typer.Option(min=1)] = 100,
    wants_json: WantsJson = False,
) -> None:
    """What waits, what arrived and what was given up, newest first; kept for 30 days."""
    from aggregator.store import outbox

    with _store() as store, store.read() as transaction:
        found = outbox.lines(transaction, kinds=[kind] if kind else (), only_dead=dead, limit=limit)
    print_rows([line_json(each) for each in found], LINE_COLUMNS, wants_json=wants_json)


@deliveries_app.command("resend")
def resend(
    number: Annotated[int | None, typer.Argument(metavar="[ID]", help="One delivery, arrived or given up.")] = None,
    every: Annotated[bool, typer.Option("--all", help="All that were given up.")] = False,
) -> None:
    """Try again, under the same id. Mail is not sent again: its links were emptied; make a new one."""
    from aggregator.store import outbox

    _one_or_all(number, every)
    with _store() as store, store.write() as transaction:
        count = outbox.resend(transaction, moment(""), number=number)
    if number is not None and not count:
        fail(
            f"{number} cannot be sent again: it still waits, is unknown, or was mail whose link is emptied "
            "(`aggregator users reset EMAIL` makes a new one)",
            Exit.FAILURE,
        )
    print(f"{count} to be sent again")


@deliveries_app.command("forget")
def forget(
    number: Annotated[int | None, typer.Argument(metavar="[ID]", help="One that was given up.")] = None,
    every: Annotated[bool, typer.Option("--all", help="All that were given up.")] = False,
) -> None:
    """Take what was given up off the list: you know of it, and it is not sent."""
    from aggregator.store import outbox

    _one_or_all(number, every)
    with _store() as store, store.write() as transaction:
        count = outbox.forget_dead(transaction, number)
    print(f"{count} forgotten")


def hook_json(hook: "Webhook") -> dict[str, Any]:
    """The stable JSON form of a webhook; without its secret."""
    return {
        "id": hook.id,
        "url": hook.url,
        "events": list(hook.kinds),
        "standing": "off" if hook.off_at else "failing" if hook.failing_since else "on",
        "created": iso(hook.created),
        "told_at": iso(hook.told_at),
        "failing_since": iso(hook.failing_since),
        "off_because": hook.off_because,
    }


def line_json(line: "Line") -> dict[str, Any]:
    """The stable JSON form of a delivery. Without the query of its target: callbacks keep their keys there."""
    return {
        "id": line.id,
        "kind": line.kind,
        "target": line.target.partition("?")[0],
        "state": line.state,
        "tries": line.tries,
        "due": iso(line.due),
        "ended": iso(line.ended),
        "error": line.error,
    }


def _one_or_all(number: int | None, every: bool) -> None:
    if (number is None) != every:
        fail("name one delivery, or --all; `aggregator deliveries list --dead` shows them", Exit.USAGE)


def _known(transaction: "Transaction", number: int) -> "Webhook":
    from aggregator.store import webhooks

    found = webhooks.get(transaction, number)
    if found is None:
        fail(f"there is no webhook {number}; `aggregator webhooks list` shows them", Exit.USAGE)
    return found


@contextmanager
def _store() -> "Iterator[Store]":
    """The configured database alone: no source is added and nobody is asked anything."""
    from aggregator.wiring import ready_store

    quiet_logs()
    store = ready_store(configuration())
    try:
        yield store
    finally:
        store.close()
