"""Mail through a real server, from the outbox to the inbox."""

from collections.abc import Callable
from datetime import datetime

import pytest
import structlog
from aiosmtpd.smtp import AuthResult

from aggregator.deliver import Undeliverable, work_off
from aggregator.deliver.mail import Mailer, message
from aggregator.store import Store, outbox
from aggregator.store.outbox import Delivery
from tests.deliver.conftest import Serve
from tests.factories import DAY, NOW

SENDER = "Proefnieuws <noreply@proef.example>"
LETTER = {"id": "abc", "subject": "Één uitnodiging", "text": "Hallo één,\n\nhttps://proef.example/edit/links/x\n"}


def put(store: Store, target: str = "thea@example.nl", **fields: str) -> int:
    with store.write() as transaction:
        return outbox.put(transaction, "mail", target, LETTER | fields, NOW)


def send(store: Store, url: str, now: datetime = NOW, is_stopping: Callable[[], bool] = lambda: False) -> int:
    with structlog.testing.capture_logs():
        return work_off(store, {"mail": Mailer(url=url, sender=SENDER)}, lambda: now, is_stopping)


def standing(store: Store) -> outbox.Standing:
    with store.read() as transaction:
        return outbox.standing(transaction)


def test_a_letter_arrives_as_it_was_written_and_once(store: Store, serve: Serve) -> None:
    inbox, url = serve()
    put(store)
    assert (send(store, url), send(store, url, NOW + DAY)) == (1, 0)
    (letter,) = inbox.letters
    assert (letter["To"], letter["From"], letter["Subject"]) == ("thea@example.nl", SENDER, LETTER["subject"])
    assert letter.get_content().replace("\r\n", "\n") == LETTER["text"]
    assert letter["Message-ID"] == "<abc@proef.example>"
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter["Date"]
    assert inbox.senders == ["noreply@proef.example"]
    assert standing(store) == outbox.Standing(waiting=0, dead=0, error="")


def test_a_server_that_is_busy_gets_the_same_letter_later(store: Store, serve: Serve) -> None:
    inbox, url = serve()
    inbox.answer = "451 later"
    put(store)
    assert send(store, url) == 0
    assert send(store, url) == 0
    assert standing(store).waiting == 1
    inbox.answer = "250 OK"
    assert send(store, url, NOW + outbox.wait_after(1)) == 1
    assert inbox.letters[0]["Message-ID"] == "<abc@proef.example>"


def test_an_address_that_is_not_there_is_given_up_at_once(store: Store, serve: Serve) -> None:
    inbox, url = serve()
    inbox.recipient_answer = "550 no such user"
    put(store)
    send(store, url)
    assert standing(store) == outbox.Standing(waiting=0, dead=1, error="550 no such user")


def test_an_address_that_is_greylisted_is_tried_again(store: Store, serve: Serve) -> None:
    inbox, url = serve()
    inbox.recipient_answer = "450 come back"
    put(store)
    send(store, url)
    assert standing(store).waiting == 1


@pytest.mark.parametrize("url", ["smtp://127.0.0.1:1", "smtps://127.0.0.1:1", "smtp://nergens.invalid"])
def test_a_server_that_cannot_be_reached_costs_nothing_but_time(store: Store, url: str) -> None:
    put(store)
    assert send(store, url) == 0
    assert standing(store).waiting == 1


def test_a_process_that_died_on_the_way_leaves_the_letter_to_another(store: Store, serve: Serve) -> None:
    inbox, url = serve()
    put(store)
    with store.write() as transaction:
        outbox.take_due(transaction, ["mail"], NOW)
    assert send(store, url) == 0
    assert send(store, url, NOW + outbox.LEASE) == 1
    assert len(inbox.letters) == 1


def test_a_service_that_is_stopped_begins_no_more(store: Store, serve: Serve) -> None:
    inbox, url = serve()
    put(store)
    assert send(store, url, is_stopping=lambda: True) == 0
    assert inbox.letters == []
    assert standing(store).waiting == 1


def test_we_sign_in_at_the_server_where_it_asks(store: Store, serve: Serve) -> None:
    def check(_server: object, _session: object, _envelope: object, _kind: str, data: object) -> AuthResult:
        is_right = (getattr(data, "login", b""), getattr(data, "password", b"")) == (b"me", b"p@ss")
        return AuthResult(success=is_right, handled=False)  # the server says so, not we

    options = {"authenticator": check, "auth_require_tls": False, "auth_required": True}
    inbox, url = serve("me:p%40ss@", **options)
    put(store)
    assert send(store, url) == 1
    assert len(inbox.letters) == 1
    _, wrong = serve("me:fout@", **options)
    put(store)
    assert send(store, wrong) == 0
    assert standing(store).waiting == 1


def test_our_password_is_not_sent_where_anyone_can_read_it(serve: Serve) -> None:
    from aggregator.deliver.mail import _secured

    class Plain:
        def ehlo(self) -> None:
            return None

        def has_extn(self, name: str) -> bool:
            return False

    with pytest.raises(Undeliverable, match="smtps://"):
        _secured(Plain(), "smtp", "mail.example.nl", needs=True)  # type: ignore[arg-type]


def test_no_subject_can_write_another_header() -> None:
    delivery = Delivery(id=1, kind="mail", target="a@b.nl", payload=LETTER | {"subject": "x\r\nBcc: y@z.nl"}, tries=1)
    with pytest.raises(ValueError, match=r"(?i)header"):
        message(delivery, SENDER, NOW)
