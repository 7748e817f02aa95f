from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.config.values import read_duration, write_duration


@pytest.mark.parametrize(
    ("written", "span"),
    [
        ("90", timedelta(seconds=90)),
        (90, timedelta(seconds=90)),
        (0.5, timedelta(seconds=0.5)),
        ("90 s", timedelta(seconds=90)),
        ("5min", timedelta(minutes=5)),
        (" 1.5 h ", timedelta(minutes=90)),
        ("7 d", timedelta(days=7)),
        (timedelta(days=1), timedelta(days=1)),
    ],
)
def test_a_duration_is_a_number_with_a_unit_or_seconds(written: object, span: timedelta) -> None:
    assert read_duration(written) == span


@pytest.mark.parametrize("bad", ["", "fast", "-5 min", "1 week", "1 h 5 min", True, None, "9" * 12, "nan"])
def test_anything_else_is_no_duration(bad: object) -> None:
    with pytest.raises(ValueError, match="must be a duration"):
        read_duration(bad)


@given(st.timedeltas(timedelta(0), timedelta(days=7)))
def test_a_written_duration_reads_back_as_the_same(span: timedelta) -> None:
    assert read_duration(write_duration(span)) == span
