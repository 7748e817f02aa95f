"""docs/configuration.md promises to name every key and every field; here it is held to that."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

from pydantic.fields import FieldInfo

from aggregator.config import known_keys
from aggregator.config.settings import SHORT_NAMES
from aggregator.config.sources import SourceRow
from aggregator.config.values import write_duration

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "configuration.md").read_text("utf-8")


def rows(section: str) -> list[list[str]]:
    part = TEXT.split(f"\n## {section}\n")[1].split("\n## ")[0].split("\n### ")[0]
    lines = [line for line in part.splitlines() if line.startswith("| `")]
    return [[cell.strip().strip("`") for cell in line.strip("|").split("|")] for line in lines]


def default_of(field: FieldInfo) -> str:
    default: Any = field.default
    if field.is_required():
        return "required"
    if isinstance(default, timedelta):
        return write_duration(default)
    if isinstance(default, bool):
        return str(default).lower()
    if default in (None, (), ""):
        return field.description or ""
    return str(default)


def test_every_key_of_site_toml_stands_in_the_table_with_its_default_and_its_short_name() -> None:
    shorts = {key: f"AGGREGATOR_{short.upper()}" for short, key in SHORT_NAMES.items()}
    expected = [
        [key, default_of(section.model_fields[key.partition(".")[2]]), shorts.get(key, "")]
        for key, section in known_keys().items()
    ]
    assert [row[:3] for row in rows("site.toml")] == expected


def test_every_field_of_a_source_stands_in_the_table_with_its_default() -> None:
    expected = [[name, default_of(field)] for name, field in SourceRow.model_fields.items()]
    inherited = {"interval_min": "polling.interval_min", "interval_max": "polling.interval_max"}
    assert [row[:2] for row in rows("sources.toml")] == [
        [name, inherited.get(name, default)] for name, default in expected
    ]


def test_every_field_says_what_it_does() -> None:
    assert all(len(row[-1]) > 5 for row in rows("site.toml") + rows("sources.toml"))


def test_the_labels_that_are_said_to_be_in_use_are_those_of_the_seed() -> None:
    seed = (Path(__file__).resolve().parents[2] / "config" / "sources.toml").read_text("utf-8")
    used = {label for found in re.findall(r"^labels = \[(.*)\]", seed, re.M) for label in re.findall(r"[\w-]+", found)}
    line = TEXT.split("Labels in use:")[1].split("Any other")[0]
    assert set(re.findall(r"`([\w-]+)`", line)) == used
