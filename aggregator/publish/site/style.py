"""The one style sheet: tokens, then what uses them. Its name is made from its bytes, so it may be kept for ever."""

from functools import lru_cache
from hashlib import sha256
from pathlib import Path

PARTS = ("tokens.css", "site.css")


@lru_cache(maxsize=1)
def stylesheet() -> tuple[str, bytes]:
    """Return the file name, "site.<hash>.css" to be served under /static/, and the bytes."""
    css = b"".join((Path(__file__).parent / name).read_bytes() for name in PARTS)
    return f"site.{sha256(css).hexdigest()[:12]}.css", css
