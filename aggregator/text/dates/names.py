"""Names of days and months, as Dutch, English, French, German and Spanish pages and feeds write them.

RFC 822 asks for English names; content systems translate them all the same.
"""

import re
import unicodedata
from collections.abc import Iterable
from itertools import groupby

_MONTHS = """
    januari jan january januar janvier janv jaenner janner enero ene
    februari feb febr february februar fevrier fevr fev febrero
    maart mrt maa march mar marz maerz mrz mars marzo
    april apr avril avr abril abr
    mei may mai mayo
    juni jun june juin junio
    juli jul july juillet juil julio
    augustus aug august aout agosto ago
    september sep sept septembre septiembre
    oktober okt october oct octobre octubre
    november nov novembre noviembre
    december dec dezember dez decembre diciembre dic
"""
_WEEKDAYS = """
    maandag maa ma monday mon montag mo lundi lun lunes
    dinsdag din di tuesday tue tues dienstag mardi mar martes
    woensdag woe wo wednesday wed mittwoch mi mercredi mer miercoles mie
    donderdag don do thursday thu thur thurs donnerstag jeudi jeu jueves jue
    vrijdag vri vr vrij friday fri freitag fr vendredi ven viernes vie
    zaterdag zat za saturday sat samstag sa samedi sam sabado sab
    zondag zon zo sunday sun sonntag so dimanche dim domingo dom
"""


def _numbered(lines: str, start: int) -> dict[str, int]:
    rows = lines.strip().splitlines()
    return {name: number for number, row in enumerate(rows, start) for name in row.split()}


MONTHS = _numbered(_MONTHS, 1)
WEEKDAYS = _numbered(_WEEKDAYS, 0)  # 0 is Monday, as in date.weekday()


def _either(names: Iterable[str]) -> str:
    # By first letter, longest first: a pattern that gives up early and never stops at "jun" in "juni".
    by_letter = groupby(sorted(names, key=lambda name: (name[0], -len(name))), key=lambda name: name[0])
    return "|".join(f"{first}(?:{'|'.join(name[1:] for name in group)})" for first, group in by_letter)


MONTH_PATTERN = f"(?:{_either(MONTHS)})"
WEEKDAY_PATTERN = f"(?:{_either(WEEKDAYS)})"

_SPACE = re.compile(r"\s+")


def folded(text: str) -> str:
    """Return `text` in lower case, without accents, with single spaces: "30 août" and "30 AOUT" are one.

    >>> folded(" Jeudi,\\u00a030  Août 2022 ")
    'jeudi, 30 aout 2022'
    """
    if not text.isascii():
        decomposed = unicodedata.normalize("NFKD", text)
        text = "".join(c for c in decomposed if not unicodedata.combining(c))
    return _SPACE.sub(" ", text).strip().lower()


class _Levels(dict[int, str]):
    """For str.translate: letters without their accents, every kind of space a space; one for one."""

    def __missing__(self, code: int) -> str:
        letter = chr(code)
        parts = unicodedata.normalize("NFKD", letter)
        accented = len(parts) > 1 and unicodedata.combining(parts[1])
        level = " " if letter.isspace() else parts[0] if accented else letter
        if len(self) < 10_000:
            self[code] = level
        return level


_LEVELS = _Levels()


def levelled(text: str) -> str:
    """Return `text` without accents and odd spaces, every character in its place: positions stay good.

    >>> levelled("30\u00a0Août 2022")
    '30 Aout 2022'
    """
    return text.translate(_LEVELS)
