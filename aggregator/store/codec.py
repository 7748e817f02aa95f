"""Frozen dataclasses to JSON and back, for what is kept whole and never asked for by SQL.

Times become integer microseconds, bytes hexadecimal; fields at their default are left out, so that a field that is
added later reads as its default. Unknown keys are ignored, so that an older program reads what a newer one wrote.
"""

import types
from collections.abc import Callable
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import datetime, timedelta
from enum import Enum
from functools import cache
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from aggregator.store.tables import EPOCH, MICROSECOND

T = TypeVar("T")
Convert = Callable[[Any], Any]


def to_json(value: Any) -> dict[str, Any]:
    """`value`, a dataclass, as a JSON object."""
    return {f.name: _plain(getattr(value, f.name)) for f in fields(value) if getattr(value, f.name) != _default_of(f)}


def from_json(kind: type[T], data: dict[str, Any]) -> T:
    """The dataclass of type `kind` that `to_json` wrote."""
    readers: dict[str, Convert] = _readers(kind)  # type: ignore[arg-type]  # a class is hashable
    return kind(**{name: readers[name](value) for name, value in data.items() if name in readers})


def _default_of(f: Field[Any]) -> Any:
    return f.default_factory() if f.default_factory is not MISSING else f.default


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return (value - EPOCH) // MICROSECOND
    if isinstance(value, timedelta):
        return value // MICROSECOND
    if isinstance(value, bytes):
        return value.hex()
    if is_dataclass(value):
        return to_json(value)
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    return value


@cache
def _readers(kind: Any) -> dict[str, Convert]:
    hints = get_type_hints(kind)
    return {f.name: _reader(hints[f.name]) for f in fields(kind)}


def _reader(hint: Any) -> Convert:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        inner = _reader(next(a for a in arguments if a is not type(None)))
        return lambda value: None if value is None else inner(value)
    if origin is tuple:
        each = _reader(arguments[0])
        return lambda value: tuple(each(v) for v in value)
    if origin is frozenset:
        return frozenset
    if origin is Literal:
        return lambda value: value
    return _scalar_reader(hint)


def _scalar_reader(hint: Any) -> Convert:
    if hint is datetime:
        return lambda value: EPOCH + value * MICROSECOND
    if hint is timedelta:
        return lambda value: value * MICROSECOND
    if hint is bytes:
        return bytes.fromhex
    if isinstance(hint, type) and is_dataclass(hint):
        return lambda value: from_json(hint, value)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return hint
    return lambda value: value
