"""Harmful bodies cost little: each is read, or refused by name, in under 5 s of CPU and 300 MB."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.feeds.hostile import BODIES
from tests.pace import Stopwatch

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("name", BODIES)
def test_a_hostile_body_costs_little(name: str) -> None:
    command = [sys.executable, "-m", "tests.feeds.hostile", name]
    with Stopwatch() as watch:
        answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=100, check=True)
    outcome, seconds, megabytes = json.loads(answer.stdout)
    assert outcome == BODIES[name][0]
    assert watch.of_child(seconds) < 5
    assert megabytes < 300
