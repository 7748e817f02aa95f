"""Upgrade and rollback, rehearsed: deploy/release.sh with a running service, a filled database and a newer program."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import text

from aggregator.desk import decide
from aggregator.model import Source
from aggregator.release import refresh
from aggregator.schedule.polling import poll_round
from aggregator.store import Store, documents, migrate, open_store, stories
from aggregator.store.check import contradictions
from aggregator.wiring import Service
from tests.factories import HOUR, NOW
from tests.site import Site

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "deploy/release.sh"

NEWER = '''"""Something that an older program does not know."""

import sqlalchemy as sa
from alembic import op

revision = "9001"
down_revision = "HEAD"


def upgrade() -> None:
    """A table, and a column that is filled."""
    op.create_table("later", sa.Column("id", sa.Integer(), primary_key=True))
    op.add_column("story", sa.Column("mood", sa.String(), nullable=False, server_default="blij"))
'''.replace("HEAD", migrate.HEAD)

# What stands in for pip: a release is a wrapper around the package that it is given.
INSTALL = """#!/bin/sh
mkdir -p "$1/bin"
printf '#!/bin/sh\\nexport PYTHONPATH=%s\\nexec %s -m aggregator "$@"\\n' "$2" "$PYTHON" > "$1/bin/aggregator"
chmod +x "$1/bin/aggregator"
"""
START = """#!/bin/sh
cd "$DATA"
"$ROOT/current/bin/aggregator" run > "$ROOT/log" 2>&1 &
echo $! > "$ROOT/pid"
"""
STOP = """#!/bin/sh
kill "$(cat "$ROOT/pid")"
while true; do # a process that nobody took leave of has ended too
    case "$(cut -d" " -f3 "/proc/$(cat "$ROOT/pid")/stat" 2> /dev/null)" in ""|Z) break ;; esac
    sleep 0.2
done
"""


@pytest.fixture
def newer(tmp_path: Path) -> Path:
    """A program of a later version: ours, with one migration more."""
    folder = tmp_path / "newer"
    shutil.copytree(ROOT / "aggregator", folder / "aggregator", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "config", folder / "config")
    package = folder / "aggregator/store"
    (package / "migrations/versions/v9001_later.py").write_text(NEWER)
    code = (package / "migrate.py").read_text()
    (package / "migrate.py").write_text(code.replace(f'HEAD = "{migrate.HEAD}"', 'HEAD = "9001"'))
    return folder


@pytest.fixture
def filled(service: Service, site: Site, follow: Callable[..., Source]) -> Service:
    """A service with news, a decision and documents."""
    follow("fme", url=site.url(), relevance="all", labels=("noord",))
    poll_round(service, NOW, "test")
    with service.store.read() as transaction:
        slug = stories.load(transaction, stories.latest(transaction, limit=1))[0].slug
    decide.reject(service.store, [slug], "cli:piet", NOW + HOUR, reason="dubbel")
    refresh(service.press, NOW + HOUR)
    return service


def state(store: Store) -> tuple[str, dict[str, bytes], list[tuple[str, str]]]:
    """The version, the public documents, and every story's address and state."""
    with store.read() as transaction:
        kept = {path: documents.get(transaction, path) for path in documents.paths(transaction)}
        told = transaction.execute(text("SELECT slug, state FROM story ORDER BY id")).all()
        assert contradictions(transaction) == []
    found = migrate.version(store) or ""
    store.close()
    return found, {path: each.document.body for path, each in kept.items() if each}, [(a, b) for a, b in told]


class Machine:
    """A server with one release, whose service runs."""

    def __init__(self, folder: Path, service: Service) -> None:
        self.root = folder / "opt"
        (self.root / "releases").mkdir(parents=True)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        paths = service.config.paths
        for name, code in (("install", INSTALL), ("start", START), ("stop", STOP)):
            (self.root / name).write_text(code)
            (self.root / name).chmod(0o755)
        plain = {name: value for name, value in os.environ.items() if not name.startswith("AGGREGATOR_")}
        self.environ = plain | {
            "ROOT": str(self.root),
            "DATA": str(paths.data_dir),
            "SETTINGS": "/nergens",
            "AS": "",
            "INSTALL": str(self.root / "install"),
            "START": str(self.root / "start"),
            "STOP": str(self.root / "stop"),
            "READY": f"http://127.0.0.1:{port}/readyz",
            "PYTHON": sys.executable,
            "WAIT": "300",
            "AGGREGATOR_CONFIG_DIR": str(paths.config_dir),
            "AGGREGATOR_DATA_DIR": str(paths.data_dir),
            "AGGREGATOR_PORT": str(port),
        }
        subprocess.run([self.root / "install", self.root / "releases/first", ROOT], env=self.environ, check=True)
        (self.root / "current").symlink_to(self.root / "releases/first")

    def start(self) -> None:
        subprocess.run([self.root / "start"], env=self.environ, check=True)
        self.until_ready()

    def until_ready(self) -> None:
        ends = time.monotonic() + 120
        while not self.is_ready():
            assert time.monotonic() < ends, (self.root / "log").read_text()
            time.sleep(0.3)

    def release(self, *arguments: object, **environ: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["sh", SCRIPT, *map(str, arguments)], env=self.environ | environ, capture_output=True, text=True
        )

    def is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(self.environ["READY"], timeout=5) as reply:
                return bool(reply.status == 200)
        except OSError:
            return False

    def current(self) -> str:
        return (self.root / "current").resolve().name

    def stop(self) -> None:
        with suppress(OSError, ValueError):
            os.kill(int((self.root / "pid").read_text()), signal.SIGKILL)


@pytest.fixture
def machine(tmp_path: Path, filled: Service) -> Iterator[Machine]:
    """It runs what is in this checkout, over a filled database."""
    made = Machine(tmp_path, filled)
    filled.store.close()
    made.start()
    yield made
    made.stop()


def test_an_upgrade_keeps_everything_and_a_rollback_brings_all_of_it_back(
    machine: Machine, filled: Service, newer: Path
) -> None:
    before = state(filled.store)
    assert len(before[1]) > 10
    done = machine.release("upgrade", newer)
    assert done.returncode == 0, done.stderr + (machine.root / "log").read_text()
    assert machine.current() != "first"
    after = state(open_store(filled.config.paths.database_url))
    assert after[0] == "9001"
    assert after[1:] == before[1:]

    undone = machine.release("rollback")
    assert undone.returncode == 0, undone.stderr
    assert machine.current() == "first"
    assert machine.is_ready()
    assert state(open_store(filled.config.paths.database_url)) == before
    aside = list(filled.config.paths.data_dir.glob("aggregator.sqlite3.newer_9001_*"))
    assert len(aside) == 1  # what was done meanwhile is not thrown away
    assert machine.release("rollback").returncode == 1


def test_a_release_that_does_not_get_ready_is_undone_by_itself(machine: Machine, filled: Service, newer: Path) -> None:
    before = state(filled.store)
    serving = newer / "aggregator/cli/serving.py"
    serving.write_text(
        serving.read_text()
        .replace("    prepare()\n", "    raise SystemExit('stuk')\n")
        .replace("        prepare()\n", "        raise SystemExit('stuk')\n")
    )
    done = machine.release("upgrade", newer, WAIT="4")
    assert done.returncode == 1
    assert "going back" in done.stderr
    assert machine.current() == "first"
    machine.until_ready()
    assert state(open_store(filled.config.paths.database_url)) == before


def test_a_release_that_does_not_start_at_all_changes_nothing(machine: Machine, newer: Path) -> None:
    (newer / "aggregator/__main__.py").write_text("raise SystemExit('stuk')\n")
    done = machine.release("upgrade", newer)
    assert done.returncode != 0
    assert machine.current() == "first"
    assert machine.is_ready()


def test_the_script_says_how_it_is_used(tmp_path: Path) -> None:
    told = subprocess.run(["sh", SCRIPT], capture_output=True, text=True, env=os.environ | {"ROOT": str(tmp_path)})
    assert told.returncode == 2
    assert "release.sh upgrade PACKAGE" in told.stdout
    assert "release.sh rollback" in told.stdout


def test_a_database_of_a_newer_program_is_put_aside_whole_on_either_engine(database_url: str) -> None:
    store = open_store(database_url)
    migrate.prepare(store)
    with store.write() as transaction:
        transaction.execute(text("CREATE TABLE later (id INTEGER)"))
        transaction.execute(text("INSERT INTO later VALUES (7)"))
        transaction.execute(text("UPDATE alembic_version SET version_num = '9001'"))
    where = migrate.set_aside(store, "newer_9001")
    assert migrate.version(store) is None
    migrate.prepare(store)
    assert migrate.version(store) == migrate.HEAD
    with store.read() as transaction:
        assert stories.counts_by_state(transaction) == {}
    if store.dialect == "sqlite":
        aside = open_store(f"sqlite+pysqlite:///{where}")
        with aside.read() as transaction:
            assert transaction.execute(text("SELECT id FROM later")).scalar_one() == 7
        aside.close()
    else:
        with store.read() as transaction:
            assert transaction.execute(text("SELECT id FROM newer_9001.later")).scalar_one() == 7
    store.close()
