"""How a visit went: the poll that follows from an answer (pure).

After MANNERS: validators go back to the address that sent them, a permanent move is adopted when it led to something
readable at three polls, a failure leaves what is known of the source as it is.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import blake2b

from aggregator.errors import SourceError
from aggregator.model import (
    Failed,
    Fetched,
    Gone,
    NotModified,
    Outcome,
    Poll,
    Reading,
    Refused,
    Throttled,
    Validators,
    Wire,
)
from aggregator.policy.interval import failures_after, rhythm_of
from aggregator.policy.push import offer_of

MOVES_TO_CONFIRM = 3  # a permanent redirect is adopted when it led to something readable at so many polls


def unchanged(last: Poll, answer: Fetched | NotModified, now: datetime) -> Poll:
    """The same document as at the last poll."""
    return replace(
        _moved(_visited(last, answer.wire, now), answer.wire),
        validators=_freshened(last, answer),
        validators_url=answer.wire.url,
        fresh_for=_fresh_for(last, answer),
    )


def succeeded(last: Poll, answer: Fetched, reading: Reading, now: datetime, *, changed: bool) -> Poll:
    """A document that could be read."""
    dates = [entry.published for entry in reading.entries if entry.published is not None]
    hub, topic = offer_of(answer.links, reading)
    poll = replace(
        _visited(last, answer.wire, now),
        outcome=Outcome.FETCHED,
        validators=answer.wire.validators,
        validators_url=answer.wire.url,
        body_hash=body_hash(answer),
        changed_at=now if changed else last.changed_at,
        rhythm=rhythm_of(dates, now),
        pace=reading.pace,
        fresh_for=answer.wire.fresh_for,
        hub=hub,
        topic=topic,
        suffixes=reading.suffixes,
    )
    return _moved(poll, answer.wire)


def pushed(last: Poll, seen: Poll, now: datetime) -> Poll:
    """The last visit, after a push that brought what a visit would have made `seen` of.

    A push is no visit: how the server answers, its validators and its rhythm are as they were.
    """
    return replace(last, pushed_at=now, changed_at=seen.changed_at, usual=seen.usual, reposted_at=seen.reposted_at)


def failed(last: Poll, answer: Gone | Throttled | Refused | Failed, now: datetime) -> Poll:
    """No document: what is known of the source stays, and so does the address."""
    outcome, code, detail = {
        Gone: (Outcome.GONE, "gone", ""),
        Throttled: (Outcome.THROTTLED, "throttled", ""),
        Refused: (Outcome.REFUSED, "refused", getattr(answer, "robots_url", "")),
        Failed: (Outcome.FAILED, getattr(answer, "code", ""), getattr(answer, "detail", "")),
    }[type(answer)]
    return _troubled(last, answer.wire, outcome, code, detail, now)


def unreadable(last: Poll, answer: Fetched, error: SourceError, now: datetime) -> Poll:
    """An answer that is no document for us. It is asked for whole again: its validators are not kept."""
    poll = _troubled(last, answer.wire, Outcome.FAILED, error.code, error.detail, now)
    return replace(poll, validators=Validators(), validators_url="", body_hash=b"")


def body_hash(answer: Fetched) -> bytes:
    """What tells one body from another."""
    return blake2b(answer.body, digest_size=16).digest()


def _visited(last: Poll, wire: Wire, now: datetime) -> Poll:
    return replace(
        last,
        at=now,
        outcome=Outcome.UNCHANGED,
        status=wire.status,
        code="",
        detail="",
        failures=0,
        succeeded_at=now,
    )


def _troubled(last: Poll, wire: Wire, outcome: Outcome, code: str, detail: str, now: datetime) -> Poll:
    return replace(
        last,
        at=now,
        outcome=outcome,
        status=wire.status,
        code=code,
        detail=detail,
        failures=failures_after(last, outcome),
        moved_to="",
        moved_polls=0,
    )


def _freshened(last: Poll, answer: Fetched | NotModified) -> Validators:
    if isinstance(answer, Fetched):
        return answer.wire.validators
    said = answer.wire.validators
    return Validators(
        etag=said.etag or last.validators.etag, last_modified=said.last_modified or last.validators.last_modified
    )


def _fresh_for(last: Poll, answer: Fetched | NotModified) -> timedelta | None:
    """A 304 that says nothing of freshness leaves what was said with the document (RFC 9111 section 4.3.4)."""
    kept = last.fresh_for if isinstance(answer, NotModified) else None
    return kept if answer.wire.fresh_for is None else answer.wire.fresh_for


def _moved(poll: Poll, wire: Wire) -> Poll:
    """Count a permanent redirect that led to something readable; adopt it at the third poll."""
    target = permanent_target(wire)
    if not target:
        return replace(poll, moved_to="", moved_polls=0)
    times = poll.moved_polls + 1 if target == poll.moved_to else 1
    if times < MOVES_TO_CONFIRM:
        return replace(poll, moved_to=target, moved_polls=times)
    return replace(poll, outcome=Outcome.MOVED, address=target, moved_to="", moved_polls=0)


def permanent_target(wire: Wire) -> str:
    """Where the leading permanent redirects (301, 308) lead; "" when the first hop is not permanent."""
    target = ""
    for hop in wire.hops:
        if hop.status not in (301, 308):
            break
        target = hop.location
    return target
