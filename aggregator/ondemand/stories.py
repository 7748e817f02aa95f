"""The page of one story, with why it stands here."""

from collections.abc import Callable, Iterator

from aggregator.model import State, Story
from aggregator.ondemand.moment import Moment
from aggregator.publish.site import Reason, story_page
from aggregator.store import events, public, stories
from aggregator.store.events import SYSTEM, Event

FEED = "feed"  # the rung of a source whose feed is read


def story(moment: Moment, slug: str) -> Callable[[str], bytes] | None:
    """A story that is public now."""
    row = stories.row_by_slug(moment.transaction, slug)
    if row is None or row.state is not State.PUBLISHED:
        return None
    found = stories.load(moment.transaction, [row.id])[0]
    reason = reason_of(moment, found, events.of_story(moment.transaction, row.id))
    return lambda language: story_page(found, moment.names, moment.site, language, reason)


def slugs(moment: Moment) -> Iterator[tuple[str]]:
    """All public stories, the latest first."""
    return ((slug,) for slug in public.slugs(moment.transaction))


def was_withdrawn(moment: Moment, path: str) -> bool:
    """Whether a story stood at this address and was taken back."""
    row = stories.row_by_slug(moment.transaction, path.removeprefix("/stories/"))
    return row is not None and row.state is State.WITHDRAWN


def reason_of(moment: Moment, found: Story, log: list[Event]) -> Reason:
    """Why a story stands here, as its log tells; of editors only that there was one."""
    placed = [each.actor for each in log if each.after.get("state") == State.PUBLISHED.value]
    held = moment.held.get(found.origin.source_id)
    return Reason(
        is_from_feed=held is not None and FEED in (held.source.kind, held.poll.rung),
        is_added_by_hand=any(each.kind == "added" for each in log),
        is_placed_by_hand=bool(placed) and placed[-1] != SYSTEM,
        words=tuple(_words(found)),
    )


def _words(found: Story) -> Iterator[str]:
    """The words that spoke for its theme, strongest first."""
    for said in found.tags.because:
        word, _, theme = said.removeprefix("+").rpartition(" → ")
        if said.startswith("+") and theme == found.tags.theme:
            yield word
