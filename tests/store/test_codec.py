from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.model import Image, Outcome, Pace, Poll, Selectors, Source, Tags, Validators
from aggregator.store.codec import from_json, to_json

TIMES = st.datetimes(datetime(1970, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
SPANS = st.timedeltas(timedelta(0), timedelta(days=400))
TEXTS = st.text(max_size=20)


@pytest.mark.parametrize("kind", [Source, Poll, Tags, Image, Pace, Validators, Selectors])
@given(data=st.data())
def test_whatever_is_written_is_read_back_the_same(kind: type[Any], data: st.DataObject) -> None:
    st.register_type_strategy(datetime, TIMES)
    st.register_type_strategy(timedelta, SPANS)
    value = data.draw(st.from_type(kind))
    assert from_json(kind, to_json(value)) == value


def test_what_is_at_its_default_is_left_out() -> None:
    assert to_json(Poll()) == {}
    assert to_json(Poll(outcome=Outcome.FETCHED, failures=2)) == {"outcome": "fetched", "failures": 2}


def test_a_newer_programs_fields_are_passed_over_and_an_older_ones_absence_is_the_default() -> None:
    assert from_json(Poll, {"failures": 3, "invented_later": 1}) == Poll(failures=3)


def test_validators_survive_byte_for_byte() -> None:
    odd = Validators(etag='W/"\u00ff\\"', last_modified="not a date \u00e9")
    assert from_json(Poll, to_json(Poll(validators=odd))).validators == odd


@dataclass(frozen=True, kw_only=True, slots=True)
class Numbers:
    hours: frozenset[int] = frozenset()


def test_sets_are_written_in_order() -> None:
    assert to_json(Numbers(hours=frozenset({9, 3, 7}))) == {"hours": [3, 7, 9]}
