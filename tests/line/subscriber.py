"""A reader that follows archives (RFC 5005) and tombstones (RFC 6721), written from those texts and not from our code.

It asks the feed, and follows `prev-archive` until it meets a page that it has read before. What is said of one id twice
is settled by time: the latest `updated` or `when`.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urljoin
from xml.etree import ElementTree

NS = {
    "a": "http://www.w3.org/2005/Atom",
    "at": "http://purl.org/atompub/tombstones/1.0",
    "fh": "http://purl.org/syndication/history/1.0",
}


@dataclass
class Subscriber:
    """What a reader knows of one feed: by id, the title it has and since when, or when it went."""

    address: str
    fetch: Callable[[str], bytes]
    read: set[str] = field(default_factory=set)
    entries: dict[str, tuple[datetime, str]] = field(default_factory=dict)
    gone: dict[str, datetime] = field(default_factory=dict)

    def look(self) -> int:
        """Ask once; returns how many documents that took."""
        documents = list(self._unread())
        for document in documents:
            for entry in document.findall("a:entry", NS):
                self._take(entry)
            for tombstone in document.findall("at:deleted-entry", NS):
                self._bury(tombstone)
        return len(documents)

    def _unread(self) -> Iterator[ElementTree.Element]:
        address = self.address
        while address and address not in self.read:
            document = ElementTree.fromstring(self.fetch(address))
            if document.find("fh:archive", NS) is not None:
                self.read.add(address)
            yield document
            link = document.find("a:link[@rel='prev-archive']", NS)
            address = urljoin(address, link.get("href")) if link is not None else ""

    def _take(self, entry: ElementTree.Element) -> None:
        id_ = entry.findtext("a:id", "", NS)
        updated = datetime.fromisoformat(entry.findtext("a:updated", "", NS))
        if id_ in self.gone and self.gone[id_] >= updated:
            return
        if id_ not in self.entries or self.entries[id_][0] < updated:
            self.entries[id_] = (updated, entry.findtext("a:title", "", NS))
            self.gone.pop(id_, None)

    def _bury(self, tombstone: ElementTree.Element) -> None:
        id_, when = tombstone.get("ref", ""), datetime.fromisoformat(tombstone.get("when", ""))
        if id_ in self.entries and self.entries[id_][0] > when:
            return
        self.entries.pop(id_, None)
        self.gone[id_] = max(when, self.gone.get(id_, when))
