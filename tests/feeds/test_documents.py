"""Whole documents: what each small feed in tests/data/feeds must become stands beside it, as *.expected.json."""

import json
import pickle
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from aggregator.feeds import read_feed
from aggregator.model import Reading

DATA = Path(__file__).resolve().parents[1] / "data" / "feeds"
DOCUMENTS = sorted(path for path in DATA.iterdir() if not path.name.endswith(".expected.json"))


def read(path: Path) -> Reading:
    return read_feed(path.read_bytes(), url="https://feeds.example/feed", now=datetime(2026, 1, 1, tzinfo=UTC))


def as_json(value: Any) -> Any:
    """Return the filled fields, as JSON."""
    if is_dataclass(value):
        filled = {field.name: as_json(getattr(value, field.name)) for field in fields(value)}
        return {name: found for name, found in filled.items() if found not in (None, "", [], {})}
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, tuple | list | frozenset):
        return [as_json(item) for item in (sorted(value) if isinstance(value, frozenset) else value)]
    return value


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_a_document_becomes_what_stands_beside_it(path: Path) -> None:
    assert as_json(read(path)) == json.loads((DATA / f"{path.stem}.expected.json").read_text("utf-8"))


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_a_reading_can_cross_to_another_process(path: Path) -> None:
    reading = read(path)
    assert pickle.loads(pickle.dumps(reading)) == reading
