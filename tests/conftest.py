"""What tests run on: real databases, a real browser, the material beside the checkout.

What cannot be had is skipped with a sentence, listed again at the end; with CI=true that is a failure.
"""

import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from sqlalchemy import create_engine, text

from tests.postgres import PostgresUnavailableError, running_server

SHARED = Path(__file__).resolve().parents[1] / "../shared"
IN_CI = os.environ.get("CI") == "true"

settings.register_profile("default", deadline=None, max_examples=40)
settings.register_profile("prove", deadline=None, max_examples=400)
settings.load_profile("prove" if os.environ.get("PROVE") else "default")


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of shared test material beside the checkout."""
    if not SHARED.is_dir():
        pytest.skip("the shared test material is not beside this checkout")
    return SHARED.resolve()


@pytest.fixture(scope="session")
def postgres_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A PostgreSQL server, one for all workers of a test run, as an address of its maintenance database."""
    try:
        return running_server(tmp_path_factory.getbasetemp().parent if "PYTEST_XDIST_WORKER" in os.environ else None)
    except PostgresUnavailableError as error:
        if IN_CI:
            raise
        pytest.skip(f"no PostgreSQL: {error}")


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
