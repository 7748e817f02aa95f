import json
import subprocess
import sys
from hashlib import sha256
from math import isclose

import pytest

from aggregator.tag.features import read, sparse
from aggregator.tag.model import Model, ModelError, Training, dump, load, softmax
from tests.tag.conftest import RULES

MODEL = Model(
    outcomes=("instroom", "off-topic"),
    weights={"=lassen": (0.5, -0.25), "<la": (1.0, 0.0), "strong:instroom": (2.0, -2.0)},
    bias=(0.125, 0.0),
    temperature=1.1,
    temperature_short=1.4,
    second_from=0.2,
    training=Training(hash="ab", count=2, date="2026-11-27", rules="cd"),
    sampled=((0.9, True, "instroom"),),
    figures={"accuracy": 0.9},
)


def test_a_model_comes_back_as_it_was_written() -> None:
    assert load(dump(MODEL)) == MODEL
    assert dump(load(dump(MODEL))) == dump(MODEL)


def test_its_bytes_begin_with_a_description_that_people_can_read() -> None:
    header = json.loads(dump(MODEL).split(b"\n", 1)[0])
    assert (header["version"], header["training"]["count"]) == (1, 2)


def resealed(data: bytes, **changes: object) -> bytes:
    """The model with another description and a checksum that is right."""
    line, _, rest = data.partition(b"\n")
    block = rest.partition(b"\n")[2]
    line = json.dumps(json.loads(line) | changes).encode() + b"\n"
    return line + sha256(line + block).hexdigest().encode() + b"\n" + block


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "no model"),
        (b"\x80\x04pickle", "no model"),
        (b"[]\n", "no model"),
        (dump(MODEL)[:-1], "damaged"),
        (dump(MODEL).replace(b'"count":2', b'"count":3'), "damaged"),
        (resealed(dump(MODEL), version=2), "version 2"),
        (resealed(dump(MODEL), format="other"), "other"),
        (resealed(dump(MODEL), outcomes=["a", "b", "c", "d"]), "not complete"),
        (resealed(dump(MODEL), training={}), "not complete"),
    ],
)
def test_bytes_that_are_no_model_are_refused_with_the_reason(data: bytes, says: str) -> None:
    with pytest.raises(ModelError, match=says):
        load(data)


def test_the_sum_is_that_of_the_features() -> None:
    reading = read(RULES, title="Lassen op Girls' Day", text="lassen")
    by_hand = list(MODEL.bias)
    for name, value in sparse(reading).items():
        for place, weight in enumerate(MODEL.weights.get(name, ())):
            by_hand[place] += value * weight
    assert all(isclose(one, other) for one, other in zip(MODEL.scores(reading), by_hand, strict=True))


def test_probabilities_sum_to_one_and_are_less_sure_when_hotter() -> None:
    cold, hot = softmax([900.0, 1.0, -900.0], 1.0), softmax([3.0, 1.0, 0.0], 2.0)
    assert isclose(sum(cold), 1.0)
    assert softmax([3.0, 1.0, 0.0], 1.0)[0] > hot[0] > hot[1] > hot[2]


def test_scoring_needs_no_library_of_learning() -> None:
    code = "import sys, aggregator.tag.tagger; print({'numpy', 'scipy', 'sklearn'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
