"""What a run says at its end about what did not run."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
TESTS = """
import pytest
from tests.conftest import missing

@pytest.fixture
def nothing():
    missing("a server (none is installed)")

def test_that_needs_it(nothing): ...
def test_that_needs_it_too(nothing): ...
def test_for_elsewhere(): pytest.skip("only on Windows")
"""


def run(folder: Path, ci: str, *options: str) -> subprocess.CompletedProcess[str]:
    (folder / "test_some.py").write_text(TESTS)
    command: list[str | Path] = [
        sys.executable,
        "-m",
        "pytest",
        folder,
        "--rootdir",
        folder,
        "-p",
        "tests.conftest",
        "-q",
        *options,
    ]
    command += ["-p", "no:cacheprovider"]
    outside = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "COV_"))}
    return subprocess.run(command, cwd=ROOT, env=outside | {"CI": ci}, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("workers", ["0", "1"])
def test_what_is_missing_is_named_at_the_end_and_no_failure(tmp_path: Path, workers: str) -> None:
    done = run(tmp_path, "", "-n", workers)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "NOT EVERYTHING RAN" in done.stdout
    assert "2 not run: missing here: a server (none is installed)" in done.stdout
    assert "1 not run: only on Windows" in done.stdout


def test_what_is_missing_in_ci_is_a_failure(tmp_path: Path) -> None:
    done = run(tmp_path, "true")
    assert done.returncode == 1
    assert "2 not run: missing here: a server (none is installed)" in done.stdout
