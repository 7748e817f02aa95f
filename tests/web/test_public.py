"""The public side that is made on request, over HTTP."""

import gzip

import pytest

from aggregator.ops.files import file_name, public_files, with_static_links
from aggregator.release import Press, page_path
from tests.factories import NOW
from tests.web.test_app import ask, slug_of


@pytest.mark.parametrize("path", ["/stories/{}", "/sources/fme", "/feeds/labels/noord", "/feeds/sources/fme"])
def test_a_page_made_on_request_costs_a_304_when_it_did_not_change(address: str, press: Press, path: str) -> None:
    path = path.format(slug_of(press))
    first = ask(address, path)
    again = ask(address, path, If_None_Match=first.headers["etag"])
    english = ask(address, path, If_None_Match=first.headers["etag"], Accept_Language="en")
    packed = ask(address, path, Accept_Encoding="gzip")
    head = ask(address, path, "HEAD")
    assert [first.status, again.status, english.status] == [200, 304, 200]
    assert again.body == b""
    assert first.headers["cache-control"] == "public, max-age=60, stale-while-revalidate=600"
    assert first.headers["vary"] == "Accept-Encoding, Accept-Language"
    assert "default-src 'none'" in first.headers["content-security-policy"]
    assert gzip.decompress(packed.body) == first.body
    assert (head.status, head.body, head.headers["etag"]) == (200, b"", first.headers["etag"])


def test_the_files_are_the_bytes_of_the_service(address: str, press: Press) -> None:
    files = dict(public_files(press, NOW))
    base, slug = press.site.base_url, slug_of(press)
    for path in (f"/stories/{slug}", "/sources/fme", "/feeds/labels/noord", "/", "/themes/instroom", "/feeds"):
        for language in ("nl", "en"):
            name = page_path(path, language)
            served = ask(address, name).body
            assert files[file_name(name, "nl")] == with_static_links(served, base, "nl"), name


@pytest.mark.parametrize(
    "path", ["/stories/", "/stories/x/y", "/stories/..%2f..", "/sources/%00", "/sources/geen", "/feeds/labels/%F0"]
)
def test_an_address_that_is_not_there_is_a_page_that_says_so(address: str, path: str) -> None:
    reply = ask(address, path)
    assert reply.status == 404
    assert b"<h1>" in reply.body
