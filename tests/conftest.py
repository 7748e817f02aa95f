"""What tests run on: real databases, a real browser, the material beside the checkout.

What cannot be had is skipped with a sentence and named again at the end; with CI=true it is a failure.
"""

import os
import shutil
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import pytest
from hypothesis import settings
from sqlalchemy import create_engine, text

from aggregator.store import migrate, open_store
from tests.postgres import PostgresUnavailableError, running_server

if TYPE_CHECKING:  # slow to import, and most tests need no browser
    from playwright.sync_api import Browser

SHARED = Path(__file__).resolve().parents[1] / "../shared"
IN_CI = os.environ.get("CI") == "true"
MISSING = "missing here: "

settings.register_profile("default", deadline=None, max_examples=50)
settings.register_profile("ci", deadline=None, max_examples=50, derandomize=True, print_blob=True)
settings.register_profile("prove", deadline=None, max_examples=400)
settings.load_profile("prove" if os.environ.get("PROVE") else "ci" if IN_CI else "default")


def missing(what: str) -> NoReturn:
    """Say that a test cannot run here for want of `what`, which `make test` should have installed."""
    if IN_CI:
        pytest.fail(MISSING + what, pytrace=False)
    pytest.skip(MISSING + what)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name once more, where it is seen, what kept tests from running."""
    stats = terminalreporter.stats
    skipped = [report.longrepr[2].removeprefix("Skipped: ") for report in stats.get("skipped", [])]
    failed = [report.longreprtext for kind in ("error", "failed") for report in stats.get(kind, [])]
    reasons = Counter(skipped + [MISSING + text.rpartition(MISSING)[2].strip() for text in failed if MISSING in text])
    if reasons:
        terminalreporter.section("NOT EVERYTHING RAN", bold=True, yellow=True)
    for reason, tests in sorted(reasons.items()):
        terminalreporter.line(f"{tests} not run: {reason}", bold=True, yellow=True)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of shared test material beside the checkout: not everyone has it, so its absence is no failure."""
    if not SHARED.is_dir():
        pytest.skip(f"{MISSING}the folder shared/ with test material beside this checkout")
    return SHARED.resolve()


@pytest.fixture(scope="session")
def postgres_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A PostgreSQL server, one for all workers of a test run, as an address of its maintenance database."""
    own = tmp_path_factory.getbasetemp()
    try:
        if "PYTEST_XDIST_WORKER" in os.environ:
            return running_server(own.parent, os.getppid())
        return running_server(own, os.getpid())
    except PostgresUnavailableError as error:
        missing(f"PostgreSQL ({error})")


@pytest.fixture(scope="session")
def filled_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with our tables, to be copied: fourteen migrations a test would take most of its time."""
    path = tmp_path_factory.mktemp("sqlite") / "filled.sqlite3"
    _migrated(f"sqlite+pysqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def filled_postgres(postgres_url: str) -> str:
    """The name of a PostgreSQL database with our tables, to be copied."""
    name = f"filled_{uuid.uuid4().hex[:12]}"
    server = create_engine(postgres_url, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    _migrated(server.url.set(database=name).render_as_string(hide_password=False))
    server.dispose()
    return name


def _migrated(url: str) -> None:
    opened = open_store(url)
    migrate.prepare(opened)
    opened.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database of our own with our tables and nothing in them, on each engine."""
    if request.param == "sqlite":
        path = tmp_path / "test.sqlite3"
        shutil.copyfile(request.getfixturevalue("filled_sqlite"), path)
        yield f"sqlite+pysqlite:///{path}"
        return
    with _postgres_database(request, f"TEMPLATE {request.getfixturevalue('filled_postgres')}") as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database of our own without any table, on each engine."""
    if request.param == "sqlite":
        yield f"sqlite+pysqlite:///{tmp_path / 'test.sqlite3'}"
        return
    with _postgres_database(request, "") as url:
        yield url


@contextmanager
def _postgres_database(request: pytest.FixtureRequest, like: str) -> Iterator[str]:
    server = create_engine(request.getfixturevalue("postgres_url"), isolation_level="AUTOCOMMIT")
    name = f"test_{uuid.uuid4().hex[:12]}"
    with server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} {like}"))
    yield server.url.set(database=name).render_as_string(hide_password=False)
    with server.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    server.dispose()


# Per module, not per session: as long as Playwright runs, nothing else can run an event loop in this thread.
@pytest.fixture(scope="module")
def browser() -> Iterator["Browser"]:
    """A headless Chromium; open a context of your own in it."""
    from playwright.sync_api import sync_playwright

    from tests.browser import QUIET, BrowserUnavailableError, program

    with sync_playwright() as playwright:
        try:
            path = program(playwright)
        except BrowserUnavailableError as error:
            missing(f"a browser ({error})")
        started = playwright.chromium.launch(executable_path=path, args=QUIET)
        yield started
        started.close()
