"""Every long proof has a sample, which runs with all tests, and its full size, which runs in `make prove`."""

import os
from collections.abc import Callable
from typing import Any

import pytest

FULL_SIZE = [
    pytest.mark.long,
    pytest.mark.skipif("PROVE" not in os.environ, reason="the full size runs in `make prove`"),
]


def sample_and_full(name: str, sample: int, full: int) -> pytest.MarkDecorator:
    """Run a test with this parameter small, and large when there is time."""
    return pytest.mark.parametrize(name, [sample, pytest.param(full, marks=FULL_SIZE)])


def with_real_processes(test: Callable[..., Any]) -> Callable[..., Any]:
    """Several real processes take a minute on a busy machine: in `make prove`."""
    for mark in FULL_SIZE:
        test = mark(test)
    return test
