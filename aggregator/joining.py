"""Joining with the store at hand: what a batch of new items is compared with, and which item a story is credited to.

dedup/ decides on values; here they are fetched and written. Everything runs inside the transaction that takes a batch
in, so that no copy slips in between: whoever appends to the log is alone.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from aggregator.dedup.identity import visible_change
from aggregator.dedup.origin import Claim, elect
from aggregator.dedup.profile import Profile, ending_of, lead_of, references
from aggregator.dedup.stories import Carrier, Member, Neighbourhood, Placement, Said, place, telling_keys, weighed
from aggregator.dedup.wording import wording
from aggregator.model import Item, Source
from aggregator.store import Store, Transaction, absences, items, neighbours, sources, stories
from aggregator.store.stories import StoryRow


@dataclass(frozen=True, kw_only=True, slots=True)
class Joining:
    """How far joining looks."""

    window: timedelta = timedelta(days=60)
    window_items: int = 1_000_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Newcomer:
    """A new item with the numbers that it will have, and what joining needs to know of it."""

    id: int
    story: int
    item: Item
    source: Source
    profile: Profile

    @property
    def at(self) -> datetime:
        """The day of the news."""
        return self.item.entry.published or self.item.first_seen


def placed(
    transaction: Transaction,
    joining: Joining,
    newcomers: Sequence[Newcomer],
    asked: frozenset[str],
    now: datetime,
    said: Said | None = None,
) -> list[Placement]:
    """Say where each newcomer goes, and make it findable.

    `asked`: sources whose items only editors join. `said`: what editors said of these items before, in a rebuild.
    """
    recent = [each for each in newcomers if _is_recent(each, joining, now)]
    shared = neighbours.sharing(
        transaction,
        (term for each in recent for term in each.profile.terms),
        since=min((each.at for each in recent), default=now) - joining.window,
        until=max((each.at for each in recent), default=now) + joining.window,
    )
    wanted = [_member(each, asked, is_recent=_is_recent(each, joining, now)) for each in newcomers]
    around = _around(transaction, wanted, shared)
    around.said = said or around.said
    where = list(place(wanted, around, telling_keys(wanted, around.carriers)))
    neighbours.add(
        transaction,
        [
            (each.id, each.at, each.profile.lead, member.terms, each.profile.references)
            for each, member in zip(newcomers, wanted, strict=True)
        ],
        shared,
    )
    return where


def _is_recent(newcomer: Newcomer, joining: Joining, now: datetime) -> bool:
    """Whether its news may still be told again: an archive that a new source brings is joined by address only."""
    return newcomer.at > now - joining.window


def _member(newcomer: Newcomer, asked: frozenset[str], *, is_recent: bool) -> Member:
    source = newcomer.source
    return Member(
        id=newcomer.id,
        story=newcomer.story,
        source_id=source.id,
        at=newcomer.at,
        wording=newcomer.profile.wording,
        url_key=newcomer.item.url_key,
        references=newcomer.profile.references,
        terms=newcomer.profile.terms if is_recent else (),
        join="ask" if source.id in asked and source.join == "normal" else source.join,
    )


def _around(transaction: Transaction, wanted: Sequence[Member], shared: Mapping[int, list[int]]) -> Neighbourhood:
    """The items in the store that `wanted` may be like."""
    own = {each.url_key for each in wanted if each.url_key}
    leading = {key for each in wanted for key in each.references}
    held = items.carriers(transaction, own | leading)
    settings = sources.by_id(transaction, {each.source_id for found in held.values() for each in found})
    carriers = {
        key: [Carrier(each.id, each.story_id, each.source_id, _join_of(settings, each.source_id)) for each in found]
        for key, found in held.items()
    }
    around = Neighbourhood(
        held={each.id: weighed(each, shared) for each in wanted},
        carriers=carriers,
        referring=neighbours.referring(transaction, own),
    )
    near = {number for each in wanted for number in around.ranked(each)}
    known = neighbours.known(transaction, near)
    around.origins = stories.origins(transaction, {each.story_id for each in known.values()})
    known |= neighbours.known(transaction, set(around.origins.values()) - known.keys())
    links = neighbours.references_of(transaction, known) if leading or around.referring else {}
    said = neighbours.earlier(transaction, known)
    settings |= sources.by_id(transaction, {each.source_id for each in known.values()} - settings.keys())
    for number, each in known.items():
        around.members[number] = Member(
            id=number,
            story=each.story_id,
            source_id=each.source_id,
            at=each.at,
            wording=wording(each.title, each.lead),
            earlier=tuple(wording(entry.title, lead_of(entry)) for entry in said.get(number, ())),
            url_key=each.url_key,
            references=links.get(number, frozenset()),
            join=_join_of(settings, each.source_id),
        )
    return around


def _join_of(settings: Mapping[str, Source], source_id: str) -> str:
    return settings[source_id].join if source_id in settings else "normal"


def forget(store: Store, joining: Joining, now: datetime) -> int:
    """Drop from the index what is older than the window, or more than its number of items; returns how many terms.

    By many short transactions: whoever polls meanwhile need not wait.
    """
    with store.read() as transaction:
        last = items.last_number(transaction)
    dropped = 0
    for slice_ in range(neighbours.TERM_SLICES):
        with store.write() as transaction:
            dropped += neighbours.prune(transaction, now - joining.window, last - joining.window_items, slice_)
    return dropped


# --- Who is credited --------------------------------------------------------------------------------------------------


def producers(transaction: Transaction, story_ids: Iterable[int]) -> dict[int, int]:
    """The item of each story that comes from its producer, as all its items whose article is there tell now."""
    story_ids = list(story_ids)
    gone = absences.gone(transaction, story_ids)
    members = {
        story: {number: item for number, item in found.items() if number not in gone} or found
        for story, found in items.of_stories(transaction, story_ids).items()
    }
    configured = sources.by_id(transaction, {item.source_id for found in members.values() for item in found.values()})
    return {
        story: elect([_claim(number, item, configured.get(item.source_id)) for number, item in sorted(found.items())])
        for story, found in members.items()
    }


def credited(
    row: StoryRow, number: int, old: Item, origin: Item, now: datetime, *, undated: datetime | None = None
) -> StoryRow:
    """The story with item `number` as its origin: told as updated only where readers see other words now.

    `undated` is the day of a story whose origin states none; by default it keeps its own.
    """
    new = replace(row, origin_id=number, dated=origin.entry.published or undated or row.dated)
    if row.updated is not None and {"title", "summary"} & set(visible_change(old.entry, origin.entry)):
        return replace(new, updated=now)
    return new


def _claim(number: int, item: Item, source: Source | None) -> Claim:
    lead = lead_of(item.entry)
    return Claim(
        item_id=number,
        organisation=source.organisation if source else item.source_id,
        host=_host_of_key(item.url_key),
        own_hosts=frozenset({_host(source.url)} if source else ()),
        linked_hosts=frozenset(_host_of_key(key) for key in references(item.entry)),
        authors=item.entry.authors,
        text=f"{lead}\n{ending_of(item.entry)}",
        wording=wording(item.entry.title, lead),
        at=item.entry.published or item.first_seen,
        republisher=source is not None and source.republisher,
    )


def _host(url: str) -> str:
    return (urlsplit(url).hostname or "").removeprefix("www.")


def _host_of_key(key: str) -> str:
    return _host(f"https://{key}")
