from math import isclose
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.model import Tags
from aggregator.tag.evaluation import Judged, calibration_error, curve, figures, judged, lines, svg

OUTCOMES = ("a", "b", "off")
FOUND = [
    Judged(answer="a", verdict="a", sure=0.9, decision="publish"),
    Judged(answer="a", verdict="b", sure=0.6, decision="publish"),
    Judged(answer="b", verdict="b", sure=0.8),
    Judged(answer="b", verdict="off", sure=0.7, decision="off-topic"),
    Judged(answer="off", verdict="off", sure=1.0, decision="off-topic"),
]


def test_the_figures_are_those_of_the_textbook() -> None:
    told = figures(FOUND, OUTCOMES)
    assert (told["count"], told["accuracy"]) == (5, 0.6)
    assert told["classes"]["a"] == {"precision": 1.0, "recall": 0.5, "f1": 0.6667, "count": 2}
    assert told["classes"]["b"] == {"precision": 0.5, "recall": 0.5, "f1": 0.5, "count": 2}
    assert isclose(told["macro_f1"], (2 / 3 + 1 / 2 + 2 / 3) / 3, abs_tol=1e-4)
    assert told["brier"] == round((0.01 + 0.36 + 0.04 + 0.49 + 0.0) / 5, 4)
    assert told["confusion"]["b"] == {"a": 0, "b": 1, "off": 1}


def test_what_was_decided_without_a_person_is_counted() -> None:
    made = figures(FOUND, OUTCOMES)["decisions"]
    assert (made["published"], made["published_right"], made["review"]) == (2, 1, 1)
    assert (made["dropped"], made["dropped_relevant"], made["relevant"]) == (2, 1, 4)


def test_the_calibration_error_is_the_distance_between_said_and_right() -> None:
    sure = [Judged(answer="a", verdict="a" if place < 6 else "b", sure=0.8) for place in range(10)]
    assert calibration_error(sure) == pytest.approx(0.6 * 0.2 + 0.4 * 0.8)
    right = [Judged(answer="a", verdict="a", sure=1.0)] * 20
    assert calibration_error(right) == 0.0


def test_the_curve_starts_with_the_surest() -> None:
    points = curve(FOUND)
    assert points[0] == {"coverage": 0.15, "precision": 1.0, "certainty": 1.0}
    assert points[-1] == {"coverage": 1.0, "precision": 0.6, "certainty": 0.6}


def test_a_verdict_without_a_theme_is_off_topic() -> None:
    assert judged(Tags(theme=None), "a", "off").verdict == "off"
    assert judged(Tags(theme="a"), "a", "off").right
    assert not judged(Tags(theme="a", off_topic=True), "a", "off").right


def test_figures_can_be_read_and_drawn() -> None:
    told = figures(FOUND, OUTCOMES)
    text = "\n".join(lines(told))
    assert "accuracy 0.600" in text
    assert "dropped 2, of which relevant 1 of 4" in text
    drawn = ElementTree.fromstring(svg(told, "5 items <of> a & b"))
    title, line = drawn.find("{*}title"), drawn.find("{*}polyline")
    assert title is not None
    assert title.text == "5 items <of> a & b"
    assert line is not None
    assert len(line.attrib["points"].split()) == len(told["curve"])


@given(
    st.lists(
        st.builds(Judged, answer=st.sampled_from(OUTCOMES), verdict=st.sampled_from(OUTCOMES), sure=st.floats(0, 1)),
        min_size=1,
    )
)
def test_every_figure_is_a_share(found: list[Judged]) -> None:
    told = figures(found, OUTCOMES)
    assert all(0.0 <= told[name] <= 1.0 for name in ("accuracy", "macro_f1", "calibration_error", "brier"))
    assert sum(sum(row.values()) for row in told["confusion"].values()) == len(found)
