"""A small OpenID provider on loopback: discovery, keys, code flow with PKCE, as OpenID Connect Core 1.0 says."""

import base64
import hashlib
import json
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import KeySet, OctKey, RSAKey

CLIENT, SECRET = "proef", "s3cret"


class OpenIdProvider:
    """The provider and everything that a test may want to go wrong with it."""

    def __init__(self) -> None:
        self.key = RSAKey.generate_key(2048, parameters={"kid": "one", "use": "sig"})
        self.issuer = ""
        self.codes: dict[str, dict[str, str]] = {}
        self.person: dict[str, Any] = {"sub": "42", "email": "jan@school.nl", "email_verified": True, "name": "Jan"}
        self.claims: dict[str, Any] = {}  # what its tokens say otherwise than they should
        self.header: dict[str, Any] = {"alg": "RS256", "kid": "one"}
        self.signs_with: Any = self.key
        self.named = ""  # as which issuer its metadata names it, when not its own
        self.is_down = False

    def metadata(self) -> dict[str, Any]:
        return {
            "issuer": self.named or self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
        }

    def authorize(self, address: str) -> str:
        """What signing in at `address` does: back to the site, with a code."""
        asked = dict(parse_qsl(urlsplit(address).query))
        assert asked["client_id"] == CLIENT
        assert asked["code_challenge_method"] == "S256"
        assert "openid" in asked["scope"].split()
        code = secrets.token_urlsafe()
        self.codes[code] = asked
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def token(self, body: str, authorization: str) -> tuple[int, dict[str, Any]]:
        given = {name: values[0] for name, values in parse_qs(body).items()}
        asked = self.codes.pop(given.get("code", ""), None)
        digest = hashlib.sha256(given.get("code_verifier", "").encode()).digest()
        is_client = authorization == "Basic " + base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        if asked is None or not is_client:
            return 400, {"error": "invalid_grant"}
        if asked["code_challenge"] != base64.urlsafe_b64encode(digest).decode().rstrip("="):
            return 400, {"error": "invalid_grant", "error_description": "PKCE"}
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": asked["nonce"]}
        signed = jwt.encode(
            self.header, {**claims, **self.person, **self.claims}, self.signs_with, algorithms=["RS256", "HS256"]
        )
        return 200, {"access_token": "x", "token_type": "Bearer", "id_token": signed}


@contextmanager
def provider() -> Iterator[OpenIdProvider]:
    made = OpenIdProvider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/.well-known/openid-configuration":
                self._say(500 if made.is_down else 200, made.metadata())
            elif self.path == "/keys":
                self._say(200, KeySet([made.key]).as_dict(private=False))
            else:
                self._say(404, {})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            self._say(*made.token(body, self.headers.get("authorization", "")))

        def _say(self, status: int, value: Any) -> None:
            body = json.dumps(value).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.issuer = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield made
    server.shutdown()
    server.server_close()


def shared_key() -> OctKey:
    """Our own secret as a key: what an attacker who knows it would sign with."""
    return OctKey.import_key(SECRET * 8)
