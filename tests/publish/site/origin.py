"""The public pages on a server of their own, with the headers of the product."""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from aggregator.publish.site import finding_sheet, stylesheet
from aggregator.web.headers import PUBLIC

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@contextmanager
def serving(pages: Mapping[str, bytes]) -> Iterator[str]:
    """Serve `pages` by path on loopback; yields the origin."""
    styles = {f"/static/{name}": css for name, css in (stylesheet(), finding_sheet())}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            style = styles.get(path)
            body = style or pages.get(path)
            self.send_response(200 if body else 404)
            self.send_header("content-type", "text/css" if style else "text/html; charset=utf-8")
            self.send_header("content-security-policy", PUBLIC["content-security-policy"])
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
