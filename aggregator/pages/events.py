"""An agenda told from news: its dates say when something takes place, not when it was published."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from aggregator.pages.blocks import Block, lines_of, nodes_of
from aggregator.pages.tree import Page
from aggregator.text.dates import find_range

MOST = 0.6
EVENT_CLASSES = frozenset({"vevent", "dtstart", "dtend"})
_HOURS = re.compile(
    r"\b\d{1,2}[:.]\d\d\s*(?:u(?:ur)?|h|[ap]m)?\s*(?:-|–|—|tot(?: en met)?|t/m|to|until|bis)\s*\d{1,2}[:.]\d\d\b",
    re.IGNORECASE,
)


def is_agenda(page: Page, blocks: Sequence[Block]) -> bool:
    """Tell whether most records have what events have: Event markup, a beginning and an end."""
    return sum(_is_event(page, block) for block in blocks) >= MOST * len(blocks)


def are_to_come(dates: Sequence[datetime], now: datetime) -> bool:
    """Tell whether most of a list's dates lie ahead, as an agenda's do and a news list's never."""
    return bool(dates) and sum(at > now + timedelta(days=2) for at in dates) >= MOST * len(dates)


def _is_event(page: Page, block: Block) -> bool:
    for node in nodes_of(page, block)[:200]:
        if node.get("itemtype").endswith("Event") or EVENT_CLASSES.intersection(node.get("class").split()):
            return True
        if "h-event" in node.get("class").split() or node.get("itemprop") in ("startDate", "endDate"):
            return True
    return any(_says_when(line) for line in lines_of(page, block)[:40] if len(line) <= 100)


def _says_when(line: str) -> bool:
    if not any(map(str.isdigit, line)):
        return False
    if _HOURS.search(line):
        return True
    found = find_range(line)
    return found is not None and found[1] is not None
