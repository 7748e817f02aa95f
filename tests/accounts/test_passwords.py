import argon2
import pytest

from aggregator.accounts import passwords

GOOD = "een goed wachtwoord"


def test_a_password_is_kept_as_argon2id_and_is_right_or_wrong() -> None:
    held = passwords.hashed(GOOD)
    assert held.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert passwords.hashed(GOOD) != held
    assert passwords.check(held, GOOD) == passwords.Checked(is_right=True)
    assert not passwords.check(held, GOOD + " ").is_right
    assert not passwords.check(held, "").is_right


def test_the_same_letters_are_the_same_password_whatever_typed_them() -> None:
    assert passwords.check(passwords.hashed("café au lait é"), "cafe\u0301 au lait e\u0301").is_right


def test_a_hash_of_older_parameters_is_to_be_replaced() -> None:
    old = argon2.PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(GOOD)
    checked = passwords.check(old, GOOD)
    assert checked.is_right
    assert checked.better_hash is not None
    assert passwords.check(checked.better_hash, GOOD) == passwords.Checked(is_right=True)


@pytest.mark.parametrize("held", [None, "", "no hash"])
def test_without_a_usable_hash_nothing_is_right(held: str | None) -> None:
    assert not passwords.check(held, GOOD).is_right


def test_a_password_that_is_endless_is_cut_before_it_is_hashed() -> None:
    held = passwords.hashed("x" * (passwords.LONGEST + 1))
    assert passwords.check(held, "x" * 10_000_000).is_right


@pytest.mark.parametrize(
    ("password", "wrong"),
    [
        ("elf tekens!", "too_short"), ("twaalf teken", ""), ("é" * 12, ""), ("x" * 1001, "too_long"),
        ("Thea@example.nl", "is_email"), ("", "too_short"),
    ],
)  # fmt: skip
def test_length_is_what_counts(password: str, wrong: str) -> None:
    assert passwords.complaint(password, "thea@example.nl") == wrong
