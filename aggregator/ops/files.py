"""The public side as files, for any static server.

The running service answers one address in both languages (`/themes/x?lang=en`); a static server sees no query. So
pages of the site's own language lie where their address says, those of another language below a folder of its name,
and the links in both are made to lead there.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import partial
from pathlib import Path
from urllib.parse import quote, unquote

from aggregator.embedding import embed_files
from aggregator.errors import AggregatorError
from aggregator.ondemand import Moment, every
from aggregator.publish.site import ICON_PATH, icon, message_page, static_files
from aggregator.release import LANGUAGES, Press, page_path
from aggregator.store import documents, pictures

QUOTE = '"|&#34;'  # in a page, and in a code that a page shows
WRITTEN = ".written"  # the names of the files that we wrote, so that we never remove another's


def write_public_side(press: Press, out: Path, now: datetime) -> int:
    """Write every document and page below `out`, and return how many there are.

    Files whose bytes are the same are left alone; what we wrote before and is no longer public is removed.
    """
    out.mkdir(parents=True, exist_ok=True)
    written = set()
    for name, body in public_files(press, now):
        _write(_inside(out, name), body)
        written.add(name)
    _remove(out, _written_before(out) - written)
    _write(out / WRITTEN, "".join(f"{name}\n" for name in sorted(written)).encode())
    return len(written)


def public_files(press: Press, now: datetime) -> Iterator[tuple[str, bytes]]:
    """Every public file: (path below the root, bytes)."""
    main = press.site.language
    for path, body in _documents_and_pages(press, now):
        is_page = "?lang=" in path
        yield file_name(path, main), with_static_links(body, press.site.base_url, main) if is_page else body
    yield from _pictures(press)
    for name, body in static_files().items():
        yield f"static/{name}", body
    yield ICON_PATH.strip("/"), icon()
    lost = message_page(404, press.site, main)
    yield "404.html", with_static_links(lost, press.site.base_url, main)


def file_name(path: str, main: str) -> str:
    """Where a document lies: pages as index.html in a folder of their name; `main` is the language at the root.

    >>> file_name("/themes/instroom?lang=en", "nl")
    'en/themes/instroom/index.html'
    >>> file_name("/feeds/all.atom", "nl")
    'feeds/all.atom'
    """
    page, _, language = path.partition("?lang=")
    name = unquote(page).strip("/")
    if not language:
        return name
    return "/".join(part for part in ("" if language == main else language, name, "index.html") if part)


def with_static_links(page: bytes, base_url: str, main: str) -> bytes:
    """A page whose links to our own pages lead to files."""
    own = re.compile(
        rf'(href|src|content|action)=({QUOTE})((?:{re.escape(base_url)})?)/(?!/)([^"?#&]*)\?lang=({"|".join(LANGUAGES)})(#[^"&]*)?\2'
    )

    def static(found: re.Match[str]) -> str:
        kind, quote, base, name, language, fragment = found.groups()
        return f"{kind}={quote}{base}{static_path(main, name, language)}{fragment or ''}{quote}"

    return own.sub(static, page.decode()).encode()


def static_path(main: str, path: str, language: str) -> str:
    """The address of a page in one language on a static server.

    >>> static_path("nl", "/themes/instroom", "en")
    '/en/themes/instroom/'
    """
    folder = "/".join(part for part in ("" if language == main else language, path.strip("/")) if part)
    return f"/{folder}/" if folder else "/"


def _documents_and_pages(press: Press, now: datetime) -> Iterator[tuple[str, bytes]]:
    with press.store.read() as transaction:
        for path in documents.paths(transaction):
            kept = documents.get(transaction, path)
            if kept is not None:
                yield path, kept.document.body
        for path, leaf in every(Moment(press, transaction, now, partial(static_path, press.site.language))):
            if leaf.is_page:
                yield from ((page_path(quote(path), language), leaf.body(language)) for language in LANGUAGES)
            else:
                yield path, leaf.body(press.site.language)
        yield from embed_files(press, transaction, now)


def _pictures(press: Press) -> Iterator[tuple[str, bytes]]:
    with press.store.read() as transaction:
        for name in pictures.names(transaction):
            body = pictures.body_of(transaction, name)
            if body is not None:
                yield f"pictures/{name}", body


def _inside(out: Path, name: str) -> Path:
    target = out / name
    if not target.resolve().is_relative_to(out.resolve()):
        raise AggregatorError(f"{name}: lies outside {out}, so it is not written")
    return target


def _write(target: Path, body: bytes) -> None:
    if target.is_file() and target.read_bytes() == body:
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(target.name + ".part")
    part.write_bytes(body)
    part.replace(target)


def _written_before(out: Path) -> set[str]:
    listing = out / WRITTEN
    return set(listing.read_text("utf-8").splitlines()) if listing.is_file() else set()


def _remove(out: Path, names: Iterable[str]) -> None:
    for name in names:
        target = _inside(out, name)
        target.unlink(missing_ok=True)
        if target.parent != out and target.parent.is_dir() and not any(target.parent.iterdir()):
            target.parent.rmdir()
