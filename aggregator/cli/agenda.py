"""`sources agenda`: the events that sources announce, kept apart from their news."""

from typing import Annotated

import typer

from aggregator.cli.output import WantsJson, moment, print_rows


def add_to(app: typer.Typer) -> None:
    """Add the command of this file to `sources`."""
    app.command("agenda")(agenda)


def agenda(
    id_: Annotated[str, typer.Option("--source", help="Of this source only.")] = "", wants_json: WantsJson = False
) -> None:
    """The coming events that sources announce. They are kept apart: never a story, never in a news feed."""
    from aggregator.cli.context import service
    from aggregator.cli.reading import event_json
    from aggregator.store import agenda as events
    from aggregator.text.dates import amsterdam_day, day_in_amsterdam

    now = moment("")
    with service(now) as opened, opened.store.read() as transaction:
        found = events.coming(transaction, amsterdam_day(day_in_amsterdam(now)), id_)
    rows = [{"source": each.source_id} | event_json(each.event) for each in found]
    print_rows(rows, ("starts", "ends", "source", "place", "title"), wants_json=wants_json)
