"""A round: an editor's weekly walk through what waits, with how much it is, how far one is, and what came of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median

from aggregator.desk import decide
from aggregator.store import Store, Transaction, decisions, queue, rounds
from aggregator.store.accounts import Account
from aggregator.store.decisions import Decision
from aggregator.store.rounds import Round
from aggregator.store.trays import Tray

USUAL = timedelta(seconds=12)  # for a story, of someone who has decided little yet
PAUSE = timedelta(minutes=2)  # a longer time between two decisions was spent on something else
REMEMBERED = 200  # decisions that tell how quick someone is
LEAST = 10  # fewer tell nothing

OUTCOMES = (decide.PUBLISH, decide.REJECT, decide.OFF_TOPIC, decide.LATER)


@dataclass(frozen=True, kw_only=True, slots=True)
class Ahead:
    """What there is to do, and how long this editor will take."""

    new: int
    unsure: int
    time: timedelta

    @property
    def minutes(self) -> int:
        """Rounded up: nobody minds to be done earlier."""
        return max(1, -(-int(self.time.total_seconds()) // 60))


@dataclass(frozen=True, kw_only=True, slots=True)
class Progress:
    """How far a round is: what was decided of what was planned, how much went out, how much did not."""

    round: Round
    out: int
    not_out: int
    later: int

    @property
    def done(self) -> int:
        """Stories that were decided."""
        return self.out + self.not_out + self.later

    @property
    def total(self) -> int:
        """What was planned, or more when more came in."""
        return max(self.round.planned, self.done, 1)


def ahead(transaction: Transaction, actor: str) -> Ahead:
    """What waits now."""
    counted = queue.counts(transaction)
    new, unsure = counted[Tray.NEW], counted[Tray.UNSURE]
    return Ahead(new=new, unsure=unsure, time=(new + unsure) * pace(decisions.times_of(transaction, actor, REMEMBERED)))


def pace(times: Sequence[datetime]) -> timedelta:
    """How long someone takes for a story, by the times (latest first) at which they decided."""
    gaps = [(late - early).total_seconds() for late, early in pairwise(times) if late - early <= PAUSE]
    return timedelta(seconds=median(gaps)) if len(gaps) >= LEAST else USUAL


def begin(store: Store, account: Account, now: datetime) -> None:
    """Begin a round; one that was open goes on."""
    with store.write() as transaction:
        last = rounds.latest(transaction, account.id)
        if last is None or last.closed is not None:
            waits = ahead(transaction, account.actor)
            rounds.begin(transaction, account.id, waits.new + waits.unsure, decisions.last_number(transaction), now)


def close(store: Store, account: Account, now: datetime) -> None:
    """End the round of this person, if one is open."""
    with store.write() as transaction:
        last = rounds.latest(transaction, account.id)
        if last is not None:
            rounds.close(transaction, last.id, now)


def progress(transaction: Transaction, account: Account) -> Progress | None:
    """The last round of this person; None when there was none."""
    last = rounds.latest(transaction, account.id)
    if last is None:
        return None
    until = last.closed
    made = [
        each
        for each in decisions.since(transaction, account.actor, last.first_decision)
        if until is None or each.at <= until
    ]
    kinds = list(outcomes(made).values())
    later = kinds.count(decide.LATER)
    out = kinds.count(decide.PUBLISH)
    return Progress(round=last, out=out, not_out=len(kinds) - out - later, later=later)


def outcomes(made: Sequence[Decision]) -> dict[int, str]:
    """What each story came to, by the last decision about it."""
    return {each.story_id: each.kind for each in made if each.kind in OUTCOMES}
