"""`demo`: the whole service over a small invented partner network."""

from pathlib import Path
from typing import Annotated

import typer


def add_to(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command("demo")(demo)


def demo(
    port: Annotated[int, typer.Option("--port", help="The port to listen on.")] = 8100,
    data: Annotated[
        Path, typer.Option("--data", help="Where the demo keeps its data, which is made anew at each start.")
    ] = Path("demo-data"),
) -> None:
    """Start a small invented partner network and the service over it, on a fast clock; no internet needed."""
    from datetime import timedelta

    from aggregator.cli.serving import serve
    from aggregator.demo.network import Network
    from aggregator.demo.partners import TOUR
    from aggregator.demo.settings import BOUNDS, demo_config, empty

    network = Network.start()
    try:
        config = demo_config(network, data, port)
        tour = [f"  {line.format(address=config.site.base_url)}" for line in TOUR]
        lines = ["", "The tour (minutes and seconds from now):", *tour, ""]
        serve(config, bounds=BOUNDS, tick=timedelta(seconds=1), lines=lines, prepare=lambda: empty(data))
    finally:
        network.stop()
