"""Tokens: 256 random bits that let someone in. We keep their hash only: whoever reads the database cannot use it.

A plain SHA-256 will do for them (unlike for passwords): nobody can try 2^256 of them.
"""

import hashlib
import hmac
import re
import secrets

TOKEN_BYTES = 32
_TOKEN = re.compile(r"[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]")  # base64url of 32 bytes: the last sign holds 4 bits


def new_token() -> str:
    """A token that nobody can guess, fit for an address and a cookie."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def is_token(text: str) -> bool:
    """Whether `text` could be one of ours; what is not is never looked up."""
    return bool(_TOKEN.fullmatch(text))


def token_hash(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def subject_hash(kind: str, text: str) -> str:
    """What tries are counted by: an account's address, a network address."""
    return hashlib.sha256(f"{kind}:{text}".encode()).hexdigest()


def form_token(secret_key: str, bound_to: str) -> str:
    """The token of forms that hold for one session (or one visit before it): OWASP's HMAC-based token pattern."""
    return hmac.new(secret_key.encode(), f"form:{bound_to}".encode(), hashlib.sha256).hexdigest()


def is_form_token(secret_key: str, bound_to: str, given: str) -> bool:
    """Whether a form came from a page that we made for this session."""
    return hmac.compare_digest(form_token(secret_key, bound_to).encode(), given.encode())
