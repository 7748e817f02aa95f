"""The public pages on a server of their own, with the headers of the product."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from aggregator.publish.site import static_files
from aggregator.web.headers import FOLLOWING, PUBLIC

KINDS = {"css": "text/css", "js": "text/javascript"}


@contextmanager
def serving(pages: Mapping[str, bytes]) -> Iterator[str]:
    """Serve `pages` by path on loopback; yields the origin."""
    static = {f"/static/{name}": body for name, body in static_files().items()}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            body = static.get(path) or pages.get(path, b"")
            area = FOLLOWING if b'<script type="module"' in body else PUBLIC
            self.send_response(200 if body else 404)
            self.send_header("content-type", KINDS.get(path.rpartition(".")[2], "text/html; charset=utf-8"))
            self.send_header("content-security-policy", area["content-security-policy"])
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
