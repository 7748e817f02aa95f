"""The letters that accounts need, rendered when they are put in the outbox: the token stands nowhere else."""

import tomllib
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from secrets import token_hex
from zoneinfo import ZoneInfo

from aggregator.accounts.access import Access
from aggregator.store.accounts import Account, Role
from aggregator.store.links import Purpose

LETTERS: Mapping[str, Mapping[str, str]] = tomllib.loads(
    Path(__file__).with_name("letters.toml").read_text(encoding="utf-8")
)
AMSTERDAM = ZoneInfo("Europe/Amsterdam")


def letter(access: Access, account: Account, purpose: Purpose, link: str, until: datetime) -> dict[str, str]:
    """Subject and text in the account's language. `id` stays the same however often the letter is sent."""
    words = _words(access, account)
    key = "invite_owner" if purpose is Purpose.INVITE and account.role is Role.OWNER else purpose.value
    values = {
        "title": access.title,
        "role": words[account.role.value],
        "link": link,
        "until": f"{until.astimezone(AMSTERDAM):%d-%m-%Y %H:%M}",
        "base_url": access.base_url,
    }
    return _letter(words, key, values)


def reminder_letter(access: Access, account: Account, new: int, unsure: int) -> dict[str, str]:
    """What waits for the weekly round, and where; opening the link changes nothing."""
    link = f"{access.base_url}/edit/queue"
    values = {"title": access.title, "new": str(new), "unsure": str(unsure), "link": link, "base_url": access.base_url}
    return _letter(_words(access, account), "reminder", values)


def _words(access: Access, account: Account) -> Mapping[str, str]:
    return LETTERS.get(account.language or access.language, LETTERS["nl"])


def _letter(words: Mapping[str, str], key: str, values: Mapping[str, str]) -> dict[str, str]:
    return {
        "id": token_hex(16),
        "subject": words[f"{key}_subject"].format(**values),
        "text": words[f"{key}_text"].format(**values).lstrip("\n"),
    }
