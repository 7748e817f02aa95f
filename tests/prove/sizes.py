"""Every long proof has a sample, which runs with all tests, and its full size, which runs in `make prove`."""

import os

import pytest

FULL_SIZE = [
    pytest.mark.long,
    pytest.mark.skipif("PROVE" not in os.environ, reason="the full size runs in `make prove`"),
]


def sample_and_full(name: str, sample: int, full: int) -> pytest.MarkDecorator:
    """Run a test with this parameter small, and large when there is time."""
    return pytest.mark.parametrize(name, [sample, pytest.param(full, marks=FULL_SIZE)])
