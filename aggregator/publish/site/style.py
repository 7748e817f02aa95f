"""The style sheets: tokens, then what uses them; and more for the pages on which people find, choose and follow.

A file's name is made from its bytes, so it may be kept for ever.
"""

from functools import lru_cache
from hashlib import sha256
from pathlib import Path

PARTS = ("tokens.css", "site.css")


@lru_cache(maxsize=1)
def stylesheet() -> tuple[str, bytes]:
    """Return the file name, "site.<hash>.css" to be served under /static/, and the bytes."""
    return _file("site.css", PARTS)


@lru_cache(maxsize=1)
def finding_sheet() -> tuple[str, bytes]:
    """Return the name and bytes of what archive, search and forms need beside the first one."""
    return _file("finding.css", ("finding.css",))


@lru_cache(maxsize=1)
def following_sheet() -> tuple[str, bytes]:
    """Return the name and bytes of what pages with feeds' addresses need beside the first one."""
    return _file("following.css", ("following.css",))


@lru_cache(maxsize=1)
def following_script() -> tuple[str, bytes]:
    """Return the name and bytes of what adds buttons to those addresses."""
    return _file("following.js", ("following.js",))


def static_files() -> dict[str, bytes]:
    """Return all of them by name."""
    return dict([stylesheet(), finding_sheet(), following_sheet(), following_script()])


def _file(name: str, parts: tuple[str, ...]) -> tuple[str, bytes]:
    body = b"".join((Path(__file__).parent / part).read_bytes() for part in parts)
    stem, _, ending = name.rpartition(".")
    return f"{stem}.{sha256(body).hexdigest()[:12]}.{ending}", body
