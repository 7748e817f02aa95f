"""What the forms of the queue send: which list they came from, and which story their editor saw."""

from typing import Annotated
from urllib.parse import parse_qsl, urlencode

from fastapi import Form, HTTPException

PAGE = "/edit/queue"
NAMES = ("tab", "theme", "source", "q", "after")  # what the address of a list says

Field = Annotated[str, Form(max_length=500)]


def address_of(back: str, *, at: str = "", said: str = "") -> str:
    """The address of a list that a form came from, whatever someone wrote into it; at the row of a story."""
    asked = {name: value for name, value in parse_qsl(back) if name in NAMES and value}
    query = urlencode(asked | ({"at": at} if at else {}) | ({"said": said} if said else {}))
    return PAGE + (f"?{query}" if query else "") + (f"#s-{at}" if at.isalnum() and at.isascii() else "")


def subject(text: str) -> tuple[str, int]:
    """The slug of a story and the last event that was seen of it. Raises HTTPException 422 for anything else."""
    slug, _, seq = text.partition(":")
    if not seq.isascii() or not seq.isdecimal() or len(seq) > 18:
        raise HTTPException(422)
    return slug, int(seq)
