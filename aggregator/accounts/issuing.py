"""One-time links: made, mailed where mail can be sent, and handed over by hand where it cannot."""

from datetime import datetime, timedelta
from typing import Any

from aggregator.accounts.access import Access
from aggregator.accounts.letters import letter
from aggregator.accounts.tokens import new_token, token_hash
from aggregator.store import Transaction, accounts, links, outbox
from aggregator.store.accounts import Account, Role
from aggregator.store.links import Link, Purpose

MAIL = "mail"
LIFE = {
    Purpose.FIRST_MANAGER: timedelta(days=1),
    Purpose.INVITE: timedelta(days=7),
    Purpose.PASSWORD_RESET: timedelta(days=1),
    Purpose.SIGN_IN: timedelta(hours=4),
}


def hand_over(
    access: Access, transaction: Transaction, account: Account, purpose: Purpose, now: datetime, event_seq: int = 0
) -> dict[str, Any]:
    """Make a link to `account` and put its letter in the outbox, if there is someone to send it."""
    token, link = _made(purpose, account.id, account.role, now)
    links.put(transaction, token_hash(token), link)
    address = access.link_address(token)
    if access.sends_mail:
        payload = letter(access, account, purpose, address, link.expires)
        outbox.put(transaction, MAIL, account.email, payload, now, event_seq)
    return {"account": account, "link": address, "until": link.expires, "is_mailed": access.sends_mail}


def first_manager_link(access: Access, now: datetime) -> str | None:
    """A new link for whoever starts the service, as long as nobody has an account; earlier ones end."""
    with access.store.write() as transaction:
        if not accounts.is_empty(transaction):
            return None
        token, link = _made(Purpose.FIRST_MANAGER, None, Role.MANAGER, now)
        links.put(transaction, token_hash(token), link)
    return access.link_address(token)


def _made(purpose: Purpose, account_id: int | None, role: Role, now: datetime) -> tuple[str, Link]:
    link = Link(purpose=purpose, account_id=account_id, role=role, created=now, expires=now + LIFE[purpose], used=None)
    return new_token(), link
