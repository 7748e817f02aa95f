"""The error tree. Expected outcomes are values, not errors: see `Answer` in model.py."""

from aggregator.model import Happening


class AggregatorError(Exception):
    """Anything of ours that went wrong; its text is meant for a person."""


class ConfigError(AggregatorError):
    """The configuration cannot be used. Its text names every problem: file, key, value, fix."""


class StoreError(AggregatorError):
    """The database cannot be used as it is."""


class BackupError(AggregatorError):
    """A backup was made and did not get where it should lie as well."""


class TooBroadError(AggregatorError):
    """A search that takes longer than anybody's may."""


class BusyError(AggregatorError):
    """Another process holds what we need (exit code 75)."""


class SourceError(AggregatorError):
    """One source could not be brought in; the others go on.

    `code` names the cause; text/outcomes.py has the sentences for it.
    `transient` says whether it may pass by itself. `events` are what a document without news announces.
    """

    def __init__(
        self, code: str, detail: str = "", *, transient: bool = False, events: tuple[Happening, ...] = ()
    ) -> None:
        super().__init__(detail or code)
        self.code = code
        self.detail = detail
        self.transient = transient
        self.events = events


class ReadError(SourceError):
    """A body that cannot be read as a feed or a page."""
