"""Labelled items: one JSON object a line, as the starter set has them."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files
from typing import Any

STARTER = "examples.jsonl"


@dataclass(frozen=True, kw_only=True, slots=True)
class Example:
    """An item with its right answer: a slug, or what off-topic is called."""

    id: str
    title: str
    text: str
    theme: str
    second_theme: str | None = None
    organisation: str = ""
    weight: float = 1.0  # beside the others, in training


def parse(line: str, outcomes: Sequence[str] | None = None) -> Example:
    """The example of one line. Raises ValueError saying what is wrong with it; `outcomes` are the allowed themes."""
    found = json.loads(line)
    if not isinstance(found, dict):
        raise ValueError("not an object")
    theme, second = found.get("theme"), found.get("second_theme")
    if not isinstance(theme, str) or (outcomes is not None and theme not in outcomes):
        allowed = "" if outcomes is None else f"; write one of {', '.join(outcomes)}"
        raise ValueError(f"theme is {theme!r}{allowed}")
    return Example(
        id=str(found.get("id", "")),
        title=text_of(found, "title"),
        text=text_of(found, "text"),
        theme=theme,
        second_theme=second if isinstance(second, str) else None,
        organisation=text_of(found, "organisation"),
    )


def text_of(found: dict[str, Any], key: str) -> str:
    """A text of a parsed line, "" when absent. Raises ValueError when it is something else."""
    value = found.get(key)
    if value is not None and not isinstance(value, str):
        raise ValueError(f"{key} must be a text")
    return value or ""


def starter() -> list[Example]:
    """The starter set that ships with the program: invented items, for the themes of the Techniekpact."""
    lines = (files("aggregator.tag") / "starter" / STARTER).read_text("utf-8").splitlines()
    return [parse(line) for line in lines]


def is_gold(example: Example) -> bool:
    """Whether an item is set aside to compare models by: nobody who wrote rules has read it, frozen for ever."""
    name = example.id or f"{example.title} {example.text}"
    return int(sha256(name.encode(errors="surrogatepass")).hexdigest(), 16) % 7 < 2


def identity(examples: Iterable[Example]) -> str:
    """The sha256 of examples: which set a model was trained on."""
    digest = sha256()
    for each in examples:
        parts = (each.id, each.title, each.text, each.theme, each.second_theme or "", each.organisation)
        weighed = (f"{each.weight}",) if each.weight != 1.0 else ()
        digest.update("\x1f".join((*parts, *weighed)).encode(errors="surrogatepass") + b"\x1e")
    return digest.hexdigest()
