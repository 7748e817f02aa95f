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
    language = account.language or access.language
    words = LETTERS.get(language, LETTERS["nl"])
    key = "invite_owner" if purpose is Purpose.INVITE and account.role is Role.OWNER else purpose.value
    values = {
        "title": access.title,
        "role": words[account.role.value],
        "link": link,
        "until": f"{until.astimezone(AMSTERDAM):%d-%m-%Y %H:%M}",
        "base_url": access.base_url,
    }
    return {
        "id": token_hex(16),
        "subject": words[f"{key}_subject"].format(**values),
        "text": words[f"{key}_text"].format(**values).lstrip("\n"),
    }
