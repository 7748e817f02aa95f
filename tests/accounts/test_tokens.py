from base64 import urlsafe_b64decode

from hypothesis import given
from hypothesis import strategies as st

from aggregator.accounts.tokens import (
    TOKEN_BYTES,
    form_token,
    is_form_token,
    is_token,
    new_token,
    subject_hash,
    token_hash,
)  # fmt: skip


def test_a_token_holds_256_bits_and_is_known_as_one() -> None:
    made = [new_token() for _ in range(200)]
    assert len(set(made)) == 200
    assert all(is_token(each) and len(urlsafe_b64decode(f"{each}=")) == TOKEN_BYTES for each in made)


@given(st.text(max_size=60) | st.from_regex(r"[A-Za-z0-9_-]{40,46}", fullmatch=True))
def test_whatever_is_no_token_is_known_without_a_look(text: str) -> None:
    if is_token(text):
        assert len(urlsafe_b64decode(f"{text}=")) == TOKEN_BYTES
        assert len(text) == 43


def test_of_a_token_only_a_hash_is_kept() -> None:
    token = new_token()
    assert token not in token_hash(token)
    assert len(token_hash(token)) == 64
    assert subject_hash("account", "x") != subject_hash("address", "x")


@given(st.text(max_size=20), st.text(max_size=20), st.text(max_size=80))
def test_a_form_holds_for_its_own_session_and_key(session: str, other: str, given_: str) -> None:
    token = form_token("key" * 11, session)
    assert is_form_token("key" * 11, session, token)
    assert not is_form_token("yek" * 11, session, token)
    assert is_form_token("key" * 11, other, token) is (session == other)
    assert is_form_token("key" * 11, session, given_) is (given_ == token)
