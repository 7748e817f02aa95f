"""Coming in: by password, by a one-time link, by another organisation's account; and the throttle before all of it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_network

from aggregator.accounts import passwords
from aggregator.accounts.access import Access
from aggregator.accounts.issuing import hand_over
from aggregator.accounts.people import Refusal, is_email, tidy
from aggregator.accounts.tokens import is_token, new_token, subject_hash, token_hash
from aggregator.store import Transaction, accounts, events, links, sessions, throttle
from aggregator.store.accounts import Account, Role, normal
from aggregator.store.events import Event
from aggregator.store.links import Link, Purpose


@dataclass(frozen=True, kw_only=True, slots=True)
class Wait:
    """Too many tries: none before this."""

    span: timedelta


@dataclass(frozen=True, kw_only=True, slots=True)
class Opened:
    """A one-time link that still lets in, and the account that it is for; None for the first manager's."""

    link: Link
    account: Account | None


def by_password(access: Access, email: str, password: str, address: str, now: datetime) -> Account | Wait | None:
    """Whose password this is; None when it is nobody's. Nothing tells an unknown address from a wrong password."""
    subjects = [subject_hash("account", normal(email)), subject_hash("address", network_of(address))]
    with access.store.write() as transaction:
        throttle.lock(transaction)
        if span := throttle.wait(transaction, subjects, now):
            return Wait(span=span)
        tries = throttle.count(transaction, subjects, now)
        account = accounts.by_email(transaction, email)
        held = accounts.password_hash(transaction, account.id) if account and not account.disabled else None
    checked = passwords.check(held, password)
    if account is None or not checked.is_right:
        return None
    with access.store.write() as transaction:
        throttle.forget(transaction, subjects[0], tries)
        if checked.better_hash:
            accounts.change(transaction, account.id, password_hash=checked.better_hash)
    return account


def ask_by_mail(access: Access, email: str, address: str, now: datetime) -> Wait | None:
    """Mail a link to whoever has this address: owners of sources sign in with it, others choose a password.

    The answer is the same whether or not there is such an account.
    """
    subjects = [subject_hash("mail", normal(email)), subject_hash("mail-address", network_of(address))]
    with access.store.write() as transaction:
        throttle.lock(transaction)
        if span := throttle.wait(transaction, subjects, now):
            return Wait(span=span)
        throttle.count(transaction, subjects, now)
        account = accounts.by_email(transaction, email)
        if account and not account.disabled and access.sends_mail:
            purpose = Purpose.SIGN_IN if account.role is Role.OWNER else Purpose.PASSWORD_RESET
            hand_over(access, transaction, account, purpose, now)
    return None


def open_link(access: Access, token: str, now: datetime) -> Opened | None:
    """What a link is for, without using it up; None when it lets nobody in (any more)."""
    if not is_token(token):
        return None
    with access.store.read() as transaction:
        return _opened(transaction, token, now)


def by_link(
    access: Access, token: str, now: datetime, *, email: str = "", name: str = "", password: str = ""
) -> Account | Refusal:
    """Use a link up. A password is needed for all but owners of sources, an address for the first manager."""
    opened = open_link(access, token, now)
    if opened is None:
        return Refusal.LINK_OVER
    known = opened.account
    needs_password = opened.link.purpose is not Purpose.SIGN_IN and not (known and known.role is Role.OWNER)
    address = known.email if known else email
    if known is None and not is_email(email):
        return Refusal.BAD_EMAIL
    if needs_password and (wrong := passwords.complaint(password, address)):
        return Refusal(wrong)
    kept = passwords.hashed(password) if needs_password else None
    with access.store.append() as transaction:
        still = _opened(transaction, token, now)
        if still is None or not links.use(transaction, token_hash(token), now):
            return Refusal.LINK_OVER
        account = still.account or _first_manager(transaction, email, name, now)
        if account is None:
            return Refusal.LINK_OVER
        _taken_into_use(transaction, account, kept, name, now)
        return accounts.get(transaction, account.id) or account


def by_provider(
    access: Access, *, subject: str, email: str, name: str, new_role: Role, allowed_domain: str, now: datetime
) -> Account | None:
    """Whom a provider vouches for: known by its `subject`, else by a verified `email`; someone new of that domain too.

    None for everyone else. `email` is "" when the provider does not vouch for it.
    """
    with access.store.append() as transaction:
        known = accounts.by_subject(transaction, subject)
        if known is None and email:
            known = accounts.by_email(transaction, email)
            if known and known.oidc_subject:
                return None  # the address has passed to someone else at the provider
            if known is None and allowed_domain and normal(email).endswith(f"@{allowed_domain}") and is_email(email):
                known = accounts.add(transaction, email=email, role=new_role, now=now, name=tidy(name))
                if known:
                    after = {"account": known.id, "role": known.role.value}
                    events.append(transaction, [Event(at=now, kind="user-added", actor=known.actor, after=after)])
            if known:
                accounts.change(transaction, known.id, oidc_subject=subject)
    return known if known and not known.disabled else None


def begin_session(access: Access, account: Account, now: datetime, user_agent: str, old_token: str = "") -> str:
    """Sign in on a device under a new token; the session that was there before ends."""
    token = new_token()
    with access.store.write() as transaction:
        if is_token(old_token) and (old := sessions.find(transaction, token_hash(old_token), now)):
            sessions.revoke(transaction, old[1].id, now, old[0].id)
        sessions.begin(transaction, token_hash(token), account.id, now, user_agent)
    return token


def network_of(address: str) -> str:
    """What tries are counted by: an IPv4 address, or the /64 in which whoever has an IPv6 address has all of them.

    >>> network_of("2001:db8::1"), network_of("192.0.2.1")
    ('2001:db8::/64', '192.0.2.1')
    """
    try:
        return str(ip_network((address, 64), strict=False)) if ":" in address else address
    except ValueError:
        return address


def _opened(transaction: Transaction, token: str, now: datetime) -> Opened | None:
    link = links.find(transaction, token_hash(token))
    if link is None or not link.is_open(now):
        return None
    if link.account_id is None:
        return Opened(link=link, account=None) if accounts.is_empty(transaction) else None
    account = accounts.get(transaction, link.account_id)
    return Opened(link=link, account=account) if account and not account.disabled else None


def _first_manager(transaction: Transaction, email: str, name: str, now: datetime) -> Account | None:
    return accounts.add(transaction, email=email, role=Role.MANAGER, now=now, name=tidy(name))


def _taken_into_use(transaction: Transaction, account: Account, kept: str | None, name: str, now: datetime) -> None:
    if kept is not None:
        values = {"password_hash": kept} | ({"name": tidy(name)} if name.strip() else {})
        accounts.change(transaction, account.id, **values)
        sessions.revoke(transaction, account.id, now)
        links.end(transaction, account.id, now)
        after = {"account": account.id, "role": account.role.value}
        events.append(transaction, [Event(at=now, kind="user-password", actor=account.actor, after=after)])
