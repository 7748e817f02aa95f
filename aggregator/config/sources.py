"""sources.toml and back: whom we poll, as editors write it and as `sources export` writes it.

The row that is validated here has the fields of `model.Source`, one for one; a test holds them together.
"""

import json
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import fields
from datetime import timedelta
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from aggregator.config.problems import Fault, complain, details, nearest, plain
from aggregator.config.settings import Interval
from aggregator.config.values import (
    Contact,
    Language,
    Line,
    Named,
    Slug,
    WebAddress,
    check_order,
    write_duration,
)
from aggregator.model import Selectors, Source


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class SelectorsRow(_Row):
    """The table `selectors` of a source."""

    item: Named
    title: Line = ""
    link: Line = ""
    date: Line = ""
    teaser: Line = ""
    image: Line = ""


class SourceRow(_Row):
    """One [[source]] as it may be written."""

    id: Slug
    organisation: Named
    url: WebAddress
    title: Line = ""
    kind: Literal["auto", "feed", "page"] = "auto"
    language: Language = "nl"
    themes: tuple[Slug, ...] = ()
    relevance: Literal["filter", "all"] = "filter"
    publish: Literal["auto", "review"] = "auto"
    labels: tuple[Slug, ...] = ()
    join: Literal["normal", "url", "never"] = "normal"
    republisher: bool = False
    licence: Literal["teaser", "full"] = "teaser"
    images: bool = False
    interval_min: Interval | None = None
    interval_max: Interval | None = None
    paused: bool = False
    contact: Contact = ""
    terms_note: str = ""
    selectors: SelectorsRow | None = None

    @model_validator(mode="after")
    def _in_order(self) -> "SourceRow":
        if self.interval_min and self.interval_max:
            check_order(self.interval_min, self.interval_max)
        return self

    def source(self) -> Source:
        """Return the source that this row describes."""
        named = {name: getattr(self, name) for name in type(self).model_fields if name != "selectors"}
        chosen = Selectors(**self.selectors.model_dump()) if self.selectors else None
        return Source(**named, selectors=chosen)


def parse_sources(text: str, file: str, themes: Iterable[str] | None = None) -> tuple[Source, ...]:
    """Return the sources of a sources.toml in its order.

    `themes` are the slugs that hints may name; None leaves them unchecked. Raises ConfigError with every problem.
    """
    sources, faults = read_sources(text, file, themes)
    complain(faults)
    return sources


def read_sources(text: str, file: str, themes: Iterable[str] | None = None) -> tuple[tuple[Source, ...], list[Fault]]:
    """Return the sources that can be used and what is wrong with the others."""
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return (), [Fault(where=file, message=f"is not valid TOML: {error}", fix="Mend that line.")]
    rows = tables.pop("source", [])
    faults = [_unknown(file, key, ("source",)) for key in tables]
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        return (), [*faults, Fault(where=file, message="has no list of sources", fix="Write [[source]].")]
    read = [_read_row(row, place, file) for place, row in enumerate(rows, start=1)]
    sources = tuple(source for source, _ in read if source)
    faults += [fault for _, found in read for fault in found]
    return sources, faults + _doubled(rows, file) + _strange_themes(sources, themes, file)


def dump_sources(sources: Iterable[Source]) -> str:
    """Return TOML that `parse_sources` reads back as the same sources; defaults are left out."""
    return "\n".join(_dump(source) for source in sources)


def _read_row(row: dict[str, Any], place: int, file: str) -> tuple[Source | None, list[Fault]]:
    try:
        return SourceRow.model_validate(row).source(), []
    except ValidationError as error:
        name = f"source {row['id']!r}" if isinstance(row.get("id"), str) else f"source number {place}"
        return None, [_fault(found, row, name, file) for found in details(error)]


def _fault(found: Any, row: dict[str, Any], name: str, file: str) -> Fault:
    path = [str(part) for part in found["loc"]]
    if found["type"] == "extra_forbidden":
        known = SelectorsRow.model_fields if path[0] == "selectors" else SourceRow.model_fields
        return _unknown(file, path[-1], known, name)
    key = ".".join(path) or "interval_min"
    value = row.get(path[0]) if path else row.get("interval_min")
    return Fault(where=file, key=f"{name}, {key}", value=value, message=plain(found), fix=_fix(key))


def _unknown(file: str, key: str, known: Iterable[str], name: str = "") -> Fault:
    subject = f"{name}, {key}" if name else key
    return Fault(where=file, key=subject, message="is not a known key", fix=nearest(key, known))


def _fix(key: str) -> str:
    return _EXAMPLES.get(key.partition(".")[0], "See docs/configuration.md.")


def _doubled(rows: Sequence[dict[str, Any]], file: str) -> list[Fault]:
    ids = [row["id"] for row in rows if isinstance(row.get("id"), str)]
    doubled = [name for name in dict.fromkeys(ids) if ids.count(name) > 1]
    return [
        Fault(
            where=file,
            key="id",
            value=name,
            message=f"is used by {ids.count(name)} sources",
            fix="Give each its own id.",
        )
        for name in doubled
    ]


def _strange_themes(sources: Iterable[Source], known: Iterable[str] | None, file: str) -> list[Fault]:
    if known is None:
        return []
    slugs = tuple(known)
    return [
        Fault(
            where=file,
            key=f"source {source.id!r}, themes",
            value=slug,
            message="is not a theme of themes.toml",
            fix=nearest(slug, slugs),
        )
        for source in sources
        for slug in source.themes
        if slug not in slugs
    ]


def _dump(source: Source) -> str:
    lines = ["[[source]]"]
    for each in fields(Source):
        value = getattr(source, each.name)
        if value != each.default:
            lines.append(f"{each.name} = {_toml(value)}")
    return "\n".join(lines) + "\n"


def _toml(value: Any) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case timedelta():
            return _toml(write_duration(value))
        case tuple():
            return f"[{', '.join(map(_toml, value))}]"
        case Selectors():
            pairs = [(each.name, getattr(value, each.name)) for each in fields(value)]
            return "{ " + ", ".join(f"{name} = {_toml(text)}" for name, text in pairs if text) + " }"
        case _:
            # A JSON string is a TOML basic string but for DEL, which TOML wants escaped.
            return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007F")


_EXAMPLES = {
    "id": 'Write e.g. id = "fme".',
    "organisation": 'Write e.g. organisation = "FME".',
    "url": 'Write e.g. url = "https://www.fme.nl/nieuws".',
    "kind": 'Write kind = "auto".',
    "language": 'Write e.g. language = "nl".',
    "themes": 'Write e.g. themes = ["instroom"].',
    "relevance": 'Write relevance = "filter".',
    "publish": 'Write publish = "auto".',
    "labels": 'Write e.g. labels = ["oost", "mbo"].',
    "join": 'Write join = "normal".',
    "licence": 'Write licence = "teaser".',
    "interval_min": 'Write e.g. interval_min = "1 h"; 5 min is the least.',
    "interval_max": 'Write e.g. interval_max = "24 h"; 7 d is the most.',
    "selectors": 'Write e.g. selectors = { item = "article", title = "h2" }.',
}
