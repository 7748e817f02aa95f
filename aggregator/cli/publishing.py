"""`publish`: the public side as files, for any static server."""

from pathlib import Path
from typing import Annotated

import typer

from aggregator.cli.output import WantsJson, for_programs, moment, print_json


def add_to(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command("publish")(publish)


def publish(
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="The folder to write into; made when absent.")],
    wants_json: WantsJson = False,
) -> None:
    """Write the whole public side as files, for nginx, a CDN or a free host."""
    from aggregator.cli.context import service
    from aggregator.illustrating import follow
    from aggregator.ops.files import write_public_side
    from aggregator.release import refresh

    at = moment("")
    with service(at) as opened:
        follow(opened.store, at)
        refresh(opened.press, at, everything=True)
        written = write_public_side(opened.press, out, at)
    if for_programs(wants_json):
        print_json({"out": str(out), "files": written})
    else:
        print(f"{written} files written to {out}")
