"""What has to be done now and then beside polling, whoever does it: the one process, or one of many.

Each is a plain function of the service and a moment. When it is done is the business of the mode: embedded.py asks its
clock. None keeps anything between two turns but what the database holds, so any process may take the next one.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from time import sleep

import structlog

from aggregator import pushes
from aggregator.accounts import reminders
from aggregator.deliver import work_off
from aggregator.desk import waiting
from aggregator.desk.timing import let_out
from aggregator.errors import StoreError
from aggregator.illustrating import illustrate
from aggregator.joining import forget
from aggregator.policy.reminding import Reminder
from aggregator.release import refresh
from aggregator.schedule import duties
from aggregator.schedule.learning import learn
from aggregator.store import Store, documents, events, outbox, retention, subscriptions
from aggregator.store.database import database_time
from aggregator.subscribing import tend
from aggregator.wiring import Service

log = structlog.get_logger()

AT_FIRST = timedelta(0)
AFTER_FIRST_POLLS = timedelta(minutes=10)
LOOK_AGAIN = 1.0  # seconds between two looks whether a lost database is back


@dataclass(frozen=True, kw_only=True, slots=True)
class Turn:
    """One turn at a chore: `now` is when it began."""

    service: Service
    now: datetime
    owner: str = field(default_factory=lambda: f"chores-{os.getpid()}")  # of leases that it takes
    is_stopping: Callable[[], bool] = lambda: False


@dataclass(frozen=True, kw_only=True, slots=True)
class Chore:
    """Something to do every so often, the first time so long after the start."""

    name: str
    every: timedelta
    do: Callable[[Turn], None]
    first: timedelta = AT_FIRST


def take(chore: Chore, turn: Turn) -> None:
    """Do it. When the database is lost over it, that is told, and it is done once more as soon as that is back."""
    if not _went_well(chore, turn) and _is_back(turn):
        _went_well(chore, replace(turn, now=_now()))


def _went_well(chore: Chore, turn: Turn) -> bool:
    try:
        chore.do(turn)
    except StoreError as error:
        log.error("chore_failed", chore=chore.name, error=str(error))
        return False
    return True


def _is_back(turn: Turn) -> bool:
    """Wait for the database; returns whether it answers before the process stops."""
    while not turn.is_stopping():
        sleep(LOOK_AGAIN)
        try:
            with turn.service.store.read() as transaction:
                database_time(transaction)
        except StoreError:
            continue
        return True
    return False


def deliver(turn: Turn) -> None:
    """Mail, messages to webhooks, feeds to subscribers: whatever waits in the outbox."""
    if turn.service.senders:
        work_off(turn.service.store, turn.service.senders, _now, is_stopping=turn.is_stopping)


def take_pushes(turn: Turn) -> None:
    """What hubs pushed comes in, and out."""
    reports = list(pushes.work_off(turn.service.line, turn.now, turn.owner))
    for each in reports:
        log.info("push_finished", source=each.source.id, new=each.new, changed=each.changed)
    if any(each.new or each.changed for each in reports):
        refresh(turn.service.press, turn.now)


def subscribe(turn: Turn) -> None:
    """Keep what we asked hubs for in step with what sources offer."""
    tend(turn.service.store, turn.service.hubs.reached_at, turn.now)


def show_pictures(turn: Turn) -> None:
    """Pictures that partners allow come in, and on our pages; those that they allow no longer go."""
    if illustrate(turn.service.gallery, turn.now, turn.owner, turn.is_stopping):
        refresh(turn.service.press, turn.now)


def publish_planned(turn: Turn) -> None:
    """Publish what editors planned for now."""
    if let_out(turn.service.store, turn.now):
        refresh(turn.service.press, turn.now)


def release(turn: Turn) -> None:
    """What editors decided between two rounds of polls comes out."""
    if has_news(turn.service.store):
        refresh(turn.service.press, turn.now)


def release_all(turn: Turn) -> None:
    """What happened since the last release comes out, whoever did it."""
    with turn.service.store.read() as transaction:
        is_behind = documents.released_seq(transaction) < events.last_seq(transaction)
    if is_behind:
        refresh(turn.service.press, turn.now)


def bring_back(turn: Turn) -> None:
    """What editors put off until now waits again."""
    waiting.bring_back(turn.service.store, turn.now)


def remind(turn: Turn) -> None:
    """On the day of the editors' round: a letter about what waits."""
    desk = turn.service.config.desk
    reminders.remind(turn.service.access, Reminder(day=desk.reminder_day, hour=desk.reminder_hour), turn.now)


def tidy(turn: Turn) -> None:
    """Forget what is compared with nothing new and what was delivered long ago; ask again for what waits too long."""
    forget(turn.service.store, turn.service.line.intake.joining, turn.now)
    asked, archived = waiting.ask_again(turn.service.store, turn.now)
    log.info("waiting_looked_at", asked_again=asked, archived=archived)
    with turn.service.store.write() as transaction:
        outbox.forget_old(transaction, turn.now)
        subscriptions.forget_expired(transaction, turn.now)
        thrown = retention.thin(transaction, turn.now, timedelta(days=turn.service.config.retention.days))
    log.info("old_thrown_away", **thrown)


def study(turn: Turn) -> None:
    """The week's sample, and a model of what editors decided."""
    learn(turn.service, turn.now)


def back_up(turn: Turn) -> None:
    """Every night, a backup that is compared with the database."""
    duties.perform(duties.BACKUP, turn.service, turn.now)


def write_letter(turn: Turn) -> None:
    """Every week, a letter to those who run the service: all is well, or what is not."""
    if turn.service.access.sends_mail:
        duties.perform(duties.LETTER, turn.service, turn.now)


def look_after(turn: Turn) -> None:
    """Whether polling keeps up."""
    duties.look_after(turn.service, turn.now)


def has_news(store: Store) -> bool:
    """Whether people did something that is not released yet; what a round of polls brings, it releases itself."""
    with store.read() as transaction:
        return events.has_human_after(transaction, documents.released_seq(transaction))


# What editors decided is public within two seconds and what costs the next release.
CHORES = (
    Chore(name="release", every=timedelta(seconds=2), do=release),
    Chore(name="pushes", every=timedelta(seconds=2), do=take_pushes),
    Chore(name="deliver", every=timedelta(seconds=2), do=deliver),
    Chore(name="pictures", every=timedelta(seconds=30), do=show_pictures),
    Chore(name="publish-planned", every=timedelta(seconds=30), do=publish_planned),
    Chore(name="subscribe", every=timedelta(minutes=1), do=subscribe),
    Chore(name="bring-back", every=timedelta(minutes=10), do=bring_back),
    Chore(name="remind", every=timedelta(minutes=10), do=remind),
    Chore(name="study", every=timedelta(hours=1), first=AFTER_FIRST_POLLS, do=study),
    Chore(name="look-after", every=timedelta(minutes=1), do=look_after),
    Chore(name="back-up", every=timedelta(minutes=10), first=AFTER_FIRST_POLLS, do=back_up),
    Chore(name="write-letter", every=timedelta(minutes=10), first=AFTER_FIRST_POLLS, do=write_letter),
    Chore(name="tidy", every=timedelta(days=1), first=AFTER_FIRST_POLLS, do=tidy),
)


def _now() -> datetime:
    return datetime.now(UTC)
