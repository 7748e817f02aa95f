from datetime import UTC, datetime

import pytest

from aggregator.text.dates import Dated, find_range


def _days(found: tuple[Dated, Dated | None] | None) -> tuple[str, str | None] | None:
    if found is None:
        return None
    start, end = found
    return f"{start.at:%Y-%m-%d %H:%M}", f"{end.at:%Y-%m-%d %H:%M}" if end else None


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("6 juli 2022 / 17:00 - 19:00", "2022-07-06 15:00", "2022-07-06 17:00"),
        ("6 juli 2022 / 17:00 - 17:00", "2022-07-06 15:00", None),
        ("6 juli 2022 van 17:00 tot 19.00 uur", "2022-07-06 15:00", "2022-07-06 17:00"),
        ("12 t/m 14 mei 2023", "2023-05-11 22:00", "2023-05-13 22:00"),
        ("12 - 14 mei 2023", "2023-05-11 22:00", "2023-05-13 22:00"),
        ("12–14 mei 2023", "2023-05-11 22:00", "2023-05-13 22:00"),
        ("van vrijdag 12 tot en met zondag 14 mei 2023", "2023-05-11 22:00", "2023-05-13 22:00"),
        ("28 april t/m 2 mei 2023", "2023-04-27 22:00", "2023-05-01 22:00"),
        ("28 december - 2 januari 2023", "2022-12-27 23:00", "2023-01-01 23:00"),
        ("12 mei 2023 - 14 mei 2023", "2023-05-11 22:00", "2023-05-13 22:00"),
        ("12-05-2023 t/m 14-05-2023", "2023-05-11 22:00", "2023-05-13 22:00"),
        ("Beurs in Utrecht, 12 en 13 mei 2023 in de Jaarbeurs", "2023-05-11 22:00", "2023-05-12 22:00"),
        ("May 12-14, 2023", "2023-05-11 22:00", "2023-05-13 22:00"),
        ("12 to 14 May 2023", "2023-05-11 22:00", "2023-05-13 22:00"),
    ],
)
def test_a_range_has_a_start_and_an_end(text: str, start: str, end: str | None) -> None:
    assert _days(find_range(text)) == (start, end)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "30 juni 2022",
        "30 juni 2022 om 17:00",
        "12 t/m 14 mei",  # of which year?
        "14 - 12 mei 2023",
        "6 juli 2022 / 19:00 - 17:00",
        "6 juli 2022 / 17:00 - 25:00",
        "30 - 31 april 2023",
        "31 april - 2 mei 2023",
        "maandag 12 t/m 14 mei 2023",  # the 12th was a Friday
        "May 30-32, 2023",
        "30 juni 2022 - nieuws",
        "06-12345678",
        "een twee - drie",
    ],
)
def test_anything_else_is_no_range(text: str) -> None:
    assert find_range(text) is None


def test_an_endless_text_takes_bounded_time() -> None:
    assert find_range("12 - " * 200_000) is None
    found = find_range("12 t/m 14 mei 2023 " + "x" * 1_000_000)
    assert found is not None
    assert found[0].at == datetime(2023, 5, 11, 22, tzinfo=UTC)
