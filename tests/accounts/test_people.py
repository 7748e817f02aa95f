"""What managers do with accounts: what is written, what it ends, what is refused, and what stands in the log."""

import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from aggregator.accounts import Access, entering, people
from aggregator.accounts.issuing import LIFE, first_manager_link
from aggregator.accounts.people import HandedOver, Refusal
from aggregator.store import accounts, events, sessions
from aggregator.store.accounts import Account, Role
from aggregator.store.check import contradictions
from aggregator.store.links import Purpose
from aggregator.store.tables import outbox
from tests.factories import DAY, NOW

PASSWORD = "een goed wachtwoord"


def added(access: Access, email: str = "thea@example.nl", role: Role = Role.MANAGER) -> Account:
    made = people.add(access, email, role, PASSWORD, "cli:piet", NOW)
    assert isinstance(made, Account)
    return made


def invited(access: Access, role: Role = Role.EDITOR, email: str = "jan@example.nl", **fields: Any) -> HandedOver:
    made = people.invite(access, email, role, "account:1", NOW, **fields)
    assert isinstance(made, HandedOver)
    return made


def token_of(link: str) -> str:
    return link.rpartition("/")[2]


def letters(access: Access) -> list[Any]:
    with access.store.read() as transaction:
        return list(transaction.execute(select(outbox).order_by(outbox.c.id)))


def log(access: Access) -> list[tuple[str, str, int]]:
    with access.store.read() as transaction:
        assert contradictions(transaction) == []
        return [(each.kind, each.actor, each.after["account"]) for each in events.since(transaction, 0)]


def test_the_first_manager_comes_in_by_a_link_and_the_link_ends_with_it(access: Access) -> None:
    old, link = first_manager_link(access, NOW), first_manager_link(access, NOW)
    assert old
    assert link
    assert entering.open_link(access, token_of(old), NOW) is None
    made = entering.by_link(access, token_of(link), NOW, email=" Thea@example.nl", name=" Thea  K", password=PASSWORD)
    assert isinstance(made, Account)
    assert (made.email, made.name, made.role) == ("thea@example.nl", "Thea K", Role.MANAGER)
    assert first_manager_link(access, NOW) is None
    assert entering.by_link(access, token_of(link), NOW, email="x@y.nl", password=PASSWORD) is Refusal.LINK_OVER


def test_the_first_managers_link_ends_when_someone_is_added_otherwise(access: Access) -> None:
    link = first_manager_link(access, NOW)
    assert link
    added(access)
    assert entering.open_link(access, token_of(link), NOW) is None


def test_an_invitation_is_mailed_with_the_event_that_it_belongs_to(access: Access) -> None:
    made = invited(access, name="Jan", language="en")
    (letter,) = letters(access)
    assert (letter.kind, letter.target) == ("mail", "jan@example.nl")
    assert letter.event_seq == 1
    assert made.link in letter.payload["text"]
    assert letter.payload["subject"] == "Invitation to edit Proefnieuws"
    assert made.until == NOW + LIFE[Purpose.INVITE]
    assert log(access) == [("user-invited", "account:1", made.account.id)]


def test_without_mail_a_link_is_handed_over_by_hand(access: Access) -> None:
    assert not invited(replace(access, sends_mail=False)).is_mailed
    assert letters(access) == []


def test_who_is_invited_chooses_a_password_and_comes_in_once(access: Access) -> None:
    token = token_of(invited(access).link)
    assert entering.by_link(access, token, NOW, password="kort") is Refusal.TOO_SHORT
    assert entering.by_link(access, token, NOW + 7 * DAY, password=PASSWORD) is Refusal.LINK_OVER
    assert isinstance(entering.by_link(access, token, NOW, password=PASSWORD, name="Jan"), Account)
    assert entering.by_link(access, token, NOW, password=PASSWORD) is Refusal.LINK_OVER
    found = entering.by_password(access, "Jan@Example.nl", PASSWORD, "1.2.3.4", NOW)
    assert isinstance(found, Account)
    assert (found.name, found.has_password) == ("Jan", True)


def test_an_owner_of_sources_needs_no_password(access: Access) -> None:
    made = invited(access, Role.OWNER, source_ids=["fme", "fme"])
    assert "Bekijk wat" in letters(access)[0].payload["subject"]
    found = entering.by_link(access, token_of(made.link), NOW)
    assert isinstance(found, Account)
    assert found.sources == ("fme",)
    assert entering.by_password(access, found.email, "", "1.2.3.4", NOW) is None


@pytest.mark.parametrize("source_ids", [[], ["nergens"], ["fme", "nergens"]])
def test_an_owner_is_of_sources_that_are_there(access: Access, source_ids: list[str]) -> None:
    refused = people.invite(access, "x@fme.nl", Role.OWNER, "account:1", NOW, source_ids=source_ids)
    assert refused is Refusal.NO_SOURCE
    made = added(access)
    assert people.set_role(access, made.id, Role.OWNER, "account:1", NOW, source_ids) is Refusal.NO_SOURCE


def test_a_link_by_mail_tells_nobody_who_has_an_account(access: Access) -> None:
    added(access)
    invited(access, Role.OWNER, source_ids=["fme"])
    for email in ("Thea@example.nl", "jan@example.nl", "nobody@example.nl"):
        assert entering.ask_by_mail(access, email, "1.2.3.4", NOW) is None
    assert [each.payload["subject"] for each in letters(access)[1:]] == [
        "Nieuw wachtwoord voor Proefnieuws", "Aanmelden bij Proefnieuws",
    ]  # fmt: skip
    token = re.findall(r"/edit/links/(\S+)", letters(access)[2].payload["text"])[0]
    assert isinstance(entering.by_link(access, token, NOW), Account)


def test_links_by_mail_are_asked_for_ten_times_at_most(access: Access) -> None:
    added(access)
    waits = [entering.ask_by_mail(access, "thea@example.nl", f"1.2.3.{n}", NOW) for n in range(12)]
    assert [each is None for each in waits] == [True] * 10 + [False] * 2
    assert len(letters(access)) == 10


def test_a_new_password_ends_the_other_sessions_and_the_links(access: Access) -> None:
    thea = added(access)
    tokens = [entering.begin_session(access, thea, NOW, "Firefox") for _ in range(3)]
    reset = people.reset(access, thea.id, "cli:piet", NOW)
    assert isinstance(reset, HandedOver)
    assert people.change_password(access, thea, "fout", "iets anders dan eerst", NOW, 1) is Refusal.WRONG_PASSWORD
    assert people.change_password(access, thea, PASSWORD, "kort", NOW, 1) is Refusal.TOO_SHORT
    assert people.change_password(access, thea, PASSWORD, "iets anders dan eerst", NOW, 1) is None
    with access.store.read() as transaction:
        assert [each.id for each in sessions.of_account(transaction, thea.id, NOW)] == [1]
    assert entering.open_link(access, token_of(reset.link), NOW) is None
    assert isinstance(entering.by_password(access, thea.email, "iets anders dan eerst", "1.2.3.4", NOW), Account)
    again = entering.begin_session(access, thea, NOW, "Firefox", tokens[0])
    assert again not in tokens
    with access.store.read() as transaction:
        assert [each.id for each in sessions.of_account(transaction, thea.id, NOW)] == [4]


def test_the_last_manager_cannot_be_lost(access: Access) -> None:
    thea = added(access)
    assert people.disable(access, thea.id, "account:1", NOW) is Refusal.LAST_MANAGER
    assert people.set_role(access, thea.id, Role.EDITOR, "account:1", NOW) is Refusal.LAST_MANAGER
    jan = added(access, "jan@example.nl")
    assert isinstance(people.disable(access, jan.id, "account:1", NOW), Account)
    assert people.disable(access, thea.id, "account:1", NOW) is Refusal.LAST_MANAGER
    assert isinstance(people.enable(access, jan.id, "account:1", NOW), Account)
    changed = people.set_role(access, thea.id, Role.READER, "account:1", NOW)
    assert isinstance(changed, Account)
    assert changed.role is Role.READER


def test_who_is_disabled_comes_in_by_no_way(access: Access) -> None:
    added(access)
    jan = invited(access)
    people.disable(access, jan.account.id, "account:1", NOW)
    assert entering.open_link(access, token_of(jan.link), NOW) is None
    assert people.reset(access, jan.account.id, "account:1", NOW) is Refusal.DISABLED
    count = len(letters(access))
    assert entering.ask_by_mail(access, "jan@example.nl", "1.2.3.4", NOW) is None
    assert len(letters(access)) == count
    assert provided(access, email="jan@example.nl") is None


def test_what_cannot_be_is_refused(access: Access) -> None:
    added(access)
    assert people.add(access, "thea@example.nl", Role.EDITOR, PASSWORD, "x", NOW) is Refusal.TAKEN
    assert people.add(access, "thea", Role.EDITOR, PASSWORD, "x", NOW) is Refusal.BAD_EMAIL
    assert people.add(access, "jan@example.nl", Role.EDITOR, "kort", "x", NOW) is Refusal.TOO_SHORT
    assert people.invite(access, "THEA@example.nl", Role.EDITOR, "x", NOW) is Refusal.TAKEN
    assert people.invite(access, "a@b", Role.EDITOR, "x", NOW) is Refusal.BAD_EMAIL
    for act in (people.reset, people.disable, people.enable):
        assert act(access, 99, "x", NOW) is Refusal.UNKNOWN
    assert people.set_role(access, 99, Role.EDITOR, "x", NOW) is Refusal.UNKNOWN
    assert entering.by_link(access, "niets", NOW) is Refusal.LINK_OVER


def test_the_throttle_counts_per_account_and_per_address(access: Access) -> None:
    added(access)
    for n in range(10):
        assert entering.by_password(access, "thea@example.nl", "fout", f"1.2.3.{n}", NOW) is None
    assert isinstance(entering.by_password(access, "thea@example.nl", PASSWORD, "9.9.9.9", NOW), entering.Wait)
    for n in range(10):
        assert entering.by_password(access, f"x{n}@example.nl", "fout", "6.6.6.6", NOW) is None
    assert isinstance(entering.by_password(access, "jan@example.nl", PASSWORD, "6.6.6.6", NOW), entering.Wait)
    assert isinstance(entering.by_password(access, "thea@example.nl", PASSWORD, "9.9.9.9", NOW + DAY), Account)


def provided(access: Access, subject: str = "i|1", **fields: Any) -> Account | None:
    asked: dict[str, Any] = {"email": "", "name": "Jan", "new_role": Role.READER, "allowed_domain": "", "now": NOW}
    return entering.by_provider(access, subject=subject, **(asked | fields))


def test_a_provider_vouches_for_whom_we_know_or_whose_domain_is_allowed(access: Access) -> None:
    thea = added(access)
    assert provided(access) is None
    assert provided(access, email="nobody@example.nl") is None
    found = provided(access, email="Thea@example.nl")
    assert found is not None
    assert found.id == thea.id
    assert provided(access, email="other@example.nl") == replace(thea, oidc_subject="i|1")
    assert provided(access, "i|2", email="thea@example.nl") is None
    new = provided(access, "i|3", email="jan@school.nl", allowed_domain="school.nl")
    assert new is not None
    assert (new.role, new.name) == (Role.READER, "Jan")
    assert provided(access, "i|4", email="jan@evilschool.nl", allowed_domain="school.nl") is None
    assert log(access)[-1] == ("user-added", f"account:{new.id}", new.id)


@pytest.mark.parametrize(("address", "network"), [
    ("2001:db8:0:1:2::3", "2001:db8:0:1::/64"), ("192.0.2.1", "192.0.2.1"), ("fe80::1%eth0", "fe80::1%eth0"), ("", ""),
])  # fmt: skip
def test_tries_from_one_network_count_together(address: str, network: str) -> None:
    assert entering.network_of(address) in (network, "fe80::/64")


def test_a_name_is_one_printable_line() -> None:
    assert people.tidy(" Thea\n\0 Koster " + "x" * 200) == ("Thea Koster " + "x" * 200)[:100]


def test_what_no_database_can_hold_is_nobodys_address(access: Access) -> None:
    assert entering.by_password(access, "a\0@b.nl", PASSWORD, "1.2.3.4", NOW) is None
    assert entering.ask_by_mail(access, "a\0@b.nl", "1.2.3.4", NOW) is None


@given(st.text(max_size=40))
def test_an_address_that_is_accepted_can_stand_in_a_header(text: str) -> None:
    if people.is_email(text):
        address = accounts.normal(text)
        assert address.count("@") == 1
        assert address.isprintable()
        assert not set(address) & set(' <>",:;\r\n')
