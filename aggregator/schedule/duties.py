"""What an operator relies on and does not do: the nightly backup, the weekly letter, and seeing that polling keeps up.

How each went is kept (store/duties.py), so that doctor, the weekly letter and /readyz can tell.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from aggregator.config import Config
from aggregator.fetch.sending import NoResponse
from aggregator.policy.moments import Moment, latest
from aggregator.schedule.processes import run
from aggregator.store import Transaction, duties, room, standing, ticks
from aggregator.wiring import Service, make_courier

log = structlog.get_logger()

POLLING = "polling"
BEHIND = timedelta(hours=1)  # so long something may be due before polling is said to be behind


@dataclass(frozen=True, kw_only=True, slots=True)
class Duty:
    """A command of ours that is run once each time its moment comes; when that fails, again every hour."""

    name: str
    arguments: tuple[str, ...]
    moment: Moment
    longest: timedelta
    begins_at_once: bool = True  # else a new service waits for the moment to come


BACKUP = Duty(
    name="backup", arguments=("backup", "--copy-away", "--json"), moment=Moment(hour=3), longest=timedelta(hours=3)
)
LETTER = Duty(
    name="letter",
    arguments=("doctor", "--mail", "--json"),
    moment=Moment(hour=7, weekday=0),
    longest=timedelta(minutes=10),
    begins_at_once=False,
)


def perform(duty: Duty, service: Service, now: datetime) -> bool:
    """Do it when it is due and nobody else does; returns whether it was tried."""
    with service.store.write() as transaction:
        if not _is_mine(transaction, duty, now):
            return False
    ended = run(duty.arguments, service.config, duty.longest)
    with service.store.write() as transaction:
        if ended.error:
            duties.went_wrong(transaction, duty.name, ended.error, now)
        else:
            duties.went_well(transaction, duty.name, now)
    if ended.error:
        log.error("duty_failed", duty=duty.name, error=ended.error)
    else:
        log.info("duty_done", duty=duty.name)
    return True


def _is_mine(transaction: Transaction, duty: Duty, now: datetime) -> bool:
    last = duties.get(transaction, duty.name)
    if last is None and not duty.begins_at_once:
        duties.went_well(transaction, duty.name, now)
        return False
    if last and last.done_at and last.done_at >= latest(duty.moment, now):
        return False
    return ticks.once(transaction, f"try/{duty.name}", now.replace(minute=0, second=0, microsecond=0))


def look_after(service: Service, now: datetime) -> bool:
    """See whether polling keeps up, write that down, and say so to whoever listens; returns whether it does."""
    with service.store.write() as transaction:
        waited = standing.longest_wait(transaction, now)
        wrong = disk_trouble(service.config) or _behind(waited)
        if wrong:
            duties.went_wrong(transaction, POLLING, wrong, now)
        else:
            duties.went_well(transaction, POLLING, now)
    if wrong:
        log.warning("polling_behind", reason=wrong)
        return False
    if url := service.config.operations.heartbeat_url:
        _beat(service, url)
    return True


def disk_trouble(config: Config) -> str:
    """Why polling rests, "" when it need not: what is read, edited and published goes on, nothing new comes in."""
    guard, used = config.operations.disk_guard, room.used(config.paths.data_dir)
    if guard >= 100 or used <= guard:
        return ""
    return f"the disk of {config.paths.data_dir.resolve()} is {used:.0f} % full: polling rests above {guard} %"


def _behind(waited: timedelta) -> str:
    return f"something has been due for {waited.total_seconds() / 3600:.1f} hours" if waited > BEHIND else ""


def _beat(service: Service, url: str) -> None:
    answer = make_courier(service.config).get(url)
    if isinstance(answer, NoResponse):
        log.warning("heartbeat_failed", code=answer.code, detail=answer.detail)
    elif answer.status >= 400:
        log.warning("heartbeat_failed", status=answer.status)
