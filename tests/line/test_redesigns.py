"""Real sites before and after a redesign: healed by themselves or said to be broken, never healed wrongly."""

import json
from pathlib import Path

from aggregator.model import Source
from aggregator.store import Store, items, sources
from tests.factories import DAY, NOW
from tests.line.partner import Partners, follow, make_line, run

HEALED = 0.8  # the share of redesigns after which news comes in again by itself


def test_most_real_redesigns_heal_and_no_old_news_is_taken_for_new(store: Store, shared: Path) -> None:
    sites = sorted((shared / "listing" / "redesign").iterdir())
    healed = []
    for site in sites:
        about = json.loads((site / "meta.json").read_text("utf-8"))
        partners = Partners()
        follow(store, Source(id=site.name, organisation=site.name, url=about["url"], kind="page"))
        line = make_line(store, partners)
        partners.documents[about["url"]] = as_page((site / "old.html").read_bytes())
        (before,) = run(line)
        old = titles(store, site.name)
        partners.documents[about["url"]] = as_page((site / "new.html").read_bytes())
        (after,) = run(line, NOW + 3 * DAY)
        healed.append(before.poll.code == after.poll.code == "" and after.poll.rule != before.poll.rule)
        if healed[-1]:
            now = titles(store, site.name)
            assert len(now) == len(set(now)), f"{site.name}: an old item came in as new"
            assert len(now) == len(old) + after.new
        with store.write() as transaction:
            sources.remove(transaction, site.name, NOW)
    assert sum(healed) / len(healed) >= HEALED


def as_page(body: bytes) -> bytes:
    return b"<!doctype html>" + body.lstrip()


def titles(store: Store, source_id: str) -> list[str]:
    with store.read() as transaction:
        return [item.entry.title for _, _, item in items.latest_of(transaction, source_id, 500)]
