"""Which story a new item belongs to (pure). So far: the same article address at another partner."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """A new item, as far as joining looks at it; `join` is its source's setting."""

    url_key: str
    source_id: str
    join: str = "normal"


def join_by_url(fresh: Sequence[Candidate], carriers: Mapping[str, Sequence[tuple[int, str]]]) -> list[int | None]:
    """For each new item the story that it joins.

    `carriers` says which (story number, source id) already carry a URL key, oldest first. The answer is a story's
    number, -(n + 1) for "the story of the n-th item of this very batch", or None for a story of its own.

    An address tells one article from another only if no source uses it for two: some sites link every item to their
    home page. Such a key joins nothing.
    """
    usable = _telling_keys(fresh, carriers)
    opened: dict[str, int] = {}
    joined: list[int | None] = []
    for n, each in enumerate(fresh):
        if each.join == "never" or each.url_key not in usable:
            joined.append(None)
        elif each.url_key in carriers:
            joined.append(carriers[each.url_key][0][0])
        elif each.url_key in opened:
            joined.append(-opened[each.url_key] - 1)
        else:
            opened[each.url_key] = n
            joined.append(None)
    return joined


def _telling_keys(fresh: Sequence[Candidate], carriers: Mapping[str, Sequence[tuple[int, str]]]) -> set[str]:
    users: dict[str, list[str]] = {}
    for each in fresh:
        users.setdefault(each.url_key, []).append(each.source_id)
    for key, held in carriers.items():
        users.setdefault(key, []).extend(source_id for _, source_id in held)
    return {key for key, sources in users.items() if "/" in key and len(sources) == len(set(sources))}
