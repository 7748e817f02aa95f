"""What becomes of a partner's picture: ours, in some widths, or the reason why there is none."""

from dataclasses import dataclass

NO_PICTURE, BROKEN, TOO_LARGE, TOO_SMALL, TOO_SLOW = (
    "no-picture",
    "broken",
    "too-many-pixels",
    "too-small",
    "too-slow",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Rendition:
    """A picture of ours: WebP, with its size in pixels."""

    width: int
    height: int
    body: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class Unusable:
    """Why there is no picture; `code` is one of those above."""

    code: str
