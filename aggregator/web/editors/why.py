"""Why a story stands where it stands: the log told as a chain of plain sentences. Nothing here asks the store."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from aggregator.model import Evidence, Item, Site, Source, Tags
from aggregator.publish import entry as words_of
from aggregator.publish.site import Words
from aggregator.store.events import SYSTEM, Event
from aggregator.text.dates import dutch_date


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """What the sentences are made with: the items of the story, the sources and people by what the log calls them."""

    items: Mapping[int, Item]
    sources: Mapping[str, Source]
    names: Mapping[str, str]
    site: Site


def chain(log: Iterable[Event], known: Known, words: Words) -> Iterator[tuple[datetime, str]]:
    """Yield what happened, in order: (when, a sentence)."""
    for event in log:
        yield event.at, " ".join(filter(None, (_told(event, known, words), _standing(event, words))))


def tagged(tags: Tags, site: Site, words: Words) -> str:
    """What the tagger made of it and how sure it is; "" when nobody asked it."""
    sure = round(100 * tags.score)
    if tags.off_topic:
        return words("why_off_topic", sure=sure)
    if not tags.theme:
        return words("why_no_theme")
    labels = [
        each.label for each in words_of.themes(filter(None, (tags.theme, tags.second_theme)), site, words.language)
    ]
    return words("why_tagged", theme=words("and").join(labels), sure=sure)


def dated(item: Item, words: Words) -> str:
    """Where the date of an item was read."""
    entry = item.entry
    if entry.published and entry.date_evidence is None:
        return words("why_dated_hand", day=dutch_date(entry.published, words.language))
    if entry.published is None or entry.date_evidence is Evidence.FIRST_SEEN:
        return words("why_undated", day=dutch_date(item.first_seen, words.language))
    return words(
        "why_dated", day=dutch_date(entry.published, words.language), how=words(f"evidence_{entry.date_evidence}")
    )


def _told(event: Event, known: Known, words: Words) -> str:
    item = known.items.get(event.item_id or 0)
    partner = words_of.author(words_of.partner(item, known.sources)) if item else words("why_some_partner")
    who = known.names.get(event.actor, event.actor)
    match event.kind:
        case "taken-in" if event.actor == SYSTEM:
            return words("why_found", partner=partner) + (f" {dated(item, words)}" if item else "")
        case "taken-in":
            return words("why_split_off", who=who)
        case "joined":
            return _joined(event, partner, who, words)
        case "origin":
            return words("why_origin", partner=partner)
        case "edited":
            fields = [words(f"field_{name}") for name in event.reason.split(", ")]
            return words("why_edited", who=who, fields=", ".join(fields))
        case "revised":
            return words("why_revised", partner=partner)
        case _ if event.actor == SYSTEM:
            return ""
        case _:
            what = words(f"event_{event.kind}") if words.has(f"event_{event.kind}") else event.kind
            return words("why_decided", who=who, what=what)


def _joined(event: Event, partner: str, who: str, words: Words) -> str:
    if event.actor != SYSTEM:
        return words("why_joined_by", partner=partner, who=who)
    ground, _, because = event.reason.partition(": ")
    key = f"why_joined_{ground}" if words.has(f"why_joined_{ground}") else "why_joined_other"
    return words(key, partner=partner, because=because)


def _standing(event: Event, words: Words) -> str:
    """Where the story stood from then on, and why, if this changed it."""
    state = event.after.get("state")
    said = event.reason if event.kind != "edited" and event.actor != SYSTEM else ""
    reason = event.after.get("reason") or said
    told = words(f"reason_{reason}") if words.has(f"reason_{reason}") else str(reason)
    if not state:
        return ""
    if event.actor != SYSTEM:
        return words("why_reason", reason=told) if reason else ""
    return words(f"why_now_{state}", reason=told or words("why_no_reason"))
