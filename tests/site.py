"""A small site on 127.0.0.1 whose pages a test sets, with ETags; it remembers what it was asked."""

import threading
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar


@dataclass(frozen=True, kw_only=True)
class Page:
    """What one path answers."""

    body: bytes = b""
    media_type: str = "text/html"
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


class Site(ThreadingHTTPServer):
    """Serves `pages` by path; all else is a 404."""

    daemon_threads = True
    block_on_close = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), type("SiteHandler", (_Handler,), {"site": self}))
        self.pages: dict[str, Page] = {}
        self.asked: list[str] = []
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()

    def url(self, path: str = "/feed") -> str:
        """The address of a path here."""
        return f"http://127.0.0.1:{self.server_address[1]}{path}"

    def close(self) -> None:
        """Stop answering."""
        self.shutdown()
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    site: ClassVar[Site]
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.site.asked.append(self.path)
        page = self.site.pages.get(self.path, Page(status=404))
        tag = f'"{sha256(page.body).hexdigest()[:12]}"'
        is_same = page.status == 200 and self.headers.get("If-None-Match") == tag
        body = b"" if is_same else page.body
        self.send_response(304 if is_same else page.status)
        for name, value in ({"ETag": tag, "Content-Type": page.media_type} | page.headers).items():
            self.send_header(name, value)
        if not is_same:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass
