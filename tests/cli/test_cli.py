"""The front door as a whole: help, exit codes, what a person reads when something is wrong."""

import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from aggregator.cli import app
from aggregator.model import Source
from tests.cli.conftest import ROOT, Run, Start
from tests.pace import Stopwatch

GROUPS = {group.name: group.typer_instance or app for group in app.registered_groups}
COMMANDS = [
    *((str(each.name),) for each in app.registered_commands),
    *((str(name), str(each.name)) for name, group in GROUPS.items() for each in group.registered_commands),
]
EVERY_HELP = [(), *((str(name),) for name in GROUPS), *COMMANDS]

HEAVY = {
    "sqlalchemy",
    "alembic",
    "lxml",
    "pycurl",
    "fastapi",
    "uvicorn",
    "feedparser",
    "jinja2",
    "rich",
    "aggregator.store",
}
ALL_HELP = f"""
import sys
from aggregator.cli import app
from tests.pace import Stopwatch
for words in {EVERY_HELP!r}:
    app([*words, "--help"], standalone_mode=False)
loaded = {HEAVY!r} & set(sys.modules)
assert not loaded, loaded
"""


def test_the_commands_are_those_of_the_contract() -> None:
    names = {" ".join(map(str, each)) for each in COMMANDS}
    assert names >= {
        *("run", "poll", "read", "publish", "init", "doctor", "demo", "config show", "db upgrade", "db check"),
        *(f"sources {verb}" for verb in ["list", "add", "preview", "check", "pause", "remove", "import", "export"]),
        *(f"stories {verb}" for verb in ["list", "show", "publish", "reject", "withdraw"]),
    }


@pytest.mark.parametrize("words", EVERY_HELP, ids=" ".join)
def test_every_command_explains_itself(run: Run, words: tuple[str, ...]) -> None:
    ended = run(*words, "--help")
    assert ended.code == 0
    assert ended.out.startswith("Usage: aggregator")
    assert "--help" in ended.out
    assert ended.out == run(*words, "-h").out


def test_help_loads_nothing_that_it_does_not_need() -> None:
    ended = subprocess.run([sys.executable, "-c", ALL_HELP], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert ended.returncode == 0, ended.stderr


@pytest.mark.parametrize("words", [(), ("poll",), ("sources", "add")], ids=" ".join)
def test_help_answers_in_half_a_second_of_cpu(start: Start, words: tuple[str, ...]) -> None:
    start("--help").communicate(timeout=60)  # compiles
    spent = []
    for _ in range(3):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        with Stopwatch() as watch:
            assert "Usage" in start(*words, "--help").communicate(timeout=60)[0]
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent.append(watch.of_child(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime))
    assert min(spent) < 0.5


@pytest.mark.parametrize(
    "words",
    [("nonesuch",), ("poll", "--nonesuch"), ("read",), ("publish",), ("read", "x", "--as", "gok"), ("sources", "show")],
    ids=" ".join,
)
def test_a_command_that_is_none_is_a_mistake_in_use(run: Run, words: tuple[str, ...]) -> None:
    ended = run(*words)
    assert (ended.code, ended.out) == (2, "")
    assert "Usage:" in ended.err


@pytest.mark.parametrize(
    "words",
    [
        ("poll",),
        ("sources", "list"),
        ("stories", "list"),
        ("config", "show"),
        ("db", "check"),
        ("run",),
        ("publish", "--out", "x"),
    ],
    ids=" ".join,
)
def test_a_configuration_that_cannot_be_used_is_said_whole(
    run: Run, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    monkeypatch.setenv("AGGREGATOR_PORT", "veel")
    monkeypatch.setenv("AGGREGATOR_NONESUCH", "1")
    ended = run(*words)
    assert (ended.code, ended.out) == (1, "")
    assert ended.err.startswith("aggregator: ")
    assert "AGGREGATOR_PORT" in ended.err
    assert "AGGREGATOR_NONESUCH" in ended.err
    assert "Traceback" not in ended.err


def test_a_database_that_does_not_answer_is_one_sentence(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AGGREGATOR_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/x")
    monkeypatch.setenv("AGGREGATOR_SECRET_KEY", "x" * 40)
    ended = run("sources", "list")
    assert (ended.code, ended.out) == (1, "")
    assert "does not answer" in ended.err


def test_a_folder_that_cannot_be_made_is_one_sentence(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "bestand").write_text("geen map")
    monkeypatch.setenv("AGGREGATOR_DATA_DIR", str(tmp_path / "bestand" / "data"))
    ended = run("sources", "list")
    assert (ended.code, ended.out) == (1, "")
    assert ended.err == f"aggregator: {tmp_path / 'bestand' / 'data'}: Not a directory\n"


def test_a_bug_stays_loud(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    from aggregator.ops import doctor

    def fail(*_: object) -> None:
        raise OSError("no file is to blame")

    monkeypatch.setattr(doctor, "examine", fail)
    with pytest.raises(OSError, match="no file is to blame"):
        run("doctor")


def test_a_reader_that_has_seen_enough_is_no_error(start: Start, one_source: Source) -> None:
    listing = start("config", "show")
    assert listing.stdout is not None
    listing.stdout.close()
    assert listing.wait(60) in (0, 1)
    assert listing.stderr is not None
    assert "Traceback" not in listing.stderr.read()


def test_ctrl_c_during_a_poll_ends_it_quietly(start: Start, site: object, follow: object, tmp_path: Path) -> None:
    """A server that never answers keeps the poll going until then."""
    import socket

    from tests.factories import make_source

    with socket.create_server(("127.0.0.1", 0)) as silent:
        assert callable(follow)
        follow(make_source("stil", url=f"http://127.0.0.1:{silent.getsockname()[1]}/feed"))
        polling = start("poll")
        silent.settimeout(30)
        connection, _ = silent.accept()
        time.sleep(0.1)
        polling.send_signal(signal.SIGINT)
        out, err = polling.communicate(timeout=20)
        connection.close()
    assert (polling.returncode, out) == (130, "")
    assert "Traceback" not in err
