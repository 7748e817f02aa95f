"""A store and partners for tests of the line; a partner's real server and days of polls for its manners."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from aggregator.store import migrate, open_store
from tests.line.days import Days, DaysWith, Partner, days_with
from tests.line.partner import Partners
from tests.store.conftest import store

__all__ = ["partners", "store"]


@pytest.fixture
def partners() -> Partners:
    return Partners()


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("empty") / "empty.sqlite3"
    opened = open_store(f"sqlite+pysqlite:///{path}")
    migrate.prepare(opened)
    opened.close()
    return path


@pytest.fixture
def partner() -> Iterator[Partner]:
    with Partner() as made:
        yield made
        made.shutdown()


@pytest.fixture
def days_of(partner: Partner, empty_database: Path, tmp_path: Path) -> Iterator[DaysWith]:
    """Makes the one service of a test, with other settings of its line."""
    with ExitStack() as stack:
        yield lambda **fields: stack.enter_context(
            days_with(partner, empty_database, tmp_path / "days.sqlite3", **fields)
        )


@pytest.fixture
def days(days_of: DaysWith) -> Days:
    return days_of()
