"""Mail, handed over to one server by SMTP (RFC 5321, 3207), as plain text."""

import smtplib
import ssl
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from urllib.parse import unquote, urlsplit

from aggregator.deliver.sending import Undeliverable
from aggregator.store.outbox import Delivery

SECONDS = 20.0
LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True, kw_only=True, slots=True)
class Mailer:
    """Sends letters through the server of `url` (smtp://user:password@host:587, smtps://...), from `sender`."""

    url: str = field(repr=False)
    sender: str

    def __call__(self, delivery: Delivery, now: datetime) -> None:
        """Send one letter. Raises Undeliverable."""
        try:
            with self._connected() as server:
                server.send_message(message(delivery, self.sender, now))
        except smtplib.SMTPRecipientsRefused as error:
            code, said = next(iter(error.recipients.values()))
            raise Undeliverable(_said(code, said), is_final=code >= 500) from error
        except smtplib.SMTPResponseException as error:
            raise Undeliverable(_said(error.smtp_code, error.smtp_error)) from error
        except (OSError, smtplib.SMTPException, UnicodeError) as error:
            raise Undeliverable(f"{type(error).__name__}: {error}", is_unheard=isinstance(error, OSError)) from error

    def greet(self) -> None:
        """See whether the server lets us in, and send nothing. Raises Undeliverable."""
        try:
            with self._connected() as server:
                server.noop()
        except smtplib.SMTPResponseException as error:
            raise Undeliverable(_said(error.smtp_code, error.smtp_error)) from error
        except (OSError, smtplib.SMTPException, UnicodeError) as error:
            raise Undeliverable(f"{type(error).__name__}: {error}") from error

    def _connected(self) -> smtplib.SMTP:
        parts = urlsplit(self.url)
        host = parts.hostname or ""
        if parts.scheme == "smtps":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                host, parts.port or 465, timeout=SECONDS, context=ssl.create_default_context()
            )
        else:
            server = smtplib.SMTP(host, parts.port or 587, timeout=SECONDS)
        try:
            _secured(server, parts.scheme, host, needs=bool(parts.username))
            if parts.username:
                server.login(unquote(parts.username), unquote(parts.password or ""))
        except BaseException:
            with suppress(OSError, smtplib.SMTPException):
                server.close()
            raise
        return server


def message(delivery: Delivery, sender: str, now: datetime) -> EmailMessage:
    """The letter of a delivery. Header injection ends in `policy`: a line break in a header is an error."""
    made = EmailMessage(policy=SMTP)
    made["From"] = sender
    made["To"] = delivery.target
    made["Subject"] = delivery.payload["subject"]
    made["Message-ID"] = f"<{delivery.payload['id']}@{sender.rpartition('@')[2].rstrip('>') or 'localhost'}>"
    made["Date"] = format_datetime(now)
    made["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office in return
    made.set_content(delivery.payload["text"])
    return made


def _secured(server: smtplib.SMTP, scheme: str, host: str, *, needs: bool) -> None:
    server.ehlo()
    if scheme == "smtp" and server.has_extn("starttls"):
        server.starttls(context=ssl.create_default_context())
        server.ehlo()
    elif scheme == "smtp" and needs and host not in LOOPBACK:
        raise Undeliverable("the mail server offers no TLS, and our password is not sent without it: use smtps://")


def _said(code: int, said: bytes | str) -> str:
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    return f"{code} {text}"
