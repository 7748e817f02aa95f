"""Trials: changes of judgement that can be looked at and rolled back. So far: how the list of a page is found."""

from dataclasses import replace

from aggregator.store import Store, leases, sources, trials
from aggregator.store.trials import Trial


def roll_back(store: Store, number: int) -> Trial | None:
    """Take back a healed page rule: the list that it found is not believed again, the old one is, if it comes back.

    Returns the trial as it was, None when there is none of that number, or it was rolled back before.
    """
    with store.write() as transaction:
        found = next((each for each in trials.every(transaction) if each.id == number), None)
        if found is None or found.state == trials.ROLLED_BACK:
            return None
        held = sources.held(transaction, found.subject)
        if held is not None:
            poll = replace(held.poll, rule=found.before["rule"], refused=found.after["rule"], body_hash=b"")
            leases.save_polls(transaction, [(found.subject, poll)])
        trials.roll_back(transaction, number)
    return found
