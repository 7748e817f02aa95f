"""Whether what the service does by itself is done: polling, the nightly backup, the weekly letter."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from aggregator.ops.finding import Finding
from aggregator.store import Transaction, duties
from aggregator.store.duties import Duty

SILENT = timedelta(minutes=10)  # polling is looked at every minute
NIGHTS = timedelta(hours=50)  # one night may be missed: the machine was off


def kept(transaction: Transaction, now: datetime) -> Iterator[Finding]:
    """One finding for each that was ever tried."""
    if polling := duties.get(transaction, "polling"):
        yield _polling(polling, now)
    if backup := duties.get(transaction, "backup"):
        yield _backup(backup, now)
    letter = duties.get(transaction, "letter")
    if letter and letter.error:
        fix = "it is tried again every hour; `aggregator doctor --mail` shows what is wrong"
        yield Finding(check="letter", ok=False, found=f"the weekly letter could not be made: {letter.error}", fix=fix)


def _polling(duty: Duty, now: datetime) -> Finding:
    seen = f"{duty.tried_at:%Y-%m-%d %H:%M} UTC"
    if duty.tried_at < now - SILENT:
        fix = "the service does not run: start it (`systemctl start aggregator`) and see why it stopped in its log"
        return Finding(check="polling", ok=False, found=f"last seen at work {seen}", fix=fix)
    if duty.error:
        fix = "free space on the disk, or look in the log for what holds up polling; it goes on by itself"
        return Finding(check="polling", ok=False, found=duty.error, fix=fix)
    return Finding(check="polling", ok=True, found=f"keeps up, seen {seen}")


def _backup(duty: Duty, now: datetime) -> Finding:
    last = f"the last good one was made {duty.done_at:%Y-%m-%d %H:%M} UTC" if duty.done_at else "there is none yet"
    if duty.error:
        fix = "it is tried again every hour; `aggregator backup --copy-away` shows what is wrong"
        return Finding(check="backup", ok=False, found=f"{duty.error}; {last}", fix=fix)
    is_old = duty.done_at is None or duty.done_at < now - NIGHTS
    fix = "it is made at night by the running service; make one now with `aggregator backup`" if is_old else ""
    return Finding(check="backup", ok=not is_old, found=last, fix=fix)
