"""`run`: the whole service in one process. `web` and `worker`: its parts, as many as there are machines for."""

import errno
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Annotated, Any

import typer

from aggregator.cli.output import Exit, fail, moment

if TYPE_CHECKING:
    from datetime import timedelta

    import uvicorn

    from aggregator.config import Config
    from aggregator.pipeline import Report
    from aggregator.policy.interval import Bounds
    from aggregator.schedule.embedded import Clock
    from aggregator.wiring import Service


def add_to(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command("run")(run)
    app.command("web")(web)
    app.command("worker")(worker)


def run(
    host: Annotated[str | None, typer.Option("--host", help="The address to listen on.")] = None,
    port: Annotated[int | None, typer.Option("--port", help="The port to listen on.")] = None,
) -> None:
    """Start the service: pages and feeds on the web, and a scheduler that polls the partners."""
    from aggregator.cli.context import configuration

    serve(configuration(host=host, port=port))


def web(
    host: Annotated[str | None, typer.Option("--host", help="The address to listen on.")] = None,
    port: Annotated[int | None, typer.Option("--port", help="The port to listen on.")] = None,
    workers: Annotated[int, typer.Option("--workers", min=1, max=64, help="Processes that answer.")] = 1,
) -> None:
    """Serve pages and feeds, and poll nobody: for several processes or machines on one PostgreSQL."""
    from aggregator.cli.context import configuration

    config = configuration(host=host, port=port)
    _needs_postgresql(config, "web")
    _check_port(config.server.host, config.server.port)
    _serve_only(config, workers)


def worker(
    concurrency: Annotated[
        int, typer.Option("--concurrency", min=1, max=32, help="Polling jobs at once; two use what a core has.")
    ] = 2,
) -> None:
    """Poll, learn and deliver: as many processes as you like on one PostgreSQL. SIGTERM ends one in seconds."""
    import logging

    from aggregator.cli.context import configuration, quiet_logs
    from aggregator.schedule.cluster import Hands, begin, of_many, work
    from aggregator.wiring import open_service

    config = configuration()
    _needs_postgresql(config, "worker")
    quiet_logs(logging.INFO)

    def opened() -> Hands:
        hands = Hands(of_many(open_service(config, moment(""))))
        for _ in range(concurrency):
            hands.lend(open_service(config, moment("")))
        return hands

    work(config.paths.database_url, begin(config.paths.database_url, opened))


def _needs_postgresql(config: "Config", command: str) -> None:
    if config.paths.on_sqlite:
        fail(
            f"`{command}` is for several processes, which need PostgreSQL: set AGGREGATOR_DATABASE_URL "
            "(`aggregator db copy --to` moves your data there), or use `aggregator run`, which does it all in one",
            Exit.USAGE,
        )


def serve(
    config: "Config",
    *,
    bounds: "Bounds | None" = None,
    tick: "timedelta | None" = None,
    lines: Sequence[str] = (),
    prepare: Callable[[], None] = lambda: None,
) -> None:
    """Run until stopped. `bounds`, `tick`, `lines` for the terminal and what to `prepare` are the demo's."""
    import logging

    from aggregator.cli.context import quiet_logs
    from aggregator.schedule.embedded import TICK, Clock, sole_process
    from aggregator.wiring import open_service

    quiet_logs(logging.WARNING if sys.stderr.isatty() else logging.INFO)
    _check_port(config.server.host, config.server.port)
    stop = Stop()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    with sole_process(config.paths.data_dir), suppress(KeyboardInterrupt):
        prepare()
        service = open_service(config, moment(""), bounds)
        news = FirstNews(config.site.base_url)
        clock = Clock(service, tick=tick or TICK, watch=news.polled, after_round=news.round_over)
        try:
            _welcome(service, lines)
            clock.start()
            server = make_server(service)
            if not stop.is_asked:
                server.run()
        finally:
            _close(service, clock)


class Stop:
    """What Ctrl-C and supervisors send. Python loses an interrupt in the middle of an import: it is noted as well."""

    def __init__(self) -> None:
        self.is_asked = False

    def __call__(self, *_: object) -> None:
        self.is_asked = True
        raise KeyboardInterrupt


def make_server(service: "Service") -> "uvicorn.Server":
    """What serves pages and feeds, until a signal comes."""
    import uvicorn

    from aggregator.web.factory import app_of

    return uvicorn.Server(uvicorn.Config(app_of(service), **_settings(service.config)))


def _serve_only(config: "Config", processes: int) -> None:
    """Serve until a signal comes, in so many processes, each with an application of its own."""
    import os

    import uvicorn

    os.environ |= {"AGGREGATOR_HOST": config.server.host, "AGGREGATOR_PORT": str(config.server.port)}
    application = "aggregator.web.factory:from_environment"
    uvicorn.run(application, factory=True, workers=processes, **_settings(config))


def _settings(config: "Config") -> dict[str, Any]:
    return {
        "forwarded_allow_ips": config.server.trusted_proxies,
        "host": config.server.host,
        "port": config.server.port,
        "log_level": "warning",
        "access_log": False,
        "server_header": False,
        "timeout_graceful_shutdown": 5,
    }


def _close(service: "Service", clock: "Clock") -> None:
    if clock.stop():  # else a round still uses it, and ends with the process
        service.close()


def _check_port(host: str, port: int) -> None:
    import socket

    try:
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError as error:
        is_taken = error.errno == errno.EADDRINUSE
        advice = "choose another with --port" if is_taken else "choose another with --host and --port"
        message = f"cannot listen on {host}:{port}: {error.strerror}; {advice}"
        fail(message, Exit.BUSY if is_taken else Exit.FAILURE)


def _welcome(service: "Service", lines: Sequence[str]) -> None:
    from aggregator.accounts.issuing import first_manager_link
    from aggregator.model import State
    from aggregator.store import sources, stories

    config = service.config
    with service.store.read() as transaction:
        count = len(sources.all_sources(transaction))
        public = stories.counts_by_state(transaction).get(State.PUBLISHED, 0)
    link = first_manager_link(service.access, moment(""))
    once_a_day = "; then once a day at most, as contact is not set (site.toml, [site] contact)"
    feed = f"{config.site.base_url}/feeds/all.atom"
    for name, text in (
        ("Address", config.site.base_url),
        ("Sources", f"{count}, polled from now on{'' if config.site.contact else once_a_day}"),
        ("News", f"{public} stories so far; feed: {feed}" if public else f"on its way; feed: {feed}"),
        ("Editors", f"the first one begins here: {link}" if link else f"{config.site.base_url}/edit"),
        ("Data", f"{config.paths.data_dir.resolve()}"),
        ("Stop", "Ctrl-C"),
        *(("", line) for line in lines),
    ):
        print(f"  {name:<9}{text}" if name else f"  {text}", flush=True)


class FirstNews:
    """Says once on the terminal that the first news is in, or that nobody can be reached."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url
        self.has_said = False
        self.tried = 0
        self.reached = 0

    def polled(self, report: "Report") -> None:
        """One poll went by."""
        self.tried += 1
        self.reached += not report.poll.code
        if report.new:
            self._say(f"the first is in, from {report.source.organisation}; see {self.base_url}")

    def round_over(self) -> None:
        """All that were due were polled."""
        if self.tried and not self.reached:
            self._say(
                f"none yet: none of {self.tried} sources could be reached. Is this machine online? "
                "`aggregator demo` works without internet"
            )

    def _say(self, text: str) -> None:
        if not self.has_said:
            self.has_said = True
            print(f"  {'News':<9}{text}", flush=True)
