"""The files that other websites load: scripts by version, and the style sheets of our own frames.

versions/1.2.3/ is served as /embed/v1.2.3/ and never changes once it was released: websites name the hash of its
bytes (Subresource Integrity, W3C). /embed/v1/ is the latest of the first, for who would rather have mended mistakes
than pinned bytes. A change is a new folder.
"""

import re
from base64 import b64encode
from functools import lru_cache
from hashlib import sha256, sha384
from pathlib import Path

from aggregator.publish.site.style import PARTS

HERE = Path(__file__).parent
SITE = HERE.parent
ELEMENT = "techniek-nieuws.js"
SCRIPTS = (ELEMENT, "frame.js")


def versions() -> list[str]:
    """Return every version that there is, the latest last: "1.0.0"."""
    return sorted((each.name for each in (HERE / "versions").iterdir()), key=_numbers)


@lru_cache(maxsize=1)
def scripts() -> dict[str, bytes]:
    """Return the scripts by their path below /embed: "v1/frame.js", "v1.0.0/frame.js"."""
    found: dict[str, bytes] = {}
    for version in versions():
        for name in SCRIPTS:
            body = (HERE / "versions" / version / name).read_bytes()
            found[f"v{version}/{name}"] = found[f"{mutable(version)}/{name}"] = body
    return found


def mutable(version: str) -> str:
    """Return the folder of the latest version like this one.

    >>> mutable("1.4.2")
    'v1'
    """
    return f"v{version.partition('.')[0]}"


def is_pinned(path: str) -> bool:
    """Tell whether the bytes at this path below /embed stay what they are."""
    return "." in path.partition("/")[0]


def integrity(body: bytes) -> str:
    """Return the bytes' hash in the form of the attribute `integrity`."""
    return f"sha384-{b64encode(sha384(body).digest()).decode()}"


@lru_cache(maxsize=1)
def styles() -> dict[str, tuple[str, bytes]]:
    """Return the file name (made from the bytes, to be kept for ever) and bytes of each of our own files by its use."""
    tokens = (SITE / PARTS[0]).read_text(encoding="utf-8")
    return {
        "frame.css": _named("embed-frame.css", paired(tokens) + _text("frame.css")),
        "host.css": _named("embed-host.css", _text("host.css")),
        "builder.css": _named("embed-builder.css", _text("builder.css")),
        "builder.js": _named("embed-builder.js", _text("builder.js")),
    }


def paired(tokens: str) -> str:
    """Return the tokens with each colour as light-dark(): in a frame not the reader's setting decides, but the host's.

    >>> paired(":root { --a: #fff; --b: 1px; } @media (prefers-color-scheme: dark) { :root { --a: #000; } }")
    ':root { --a: light-dark(#fff, #000); --b: 1px; } '
    """
    light, _, rest = tokens.partition("@media (prefers-color-scheme: dark)")
    dark = dict(re.findall(r"(--[\w-]+): ([^;]+);", rest.partition("@media")[0]))
    return re.sub(
        r"(--[\w-]+): ([^;]+);",
        lambda found: f"{found[1]}: light-dark({found[2]}, {dark[found[1]]});" if found[1] in dark else found[0],
        light,
    )


def _named(name: str, text: str) -> tuple[str, bytes]:
    stem, _, ending = name.rpartition(".")
    return f"{stem}.{sha256(text.encode()).hexdigest()[:12]}.{ending}", text.encode()


def _text(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8")


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))
