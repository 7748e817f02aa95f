"""Bytes to text, whatever was declared, and text that was once decoded wrongly.

Valid UTF-8 with a byte above 127 is practically never anything else, so it wins over every label; labels are tried
next (as the WHATWG Encoding Standard reads them: Latin-1 is windows-1252), and what remains is read byte by byte.
"""

import codecs
import re

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it starts with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_UNMARKED = (
    (re.compile(rb"\s?[<{\[]\x00[^\x00]\x00"), "utf-16-le"),
    (re.compile(rb"\x00[<{\[]\x00[^\x00]"), "utf-16-be"),
)
_DECLARED = re.compile(
    rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:-]{1,40})|<meta[^>]{0,200}?charset\s*=\s*["']?([\w.:-]{1,40})""",
    re.IGNORECASE,
)
_LATIN_1 = {"iso8859-1", "ascii", "latin-1", "iso8859-15"}


def decode(body: bytes, declared: str = "") -> str:
    """Return the text of `body`; `declared` is the charset of its Content-Type, if any. Never fails.

    >>> decode("Reünie".encode("latin-1"), "utf-8"), decode("Reünie".encode(), "iso-8859-1")
    ('Reünie', 'Reünie')
    """
    for mark, encoding in _BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(encoding, "replace")
    for pattern, encoding in _UNMARKED:
        if pattern.match(body):
            return body.decode(encoding, "replace")
    labels = (declared, *_labels_inside(body))
    if b"\x1b" in body and (text := _decode_as(body, labels, "iso2022")) is not None:
        return text
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        text = _decode_as(body, labels)
        return _decode_mixed(body) if text is None else text


def _labels_inside(body: bytes) -> list[str]:
    found = _DECLARED.search(body[:2048])
    return [(found[1] or found[2]).decode("ascii", "ignore")] if found else []


def _decode_as(body: bytes, labels: tuple[str, ...], prefix: str = "") -> str | None:
    for label in filter(None, labels):
        try:
            name = codecs.lookup(label.strip()).name
            if name.startswith(prefix) and name not in _LATIN_1 and name not in {"utf-8", "utf-7"}:
                return body.decode(name)
        except (LookupError, UnicodeError, ValueError):
            continue
    return None


def _decode_mixed(body: bytes) -> str:
    """Read each byte that is no UTF-8 as windows-1252; all of it, when most of it is none."""
    beyond_ascii = len(body) - len(body.decode("ascii", "ignore"))
    broken = len(body) - len(body.decode("utf-8", "ignore").encode())
    if broken * 2 > beyond_ascii:
        return body.decode("latin-1").translate(_C1_AS_1252)
    return body.decode("utf-8", "aggregator.windows-1252")


def _read_as_1252(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeDecodeError)
    broken = error.object[error.start : error.end]
    return broken.decode("latin-1").translate(_C1_AS_1252), error.end


def _table(codec: str) -> dict[int, str]:
    """Map the bytes that `codec` defines; the others stay as in Latin-1, as browsers and old programs leave them."""
    pairs = ((byte, bytes([byte]).decode(codec, "ignore")) for byte in range(0x80, 0x100))
    return {byte: character for byte, character in pairs if character}


_C1_AS_1252 = _table("cp1252")
codecs.register_error("aggregator.windows-1252", _read_as_1252)


# --- Text that was decoded wrongly before it reached us -----------------------------------------------------------

# What occurs in Dutch text and its neighbours; nothing else is ever put back, so that right text stays right.
_WANTED = "ÃÂãõàáâäåæçèéêëìíîïñòóôöøùúûüýÀÁÂÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÖØÙÚÛÜßĳ“”„‘’‚–—…•€™©®°±·×²³½¼¾«»§´¡¿œŒ\u00a0\u200b\u2011"
_CHAINS = ("cp1252", "latin-1", "cp1257")


def _mistakes() -> dict[str, str]:
    tables = [{byte: chr(byte) for byte in range(0x80, 0x100)} | _table(codec) for codec in _CHAINS]
    wrong = {
        character.encode().decode("latin-1").translate(table): character
        for character in reversed(_WANTED)
        for table in tables
    }
    # Seen: the first byte lost its case (à for Ã), or one of its bits (Æ for Ã).
    wrong |= {f"à{second}": first for second, first in zip("©¨¯¶¼", "éèïöü", strict=True)}
    return wrong


_MISTAKES = _mistakes()
_MISTAKEN = re.compile("|".join(re.escape(wrong) for wrong in sorted(_MISTAKES, key=len, reverse=True)))
_FIRSTS = re.compile("[" + re.escape("".join(sorted({wrong[0] for wrong in _MISTAKES}))) + "ƫƩ]")
_LONE = re.compile(r"(?<=[A-Za-z])[ƫƩ](?=[A-Za-z])")


def repair(text: str) -> str:
    """Return `text` with its UTF-8 that was once read as something else put right; right text comes back as it is.

    >>> repair("FinanciÃ«le en CommerciĆ«le opleidingenā€¦")
    'Financiële en Commerciële opleidingen…'
    """
    if text.isascii() or not _FIRSTS.search(text):
        return text
    for _ in range(3):  # some texts went wrong more than once
        mended = _MISTAKEN.sub(lambda match: _MISTAKES[match[0]], text)
        if mended == text:
            break
        text = mended
    return _LONE.sub(lambda match: "ë" if match[0] == "ƫ" else "é", text)
