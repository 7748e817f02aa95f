"""The themes of themes.toml as far as every room needs them: slugs, names, definitions.

The words and rules beside them are handed on unread; tag/ compiles them.
"""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from aggregator.config.problems import Fault
from aggregator.config.values import is_slug
from aggregator.model import Theme

_TEXTS = ("label", "definition")
_LANGUAGES = ("nl", "en")


def read_themes(path: Path, name: str) -> tuple[tuple[Theme, ...], Mapping[str, Any], list[Fault]]:
    """Return the themes, the whole file as parsed, and what is wrong with it; `name` is how people know it."""
    try:
        rules = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        return (), {}, [Fault(where=name, message=f"cannot be read: {error}", fix="Mend or restore the file.")]
    tables = rules.get("theme")
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        return (), rules, [Fault(where=name, message="has no themes", fix="Write at least one [[theme]].")]
    faults = [fault for place, table in enumerate(tables, start=1) for fault in _check(table, place, name)]
    slugs = [table.get("slug") for table in tables]
    faults += [
        Fault(where=name, key="slug", value=slug, message="is used twice", fix="Give each theme its own slug.")
        for slug in dict.fromkeys(slugs)
        if slug and slugs.count(slug) > 1
    ]
    return (() if faults else tuple(map(_theme, tables))), rules, faults


def _check(table: Mapping[str, Any], place: int, name: str) -> list[Fault]:
    keys = ["slug", *(f"{text}_{language}" for text in _TEXTS for language in _LANGUAGES)]
    return [
        Fault(
            where=name,
            key=f"theme number {place}, {key}",
            value=table.get(key),
            message="must be lower-case letters, digits, hyphens" if key == "slug" else "must be a text",
            fix=f'Write {key} = "...".',
        )
        for key in keys
        if not _usable(key, table.get(key))
    ]


def _usable(key: str, value: Any) -> bool:
    return isinstance(value, str) and (is_slug(value) if key == "slug" else bool(value.strip()))


def _theme(table: Mapping[str, Any]) -> Theme:
    label, definition = ({language: table[f"{text}_{language}"].strip() for language in _LANGUAGES} for text in _TEXTS)
    return Theme(slug=table["slug"], label=label, definition=definition)
