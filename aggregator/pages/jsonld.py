"""JSON-LD in a page (schema.org, W3C JSON-LD 1.1 section 7): its nodes, whatever way they are nested.

Generators write it broken in few ways (comments, a comma too many, bare line breaks); those are mended, anything else
is as if it were not there. Only the containers of schema.org are opened: what an article mentions is not its list.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from html import unescape
from typing import Any

from aggregator.pages.links import absolute
from aggregator.pages.tree import named

Node = Mapping[str, Any]

MAX_NODES = 2_000
MAX_DEPTH = 12
ARTICLES = named(
    "Article NewsArticle BlogPosting ReportageNewsArticle AnalysisNewsArticle OpinionNewsArticle BackgroundNewsArticle "
    "ReviewNewsArticle AskPublicNewsArticle TechArticle ScholarlyArticle SocialMediaPosting LiveBlogPosting Report"
)
PAGES = named("WebPage ItemPage AboutPage")
CONTAINERS = ("@graph", "itemListElement", "item", "mainEntity", "blogPost", "blogPosts", "hasPart", "dataFeedElement")

_WRAPPING = re.compile(r"^\s*(?:<!--|/\*<!\[CDATA\[\*/|//\s*<!\[CDATA\[|<!\[CDATA\[)|(?:-->|//\s*\]\]>|\]\]>)\s*;?\s*$")
_EXTRA_COMMA = re.compile(r",(\s*[}\]])")


def nodes_in(scripts: Iterable[str]) -> list[Node]:
    """Return the nodes of all scripts in document order, containers before what they hold."""
    found: list[Node] = []
    for script in scripts:
        for node in _walk(_parsed(script), 0):
            if len(found) == MAX_NODES:
                return found
            found.append(node)
    return found


def types_of(node: Node) -> frozenset[str]:
    """Return the types of a node, without "http://schema.org/" or "schema:"."""
    value = node.get("@type")
    names = value if isinstance(value, list) else [value]
    return frozenset(re.split(r"[/:#]", name)[-1] for name in names if isinstance(name, str))


def is_article(node: Node) -> bool:
    """Tell whether a node is an article of any kind."""
    return bool(types_of(node) & ARTICLES)


def addresses_of(node: Node, base: str) -> list[str]:
    """Return the http(s) addresses that a node says it has, the plainest first, without fragments."""
    page = node.get("mainEntityOfPage")
    values = [node.get("url"), page.get("@id") if isinstance(page, Mapping) else page, node.get("@id")]
    found = (absolute(base, value).partition("#")[0] for value in values if isinstance(value, str))
    return list(dict.fromkeys(filter(None, found)))


def referred(value: object, nodes: Iterable[Node]) -> object:
    """Return the node that {"@id": ...} stands for, if it is among `nodes`; any other value as it is."""
    if isinstance(value, Mapping) and value.keys() == {"@id"}:
        return next((node for node in nodes if node.get("@id") == value["@id"] and len(node) > 1), value)
    return value


def _walk(value: object, depth: int) -> Iterator[Node]:
    if depth > MAX_DEPTH:
        return
    if isinstance(value, list):
        for each in value[:MAX_NODES]:
            yield from _walk(each, depth + 1)
    elif isinstance(value, Mapping):
        yield value
        for name in () if is_article(value) else CONTAINERS:
            yield from _walk(value.get(name), depth + 1)


def _parsed(script: str) -> object:
    text = _WRAPPING.sub("", _WRAPPING.sub("", script.strip().lstrip("\ufeff"))).strip().rstrip(";")
    for attempt in (text, _EXTRA_COMMA.sub(r"\1", text), unescape(text)):
        try:
            return json.loads(attempt, strict=False)
        except (ValueError, RecursionError):
            continue
    return None
