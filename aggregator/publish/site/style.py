"""The style sheets: tokens, then what uses them; and one more for the pages on which people find and choose.

A sheet's name is made from its bytes, so it may be kept for ever.
"""

from functools import lru_cache
from hashlib import sha256
from pathlib import Path

PARTS = ("tokens.css", "site.css")


@lru_cache(maxsize=1)
def stylesheet() -> tuple[str, bytes]:
    """Return the file name, "site.<hash>.css" to be served under /static/, and the bytes."""
    return _sheet("site", PARTS)


@lru_cache(maxsize=1)
def finding_sheet() -> tuple[str, bytes]:
    """Return the name and bytes of what archive, search and forms need beside the first one."""
    return _sheet("finding", ("finding.css",))


def _sheet(name: str, parts: tuple[str, ...]) -> tuple[str, bytes]:
    css = b"".join((Path(__file__).parent / part).read_bytes() for part in parts)
    return f"{name}.{sha256(css).hexdigest()[:12]}.css", css
