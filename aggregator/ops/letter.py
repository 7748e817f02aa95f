"""The weekly letter to those who run the service: all is well, or what asks for somebody, in plain words."""

import tomllib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from secrets import token_hex
from textwrap import fill
from typing import Any

from aggregator.accounts import Access
from aggregator.accounts.issuing import MAIL
from aggregator.ops.finding import Finding
from aggregator.store import Transaction, accounts, outbox, sources, stories
from aggregator.store.accounts import Role

WORDS: Mapping[str, Mapping[str, Any]] = tomllib.loads(
    Path(__file__).with_name("letter.toml").read_text(encoding="utf-8")
)
WEEK = timedelta(days=7)
MOST_SOURCES = 15


def send(access: Access, findings: Sequence[Finding], now: datetime) -> int:
    """Put the letter in the outbox for everyone who runs the service; returns for how many."""
    with access.store.write() as transaction:
        values = {"title": access.title, "base_url": access.base_url} | _figures(transaction, now)
        found = [
            each for each in accounts.every(transaction) if each.disabled is None and each.role.includes(Role.MANAGER)
        ]
        for account in found:
            letter = compose(findings, account.language or access.language, values)
            outbox.put(transaction, MAIL, account.email, letter, now)
    return len(found)


def compose(findings: Sequence[Finding], language: str, values: Mapping[str, str]) -> dict[str, str]:
    """Subject and text. `id` stays the same however often the letter is sent."""
    words = WORDS.get(language, WORDS["nl"])
    asking = [each for each in findings if not each.ok and not each.passing]
    key = "asks" if asking else "well"
    asks = "".join(_asks(words, asking))
    return {
        "id": token_hex(16),
        "subject": words[f"{key}_subject"].format(**values),
        "text": words[f"{key}_text"].format(**values, asks=asks).lstrip("\n"),
    }


def _asks(words: Mapping[str, Any], asking: Sequence[Finding]) -> list[str]:
    failing = [each for each in asking if each.kind == "source"]
    others = [each for each in asking if each.kind != "source"]
    said = [_said(words, each) for each in [*others, *failing[:MOST_SOURCES]]]
    if more := len(failing) - MOST_SOURCES:
        said += [_item(words["more"].format(count=more))] if more > 0 else []
    return said


def _said(words: Mapping[str, Any], finding: Finding) -> str:
    text = words["asks"].get(finding.kind or finding.check, words["other"]).format(check=finding.check)
    technical = " ".join(f"{finding.check}: {finding.found}".split())
    return _item(text) + fill(f"({technical[:300]})", 76, initial_indent="  ", subsequent_indent="   ") + "\n\n"


def _item(text: str) -> str:
    return fill(text, 76, initial_indent="- ", subsequent_indent="  ", break_long_words=False) + "\n"


def _figures(transaction: Transaction, now: datetime) -> dict[str, str]:
    followed = [each for each in sources.all_sources(transaction) if not each.source.paused]
    return {
        "stories": str(stories.count_released(transaction, now - WEEK)),
        "sources": str(len(followed)),
    }
