"""`run`: the whole service in one process."""

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from aggregator.cli.output import Exit, fail, moment

if TYPE_CHECKING:
    from datetime import timedelta

    from aggregator.config import Config
    from aggregator.pipeline import Report
    from aggregator.policy.interval import Bounds
    from aggregator.wiring import Service


def add_to(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command("run")(run)


def run(
    host: Annotated[str | None, typer.Option("--host", help="The address to listen on.")] = None,
    port: Annotated[int | None, typer.Option("--port", help="The port to listen on.")] = None,
) -> None:
    """Start the service: pages and feeds on the web, and a scheduler that polls the partners."""
    from aggregator.cli.context import configuration

    serve(configuration(host=host, port=port))


def serve(
    config: "Config", *, bounds: "Bounds | None" = None, tick: "timedelta | None" = None, lines: list[str] | None = None
) -> None:
    """Run until stopped. `bounds` and `tick` are for the demo's fast clock, `lines` for what it adds on the terminal."""
    import logging

    import uvicorn

    from aggregator.cli.context import quiet_logs
    from aggregator.schedule.embedded import TICK, Clock, sole_process
    from aggregator.web.app import make_app
    from aggregator.wiring import open_service

    quiet_logs(logging.WARNING if sys.stderr.isatty() else logging.INFO)
    _check_port(config.server.host, config.server.port)
    with sole_process(config.paths.data_dir):
        service = open_service(config, moment(""), bounds)
        _welcome(service, lines or [])
        clock = Clock(service, tick=tick or TICK, watch=FirstNews(config.site.base_url))
        clock.start()
        settings = uvicorn.Config(
            make_app(service.press),
            host=config.server.host,
            port=config.server.port,
            log_level="warning",
            access_log=False,
            timeout_graceful_shutdown=5,
        )
        try:
            uvicorn.Server(settings).run()
        finally:
            clock.stop()
            service.close()


def _check_port(host: str, port: int) -> None:
    import socket

    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            fail(f"cannot listen on {host}:{port}: {error.strerror}; choose another with --port", Exit.BUSY)


def _welcome(service: "Service", lines: list[str]) -> None:
    from aggregator.store import sources

    config = service.config
    with service.store.read() as transaction:
        count = len(sources.all_sources(transaction))
    contact = config.site.contact or "not set: partners are asked once a day at most (site.toml, [site] contact)"
    for name, text in (
        ("Address", config.site.base_url),
        ("Sources", f"{count}, polled from now on; news appears on the page as it comes in"),
        ("Contact", contact),
        ("Data", f"{config.paths.data_dir.resolve()}"),
        ("Feed", f"{config.site.base_url}/feeds/all.atom"),
        ("Stop", "Ctrl-C"),
    ):
        print(f"  {name:<9}{text}")
    for line in lines:
        print(f"  {line}")
    sys.stdout.flush()


class FirstNews:
    """Says once on the terminal that the first news is in, or why there is none yet."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url
        self.said = False

    def __call__(self, report: "Report") -> Any:
        """One poll went by."""
        if not self.said and report.new:
            self.said = True
            print(f"  News     {report.new} items of {report.source.organisation}; see {self.base_url}", flush=True)
