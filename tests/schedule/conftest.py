"""A service over fake partners, on SQLite: what is tested here is when things happen, not what is stored."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import structlog

from aggregator.config import load, shipped
from aggregator.wiring import Service, open_service
from tests.factories import NOW, make_source
from tests.line.partner import Partners


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """No log lines on the terminal of the test run."""
    with structlog.testing.capture_logs():
        yield


@pytest.fixture
def partners() -> Partners:
    return Partners()


@pytest.fixture
def service(tmp_path: Path, partners: Partners) -> Iterator[Service]:
    """A service that follows two sources of `partners`."""
    config = load(environ={}, flags={"data_dir": tmp_path / "data"}, config_dir=shipped())
    opened = open_service(replace(config, sources=(make_source("fme"), make_source("vhto"))), NOW)
    yield replace(opened, line=replace(opened.line, fetch=partners.fetch, anonymous=lambda _: False))
    opened.close()
