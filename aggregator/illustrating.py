"""Stories get their pictures: wanted where the partner allows it, fetched politely, made anew, dropped with the story.

Runs beside polling and never delays it: a host is asked for pictures only while nothing on it is due, under a lease of
its own, so that nobody else asks it anything meanwhile; and a turn is short.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from time import monotonic

import structlog

from aggregator.model import Answer, Failed, Fetched, Gone, Refused, Request, Source, State, Story, Throttled
from aggregator.pictures import TOO_SLOW, Rendition, Unusable, rendered
from aggregator.publish import entry
from aggregator.publish.characters import web_address
from aggregator.store import Store, Transaction, events, leases, pictures, sources, stories
from aggregator.store.events import Event
from aggregator.store.leases import Lease
from aggregator.store.pictures import Followed, Made, Wanted

log = structlog.get_logger()

KIND = "pictured"
EVENTS_AT_ONCE = 2_000
NEW_AT_ONCE = 20  # sources that allow pictures from now on ...
LATEST = 200  # ... and stories of each that are there already
AT_ONCE = 10  # pictures a turn, whose bytes are in memory together ...
PER_HOST = 5  # ... and of one host
LONGEST_BEGINNING = timedelta(seconds=20)  # nothing is asked for after it ...
LONGEST_ANSWER = timedelta(seconds=10)  # ... and nothing is waited for longer
CALM = LONGEST_BEGINNING + LONGEST_ANSWER
LOOKED_AT = 200  # of those that wait longest, so that one host with many leaves room for others
BUSY = timedelta(minutes=1)  # until a host that is polled now, or soon, is tried again
TAKEN = timedelta(minutes=5)  # so long nobody else tries what a turn took
STAYS = frozenset({"too-large", "bomb"})  # a feed of that size may shrink, a picture does not
RETRIES = (timedelta(hours=1), timedelta(hours=8), timedelta(days=2))  # then we give up
THROTTLED, LONGEST_THROTTLED = timedelta(hours=1), timedelta(days=2)


@dataclass(frozen=True, kw_only=True, slots=True)
class Gallery:
    """What pictures come by. `calm`: how long nothing may be due on a host that is asked for pictures."""

    store: Store
    fetch: Callable[[Iterable[Request], datetime, Callable[[Request], bool]], Iterator[tuple[Request, Answer]]]
    gap: timedelta = timedelta(seconds=1)
    calm: timedelta = CALM
    render: Callable[[bytes], tuple[Rendition, ...] | Unusable] = rendered
    close: Callable[[], None] = lambda: None


def illustrate(gallery: Gallery, now: datetime, owner: str, is_stopping: Callable[[], bool] = lambda: False) -> bool:
    """Do what there is to do for now; returns whether a page shows something else for it."""
    is_changed = follow(gallery.store, now)
    return fetch_due(gallery, now, owner, is_stopping) or is_changed


# --- What is wanted ---------------------------------------------------------------------------------------------------


def follow(store: Store, now: datetime) -> bool:
    """Let what is wanted follow log, revisions and the sources' settings; returns whether a page lost a picture."""
    with store.read() as transaction:
        since = pictures.followed(transaction)
        until = _next(transaction, since)
        if since == until:
            return False
        wanted = _wanted(transaction, since, until) if until.sources else {}
    with store.append() as transaction:
        if pictures.followed(transaction) != since:
            return False  # another process was here meanwhile
        forbidden = pictures.stories_with(transaction, since.sources - until.sources)
        lost = pictures.want(transaction, wanted | dict.fromkeys(forbidden), now)
        pictures.follow(transaction, until)
        shown = [number for number, row in stories.rows(transaction, lost).items() if row.state is State.PUBLISHED]
        _tell(transaction, shown, now)
    return bool(shown)


def _next(transaction: Transaction, since: Followed) -> Followed:
    """How far one turn follows: a part of the log, and a few of the sources that allow pictures from now on."""
    allowed = sources.with_pictures(transaction)
    new = sorted(allowed - since.sources)[:NEW_AT_ONCE]
    until = pictures.newest(transaction, (since.sources & allowed).union(new))
    return replace(until, seq=min(until.seq, since.seq + EVENTS_AT_ONCE)) if until.sources else until


def _wanted(transaction: Transaction, since: Followed, until: Followed) -> dict[int, Wanted | None]:
    touched = pictures.spoken_of(transaction, since, until)
    for each in until.sources - since.sources:
        touched.update(stories.latest(transaction, limit=LATEST, sources=[each]))
    found = stories.by_number(transaction, touched)
    origins = {each.origin.source_id for each in found.values() if each.items}
    names = sources.by_id(transaction, origins & until.sources)
    return {number: wanted_picture(number, story, names) for number, story in found.items()}


def wanted_picture(number: int, story: Story, names: Mapping[str, Source]) -> Wanted | None:
    """The picture that a story should have: of its origin or of an editor, while it is public and allowed to show.

    `names` holds the sources that allow pictures.
    """
    if story.state is not State.PUBLISHED:
        return None
    source = entry.partner(story.origin, names)
    image = entry.image(story, source)
    if image is None:
        return None
    host = sources.host_name(web_address(image.url) or "")
    return Wanted(story_id=number, source_id=source.id, url=image.url, host=host)


# --- Fetching ---------------------------------------------------------------------------------------------------------


def fetch_due(gallery: Gallery, now: datetime, owner: str, is_stopping: Callable[[], bool] = lambda: False) -> bool:
    """Fetch what is due from hosts on which nothing else is; returns whether a story has a picture for it."""
    with gallery.store.read() as transaction:
        if not pictures.due(transaction, now, 1):
            return False
    with gallery.store.write() as transaction:
        wanted, held = _taken(transaction, gallery, now, owner)
    waiting = {str(each.story_id): each for each in wanted}
    ends = monotonic() + LONGEST_BEGINNING.total_seconds()
    is_changed = False
    try:
        answers = _fetched(gallery, wanted, held, now, lambda _: monotonic() < ends and not is_stopping())
        for request, answer in answers:
            if not is_stopping():
                is_changed |= _settle(gallery, waiting.pop(request.source_id), answer, now)
    finally:
        with gallery.store.write() as transaction:
            pictures.plan(transaction, waiting.values(), now)  # whose turn did not come
    return is_changed


def _fetched(
    gallery: Gallery, wanted: list[Wanted], held: list[Lease], now: datetime, may_start: Callable[[Request], bool]
) -> list[tuple[Request, Answer]]:
    """All answers, before anything is made of them: hosts are held no longer than it takes to ask them."""
    try:
        return list(gallery.fetch([_request(each, gallery) for each in wanted], now, may_start))
    finally:
        with gallery.store.write() as transaction:
            ours = leases.fence(transaction, held)
            leases.release(transaction, [each for each in held if each.host_id in ours])


def _taken(transaction: Transaction, gallery: Gallery, now: datetime, owner: str) -> tuple[list[Wanted], list[Lease]]:
    """The pictures of this turn, with the leases on their hosts; those of hosts that cannot be had make way."""
    chosen = _of_many_hosts(pictures.due(transaction, now, LOOKED_AT))
    held, busy = leases.claim_idle(
        transaction,
        owner,
        {each.host for each in chosen},
        now,
        until=now + gallery.calm,
        lease=2 * CALM,
        rest=gallery.gap,
    )
    for host in busy:
        pictures.leave_alone(transaction, host, now + BUSY)
    taken = [each for each in chosen if each.host not in busy]
    pictures.plan(transaction, taken, now + TAKEN)
    return taken, list(held.values())


def _of_many_hosts(due: Iterable[Wanted]) -> list[Wanted]:
    """As many as a turn has room for, a few of each host."""
    counts: Counter[str] = Counter()
    chosen = []
    for each in due:
        counts[each.host] += 1
        if counts[each.host] <= PER_HOST:
            chosen.append(each)
    return chosen[:AT_ONCE]


def _request(wanted: Wanted, gallery: Gallery) -> Request:
    return Request(
        source_id=str(wanted.story_id),
        url=wanted.url,
        respect_robots=True,
        accept="picture",
        parallel=1,
        gap=gallery.gap,
    )


def _settle(gallery: Gallery, wanted: Wanted, answer: Answer, now: datetime) -> bool:
    """Write down what came of one picture; returns whether its story shows it from now on."""
    made = gallery.render(answer.body) if isinstance(answer, Fetched) else Unusable(code=code_of(answer))
    log.info("picture_fetched", story=wanted.story_id, source=wanted.source_id, code=getattr(made, "code", ""))
    if isinstance(made, Unusable):
        with gallery.store.write() as transaction:
            pictures.fail(transaction, wanted, made.code, next_try(answer, made.code, wanted.tries, now))
            if isinstance(answer, Throttled):
                pictures.leave_alone(transaction, wanted.host, now + _throttled(answer))
        return False
    files = [Made(width=each.width, height=each.height, body=each.body) for each in made]
    with gallery.store.append() as transaction:
        row = stories.rows(transaction, [wanted.story_id])[wanted.story_id]
        is_kept = pictures.keep(transaction, wanted, stories.slug_of(row), files)
        if is_kept:
            _tell(transaction, [wanted.story_id], now)
    return is_kept


def code_of(answer: Answer) -> str:
    """Why an answer brought no picture, in a word."""
    return answer.code if isinstance(answer, Failed) else type(answer).__name__.lower()


def next_try(answer: Answer, code: str, tries: int, now: datetime) -> datetime | None:
    """When to ask again after an answer that brought no picture; None: what stands there stays so, or we give up."""
    stays = isinstance(answer, Gone | Refused) or (isinstance(answer, Failed) and not answer.transient) or code in STAYS
    if stays or (isinstance(answer, Fetched) and code != TOO_SLOW) or tries >= len(RETRIES):
        return None
    least = _throttled(answer) if isinstance(answer, Throttled) else timedelta(0)
    return now + max(RETRIES[tries], least)


def _throttled(answer: Throttled) -> timedelta:
    return min(max(answer.retry_after or THROTTLED, THROTTLED), LONGEST_THROTTLED)


def _tell(transaction: Transaction, numbers: Collection[int], now: datetime) -> None:
    """Say in the log that the pictures of these stories came or went: pages follow the log."""
    if numbers:
        events.append(transaction, [Event(at=now, kind=KIND, story_id=number) for number in numbers])
