"""`demo`: the whole service over a small invented partner network."""

from pathlib import Path
from typing import Annotated

import typer


def add_to(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command("demo")(demo)


def demo(
    port: Annotated[int, typer.Option("--port", help="The port to listen on.")] = 8100,
    data: Annotated[Path, typer.Option("--data", help="Where the demo keeps its data; emptied at each start.")] = Path(
        "demo-data"
    ),
) -> None:
    """Start a small invented partner network and the service over it, on a fast clock; no internet needed."""
    from datetime import timedelta

    from aggregator.cli.serving import serve
    from aggregator.demo.network import Network
    from aggregator.demo.partners import TOUR
    from aggregator.demo.settings import BOUNDS, demo_config, empty

    empty(data)
    network = Network.start()
    try:
        lines = ["", "The tour (times from now):", *(f"  {line}" for line in TOUR), ""]
        serve(demo_config(network, data, port), bounds=BOUNDS, tick=timedelta(seconds=1), lines=lines)
    finally:
        network.stop()
