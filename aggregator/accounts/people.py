"""What managers do with accounts, and what people do with their own. Each act, its event and its letter go together."""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from aggregator.accounts import passwords
from aggregator.accounts.access import Access
from aggregator.accounts.issuing import hand_over
from aggregator.store import Transaction, accounts, events, links, sessions, sources
from aggregator.store.accounts import Account, Role
from aggregator.store.events import Event
from aggregator.store.links import Purpose

LONGEST_EMAIL, LONGEST_NAME = 254, 100
_EMAIL = re.compile(
    r"[^@\s<>\"(),:;\\\[\]\x00-\x1f\x7f]+@[^@\s<>\"(),:;\\\[\]\x00-\x1f\x7f]+\.[^@\s<>\"(),:;\\\[\]\x00-\x1f\x7f.]+"
)


class Refusal(StrEnum):
    """Why nothing was done; the values are keys of strings."""

    BAD_EMAIL = "bad_email"
    TAKEN = "email_taken"
    NO_SOURCE = "no_source"
    LAST_MANAGER = "last_manager"
    UNKNOWN = "unknown_account"
    DISABLED = "account_disabled"
    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    IS_EMAIL = "is_email"
    LINK_OVER = "link_over"
    WRONG_PASSWORD = "wrong_password"  # noqa: S105  it names a refusal


@dataclass(frozen=True, kw_only=True, slots=True)
class HandedOver:
    """An account and the link to it: mailed, or to be handed over by hand."""

    account: Account
    link: str
    until: datetime
    is_mailed: bool


def is_email(text: str) -> bool:
    """Whether mail can be sent to `text`, as far as its form tells."""
    return len(text) <= LONGEST_EMAIL and bool(_EMAIL.fullmatch(text.strip()))


def tidy(name: str) -> str:
    """A person's name as it is kept: on one line, and no longer than a name is."""
    return " ".join("".join(each if each.isprintable() else " " for each in name).split())[:LONGEST_NAME]


def add(
    access: Access, email: str, role: Role, password: str, actor: str, now: datetime, name: str = ""
) -> Account | Refusal:
    """An account with a password, ready to be used."""
    if not is_email(email):
        return Refusal.BAD_EMAIL
    if wrong := passwords.complaint(password, email):
        return Refusal(wrong)
    kept = passwords.hashed(password)
    with access.store.append() as transaction:
        made = accounts.add(transaction, email=email, role=role, now=now, name=tidy(name), password_hash=kept)
        if made is None:
            return Refusal.TAKEN
        links.end(transaction, None, now)
        _log(transaction, "user-added", made, actor, now)
    return made


def invite(
    access: Access,
    email: str,
    role: Role,
    actor: str,
    now: datetime,
    *,
    name: str = "",
    source_ids: Iterable[str] = (),
    language: str = "",
) -> HandedOver | Refusal:
    """An account that its owner takes into use by a link."""
    if not is_email(email):
        return Refusal.BAD_EMAIL
    wanted = tuple(dict.fromkeys(source_ids)) if role is Role.OWNER else ()
    with access.store.append() as transaction:
        if role is Role.OWNER and not (wanted and set(wanted) <= sources.known_ids(transaction)):
            return Refusal.NO_SOURCE
        made = accounts.add(
            transaction, email=email, role=role, now=now, name=tidy(name), sources=wanted, language=language
        )
        if made is None:
            return Refusal.TAKEN
        links.end(transaction, None, now)
        seq = _log(transaction, "user-invited", made, actor, now)
        return HandedOver(**hand_over(access, transaction, made, Purpose.INVITE, now, seq))


def reset(access: Access, number: int, actor: str, now: datetime) -> HandedOver | Refusal:
    """A link to a new password, or to a first one; an owner of a source gets one that signs in."""
    with _changing(access, number) as (transaction, account):
        if isinstance(account, Refusal):
            return account
        if account.disabled:
            return Refusal.DISABLED
        is_new = account.role is Role.OWNER or not account.has_password
        seq = _log(transaction, "user-reset", account, actor, now)
        purpose = Purpose.INVITE if is_new else Purpose.PASSWORD_RESET
        return HandedOver(**hand_over(access, transaction, account, purpose, now, seq))


def set_role(
    access: Access, number: int, role: Role, actor: str, now: datetime, source_ids: Iterable[str] = ()
) -> Account | Refusal:
    """Let someone do more or less from now on, sessions that are open included."""
    wanted = tuple(dict.fromkeys(source_ids)) if role is Role.OWNER else ()
    with _changing(access, number) as (transaction, account):
        if isinstance(account, Refusal):
            return account
        if role is Role.OWNER and not (wanted and set(wanted) <= sources.known_ids(transaction)):
            return Refusal.NO_SOURCE
        if role is not Role.MANAGER and _is_last_manager(transaction, account):
            return Refusal.LAST_MANAGER
        accounts.change(transaction, number, role=role.value, sources=list(wanted))
        links.end(transaction, number, now)
        _log(transaction, "user-role", account, actor, now, before=account.role.value, after=role.value)
        return _get(transaction, number)


def disable(access: Access, number: int, actor: str, now: datetime) -> Account | Refusal:
    """Shut someone out at once: sessions end and links work no longer. What they did stays theirs."""
    with _changing(access, number) as (transaction, account):
        if isinstance(account, Refusal):
            return account
        if _is_last_manager(transaction, account):
            return Refusal.LAST_MANAGER
        accounts.change(transaction, number, disabled=now)
        sessions.revoke(transaction, number, now)
        links.end(transaction, number, now)
        _log(transaction, "user-disabled", account, actor, now)
        return _get(transaction, number)


def enable(access: Access, number: int, actor: str, now: datetime) -> Account | Refusal:
    """Let someone in again."""
    with _changing(access, number) as (transaction, account):
        if isinstance(account, Refusal):
            return account
        accounts.change(transaction, number, disabled=None)
        _log(transaction, "user-enabled", account, actor, now)
        return _get(transaction, number)


def change_password(
    access: Access, account: Account, old: str, new: str, now: datetime, keep_session: int
) -> Refusal | None:
    """Someone's own new password; every other device is signed out. The old one need not be there at a first one."""
    with access.store.read() as transaction:
        held = accounts.password_hash(transaction, account.id)
    if held is not None and not passwords.check(held, old).is_right:
        return Refusal.WRONG_PASSWORD
    if wrong := passwords.complaint(new, account.email):
        return Refusal(wrong)
    kept = passwords.hashed(new)
    with access.store.append() as transaction:
        accounts.change(transaction, account.id, password_hash=kept)
        sessions.revoke(transaction, account.id, now, keep=keep_session)
        links.end(transaction, account.id, now)
        _log(transaction, "user-password", account, account.actor, now)
    return None


@contextmanager
def _changing(access: Access, number: int) -> Iterator[tuple[Transaction, Account | Refusal]]:
    with access.store.append() as transaction:
        yield transaction, accounts.get(transaction, number) or Refusal.UNKNOWN


def _get(transaction: Transaction, number: int) -> Account:
    found = accounts.get(transaction, number)
    assert found is not None  # it was changed in this transaction
    return found


def _is_last_manager(transaction: Transaction, account: Account) -> bool:
    is_one = account.role is Role.MANAGER and not account.disabled
    return is_one and accounts.count_managers(transaction) == 1


def _log(transaction: Transaction, kind: str, account: Account, actor: str, now: datetime, **change: Any) -> int:
    """The log names accounts by number: names and addresses may have to be erased."""
    before = {"role": change["before"]} if "before" in change else {}
    after = {"account": account.id, "role": change.get("after", account.role.value)}
    return events.append(transaction, [Event(at=now, kind=kind, actor=actor, before=before, after=after)])
