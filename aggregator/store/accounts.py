"""Who may sign in, and as what."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Row, func, insert, select, update

from aggregator.store.database import Transaction, take_numbers
from aggregator.store.tables import account


class Role(StrEnum):
    """What someone may do; each may also do what those before it may. An owner sees nothing but its own sources."""

    OWNER = "bronhouder"
    READER = "lezer"
    EDITOR = "redacteur"
    MANAGER = "beheerder"

    def includes(self, needed: "Role") -> bool:
        """Whether whoever is this may do what asks for `needed`."""
        order = list(Role)
        return order.index(self) >= order.index(needed)


@dataclass(frozen=True, kw_only=True, slots=True)
class Account:
    """Someone who may sign in. `has_password` is all that leaves the store unasked of a password."""

    id: int
    email: str
    name: str
    role: Role
    sources: tuple[str, ...]
    language: str
    keys_enabled: bool
    has_password: bool
    oidc_subject: str | None
    created: datetime
    disabled: datetime | None
    wants_reminders: bool = True
    reminded: datetime | None = None

    @property
    def actor(self) -> str:
        """How the log names it: by number, because a name may have to be erased and the log not."""
        return f"account:{self.id}"

    @property
    def label(self) -> str:
        """How people name it."""
        return self.name or self.email


def normal(email: str) -> str:
    """The one form of a mail address that accounts are told apart by."""
    return email.strip().lower()


def add(
    transaction: Transaction,
    *,
    email: str,
    role: Role,
    now: datetime,
    name: str = "",
    sources: Iterable[str] = (),
    language: str = "",
    password_hash: str | None = None,
    oidc_subject: str | None = None,
) -> Account | None:
    """A new account; None when the address has one. The lock on the counter makes two at once one after the other."""
    number = take_numbers(transaction, "account", 1)
    if by_email(transaction, email):
        return None
    values: dict[str, Any] = {
        "email": normal(email),
        "name": name,
        "password_hash": password_hash,
        "role": role.value,
        "sources": list(sources),
        "language": language,
        "keys_enabled": True,
        "wants_reminders": True,
        "oidc_subject": oidc_subject,
        "created": now,
    }
    transaction.execute(insert(account).values(id=number, **values))
    return get(transaction, number)


def get(transaction: Transaction, number: int) -> Account | None:
    """One account by its number."""
    return _one(transaction, account.c.id == number)


def by_email(transaction: Transaction, email: str) -> Account | None:
    """One account by its mail address, however that is written."""
    return None if "\0" in email else _one(transaction, account.c.email == normal(email))


def by_subject(transaction: Transaction, subject: str) -> Account | None:
    """One account by what an OIDC provider calls it."""
    return _one(transaction, account.c.oidc_subject == subject)


def every(transaction: Transaction) -> list[Account]:
    """All accounts, by mail address."""
    return [_account(row) for row in transaction.execute(select(account).order_by(account.c.email))]


def names(transaction: Transaction, numbers: Iterable[int]) -> dict[int, str]:
    """What people call these accounts."""
    query = select(account.c.id, account.c.name, account.c.email).where(account.c.id.in_(list(numbers)))
    return {row.id: row.name or row.email for row in transaction.execute(query)}


def is_empty(transaction: Transaction) -> bool:
    """Whether nobody has an account yet."""
    return transaction.execute(select(account.c.id).limit(1)).first() is None


def lock(transaction: Transaction) -> None:
    """Let one after the other do what must not be done twice."""
    take_numbers(transaction, "account", 0)


def count_managers(transaction: Transaction) -> int:
    """How many managers can sign in. Locks the accounts' counter: two managers cannot shut out each other at once."""
    lock(transaction)
    query = select(func.count()).select_from(account)
    query = query.where(account.c.role == Role.MANAGER.value, account.c.disabled.is_(None))
    return transaction.execute(query).scalar_one()


def password_hash(transaction: Transaction, number: int) -> str | None:
    """The hash of an account's password; None when it has none."""
    return transaction.execute(select(account.c.password_hash).where(account.c.id == number)).scalar_one()


def change(transaction: Transaction, number: int, **values: Any) -> None:
    """Set columns of an account."""
    transaction.execute(update(account).where(account.c.id == number).values(**values))


def _one(transaction: Transaction, condition: ColumnElement[bool]) -> Account | None:
    row = transaction.execute(select(account).where(condition)).one_or_none()
    return None if row is None else _account(row)


def _account(row: Row[Any]) -> Account:
    return Account(
        id=row.id,
        email=row.email,
        name=row.name,
        role=Role(row.role),
        sources=tuple(row.sources),
        language=row.language,
        keys_enabled=row.keys_enabled,
        has_password=row.password_hash is not None,
        oidc_subject=row.oidc_subject,
        created=row.created,
        disabled=row.disabled,
        wants_reminders=row.wants_reminders,
        reminded=row.reminded,
    )
