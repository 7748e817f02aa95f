"""Rendering in a process of its own, with little memory and time: a picture that breaks it breaks nothing else.

The process gets the bytes and answers with a line of JSON and, behind it, what it made. It knows no secrets of ours,
and has no business with the network or with files.
"""

import json
import os
import resource
import subprocess
import sys
from typing import BinaryIO

from aggregator.pictures.made import BROKEN, TOO_SLOW, Rendition, Unusable

SECONDS = 20
MEMORY_BYTES = 1_000_000_000  # of addresses; what is used of them stays below 400 MB (docs/operators.md)
PASSED_ON = ("PATH", "LD_LIBRARY_PATH", "LANG")


def rendered(body: bytes, seconds: float = SECONDS) -> tuple[Rendition, ...] | Unusable:
    """Return the picture in our widths, or why there is none; never raises for what the bytes are."""
    try:
        done = subprocess.run(
            (sys.executable, "-m", "aggregator.pictures"),
            input=body,
            env=_environment(),
            capture_output=True,
            timeout=seconds,
            check=False,
        )
    except (subprocess.TimeoutExpired, OSError):  # or no process could be had
        return Unusable(code=TOO_SLOW)
    return _understood(done.stdout) if done.returncode == 0 else Unusable(code=BROKEN)


def work(incoming: BinaryIO, outgoing: BinaryIO) -> None:
    """What the process does: read a picture, write what became of it."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    answer(incoming.read(), outgoing)


def answer(body: bytes, outgoing: BinaryIO) -> None:
    """Write what became of a picture, for `rendered` to read."""
    from aggregator.pictures.rendering import renditions  # Pillow, which the service itself never loads

    made = renditions(body)
    if isinstance(made, Unusable):
        outgoing.write(json.dumps({"code": made.code}).encode() + b"\n")
        return
    sizes = [(each.width, each.height, len(each.body)) for each in made]
    outgoing.write(json.dumps({"sizes": sizes}).encode() + b"\n")
    for each in made:
        outgoing.write(each.body)


def _understood(told: bytes) -> tuple[Rendition, ...] | Unusable:
    line, _, bodies = told.partition(b"\n")
    said = json.loads(line)
    if "code" in said:
        return Unusable(code=said["code"])
    made, start = [], 0
    for width, height, length in said["sizes"]:
        made.append(Rendition(width=width, height=height, body=bodies[start : start + length]))
        start += length
    return tuple(made)


def _environment() -> dict[str, str]:
    """What a Python needs to find itself, and nothing of ours."""
    return {name: value for name, value in os.environ.items() if name in PASSED_ON or name.startswith("PYTHON")}
