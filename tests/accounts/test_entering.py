"""How much work a sign-in is: the same whoever asks, so that time does not tell who is known."""

from collections.abc import Iterator

import pytest
from argon2 import PasswordHasher

from aggregator.accounts import Access, entering, passwords, people
from aggregator.store import accounts
from aggregator.store.accounts import Account, Role
from tests.factories import NOW

PASSWORD = "een goed wachtwoord"


class Counting(PasswordHasher):
    """The real hasher, which counts what costs."""

    def __init__(self) -> None:
        super().__init__(time_cost=2, memory_cost=19_456, parallelism=1)
        self.work: list[str] = []

    def hash(self, password: str | bytes, *, salt: bytes | None = None) -> str:
        self.work.append("hash")
        return super().hash(password, salt=salt)

    def verify(self, hash: str | bytes, password: str | bytes) -> bool:  # type: ignore[override]  # theirs says True
        self.work.append("verify")
        return super().verify(hash, password)


@pytest.fixture
def counting(monkeypatch: pytest.MonkeyPatch) -> Iterator[Counting]:
    hasher = Counting()
    monkeypatch.setattr(passwords, "HASHER", hasher)
    passwords._nobody.cache_clear()
    yield hasher
    passwords._nobody.cache_clear()


def test_every_sign_in_costs_one_comparison_whoever_it_is_for(access: Access, counting: Counting) -> None:
    people.add(access, "thea@example.nl", Role.EDITOR, PASSWORD, "service", NOW)
    people.add(access, "weg@example.nl", Role.EDITOR, PASSWORD, "service", NOW)
    with access.store.write() as transaction:
        accounts.add(transaction, email="partner@example.nl", role=Role.OWNER, now=NOW)  # has no password
        gone = accounts.by_email(transaction, "weg@example.nl")
        assert gone is not None
        accounts.change(transaction, gone.id, disabled=NOW)
    counting.work.clear()

    def enter(email: str, password: str) -> tuple[bool, list[str]]:
        found = entering.by_password(access, email, password, "1.2.3.4", NOW)
        done, counting.work = counting.work, []
        return isinstance(found, Account), done

    assert enter("niemand@example.nl", PASSWORD) == (False, ["hash", "verify"])  # the first of a process, whoever it is
    assert enter("niemand@example.nl", PASSWORD) == (False, ["verify"])
    assert enter("thea@example.nl", PASSWORD) == (True, ["verify"])
    assert enter("thea@example.nl", "fout") == (False, ["verify"])
    assert enter("weg@example.nl", PASSWORD) == (False, ["verify"])
    assert enter("partner@example.nl", PASSWORD) == (False, ["verify"])
    assert enter("partner@example.nl", "") == (False, ["verify"])


def test_the_first_sign_in_of_a_process_costs_the_same_for_someone_who_is_known(
    access: Access, counting: Counting
) -> None:
    people.add(access, "thea@example.nl", Role.EDITOR, PASSWORD, "service", NOW)
    counting.work.clear()
    entering.by_password(access, "thea@example.nl", PASSWORD, "1.2.3.4", NOW)
    assert counting.work == ["hash", "verify"]
