"""Addresses that let someone in once: for the first manager, an invitation, a new password, signing in by mail."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import delete, insert, select, update

from aggregator.store.accounts import Role
from aggregator.store.database import Transaction
from aggregator.store.tables import one_time_link

KEEP = timedelta(days=30)  # so long one that is over can still say that it is over


class Purpose(StrEnum):
    """What a link is for."""

    FIRST_MANAGER = "first-manager"
    INVITE = "invite"
    PASSWORD_RESET = "password-reset"  # noqa: S105  it names a purpose
    SIGN_IN = "sign-in"


@dataclass(frozen=True, kw_only=True, slots=True)
class Link:
    """A link as it is kept. `account_id` is None for the first manager's, whose account it will make."""

    purpose: Purpose
    account_id: int | None
    role: Role
    created: datetime
    expires: datetime
    used: datetime | None

    def is_open(self, now: datetime) -> bool:
        """Whether it still lets in."""
        return self.used is None and now < self.expires


def put(transaction: Transaction, token_hash: str, link: Link) -> None:
    """Keep a new link. It replaces the earlier ones of its purpose for that account: only the latest letter counts."""
    end(transaction, link.account_id, link.created, link.purpose)
    transaction.execute(delete(one_time_link).where(one_time_link.c.expires < link.created - KEEP))
    transaction.execute(
        insert(one_time_link).values(
            token_hash=token_hash,
            purpose=link.purpose.value,
            account_id=link.account_id,
            role=link.role.value,
            created=link.created,
            expires=link.expires,
        )
    )


def find(transaction: Transaction, token_hash: str) -> Link | None:
    """The link of this token, used and expired ones too."""
    row = transaction.execute(select(one_time_link).where(one_time_link.c.token_hash == token_hash)).one_or_none()
    if row is None:
        return None
    return Link(
        purpose=Purpose(row.purpose),
        account_id=row.account_id,
        role=Role(row.role),
        created=row.created,
        expires=row.expires,
        used=row.used,
    )


def use(transaction: Transaction, token_hash: str, now: datetime) -> bool:
    """Use a link up; False when it was used or over. Of two at once one gets True."""
    statement = (
        update(one_time_link)
        .where(one_time_link.c.token_hash == token_hash, one_time_link.c.used.is_(None), one_time_link.c.expires > now)
        .values(used=now)
        .returning(one_time_link.c.token_hash)
    )
    return transaction.execute(statement).first() is not None


def end(transaction: Transaction, account_id: int | None, now: datetime, purpose: Purpose | None = None) -> None:
    """Let the open links of an account (None: those for the first manager) work no longer."""
    mine = one_time_link.c.account_id.is_(None) if account_id is None else one_time_link.c.account_id == account_id
    statement = update(one_time_link).where(mine, one_time_link.c.used.is_(None))
    if purpose is not None:
        statement = statement.where(one_time_link.c.purpose == purpose.value)
    transaction.execute(statement.values(used=now))
