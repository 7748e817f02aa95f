"""What tests run on: real databases, a real browser, the material beside the checkout.

What cannot be had is skipped with a sentence and named again at the end; with CI=true it is a failure.
"""

import os
import uuid
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import pytest
from hypothesis import settings
from sqlalchemy import create_engine, text

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


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database of our own, on each engine."""
    if request.param == "sqlite":
        yield f"sqlite+pysqlite:///{tmp_path / 'test.sqlite3'}"
        return
    server = create_engine(request.getfixturevalue("postgres_url"), isolation_level="AUTOCOMMIT")
    name = f"test_{uuid.uuid4().hex[:12]}"
    with server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
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
