"""The public side as files, for any static server."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from aggregator.model import State
from aggregator.publish.site import message_page, source_page, story_page, stylesheet
from aggregator.release import LANGUAGES, Press, front, status_of
from aggregator.store import documents, sources, stories

EVERY = 1_000_000


def write_public_side(press: Press, out: Path, now: datetime) -> int:
    """Write every document and page below `out`; files whose bytes are the same are left alone. Returns how many."""
    count = 0
    for path, body in public_files(press, now):
        target = out / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.is_file() or target.read_bytes() != body:
            part = target.with_name(target.name + ".part")
            part.write_bytes(body)
            part.replace(target)
        count += 1
    return count


def public_files(press: Press, now: datetime) -> Iterator[tuple[str, bytes]]:
    """Every public file: (path below the root, bytes)."""
    with press.store.read() as transaction:
        for path in documents.paths(transaction):
            kept = documents.get(transaction, path)
            if kept is not None:
                yield file_name(path), kept.document.body
        held = sources.all_sources(transaction)
        names = sources.by_id(transaction)
        brought = stories.counts_by_source(transaction)
        shown = front(transaction, held, names, now)
        for story in stories.load(transaction, stories.by_state(transaction, State.PUBLISHED, limit=EVERY)):
            for language in LANGUAGES:
                yield (
                    file_name(f"/stories/{story.slug}?lang={language}"),
                    story_page(story, names, press.site, language),
                )
        for each in held:
            found = stories.load(transaction, stories.latest(transaction, limit=50, sources=[each.source.id]))
            status = status_of(each, brought.get(each.source.id, 0))
            for language in LANGUAGES:
                body = source_page(status, found, shown, press.site, language)
                yield file_name(f"/sources/{each.source.id}?lang={language}"), body
    name, css = stylesheet()
    yield f"static/{name}", css
    yield "404.html", message_page(404, press.site, press.site.language)
    yield "robots.txt", b"User-agent: *\nDisallow:\n"


def file_name(path: str) -> str:
    """Where a document lies: pages as index.html in a folder of their name, English ones below en/."""
    page, _, language = path.partition("?lang=")
    if not language:
        return page.lstrip("/")
    folder = "en/" if language == "en" else ""
    return f"{folder}{page.strip('/')}/index.html".replace("//", "/").lstrip("/")
