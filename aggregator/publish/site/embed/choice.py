"""What a website owner chooses to show: read from an address, and written back as one, or as attributes.

All of it comes from outside. What cannot be is left at its default, so that a typing error in an address on somebody
else's website never costs its readers the news.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from urllib.parse import quote, urlencode

from aggregator.publish.characters import line

LAYOUTS = ("list", "cards", "compact")
PARTS = ("kicker", "date", "teaser", "source", "theme", "more")
LANGUAGES = ("nl", "en")
SCHEMES = ("light", "dark", "auto")
LIMITS = range(1, 21)
HEADING_LEVELS = range(2, 7)

NAME_LENGTH = 100
KINDS = {"labels": "label", "sources": "source", "themes": "theme"}  # the narrowest first, as feeds are chosen


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """A selection of news and its form. `lang` "" is the site's own; `scheme` and `height` are for frames alone.

    `heading_level` of the titles: 0 is 3 in the element, which lies under a heading of the page around it, and 2 in a
    frame, which is a page of its own.
    `fill`: too few stories are filled up with other news ("all") or not ("none").
    """

    theme: str = ""
    label: str = ""
    source: str = ""
    limit: int = 5
    lang: str = ""
    layout: str = "list"
    show: tuple[str, ...] = PARTS
    heading_level: int = 0
    fill: str = "all"
    scheme: str = "light"
    height: str = ""

    @property
    def kind(self) -> str:
        """Of which kind the narrowest feed is that holds what was chosen: one of KINDS, "" for all news."""
        return next((kind for kind, name in KINDS.items() if getattr(self, name)), "")

    @property
    def narrowed(self) -> str:
        """The name of that feed: "all", "themes/instroom"."""
        return f"{self.kind}/{getattr(self, KINDS[self.kind])}" if self.kind else "all"

    def query(self) -> str:
        """Return what `path` does not tell, as the query of an address; "" when all is as usual."""
        pairs = {name: value for name, value in self.told().items() if name != KINDS.get(self.kind)}
        return f"?{urlencode(pairs)}" if pairs else ""

    def path(self, page: str) -> str:
        """Return the address below `page` at which this choice lies: a folder, so that static hosts have it too."""
        return page + ("" if self.narrowed == "all" else f"/{quote(self.narrowed)}")

    def told(self) -> dict[str, str]:
        """Return what differs from the usual, by the names that addresses and the element share."""
        usual = Choice()
        changed = {
            field.name: getattr(self, field.name)
            for field in fields(Choice)
            if getattr(self, field.name) != getattr(usual, field.name)
        }
        if "show" in changed:
            changed["show"] = " ".join(self.show) or "title"
        return {name.replace("_", "-"): str(value) for name, value in changed.items()}


def read(asked: Mapping[str, str]) -> Choice:
    """Return the choice that a query or a form speaks of; never fails.

    >>> read({"theme": "instroom", "limit": "1000", "show": "date teaser"}).told()
    {'theme': 'instroom', 'show': 'date teaser'}
    """
    said = set(re.split(r"[\s,]+", asked.get("show", "").strip()))
    return Choice(
        theme=_name(asked, "theme"),
        label=_name(asked, "label"),
        source=_name(asked, "source"),
        limit=_number(asked, "limit", LIMITS, Choice().limit),
        lang=_one_of(asked, "lang", ("", *LANGUAGES)),
        layout=_one_of(asked, "layout", LAYOUTS),
        show=PARTS if said == {""} else tuple(part for part in PARTS if part in said),
        heading_level=_number(asked, "heading-level", HEADING_LEVELS, Choice().heading_level),
        fill=_one_of(asked, "fill", ("all", "none")),
        scheme=_one_of(asked, "scheme", SCHEMES),
        height=_one_of(asked, "height", ("", "auto")),
    )


def known(choice: Choice, themes: Sequence[str], labels: Sequence[str], sources: Sequence[str]) -> Choice:
    """Return the choice without what we do not have."""
    return replace(
        choice,
        theme=choice.theme if choice.theme in themes else "",
        label=choice.label if choice.label in labels else "",
        source=choice.source if choice.source in sources else "",
    )


def _name(asked: Mapping[str, str], name: str) -> str:
    return line(asked.get(name, ""))[:NAME_LENGTH]


def _number(asked: Mapping[str, str], name: str, allowed: range, usual: int) -> int:
    given = asked.get(name, "").strip()
    number = int(given) if re.fullmatch("[0-9]{1,3}", given) else usual
    return number if number in allowed else usual


def _one_of(asked: Mapping[str, str], name: str, allowed: Sequence[str]) -> str:
    given = asked.get(name, "").strip()
    return given if given in allowed else allowed[0]
