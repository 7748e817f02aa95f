"""One verdict of the examination."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """What was looked at, what was found, and what to do when it is not well.

    `kind` chooses the plain words of the weekly letter: that of a `check` which is the name of something. What is
    `passing` may be over tomorrow, and is left out there.
    """

    check: str
    ok: bool
    found: str
    fix: str = ""
    kind: str = ""
    passing: bool = False
