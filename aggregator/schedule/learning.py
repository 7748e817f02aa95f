"""What the service does about learning now and then: draw the week's sample, and have a model trained.

Training runs in a process of its own: the service never imports scikit-learn.
"""

from datetime import datetime, timedelta
from importlib.util import find_spec

import structlog

from aggregator.config import Config
from aggregator.desk.learn import is_due
from aggregator.desk.sample import draw_weekly
from aggregator.schedule.processes import run
from aggregator.store import ticks
from aggregator.wiring import Service

log = structlog.get_logger()

LONGEST = timedelta(minutes=30)
ARGUMENTS = ("themes", "train", "--adopt", "--json")


def learn(service: Service, now: datetime, *, has_trainer: bool | None = None) -> bool:
    """Draw the sample and train when either is due, at most one try a day; returns whether a training was tried."""
    settings = service.config.learning
    drawn = draw_weekly(service.store, now, settings.sample)
    if drawn:
        log.info("sample_drawn", stories=drawn)
    can_train = find_spec("sklearn") is not None if has_trainer is None else has_trainer
    if not can_train or not is_due(service.store, now, settings.corrections):
        return False
    with service.store.write() as transaction:
        if not ticks.once(transaction, "train", now.replace(hour=0, minute=0, second=0, microsecond=0)):
            return False
    train(service.config)
    return True


def train(config: Config) -> bool:
    """Train in a process of its own; what came of it is one line of the log."""
    ended = run(ARGUMENTS, config, LONGEST)
    if ended.error:
        log.warning("training_failed", error=ended.error)
        return False
    log.info("model_trained", told=ended.told)
    return True
