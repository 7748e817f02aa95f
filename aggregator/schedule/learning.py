"""What the service does about learning now and then: draw the week's sample, and have a model trained.

Training runs in a process of its own: the service never imports scikit-learn.
"""

import os
import subprocess
import sys
from datetime import datetime, timedelta
from importlib.util import find_spec

import structlog

from aggregator.config import Config
from aggregator.desk.learn import is_due
from aggregator.desk.sample import draw_weekly
from aggregator.store import ticks
from aggregator.wiring import Service

log = structlog.get_logger()

LONGEST = timedelta(minutes=30)
COMMAND = (sys.executable, "-m", "aggregator", "themes", "train", "--adopt", "--json")


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
    try:
        done = subprocess.run(  # noqa: S603  our own program
            COMMAND,
            env={**os.environ, **environment(config)},
            capture_output=True,
            text=True,
            timeout=LONGEST.total_seconds(),
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        log.warning("training_failed", error=str(error))
        return False
    if done.returncode:
        log.warning("training_failed", error=done.stderr.strip()[-500:])
        return False
    log.info("model_trained", told=done.stdout.strip())
    return True


def environment(config: Config) -> dict[str, str]:
    """What tells the other process where our data lies."""
    paths = config.paths
    return {
        "AGGREGATOR_CONFIG_DIR": str(paths.config_dir),
        "AGGREGATOR_DATA_DIR": str(paths.data_dir.resolve()),
        "AGGREGATOR_DATABASE_URL": paths.database_url,
        **({"AGGREGATOR_SECRET_KEY": config.secret_key.get_secret_value()} if config.secret_key else {}),
    }
