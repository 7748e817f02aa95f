"""Names of days and months, as Dutch, English, French, German and Spanish pages and feeds write them.

RFC 822 asks for English names; content systems translate them all the same.
"""

import re
import unicodedata

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
