"""Where people are signed in. A session ends when it is revoked, idle too long, or old."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, insert, or_, select, update

from aggregator.store import accounts
from aggregator.store.accounts import Account
from aggregator.store.database import Transaction, take_numbers
from aggregator.store.tables import session

IDLE = timedelta(days=14)  # a weekly editor stays signed in ...
LONGEST = timedelta(days=90)  # ... and everyone shows four times a year who they are
SEEN_EVERY = timedelta(minutes=5)  # a page costs a write no more often than this
AGENT_CHARACTERS = 300


@dataclass(frozen=True, kw_only=True, slots=True)
class Session:
    """One device on which someone is signed in. `id` is for people; what opens it is not kept."""

    id: int
    account_id: int
    created: datetime
    last_seen: datetime
    expires: datetime
    user_agent: str


def begin(transaction: Transaction, token_hash: str, account_id: int, now: datetime, user_agent: str) -> int:
    """Sign an account in; what ended long ago is forgotten. Returns the session's number."""
    transaction.execute(delete(session).where(or_(session.c.expires < now, session.c.last_seen < now - IDLE)))
    number = take_numbers(transaction, "session", 1)
    transaction.execute(
        insert(session).values(
            id=number,
            token_hash=token_hash,
            account_id=account_id,
            created=now,
            last_seen=now,
            expires=now + LONGEST,
            user_agent=user_agent[:AGENT_CHARACTERS],
        )
    )
    return number


def find(transaction: Transaction, token_hash: str, now: datetime) -> tuple[Session, Account] | None:
    """The session that this token opens, and whose it is; None when there is none in force."""
    found = _held(transaction, session.c.token_hash == token_hash, now)
    owner = accounts.get(transaction, found[0].account_id) if found else None
    return (found[0], owner) if owner and not owner.disabled else None


def of_account(transaction: Transaction, account_id: int, now: datetime) -> list[Session]:
    """Where an account is signed in, latest use first."""
    return _held(transaction, session.c.account_id == account_id, now)


def touch(transaction: Transaction, number: int, now: datetime) -> None:
    """It was used just now."""
    transaction.execute(update(session).where(session.c.id == number).values(last_seen=now))


def revoke(transaction: Transaction, account_id: int, now: datetime, number: int | None = None, keep: int = 0) -> None:
    """End the session `number` of this account, or all of them but `keep`."""
    statement = update(session).where(session.c.account_id == account_id, session.c.revoked.is_(None))
    statement = statement.where(session.c.id != keep if number is None else session.c.id == number)
    transaction.execute(statement.values(revoked=now))


def _held(transaction: Transaction, condition: ColumnElement[bool], now: datetime) -> list[Session]:
    query = (
        select(
            session.c.id,
            session.c.account_id,
            session.c.created,
            session.c.last_seen,
            session.c.expires,
            session.c.user_agent,
        )
        .where(condition, session.c.revoked.is_(None), session.c.expires > now, session.c.last_seen > now - IDLE)
        .order_by(session.c.last_seen.desc(), session.c.id)
    )
    return [Session(**row._mapping) for row in transaction.execute(query)]
