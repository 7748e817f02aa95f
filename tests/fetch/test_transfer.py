"""TLS, before a real server with certificates of a made-up authority."""

import socket
import ssl
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from threading import Thread

import pytest

from aggregator.fetch import Allowlist, Fetcher
from aggregator.model import Failed, Fetched
from tests.fetch.conftest import only
from tests.fetch.misbehaving import Server, reply

pytest.importorskip("cryptography", reason="makes the certificates")

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

Make = Callable[..., Fetcher]
TODAY = datetime.now(UTC)
DAY = timedelta(days=1)


class Authority:
    """Signs certificates for servers."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name.from_rfc4514_string("CN=Authority of a test")
        constraint = x509.BasicConstraints(ca=True, path_length=None)
        certificate = self._build(self._name, self._key, TODAY + DAY).add_extension(constraint, critical=True)
        self.file = folder / "authority.pem"
        signed = certificate.sign(self._key, hashes.SHA256())
        self.file.write_bytes(signed.public_bytes(serialization.Encoding.PEM))

    def context(self, address: str, expires: datetime) -> ssl.SSLContext:
        """What a server needs to say that it is `address`."""
        key = ec.generate_private_key(ec.SECP256R1())
        names = x509.SubjectAlternativeName([x509.IPAddress(ip_address(address))])
        certificate = self._build(x509.Name([]), key, expires).add_extension(names, critical=False)
        signed = certificate.sign(self._key, hashes.SHA256())
        pem = self._folder / "server.pem"
        pem.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
            + signed.public_bytes(serialization.Encoding.PEM)
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pem)
        return context

    def _build(self, subject: x509.Name, key: ec.EllipticCurvePrivateKey, expires: datetime) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(TODAY - 3 * DAY)
            .not_valid_after(expires)
        )


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


@pytest.mark.parametrize(
    ("address", "expires", "is_known", "works"),
    [
        ("127.0.0.1", TODAY + DAY, True, True),
        ("127.0.0.1", TODAY - DAY, True, False),
        ("127.0.0.9", TODAY + DAY, True, False),
        ("127.0.0.1", TODAY + DAY, False, False),
    ],
    ids=["good", "expired", "wrong host", "unknown authority"],
)
def test_a_certificate_must_be_good(
    authority: Authority, make_fetcher: Make, address: str, expires: datetime, is_known: bool, works: bool
) -> None:
    server = Server(tls=authority.context(address, expires))
    server.answers["/"] = reply(body=b"<rss/>")
    fetcher = make_fetcher(allow=Allowlist.parse("127.0.0.1"), ca_file=str(authority.file) if is_known else None)
    answer = only(fetcher, server.url("/"))
    server.close()
    if works:
        assert isinstance(answer, Fetched)
    else:
        assert isinstance(answer, Failed)
        assert answer.code == "tls"
        assert not server.heard


def test_a_server_that_speaks_no_tls_is_a_tls_failure(make_fetcher: Make) -> None:
    plain = socket.create_server(("127.0.0.1", 0))

    def greet() -> None:
        connection, _ = plain.accept()
        with connection, plain:
            connection.sendall(b"220 mail.example ESMTP\r\n")

    Thread(target=greet, daemon=True).start()
    answer = only(make_fetcher(allow=Allowlist.parse("127.0.0.1")), f"https://127.0.0.1:{plain.getsockname()[1]}/")
    assert isinstance(answer, Failed)
    assert answer.code == "tls"
