"""An agenda told from news: its dates say when something takes place, not when it was published."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from aggregator.pages.blocks import Block, lines_of, nodes_of
from aggregator.pages.tree import Page
from aggregator.text.dates import find_range

MOST = 0.6
AHEAD = timedelta(days=2)
STARTS = frozenset({"dtstart", "dt-start"})
EVENT_CLASSES = frozenset({"vevent", "dtstart", "dtend"})
_HOURS = re.compile(
    r"\b\d{1,2}[:.]\d\d\s*(?:u(?:ur)?|h|[ap]m)?\s*(?:-|–|—|tot(?: en met)?|t/m|to|until|bis)\s*\d{1,2}[:.]\d\d\b",
    re.IGNORECASE,
)


def is_agenda(page: Page, blocks: Sequence[Block], dates: Sequence[datetime], now: datetime) -> bool:
    """Tell whether a list is of events: most dates lie ahead, or most records have a beginning and an end.

    A list whose dates all lie behind is no agenda but a look back; it is left to the reader's other judgement, unless
    its maker marked when each of its events begins.
    """
    if sum(_is_marked(page, block) for block in blocks) >= MOST * len(blocks):
        return True
    ahead = sum(at > now + AHEAD for at in dates)
    if ahead >= MOST * len(blocks):
        return True
    are_events = sum(_is_event(page, block) for block in blocks) >= MOST * len(blocks)
    return are_events and (ahead > 0 or not dates)


def _is_marked(page: Page, block: Block) -> bool:
    nodes = nodes_of(page, block)[:200]
    return any(node.get("itemprop") == "startDate" or STARTS.intersection(node.get("class").split()) for node in nodes)


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
