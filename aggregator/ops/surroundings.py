"""What the service stands in: who can read its key, its certificate, its mail server."""

import socket
import ssl
import stat
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from aggregator.config import Config
from aggregator.config.secret import FILE
from aggregator.deliver import Undeliverable
from aggregator.deliver.mail import Mailer
from aggregator.ops.finding import Finding

SECONDS = 10.0
RENEWED_BEFORE = timedelta(days=14)  # certbot renews 30 days before the end: then something is wrong with it

Certificate = Callable[[str, int], datetime]


def expires(host: str, port: int, trusted: str | None = None) -> datetime:
    """When the certificate of a server ends. Raises OSError (ssl.SSLError is one) when it is not to be trusted."""
    context = ssl.create_default_context(cafile=trusted)
    with (
        socket.create_connection((host, port), SECONDS) as plain,
        context.wrap_socket(plain, server_hostname=host) as tls,
    ):
        end = str((tls.getpeercert() or {})["notAfter"])
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(end), UTC)


def secrets(config: Config) -> Iterator[Finding]:
    """Whether others on this machine can read the key that signs sessions."""
    path = config.paths.data_dir / FILE
    if config.secret_key:
        yield Finding(check="secrets", ok=True, found="the key is set")
    elif path.exists():
        mode = stat.S_IMODE(path.stat().st_mode)
        fix = (
            f"chmod 600 {path}; whoever read it can sign in as anyone: remove it to make a new one"
            if mode & 0o077
            else ""
        )
        yield Finding(check="secrets", ok=not fix, found=f"{path.name} has mode {mode:04o}", fix=fix)


def certificate(config: Config, now: datetime, look: Certificate = expires) -> Iterator[Finding]:
    """Whether the public address has a certificate that browsers trust, for a while yet."""
    parts = urlsplit(config.site.base_url)
    if parts.scheme != "https" or not parts.hostname:
        return
    try:
        end = look(parts.hostname, parts.port or 443)
    except OSError as error:
        fix = "readers and partners' systems are refused: mend the certificate or the web server in front"
        yield Finding(check="tls", ok=False, found=f"{parts.hostname}: {_reason(error)}", fix=fix)
        return
    is_near = end < now + RENEWED_BEFORE
    fix = "it should have been renewed by now: look at certbot (`certbot renew --dry-run`)" if is_near else ""
    yield Finding(check="tls", ok=not is_near, found=f"the certificate ends {end:%Y-%m-%d}", fix=fix)


def smtp(config: Config) -> Iterator[Finding]:
    """Whether the mail server lets us in; nothing is sent."""
    url = config.smtp_url.get_secret_value()
    if not url:
        return
    host = urlsplit(url).hostname
    try:
        Mailer(url=url, sender=config.mail_sender).greet()
    except Undeliverable as error:
        fix = "look at mail.smtp_url: host, port, user, password; invitations and reminders wait until it works"
        yield Finding(check="smtp", ok=False, found=f"{host}: {error}", fix=fix)
    else:
        yield Finding(check="smtp", ok=True, found=f"{host} lets us in")


def _reason(error: OSError) -> str:
    return error.verify_message if isinstance(error, ssl.SSLCertVerificationError) else str(error)
