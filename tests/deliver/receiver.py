"""A receiver of our deliveries, written from the standards and not from our code: a webhook, and a WebSub subscriber.

It answers as a test tells it to, checks signatures by its own lights, and remembers what it was sent.
"""

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Got:
    """One request as it came in."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]  # names in lower case
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Answer:
    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


def confirms(got: Got) -> Answer:
    """What an honest subscriber says: the challenge to a question, thanks to a feed."""
    return Answer(body=got.query.get("hub.challenge", "").encode())


class Receiver:
    """A real server on loopback; `says` answers each request."""

    def __init__(self, says: Callable[[Got], Answer] = confirms) -> None:
        self.says = says
        self.got: list[Got] = []
        self.busy = self.busiest = 0
        self._lock = threading.Lock()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                receiver.answer(self)

            do_POST = do_GET  # noqa: N815

            def log_message(self, *_: object) -> None:
                return None

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()
        self.authority = f"127.0.0.1:{self.server.server_address[1]}"

    def url(self, path: str = "/") -> str:
        return f"http://{self.authority}{path}"

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        body = handler.rfile.read(int(handler.headers.get("content-length") or 0))
        parts = urlsplit(handler.path)
        query = {name: values[-1] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
        headers = {name.lower(): value for name, value in handler.headers.items()}
        got = Got(handler.command, parts.path, query, headers, body)
        with self._lock:
            self.got.append(got)
            self.busy += 1
            self.busiest = max(self.busy, self.busiest)
        try:
            answer = self.says(got)
        finally:
            with self._lock:
                self.busy -= 1
        try:
            handler.send_response(answer.status)
            for name, value in answer.headers.items():
                handler.send_header(name, value)
            handler.send_header("Content-Length", str(len(answer.body)))
            handler.end_headers()
            handler.wfile.write(answer.body)
        except OSError:  # whoever asked has gone
            handler.close_connection = True

    def posts(self) -> list[Got]:
        return [each for each in self.got if each.method == "POST"]

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


def is_signed_webhook(got: Got, secret: str) -> bool:
    """Whether a webhook is signed as Standard Webhooks says."""
    key = base64.b64decode(secret.split("_", 1)[1])
    content = b".".join([got.headers["webhook-id"].encode(), got.headers["webhook-timestamp"].encode(), got.body])
    expected = b"v1," + base64.b64encode(hmac.digest(key, content, hashlib.sha256))
    return got.headers["webhook-signature"].encode() in expected.split(b" ")


def is_signed_push(got: Got, secret: str) -> bool:
    """Whether a feed is signed as WebSub section 7.1 says."""
    method, _, digest = got.headers.get("x-hub-signature", "").partition("=")
    return hmac.compare_digest(hmac.new(secret.encode(), got.body, getattr(hashlib, method)).hexdigest(), digest)
