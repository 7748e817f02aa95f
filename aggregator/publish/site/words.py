"""What the public pages say, in Dutch and English: the three .toml files beside this, and how they are filled in."""

import tomllib
from collections.abc import Mapping
from pathlib import Path

_FILES = [
    tomllib.loads((Path(__file__).parent / name).read_text(encoding="utf-8"))
    for name in ("strings.toml", "embed.toml", "service.toml")
]
STRINGS: Mapping[str, Mapping[str, str]] = {
    language: {key: said for file in _FILES for key, said in file[language].items()} for language in ("nl", "en")
}


class Words:
    """The sentences of one language, the public pages' unless others are given; one that we lack reads as Dutch."""

    def __init__(self, language: str, strings: Mapping[str, Mapping[str, str]] = STRINGS) -> None:
        self.language = language if language in strings else "nl"
        self._table = strings[self.language]

    def __call__(self, key: str, **values: object) -> str:
        """Return the sentence under `key`, filled in."""
        return self._table[key].format(**values)

    def count(self, key: str, n: int, **values: object) -> str:
        """Return the sentence for this number: "1 bericht", "2 berichten"."""
        return self(f"{key}_one" if n == 1 else f"{key}_many", n=n, **values)

    def has(self, key: str) -> bool:
        """Tell whether there is a sentence under `key`."""
        return key in self._table
