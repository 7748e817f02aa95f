"""What a receiver's answer means for a delivery: it took it, it may take it later, or it wants nothing more."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus

from aggregator.deliver.sending import Also, Undeliverable, nothing_else
from aggregator.fetch.headers import retry_after
from aggregator.fetch.sending import NoResponse, Response

LONGEST_SAID = 200
PATIENCE = timedelta(days=3)  # whoever took nothing for so long, however often it was tried, is sent nothing more


@dataclass(frozen=True, kw_only=True, slots=True)
class Refusal:
    """Why it was not taken.

    `is_gone`: it says that it wants nothing more. `is_final`: no other try helps. `is_unheard`: nobody answered there.
    """

    reason: str
    is_gone: bool = False
    is_final: bool = False
    is_unheard: bool = False
    away: timedelta = timedelta(0)

    def as_undeliverable(self, also: Also = nothing_else) -> Undeliverable:
        """What a sender raises for it."""
        return Undeliverable(self.reason, is_final=self.is_final, is_unheard=self.is_unheard, away=self.away, also=also)


def refusal_in(answer: Response | NoResponse, now: datetime) -> Refusal | None:
    """Return why a delivery was not taken; None if it was."""
    if isinstance(answer, NoResponse):
        detail = f" ({answer.detail})" if answer.detail else ""
        return Refusal(reason=f"{answer.code}{detail}", is_final=not answer.transient, is_unheard=True)
    if 200 <= answer.status < 300:
        return None
    is_gone = answer.status == HTTPStatus.GONE
    away = retry_after(answer.headers, now) or timedelta(0)
    return Refusal(reason=said_by(answer), is_gone=is_gone, is_final=is_gone, away=away)


def said_by(answer: Response) -> str:
    """The status and the beginning of the body, as one printable line."""
    if 300 <= answer.status < 400:
        text = "redirects are not followed: name the address that it leads to"
    else:
        text = answer.body[: LONGEST_SAID * 4].decode("utf-8", "replace")
    line = " ".join("".join(each if each.isprintable() else " " for each in text).split())
    return f"{answer.status} {line[:LONGEST_SAID]}".strip()
