"""The outbox, worked off: what was put there with an event is brought to whom it is for, at least once."""

from aggregator.deliver.sending import Needless, Undeliverable, work_off

__all__ = ["Needless", "Undeliverable", "work_off"]
