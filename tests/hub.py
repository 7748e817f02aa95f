"""A publisher with its own hub (W3C WebSub) on a real server: a little peer that shares no code with ours."""

import hashlib
import hmac
import threading
import urllib.error
import urllib.parse
import urllib.request
import uuid
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Subscribed:
    """Whom the hub pushes to."""

    callback: str
    topic: str
    secret: str
    lease: int


@dataclass
class Peer:
    """Serves a feed at /feed and is its hub at /hub. What it does wrong is set by a test."""

    feed: bytes = b""
    lease: int = 864_000
    is_lying: bool = False  # asks back about another topic than was asked for
    denies: bool = False
    asked: list[dict[str, str]] = field(default_factory=list)
    polls: int = 0
    verified: list[tuple[str, int]] = field(default_factory=list)  # mode and status of what our callback answered
    subscribers: dict[str, Subscribed] = field(default_factory=dict)
    threads: list[threading.Thread] = field(default_factory=list)

    def __post_init__(self) -> None:
        peer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                peer.polls += self.path == "/feed"
                self.reply(200 if self.path == "/feed" else 404, peer.feed)

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"])).decode()
                form = dict(urllib.parse.parse_qsl(body, strict_parsing=True))
                peer.asked.append(form)
                thread = threading.Thread(target=peer.ask_back, args=(form,))
                thread.start()
                peer.threads.append(thread)
                self.reply(202, b"")

            def reply(self, status: int, body: bytes) -> None:
                self.send_response(status)
                self.send_header("Content-Type", "application/atom+xml")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def ask_back(self, form: dict[str, str]) -> None:
        """Verification of intent (section 5.3), or a denial (5.2)."""
        challenge = uuid.uuid4().hex
        mode = "denied" if self.denies else form["hub.mode"]
        query = {"hub.mode": mode, "hub.topic": form["hub.topic"] + ("/other" if self.is_lying else "")}
        query |= {"hub.reason": "wij kennen u niet"} if self.denies else {"hub.challenge": challenge}
        if mode == "subscribe":
            query["hub.lease_seconds"] = str(self.lease)
        status, body = get(f"{form['hub.callback']}?{urllib.parse.urlencode(query)}")
        self.verified.append((mode, status))
        if status == 200 and body.decode() == challenge:
            if mode == "subscribe":
                self.subscribers[form["hub.callback"]] = Subscribed(
                    form["hub.callback"], form["hub.topic"], form["hub.secret"], self.lease
                )
            else:
                self.subscribers.pop(form["hub.callback"])

    def wait(self) -> None:
        """Until all that was asked for was asked back about."""
        for thread in self.threads:
            thread.join(10)

    def push(self, body: bytes, *, signature: str | None = None) -> list[int]:
        """Distribute `body` (section 7); returns how each subscriber took it."""
        statuses = []
        for each in self.subscribers.values():
            made = hmac.new(each.secret.encode(), body, hashlib.sha256).hexdigest()
            headers = {
                "Content-Type": "application/atom+xml",
                "Link": f'<{self.url}/hub>; rel="hub", <{each.topic}>; rel="self"',
                "X-Hub-Signature": f"sha256={made}" if signature is None else signature,
            }
            statuses.append(get(each.callback, body, headers)[0])
        return statuses

    def close(self) -> None:
        """As a publisher that dies."""
        self.wait()
        self.server.shutdown()
        self.server.server_close()

    def atom(self, *titles: str) -> bytes:
        """An Atom feed that names itself and its hub."""
        entries = "".join(
            f"<entry><id>{self.url}/{hashlib.sha1(title.encode()).hexdigest()}</id><title>{title}</title>"
            f"<link href='{self.url}/{urllib.parse.quote(title)}'/><updated>2026-11-20T10:00:00Z</updated>"
            f"<published>2026-11-20T10:00:00Z</published><summary>Over {title}.</summary></entry>"
            for title in titles
        )
        return (
            f"<feed xmlns='http://www.w3.org/2005/Atom'><id>{self.url}/feed</id><title>Proef</title>"
            f"<updated>2026-11-20T10:00:00Z</updated><link rel='hub' href='{self.url}/hub'/>"
            f"<link rel='self' href='{self.url}/feed'/>{entries}</feed>"
        ).encode()


def get(url: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> tuple[int, bytes]:
    """Status and body of one request, whatever the status."""
    request = urllib.request.Request(url, body, headers or {})
    try:
        with urllib.request.urlopen(request, timeout=10) as response:
            return response.status, response.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()
