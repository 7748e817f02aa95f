"""The house rules that can be counted: who imports whom, what files are called, what stands in them."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
MODULES = sorted((ROOT / "aggregator").rglob("*.py"))
# Names that say nothing about what is inside.
EMPTY_NAMES = {"util", "utils", "helper", "helpers", "common", "manager", "managers", "misc"}
# An absolute path of someone's machine, not the path of an address or of a file in a container.
MACHINE_PATH = re.compile(r"(?<![\w.~%)}\]-])/(?:home|root|tmp|Users|work|opt(?!/aggregator\b))/\w")
PLACES = ("aggregator", "bench", "config", "docs", "scripts", "tests", ".ci")
KINDS = {".py", ".md", ".toml", ".html", ".css", ".js", ".sh", ".yml", ".json", ""}


def own_files() -> list[Path]:
    """What people wrote here; not the documents of others in tests/data, nor what tools leave behind."""
    below = [path for place in PLACES for path in (ROOT / place).rglob("*")]
    found = [path for path in [*ROOT.iterdir(), *below] if path.is_file() and path.suffix in KINDS]
    return [path for path in found if not path.name.startswith(".") and ROOT / "tests/data" not in path.parents]


def test_rooms_import_only_what_they_may() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([linter], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]


def test_every_module_says_why_it_exists() -> None:
    sources = {path: path.read_text("utf-8") for path in MODULES}
    silent = [path for path, source in sources.items() if source.strip() and not ast.get_docstring(ast.parse(source))]
    assert silent == []


def test_no_name_in_the_house_is_empty_of_meaning() -> None:
    assert [path for path in MODULES if EMPTY_NAMES & {path.stem, *path.relative_to(ROOT).parts}] == []


def test_nothing_mentions_the_machine_that_it_was_written_on() -> None:
    files = own_files()
    assert ROOT / "Makefile" in files
    assert ROOT / ".ci/run" in files
    lines = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:120]}"
        for path in files
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if MACHINE_PATH.search(line)
    ]
    assert lines == []


@pytest.mark.parametrize(
    ("line", "mentions"),
    [
        ("data = '{}home/someone/data'", True),
        ("see {}root/notes.md", True),
        ("https://school.nl{}home/nieuws", False),
        ("{}data and {}app/.venv in a container", False),
    ],
)
def test_a_machines_path_is_told_from_an_address(line: str, mentions: bool) -> None:
    assert bool(MACHINE_PATH.search(line.replace("{}", "/"))) is mentions
