"""What is wrong with a configuration, gathered so that the operator hears everything at once.

A service that stops at the first of seven mistakes is started seven times.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from aggregator.errors import ConfigError

_LONGEST_VALUE = 60


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """One thing that must be mended: where it stands, what stands there, what to do about it."""

    where: str  # a file, or "environment"
    key: str = ""
    value: Any = None
    message: str
    fix: str

    def __str__(self) -> str:
        shown = "" if self.value is None else f" = {_shortened(self.value)}"
        subject = f"{self.key}{shown}: " if self.key else ""
        return f"{self.where}: {subject}{self.message}. {self.fix}"


def complain(faults: Iterable[Fault]) -> None:
    """Raise one ConfigError that names every fault; nothing happens when there is none."""
    lines = [str(fault) for fault in faults]
    if lines:
        count = "1 problem" if len(lines) == 1 else f"{len(lines)} problems"
        raise ConfigError("\n".join([f"{count} in the configuration:", *(f"  {line}" for line in lines)]))


def nearest(name: str, known: Iterable[str]) -> str:
    """Return "Did you mean X?" for the known name most like `name`, else what the known names are."""
    names = sorted(known)
    for close in get_close_matches(name, names, n=1, cutoff=0.6):
        return f"Did you mean {close}?"
    return f"Remove it; known are {', '.join(names)}."


def plain(error: ErrorDetails) -> str:
    """Return in plain words what pydantic has against a value."""
    facts: Mapping[str, Any] = error.get("ctx", {})
    match error["type"]:
        case "literal_error":
            return f"must be {facts['expected']}"
        case "value_error":
            return str(facts["error"])
        case "greater_than_equal":
            return f"must be at least {facts['ge']}"
        case "less_than_equal":
            return f"must be at most {facts['le']}"
        case "missing":
            return "is missing"
        case _:
            return error["msg"].replace("Input should", "should").replace("String should", "should")


def details(error: ValidationError) -> list[ErrorDetails]:
    """Return pydantic's complaints without its links to its own manual."""
    return error.errors(include_url=False)


def _shortened(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= _LONGEST_VALUE else f"{text[: _LONGEST_VALUE - 1]}…"
