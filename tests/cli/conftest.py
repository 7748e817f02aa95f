"""The command line over a scratch set-up: in this process for the many, as a process of its own for the few."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import structlog

from aggregator.cli import main
from aggregator.config import dump_sources, shipped
from aggregator.model import Source
from tests.factories import make_entry, make_source
from tests.line.partner import feed
from tests.site import Page, Site

ROOT = Path(__file__).resolve().parents[2]
RSS = "application/rss+xml"


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Its one object."""
        return json.loads(self.out)

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Its objects, one a line."""
        return [json.loads(line) for line in self.out.splitlines()]


@pytest.fixture(autouse=True)
def default_logs() -> Iterator[None]:
    """Each command sends the logs to the stderr of its moment; the next test has another."""
    yield
    structlog.reset_defaults()


@pytest.fixture
def site() -> Iterator[Site]:
    """A partner's site with a feed of three entries."""
    made = Site()
    made.pages["/feed"] = Page(body=feed(*map(make_entry, (1, 2, 3))), media_type=RSS)
    yield made
    made.close()


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The environment of every command: a scratch configuration and data directory."""
    folder = tmp_path / "config"
    folder.mkdir()
    (folder / "themes.toml").write_bytes((shipped() / "themes.toml").read_bytes())
    (folder / "site.toml").write_text(
        '[site]\ntitle = "Proefnieuws"\ncontact = "piet@example.nl"\n[polling]\ngap = "0 s"\n'
    )
    for name in [name for name in os.environ if name.startswith("AGGREGATOR_")]:
        monkeypatch.delenv(name)
    given = {
        "AGGREGATOR_CONFIG_DIR": str(folder),
        "AGGREGATOR_DATA_DIR": str(tmp_path / "data"),
        "AGGREGATOR_FETCH_ALLOW": "127.0.0.1",
    }
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    return given


@pytest.fixture
def follow(settings: dict[str, str]) -> Callable[..., None]:
    """Writes sources.toml."""

    def write(*sources: Source) -> None:
        Path(settings["AGGREGATOR_CONFIG_DIR"], "sources.toml").write_text(dump_sources(sources))

    return write


@pytest.fixture
def one_source(site: Site, follow: Callable[..., None]) -> Source:
    """One source at the site, of which everything is on topic."""
    source = make_source("fme", url=site.url(), relevance="all", labels=("noord",))
    follow(source)
    return source


Run = Callable[..., Ended]


@pytest.fixture
def run(settings: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command in this process: `terminal` for a person who watches, `stdin` for what is piped in."""

    def command(*arguments: object, terminal: bool = False, stdin: bytes = b"") -> Ended:
        capsys.readouterr()
        monkeypatch.setattr(sys, "argv", ["aggregator", *map(str, arguments)])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        monkeypatch.setattr(sys.stdout, "isatty", lambda: terminal)
        monkeypatch.setenv("COLUMNS", "200")
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return Ended(int(ended.value.code), said.out, said.err)

    return command


Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def start(settings: dict[str, str], tmp_path: Path) -> Iterator[Start]:
    """Starts a command as a process of its own, and ends it when the test does."""
    started: list[subprocess.Popen[str]] = []

    def process(*arguments: object, **environ: str) -> subprocess.Popen[str]:
        plain = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        command = [sys.executable, "-m", "aggregator", *map(str, arguments)]
        mine = {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
        made = subprocess.Popen(
            command,
            env=plain | settings | mine | environ,
            cwd=tmp_path,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(made)
        return made

    yield process
    for each in started:
        each.kill()
        each.communicate()
