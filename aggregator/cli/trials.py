"""What is said at the terminal about a trial that waits: carry it out, or leave everything as it is."""

from collections.abc import Callable
from dataclasses import dataclass

from aggregator.cli.output import Exit, fail


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """Which trial to carry out or to discard; 0 for none. `noun` is what people call it."""

    noun: str
    apply: int
    discard: int


def answered(asked: Asked, carry_out: Callable[[int], str | None], discard: Callable[[int], bool]) -> bool:
    """Do what was asked and say so; False when nothing was. `carry_out` returns a sentence, None when none waits."""
    if asked.discard:
        if not discard(asked.discard):
            fail(f"no {asked.noun} {asked.discard} waits", Exit.USAGE)
        print(f"{asked.noun} {asked.discard} is discarded")
    elif asked.apply:
        told = carry_out(asked.apply)
        if told is None:
            fail(f"no {asked.noun} {asked.apply} waits", Exit.USAGE)
        print(told)
    return bool(asked.apply or asked.discard)
