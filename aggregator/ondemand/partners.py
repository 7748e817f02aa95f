"""A partner's page, and the page of one feed of a partner or a label."""

from collections.abc import Callable, Iterator

from aggregator.ondemand.moment import Moment
from aggregator.publish.site import feed_page, source_page
from aggregator.release import PAGE_STORIES, status_of
from aggregator.store import stories


def partner(moment: Moment, source_id: str) -> Callable[[str], bytes] | None:
    """One partner: its news, and how we poll it."""
    held = moment.held.get(source_id)
    if held is None:
        return None
    numbers = stories.latest(moment.transaction, limit=PAGE_STORIES, sources=[source_id])
    found = stories.load(moment.transaction, numbers)
    status = status_of(held, moment.brought.get(source_id, 0))
    return lambda language: source_page(status, found, moment.names, moment.site, language, moment.today)


def ids(moment: Moment) -> Iterator[tuple[str]]:
    """All partners."""
    return ((source_id,) for source_id in moment.held)


def label_feed(moment: Moment, label: str) -> Callable[[str], bytes] | None:
    """The addresses of the feed of a label."""
    return _feed(moment, f"labels/{label}")


def source_feed(moment: Moment, source_id: str) -> Callable[[str], bytes] | None:
    """The addresses of the feed of a partner."""
    return _feed(moment, f"sources/{source_id}")


def labels(moment: Moment) -> Iterator[tuple[str]]:
    """All labels."""
    return ((name.removeprefix("labels/"),) for name in moment.channels if name.startswith("labels/"))


def _feed(moment: Moment, name: str) -> Callable[[str], bytes] | None:
    channel = moment.channels.get(name)
    return (lambda language: feed_page(channel, moment.site, language)) if channel else None
