"""Which articles a poll asks after because their list shows them no more, and what the answers prove.

Decided here, fetched by pipeline.py, written by intake.py; when to ask is policy/absence.py's.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from aggregator.batch import Receipt
from aggregator.model import Absence, Answer, Fetched, State
from aggregator.pages.outcome import says_not_found
from aggregator.policy.absence import Place, Proof, after, leads_up, to_check, vanished
from aggregator.receipts import Line
from aggregator.store import absences
from aggregator.store.absences import Watched
from aggregator.store.leases import Claimed

REMEMBERED = 200  # items of a source, latest first, among which a vanished one is looked for
NOT_THERE = (404, 410)
ASKED_AFTER = (State.PUBLISHED, State.HELD)


@dataclass(frozen=True, kw_only=True, slots=True)
class Check:
    """An article to ask for."""

    url: str
    absence: Absence


def open_cases(line: Line, claimed: Iterable[Claimed]) -> dict[str, list[Watched]]:
    """For each source the items whose articles may have to be asked for, by one question for all."""
    found: dict[str, list[Watched]] = {}
    with line.store.read() as transaction:
        for each in absences.unsettled(transaction, (one.source.id for one in claimed)):
            found.setdefault(each.source_id, []).append(each)
    return found


def noticed(
    line: Line, receipt: Receipt, open_cases: Sequence[Watched], now: datetime
) -> tuple[Receipt, tuple[Check, ...]]:
    """What a poll shows of items that are in its list no more, or again; and which articles to ask for.

    A poll that brought nothing readable shows nothing, and its server is not asked for more.
    """
    if receipt.poll.code:
        return receipt, ()
    cases = {each.item_id: each.absence for each in open_cases if each.absence}
    links = {each.item_id: each.link for each in open_cases}
    if receipt.listed and receipt.claimed.held.poll.changed_at and not receipt.healed_from:
        with line.store.read() as transaction:
            held = absences.latest_of(transaction, receipt.claimed.source.id, REMEMBERED)
        links |= {each.item_id: each.link for each in held}
        returned = [each.item_id for each in held if _is_back(each, receipt.listed)]
        unlisted = {each.item_id: each for each in _unlisted(held, receipt.listed, now)}
        cases = {number: case for number, case in (cases | unlisted).items() if number not in returned}
        findings = replace(receipt.findings, absences=tuple(unlisted.values()), returned=tuple(returned))
        receipt = replace(receipt, findings=findings)
    due = to_check((case for number, case in cases.items() if links[number]), now)
    return receipt, tuple(Check(url=links[case.item_id] or "", absence=case) for case in due)


def _is_back(each: Watched, listed: frozenset[int]) -> bool:
    return each.absence is not None and not each.absence.listed and each.item_id in listed


def _unlisted(held: Sequence[Watched], listed: frozenset[int], now: datetime) -> list[Absence]:
    """The items that this reading shows to have vanished; those of which that was known already are left out."""
    places = [Place(item_id=each.item_id, published=each.published, first_seen=each.first_seen) for each in held]
    by_id = {each.item_id: each for each in held if each.state in ASKED_AFTER and each.link}
    missing = [by_id[number] for number in vanished(places, listed, now) if number in by_id]
    return [
        replace(each.absence, listed=False) if each.absence else Absence(item_id=each.item_id)
        for each in missing
        if each.absence is None or each.absence.listed
    ]


def asked(receipt: Receipt, checks: Sequence[Check], answers: Mapping[str, Answer], now: datetime) -> Receipt:
    """The receipt with what the answers prove; an article that was not asked for after all stays as it was."""
    proven = [
        after(check.absence, proof_of(check.url, answers[check.url]), now) for check in checks if check.url in answers
    ]
    done = {each.item_id: each for each in receipt.findings.absences} | {each.item_id: each for each in proven}
    return replace(receipt, findings=replace(receipt.findings, absences=tuple(done.values())))


def proof_of(url: str, answer: Answer) -> Proof:
    """What an answer proves; that a server is down, tired or unwilling proves nothing of its articles."""
    if answer.wire.status in NOT_THERE:
        return Proof.ABSENT
    if not isinstance(answer, Fetched):
        return Proof.NOTHING
    is_elsewhere = bool(answer.wire.hops) and leads_up(url, answer.wire.url)
    return Proof.NOTHING if is_elsewhere or says_not_found(answer.body, answer.charset) else Proof.PRESENT


def are_missing(answer: Answer) -> bool:
    """Whether the server says that there is no such article."""
    return answer.wire.status in NOT_THERE
