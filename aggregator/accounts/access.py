"""What accounts are worked with: the store, the key that signs, and how letters and links are made."""

from dataclasses import dataclass, field

from aggregator.store import Store


@dataclass(frozen=True, kw_only=True, slots=True)
class Access:
    """The way in to one service. `base_url` is where people find it, without a slash at its end."""

    store: Store
    secret_key: str = field(repr=False)
    base_url: str
    title: str
    language: str = "nl"
    sends_mail: bool = False

    def link_address(self, token: str) -> str:
        """Where a one-time link is opened."""
        return f"{self.base_url}/edit/links/{token}"
