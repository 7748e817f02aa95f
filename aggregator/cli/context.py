"""What most commands start with: the configuration, and the service made from it."""

import getpass
import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from aggregator.config import Config
    from aggregator.wiring import Service


def configuration(**flags: Any) -> "Config":
    """The configuration of this process. Raises ConfigError with everything that is wrong with it."""
    from aggregator.config import load

    return load(environ=os.environ, flags=flags)


@contextmanager
def service(now: datetime) -> Iterator["Service"]:
    """A service over the configured data, closed at the end."""
    from aggregator.wiring import open_service

    quiet_logs()
    opened = open_service(configuration(), now)
    try:
        yield opened
    finally:
        opened.close()


def who() -> str:
    """How the log names whoever sits at this terminal."""
    try:
        return f"cli:{getpass.getuser()}"
    except (KeyError, OSError):  # a container's user need not have a name
        return f"cli:{os.getuid()}"


def quiet_logs(level: int = logging.WARNING) -> None:
    """Logs to stderr, from `level` on: standard output belongs to the command's answer."""
    import structlog

    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
