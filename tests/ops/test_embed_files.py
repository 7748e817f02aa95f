"""The embed as files: on a plain static server, seen from a foreign page."""

from functools import partial
from http.server import ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from playwright.sync_api import Browser

from aggregator.publish.site.embed import scripts
from aggregator.release import Press
from tests.ops.test_files import Quiet, get, out, press, write
from tests.publish.site.embed.test_browser import Visit
from tests.site import Page, Site

__all__ = ["out", "press"]


class Anywhere(Quiet):
    """A static server that lets scripts of other sites read its files, as ours says that it must."""

    def end_headers(self) -> None:
        self.send_header("Access-Control-Allow-Origin", "*")
        super().end_headers()


def test_every_part_of_the_embed_is_a_file(press: Press, out: Path) -> None:
    write(press, out)
    for path, body in scripts().items():
        assert (out / "embed" / path).read_bytes() == body
    for page in ("embed", "embed/themes/instroom", "embed/news", "embed/news/labels/noord", "embed/news/sources/fme"):
        for folder in (out, out / "en"):
            assert (folder / page / "index.html").is_file()
    code = (out / "en" / "embed" / "themes" / "instroom" / "index.html").read_text("utf-8")
    assert "src=&#34;https://nieuws.example/en/embed/news/themes/instroom/&#34;" in code
    assert 'src="/en/embed/preview/frame/themes/instroom/"' in code


@pytest.mark.browser
def test_element_and_frame_work_from_files(browser: Browser, press: Press, out: Path) -> None:
    write(press, out)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Anywhere, directory=str(out)))
    Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    ours = f"http://127.0.0.1:{server.server_address[1]}"
    host = Site()
    host.pages["/"] = Page(
        body=f'<!doctype html><html lang="nl"><title>x</title><link rel="icon" href="data:,">'
        f'<script type="module" src="{ours}/embed/v1/techniek-nieuws.js"></script>'
        f'<techniek-nieuws label="noord" limit="1"></techniek-nieuws>'
        f'<iframe src="{ours}/embed/news/themes/instroom" title="x"></iframe>'.encode()
    )
    try:
        with Visit(browser, host.url("/")) as visit:
            assert len(visit.titles()) == 1
            assert visit.page.frame_locator("iframe").locator(".title").count() > 0
            assert visit.complaints == []
        assert get(f"{ours}/embed")[0] == 200
    finally:
        server.shutdown()
        server.server_close()
        host.close()
