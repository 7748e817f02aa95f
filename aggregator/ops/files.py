"""The public side as files, for any static server.

The running service answers one address in both languages (`/themes/x?lang=en`); a static server sees no query. So
pages of the site's own language lie where their address says, those of another language below a folder of its name,
and the links in both are made to lead there.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from urllib.parse import unquote

from aggregator.embedding import embed_files
from aggregator.errors import AggregatorError
from aggregator.model import State
from aggregator.publish.site import ICON_PATH, feed_page, icon, message_page, source_page, story_page, stylesheet
from aggregator.release import LANGUAGES, PAGE_STORIES, Press, channels, front, page_path, status_of
from aggregator.store import Transaction, documents, sources, stories

EVERY = 1_000_000_000
LOADED_AT_ONCE = 200
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
    name, css = stylesheet()
    yield f"static/{name}", css
    yield ICON_PATH.strip("/"), icon()
    lost = message_page(404, press.site, main)
    yield "404.html", with_static_links(lost, press.site.base_url, main)
    yield "robots.txt", b"User-agent: *\nDisallow:\n"


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
        rf'(href|src)=({QUOTE})((?:{re.escape(base_url)})?)/(?!/)([^"?#&]*)\?lang=({"|".join(LANGUAGES)})(#[^"&]*)?\2'
    )

    def static(found: re.Match[str]) -> str:
        kind, quote, base, name, language, fragment = found.groups()
        folder = "/".join(part for part in ("" if language == main else language, name) if part)
        return f"{kind}={quote}{base}/{folder}{'/' if folder else ''}{fragment or ''}{quote}"

    return own.sub(static, page.decode()).encode()


def _documents_and_pages(press: Press, now: datetime) -> Iterator[tuple[str, bytes]]:
    with press.store.read() as transaction:
        for path in documents.paths(transaction):
            kept = documents.get(transaction, path)
            if kept is not None:
                yield path, kept.document.body
        yield from _story_pages(press, transaction)
        yield from _source_pages(press, transaction, now)
        yield from _feed_pages(press, transaction)
        yield from embed_files(press, transaction, now)


def _story_pages(press: Press, transaction: Transaction) -> Iterator[tuple[str, bytes]]:
    names = sources.by_id(transaction)
    for numbers in _portions(stories.by_state(transaction, State.PUBLISHED, limit=EVERY)):
        for story in stories.load(transaction, numbers):
            for language in LANGUAGES:
                body = story_page(story, names, press.site, language)
                yield page_path(f"/stories/{story.slug}", language), body


def _source_pages(press: Press, transaction: Transaction, now: datetime) -> Iterator[tuple[str, bytes]]:
    held = sources.all_sources(transaction)
    brought = stories.counts_by_source(transaction)
    shown = front(transaction, held, sources.by_id(transaction), now)
    for each in held:
        numbers = stories.latest(transaction, limit=PAGE_STORIES, sources=[each.source.id])
        found = stories.load(transaction, numbers)
        status = status_of(each, brought.get(each.source.id, 0))
        for language in LANGUAGES:
            body = source_page(status, found, shown, press.site, language)
            yield page_path(f"/sources/{each.source.id}", language), body


def _feed_pages(press: Press, transaction: Transaction) -> Iterator[tuple[str, bytes]]:
    """Of labels only: a partner's feed is on the partner's page."""
    held = [each.source for each in sources.all_sources(transaction)]
    for channel, _, _ in channels(press.site, held, press.created):
        if channel.name.startswith("labels/"):
            for language in LANGUAGES:
                yield page_path(f"/feeds/{channel.name}", language), feed_page(channel, press.site, language)


def _portions(numbers: Sequence[int]) -> Iterable[Sequence[int]]:
    return (numbers[n : n + LOADED_AT_ONCE] for n in range(0, len(numbers), LOADED_AT_ONCE))


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
