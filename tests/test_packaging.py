"""An installed package is whole; lock file, Docker files and Makefile fit the code. No network, no Docker engine."""

import json
import os
import re
import shlex
import socket
import subprocess
import sys
import time
import tomllib
import venv
from pathlib import Path
from typing import Any

import hatchling
import pytest
import typer
import yaml
from packaging.requirements import Requirement

from aggregator.cli import app
from aggregator.config.environment import environment_names

ROOT = Path(__file__).resolve().parents[1]
PYPI = "https://pypi.org/simple"
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))["services"]["aggregator"]
DEFAULTS = {f"defaults/{path.name}": path for path in (ROOT / "config").iterdir()}
COMMANDS = set(typer.main.get_command(app).commands)  # type: ignore[attr-defined]  # a group, as it has subcommands


def instructions() -> list[tuple[str, str]]:
    """The Dockerfile as (instruction, arguments), comments and continued lines resolved."""
    text = re.sub(r"^#.*\n", "", (ROOT / "Dockerfile").read_text("utf-8"), flags=re.MULTILINE)
    lines = re.sub(r"\\\n\s*", "", text).splitlines()
    return [(name, rest) for name, _, rest in (line.partition(" ") for line in lines) if name]


DOCKERFILE = instructions()


def arguments(name: str) -> list[str]:
    return [rest for instruction, rest in DOCKERFILE if instruction == name]


def image_environment() -> dict[str, str]:
    return dict(pair.split("=", 1) for pair in shlex.split(arguments("ENV")[-1]))


# Installed by pip


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh environment into which pip, as old as Python brought it, has installed the checkout."""
    folder = tmp_path_factory.mktemp("installed")
    try:
        venv.create(folder, with_pip=True)
    except subprocess.CalledProcessError:
        pytest.skip("missing here: a Python that brings pip (Debian: python3-venv)")
    site = next(folder.glob("lib/python3*/site-packages"))
    # What we depend on is borrowed from the environment of the tests, behind our own: nothing is fetched.
    (site / "borrowed.pth").write_text(str(Path(hatchling.__file__).parents[1]))
    pip: list[str | Path] = [
        folder / "bin/python",
        "-m",
        "pip",
        "--isolated",
        "install",
        "--quiet",
        "--no-index",
        "--no-deps",
    ]
    subprocess.run([*pip, "--no-build-isolation", ROOT], check=True, timeout=60)
    return folder


def test_pip_installs_every_file_of_the_package_and_the_configuration_beside_it(installed: Path) -> None:
    package = ROOT / "aggregator"
    expected = {path.relative_to(package).as_posix() for path in package.rglob("*") if path.is_file()}
    target = next(installed.glob("lib/python3*/site-packages/aggregator"))
    found = {path.relative_to(target).as_posix() for path in target.rglob("*") if path.is_file()}
    assert {name for name in found if "__pycache__" not in name} == {
        name for name in expected if "__pycache__" not in name
    } | set(DEFAULTS)


def test_an_installed_command_answers_and_brings_its_configuration(installed: Path, tmp_path: Path) -> None:
    command = [installed / "bin/aggregator"]
    usage = subprocess.run([*command, "--help"], cwd=tmp_path, capture_output=True, text=True, check=True, timeout=20)
    subprocess.run([*command, "init", "mine"], cwd=tmp_path, capture_output=True, check=True, timeout=20)
    assert "run" in usage.stdout
    assert {path.name: path.read_bytes() for path in (tmp_path / "mine").iterdir()} == {
        path.name: path.read_bytes() for path in DEFAULTS.values()
    }


# The lock file


def test_the_lock_file_locks_what_the_project_asks_for() -> None:
    locked = tomllib.loads((ROOT / "uv.lock").read_text("utf-8"))["package"]
    own = next(package for package in locked if package["name"] == PROJECT["name"])["metadata"]["requires-dist"]
    extras = [line for lines in PROJECT["optional-dependencies"].values() for line in lines]
    asked = [Requirement(line) for line in PROJECT["dependencies"] + extras]
    assert sorted((each["name"], str(Requirement(f"x{each['specifier']}").specifier)) for each in own) == sorted(
        (each.name.lower(), str(each.specifier)) for each in asked
    )


def test_the_lock_file_names_no_registry_but_the_public_one() -> None:
    locked = tomllib.loads((ROOT / "uv.lock").read_text("utf-8"))["package"]
    files = [file["url"] for package in locked for file in [*package.get("wheels", []), package.get("sdist")] if file]
    assert {json.dumps(package["source"]) for package in locked} == {
        json.dumps({"registry": PYPI}),
        json.dumps({"editable": "."}),
    }
    assert {url.split("/")[2] for url in files} == {"files.pythonhosted.org"}


# Docker


def test_the_image_and_the_compose_file_start_a_command_that_exists() -> None:
    for command in (json.loads(arguments("CMD")[-1]), COMPOSE["command"]):
        assert command[0] in PROJECT["scripts"]
        assert command[1] in COMMANDS


def test_every_variable_of_the_docker_files_is_known() -> None:
    named = {*image_environment(), *COMPOSE["environment"]} - {"PATH"}
    named |= set(re.findall(r"\$\{(\w+)", json.dumps(COMPOSE)))
    assert named
    assert named <= set(environment_names())


def test_ports_and_folders_are_the_same_everywhere() -> None:
    environment = image_environment()
    port, data = environment["AGGREGATOR_PORT"], environment["AGGREGATOR_DATA_DIR"]
    assert arguments("EXPOSE") == [port]
    assert [published.rsplit(":", 1)[1] for published in COMPOSE["ports"]] == [port]
    assert environment["AGGREGATOR_BASE_URL"].endswith(f":{port}")
    assert arguments("VOLUME") == [data]
    mounts = [mount.split(":") for mount in COMPOSE["volumes"]]
    assert mounts == [["data", data], ["./config", COMPOSE["environment"]["AGGREGATOR_CONFIG_DIR"], "ro"]]
    assert f"{arguments('COPY')[-1].split()[-1]}/bin:$PATH" == environment["PATH"]


def test_the_image_runs_as_somebody_who_owns_the_data_and_nothing_else() -> None:
    user = arguments("USER")[-1]
    assert user not in {"root", "0"}
    assert f"--owner={user}" in arguments("RUN")[-1]
    assert arguments("RUN")[-1].endswith(image_environment()["AGGREGATOR_DATA_DIR"])


def test_the_image_is_built_from_files_that_exist_and_are_let_in() -> None:
    copied = [name for rest in arguments("COPY") if "--from" not in rest for name in rest.split()[:-1]]
    let_in = [line[1:] for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines() if line.startswith("!")]
    assert sorted(copied) == sorted(let_in)
    assert all((ROOT / name).exists() for name in copied)
    assert {PROJECT["readme"], *PROJECT["license-files"], "uv.lock", "config"} <= set(copied)


def test_what_the_image_starts_answers_its_health_check(installed: Path, tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    settings = {name: value for name, value in image_environment().items() if name != "PATH"}
    (tmp_path / "config").mkdir()  # no sources: nobody is asked for anything
    settings |= {"AGGREGATOR_DATA_DIR": str(tmp_path), "AGGREGATOR_CONFIG_DIR": str(tmp_path / "config")}
    settings |= {"AGGREGATOR_HOST": "127.0.0.1", "AGGREGATOR_PORT": port}
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AGGREGATOR_")} | settings
    check = [word.replace(":8000", f":{port}") for word in json.loads(arguments("HEALTHCHECK")[0].partition("CMD ")[2])]

    program, *rest = json.loads(arguments("CMD")[-1])
    service = subprocess.Popen([installed / "bin" / program, *rest], cwd=tmp_path, env=environment)
    try:
        assert until_ok([sys.executable, *check[1:]], seconds=20)
    finally:
        service.terminate()
        service.wait(20)
    assert subprocess.run([sys.executable, *check[1:]], capture_output=True, check=False).returncode != 0


def until_ok(command: list[str], seconds: float) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if subprocess.run(command, capture_output=True, check=False).returncode == 0:
            return True
        time.sleep(0.3)
    return False


# The commands of a checkout


def make(*arguments: str) -> str:
    outside = {name: value for name, value in os.environ.items() if name not in {"MAKEFLAGS", "MFLAGS", "MAKELEVEL"}}
    done = subprocess.run(["make", *arguments], cwd=ROOT, env=outside, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_make_alone_lists_what_can_be_made() -> None:
    listed = set(re.findall(r"^  make (\w+) ", make(), flags=re.MULTILINE))
    assert listed == {"help", "run", "demo", "test", "cover", "prove", "check", "bench"}


def test_make_starts_commands_and_scripts_that_exist() -> None:
    for target in ("run", "demo", "bench", "prove", "check", "test"):
        recipe = make("--dry-run", "--always-make", target)
        for script in re.findall(r"\b(?:scripts|bench)/[\w.-]+", recipe):
            assert (ROOT / script).is_file(), f"make {target}: {script}"
        assert set(re.findall(r"/aggregator (\w+)", recipe)) <= COMMANDS, target


def test_make_check_leaves_out_the_long_ones_and_make_prove_runs_them_in_full() -> None:
    assert "not long" in make("--dry-run", "check")
    assert "not long" not in make("--dry-run", "test")
    assert "not long" not in make("--dry-run", "prove")
    assert "prove: export PROVE = 1" in (ROOT / "Makefile").read_text("utf-8")


def test_the_ci_script_runs_every_test_and_overlooks_nothing() -> None:
    script = ROOT / ".ci/run"
    assert os.access(script, os.X_OK)
    assert {"set -euo pipefail", "export CI=true"} <= set(script.read_text("utf-8").splitlines())
    assert re.search(r"^make .*\btest\b", script.read_text("utf-8"), flags=re.MULTILINE)


def test_the_test_machine_script_says_first_what_it_would_install() -> None:
    said = subprocess.run(
        ["sh", "scripts/test-machine.sh", "say"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    assert re.findall(r"^  (\w+) +\w", said, flags=re.MULTILINE) == ["packages", "PostgreSQL", "Chromium"]


@pytest.mark.parametrize(
    ("modules", "answer"),
    [("", "apt install python3-venv"), ("pip", None), ("venv", None)],
    ids=["neither venv nor pip", "pip alone", "venv alone"],
)
def test_uv_comes_with_whatever_the_python_brings(tmp_path: Path, modules: str, answer: str | None) -> None:
    python = tmp_path / "python3"
    python.write_text(PRETENDED_PYTHON.replace("MODULES", modules))
    python.chmod(0o755)
    done = subprocess.run(
        ["sh", ROOT / "scripts/get-uv.sh", "tools/uv"],
        cwd=tmp_path, env=os.environ | {"PYTHON": str(python)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if answer:
        assert done.returncode == 1
        assert answer in done.stderr
    else:
        assert subprocess.run([tmp_path / "tools/uv"], capture_output=True, text=True).stdout == "uv here\n"


# A Python that has only some modules: "-m venv" puts itself where it is asked to, "-m pip install" a uv.
PRETENDED_PYTHON = """#!/bin/sh
for last; do :; done
place() { mkdir -p "$1" && printf '#!/bin/sh\\necho uv here\\n' > "$1/uv" && chmod +x "$1/uv"; }
case " MODULES " in *" $2 "*) ;; *) case "$0 $2" in */bin/python*pip) ;; *) exit 1 ;; esac ;; esac
case "$*" in
    *--version) ;;
    "-m venv "*) mkdir -p "$last/bin" && cp "$0" "$last/bin/python" ;;
    *--target*) for word; do [ "$before" = --target ] && place "$word/bin"; before=$word; done; true ;;
    "-m pip install"*) place "$(dirname "$0")" ;;
esac
"""
