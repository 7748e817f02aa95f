"""The letter on the day of the round, to whoever decides and has not switched it off, when something waits."""

from datetime import datetime

from aggregator.accounts.access import Access
from aggregator.accounts.issuing import MAIL
from aggregator.accounts.letters import reminder_letter
from aggregator.policy.reminding import Reminder, is_due
from aggregator.store import Transaction, accounts, outbox, queue
from aggregator.store.accounts import Account, Role
from aggregator.store.trays import Tray


def remind(access: Access, reminder: Reminder, now: datetime) -> int:
    """Put the letters that are due in the outbox, and write down that they were; returns how many."""
    if not access.sends_mail:
        return 0
    with access.store.read() as transaction:
        if not _due(transaction, reminder, now):
            return 0
    with access.store.write() as transaction:
        accounts.lock(transaction)
        new, unsure = waiting(transaction)
        found = _due(transaction, reminder, now) if new + unsure else []
        for account in found:
            outbox.put(transaction, MAIL, account.email, reminder_letter(access, account, new, unsure), now)
            accounts.change(transaction, account.id, reminded=now)
    return len(found)


def waiting(transaction: Transaction) -> tuple[int, int]:
    """How much waits as new, each flood counted once, and how much is unsure."""
    counted = queue.counts(transaction)
    floods = len(queue.floods(transaction)) if counted[Tray.FLOOD] else 0
    return counted[Tray.NEW] + floods, counted[Tray.UNSURE]


def _due(transaction: Transaction, reminder: Reminder, now: datetime) -> list[Account]:
    return [
        each
        for each in accounts.every(transaction)
        if each.wants_reminders
        and each.disabled is None
        and each.role.includes(Role.EDITOR)
        and is_due(reminder, each.reminded or each.created, now)
    ]
