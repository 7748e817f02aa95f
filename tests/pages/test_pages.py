"""Pages of our own making, one per shape, read as a whole: everything in them that is news, and nothing else."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from aggregator.model import Entry, Happening
from aggregator.pages import read_page
from aggregator.text.dates import day_in_amsterdam, in_amsterdam

DATA = Path(__file__).resolve().parents[1] / "data" / "pages"
SHAPES = sorted(path.stem for path in DATA.glob("*.json"))


def read(name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    wanted: dict[str, Any] = json.loads((DATA / f"{name}.json").read_text())
    body = (DATA / f"{name}.html").read_bytes()
    reading = read_page(body, url=wanted["url"], now=datetime.fromisoformat(wanted["now"]))
    found = {
        "entries": [plain(entry) for entry in reading.entries],
        "problems": [problem.code for problem in reading.problems],
        "events": [happening(event) for event in reading.events],
    }
    return found, wanted


def plain(entry: Entry) -> dict[str, Any]:
    image = entry.image
    return {
        "link": entry.link,
        "title": entry.title,
        "date": day_in_amsterdam(entry.published).isoformat() if entry.published else None,
        "date_evidence": entry.date_evidence,
        "date_precision": entry.date_precision,
        "summary": entry.summary,
        "kicker": entry.kicker,
        "image": {"url": image.url, "alt": image.alt, "caption": image.caption, "credit": image.credit}
        if image
        else None,
    }


def happening(event: Happening) -> dict[str, Any]:
    return {
        "title": event.title,
        "link": event.link,
        "starts": in_amsterdam(event.starts).isoformat(timespec="minutes"),
        "ends": in_amsterdam(event.ends).isoformat(timespec="minutes") if event.ends else None,
        "place": event.place,
    }


@pytest.mark.parametrize("name", SHAPES)
def test_the_news_of_a_page_is_read_and_nothing_else(name: str) -> None:
    found, wanted = read(name)
    assert found["entries"] == wanted["entries"]
    assert found["problems"] == wanted["problems"]
    assert found["events"] == wanted.get("events", [])
