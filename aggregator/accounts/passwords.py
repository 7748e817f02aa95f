"""Passwords: argon2id with the parameters of OWASP's password storage cheat sheet (19 MiB, 2 rounds, 1 lane)."""

import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from secrets import token_urlsafe
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

SHORTEST, LONGEST = 12, 1000  # characters (NIST SP 800-63B: length is what counts)
HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
_AT_ONCE = BoundedSemaphore(4)  # each takes memory and a core: a flood of sign-ins waits here


@dataclass(frozen=True, kw_only=True, slots=True)
class Checked:
    """Whether a password was right; `better_hash` is what should be kept instead when our parameters changed."""

    is_right: bool
    better_hash: str | None = None


def complaint(password: str, email: str = "") -> str:
    """What keeps `password` from being used: "too_short", "too_long", "is_email"; "" if nothing."""
    text = _normal(password)
    if len(text) < SHORTEST:
        return "too_short"
    if len(text) > LONGEST:
        return "too_long"
    return "is_email" if email and text.strip().lower() == email.strip().lower() else ""


def hashed(password: str) -> str:
    """What is kept of a password."""
    with _AT_ONCE:
        return HASHER.hash(_normal(password))


def check(held: str | None, password: str) -> Checked:
    """Compare with the hash that is held. Without one it takes as long and fails: time does not tell who is known."""
    with _AT_ONCE:
        stand_in = _nobody()  # made at the first sign-in of a process, whoever that is
        try:
            HASHER.verify(held or stand_in, _normal(password[: LONGEST + 1]))
        except (Argon2Error, InvalidHashError):
            return Checked(is_right=False)
    if held is None:
        return Checked(is_right=False)
    return Checked(is_right=True, better_hash=hashed(password) if HASHER.check_needs_rehash(held) else None)


def _normal(password: str) -> str:
    """The same letters whatever keyboard they were typed on."""
    return unicodedata.normalize("NFKC", password)


@lru_cache(maxsize=1)
def _nobody() -> str:
    return HASHER.hash(token_urlsafe())
