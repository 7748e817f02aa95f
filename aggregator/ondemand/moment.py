"""The store at one moment, as pages ask for it: what several of them need is read once."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import cached_property
from urllib.parse import quote

from aggregator.model import Source
from aggregator.publish.channel import Channel
from aggregator.release import Press, channels, page_path
from aggregator.store import Transaction, sources, stories
from aggregator.store.sources import Held
from aggregator.text.dates import day_in_amsterdam


class Moment:
    """One transaction and the time at which it reads; `address` tells where a page lies in a language."""

    def __init__(
        self, press: Press, transaction: Transaction, now: datetime, address: Callable[[str, str], str] = page_path
    ) -> None:
        self.press = press
        self.site = press.site
        self.transaction = transaction
        self.now = now
        self._address = address

    def address(self, path: str, language: str) -> str:
        """The whole address of a page in one language: of the service, or of files."""
        return self.site.base_url + self._address(quote(path), language)

    @cached_property
    def held(self) -> Mapping[str, Held]:
        """The sources that we poll, by id."""
        return {each.source.id: each for each in sources.all_sources(self.transaction)}

    @cached_property
    def names(self) -> Mapping[str, Source]:
        """All sources there ever were, by id: what a removed one brought is still news."""
        return sources.by_id(self.transaction)

    @cached_property
    def brought(self) -> Mapping[str, int]:
        """How many items each source brought."""
        return stories.counts_by_source(self.transaction)

    @cached_property
    def channels(self) -> Mapping[str, Channel]:
        """Our feeds, by name."""
        held = [each.source for each in self.held.values()]
        return {channel.name: channel for channel, _, _ in channels(self.site, held, self.press.created)}

    @cached_property
    def today(self) -> date:
        """The day in Amsterdam."""
        return day_in_amsterdam(self.now)
