"""The agenda as a document: what partners announce, and what they announced lately, so that no calendar loses it."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from aggregator.model import Document, Site, Source
from aggregator.publish import entry
from aggregator.publish.icalendar import MEDIA_TYPE, Announcement, icalendar
from aggregator.store import Transaction, agenda
from aggregator.text.dates import amsterdam_day, day_in_amsterdam

PATH = "/feeds/agenda.ics"
KEPT = timedelta(days=365)


def agenda_document(
    transaction: Transaction, site: Site, names: Mapping[str, Source], now: datetime
) -> Iterator[Document]:
    """The calendar, when there is an event to put in it."""
    since = amsterdam_day(day_in_amsterdam(now)) - KEPT
    announced = [
        Announcement(
            source_id=each.source_id,
            organiser=entry.author(names[each.source_id]),
            event=each.event,
            first_seen=each.first_seen,
        )
        for each in agenda.coming(transaction, since)
        if each.source_id in names
    ]
    if announced:
        yield Document(path=PATH, media_type=MEDIA_TYPE, body=icalendar(announced, site), changed=now)
