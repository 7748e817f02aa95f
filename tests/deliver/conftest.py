"""Servers on loopback that are sent something, and a newsroom with a store on each engine that sends it."""

import socket
from collections.abc import Callable, Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from aggregator.store import Store
from tests.deliver.newsroom import Newsroom
from tests.deliver.receiver import Receiver
from tests.line.conftest import partners, store
from tests.line.partner import Partners

__all__ = ["partners", "store"]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    yield made
    made.close()


@pytest.fixture
def newsroom(store: Store, partners: Partners) -> Newsroom:
    return Newsroom(store, partners)


class Inbox:
    """What the server was handed, and what it answers."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.senders: list[str] = []
        self.answer = "250 OK"
        self.recipient_answer = "250 OK"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        envelope.rcpt_tos.append(address)
        return self.recipient_answer

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        if self.answer.startswith("250"):
            self.senders.append(envelope.mail_from)
            self.letters.append(message_from_bytes(envelope.content, policy=policy.default))
        return self.answer


Serve = Callable[..., tuple[Inbox, str]]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Starts a mail server; returns its inbox and its address."""
    started: list[Controller] = []

    def start(user: str = "", **options: Any) -> tuple[Inbox, str]:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        inbox = Inbox()
        controller = Controller(inbox, hostname="127.0.0.1", port=port, **options)
        controller.start()
        started.append(controller)
        return inbox, f"smtp://{user}127.0.0.1:{port}"

    yield start
    for each in started:
        each.stop()
