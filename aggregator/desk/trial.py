"""Trials: changes of judgement that can be looked at and rolled back. So far: how the list of a page is found."""

from dataclasses import replace

from aggregator.store import Store, leases, sources, trials
from aggregator.store.trials import Trial


def roll_back(store: Store, number: int) -> Trial | None:
    """Take back a healed page rule: the list that it found is not believed again, the old one is, if it comes back.

    Returns the trial as it was, None when there is none of that number, or it was rolled back before.
    """
    with store.write() as transaction:
        found = trials.by_number(transaction, number)
        if found is None or found.kind != trials.PAGE_RULE or found.state == trials.ROLLED_BACK:
            return None
        held = sources.held(transaction, found.subject)
        if held is not None:
            poll = replace(held.poll, rule=found.before["rule"], refused=found.after["rule"], body_hash=b"")
            leases.save_polls(transaction, [(found.subject, poll)])
        trials.settle(transaction, number, trials.ROLLED_BACK)
    return found
