"""Certificates and mail servers, real ones on this machine."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from aggregator.config import load
from aggregator.ops.surroundings import certificate, expires, smtp
from tests.deliver.conftest import Serve, serve

__all__ = ["serve"]

HERE = "localhost"
Tls = Callable[[timedelta], tuple[int, str]]


def certificate_file(folder: Path, left: timedelta) -> Path:
    """A key and a certificate for this machine, that ends after so long, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HERE)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=100))
        .not_valid_after(now + left)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HERE)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / f"{left.days}.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return file


@pytest.fixture
def tls(tmp_path: Path) -> Iterator[Tls]:
    """Starts a server with a certificate that ends after so long; returns its port and whom to trust."""
    listeners: list[socket.socket] = []

    def start(left: timedelta) -> tuple[int, str]:
        file = certificate_file(tmp_path, left)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        listener = socket.create_server(("127.0.0.1", 0))
        listeners.append(listener)
        threading.Thread(target=answer, args=(listener, context), daemon=True).start()
        return listener.getsockname()[1], str(file)

    yield start
    for each in listeners:
        each.close()


def answer(listener: socket.socket, context: ssl.SSLContext) -> None:
    while True:
        try:
            plain, _ = listener.accept()
        except OSError:
            return
        try:
            with plain, context.wrap_socket(plain, server_side=True) as secured:
                secured.recv(1)
        except OSError:
            continue


def test_the_end_of_a_certificate_is_read_from_the_server(tls: Tls) -> None:
    port, trusted = tls(timedelta(days=40))
    left = expires(HERE, port, trusted) - datetime.now(UTC)
    assert timedelta(days=39) < left <= timedelta(days=40)


@pytest.mark.parametrize(("days", "trusts"), [(-1, True), (40, False)], ids=["over", "not trusted"])
def test_a_certificate_that_browsers_refuse_is_a_finding(tls: Tls, days: int, trusts: bool) -> None:
    port, trusted = tls(timedelta(days=days))
    config = load(environ={"AGGREGATOR_BASE_URL": f"https://{HERE}:{port}"})

    def look(host: str, port: int) -> datetime:
        return expires(host, port, trusted if trusts else None)

    (found,) = certificate(config, datetime.now(UTC), look)
    assert not found.ok
    assert "certificate" in found.found


def test_a_server_that_does_not_answer_is_a_finding() -> None:
    config = load(environ={"AGGREGATOR_BASE_URL": "https://127.0.0.1:1"})
    (found,) = certificate(config, datetime.now(UTC))
    assert not found.ok
    assert "refused" in found.found


def test_a_mail_server_is_greeted_and_sent_nothing(serve: Serve) -> None:
    inbox, url = serve()
    (found,) = smtp(load(environ={"AGGREGATOR_SMTP_URL": url}))
    assert found.ok
    assert inbox.letters == []


def test_a_mail_server_that_is_not_there_is_a_finding_without_the_password() -> None:
    (found,) = smtp(load(environ={"AGGREGATOR_SMTP_URL": "smtp://thea:geheim@127.0.0.1:1"}))
    assert not found.ok
    assert "geheim" not in f"{found.found} {found.fix}"
    assert list(smtp(load(environ={}))) == []
