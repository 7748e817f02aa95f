import re
from datetime import UTC, datetime, timedelta, timezone

import pytest

from aggregator.cli.output import Exit, iso, moment, of_poll, print_rows, told
from aggregator.model import Outcome, Poll
from tests.factories import NOW

ROWS: list[dict[str, object]] = [
    {"id": "a", "paused": True, "title": "[red]rood[/red] [/x]"},
    {"id": None, "paused": False, "title": "é"},
]


def test_a_list_is_one_object_a_line_where_no_person_watches(capsys: pytest.CaptureFixture[str]) -> None:
    print_rows(ROWS, ("id",), wants_json=False)
    first, second = capsys.readouterr().out.splitlines()
    assert first == '{"id": "a", "paused": true, "title": "[red]rood[/red] [/x]"}'
    assert second == '{"id": null, "paused": false, "title": "é"}'


def test_a_list_is_a_table_for_a_person_and_takes_no_orders_from_titles(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    print_rows(ROWS, ("id", "paused", "title"), wants_json=False)
    plain = re.sub(r"\x1b\[[0-9;]*m", "", capsys.readouterr().out)
    heading, first, second = (line.split(maxsplit=2) for line in plain.splitlines())
    assert [each.rstrip() for each in heading] == ["id", "paused", "title"]
    assert [each.rstrip() for each in first] == ["a", "yes", "[red]rood[/red] [/x]"]
    assert [each.rstrip() for each in second] == ["é"]


def test_a_person_may_ask_for_json_too(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    print_rows(ROWS[:1], ("id",), wants_json=True)
    assert capsys.readouterr().out.startswith('{"id": "a"')


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("2026-11-23T12:00:00Z", NOW),
        ("2026-11-23T13:00+01:00", NOW),
        ("2026-11-23T12:00", NOW),
        ("2026-11-23", NOW - timedelta(hours=12)),
    ],
)
def test_a_moment_is_read_as_utc_when_it_says_no_zone(text: str, meant: datetime) -> None:
    assert moment(text) == meant


def test_no_moment_is_now() -> None:
    assert abs(moment("") - datetime.now(UTC)) < timedelta(seconds=5)


@pytest.mark.parametrize("text", ["gisteren", "2026-13-01", "12:00", "0001-01-01T00:00+05:00"])
def test_what_is_no_moment_is_a_mistake_in_use(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        moment(text)
    assert ended.value.code == Exit.USAGE
    assert capsys.readouterr().err == f"aggregator: --now {text}: not a time; write e.g. 2026-11-23T12:00:00Z\n"


def test_times_for_programs_are_utc_to_the_second() -> None:
    local = (NOW + timedelta(microseconds=9)).astimezone(timezone(timedelta(hours=2)))
    assert (iso(local), iso(None)) == ("2026-11-23T12:00:00Z", None)


def test_outcomes_are_told_in_dutch_or_english() -> None:
    assert told("http-404", "en") != told("http-404", "nl") == told("http-404", "fy")
    assert told("", "nl") == of_poll(Poll(), "nl") == ""


def test_a_source_that_moved_is_told_with_its_address() -> None:
    assert "https://nieuw.example/feed" in of_poll(
        Poll(outcome=Outcome.MOVED, address="https://nieuw.example/feed"), "nl"
    )
