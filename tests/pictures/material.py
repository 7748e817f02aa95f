"""Pictures to render: honest ones, and what a hostile server sends instead. Made here."""

import struct
import zlib
from io import BytesIO
from typing import Any

from PIL import Image

RED, BLUE = (200, 30, 30), (30, 30, 200)
WORD = "Zonderlingwoord"
LATITUDE = b"Latitude"


def encoded(image: Image.Image, format: str = "JPEG", **options: Any) -> bytes:
    written = BytesIO()
    image.save(written, format, **options)
    return written.getvalue()


def halves(width: int = 1200, height: int = 800) -> Image.Image:
    """Red on the left, blue on the right."""
    image = Image.new("RGB", (width, height), RED)
    image.paste(BLUE, (width // 2, 0, width, height))
    return image


def photo(width: int = 1200, height: int = 800) -> bytes:
    return encoded(halves(width, height), quality=85)


def with_exif(orientation: int = 1) -> bytes:
    """A JPEG as a telephone makes it: where it was taken, by whom, and which side is up."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x013B] = WORD
    exif.get_ifd(0x8825)[2] = (52.0, 5.0, 7.0)
    exif.get_ifd(0x8825)[1] = "N"
    return encoded(halves(), exif=exif, comment=WORD.encode(), xmp=f"<x>{WORD}</x>".encode())


def png(width: int, height: int, *chunks: bytes) -> bytes:
    """A PNG that says to be of this size, with these chunks behind its head."""
    head = _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(chunks) + _chunk(b"IEND", b"")


def bomb() -> bytes:
    """900 million pixels in less than 3 MB."""
    squeezed = zlib.compressobj(9)
    row = b"\0" * (1 + 3 * 30_000)
    body = b"".join(squeezed.compress(row) for _ in range(30_000)) + squeezed.flush()
    return png(30_000, 30_000, _chunk(b"IDAT", body))


def spun_out_jpeg() -> bytes:
    """A progressive JPEG of 20 million pixels whose last pass is told again ten thousand times: small, and endless."""
    whole = encoded(Image.new("L", (5_000, 4_000), 128), progressive=True)
    last = whole.rindex(b"\xff\xda")
    return whole[:-2] + whole[last:-2] * 10_000 + b"\xff\xd9"


def endless_gif(frames: int = 5_000) -> bytes:
    """A film: the first frame is red, the thousands behind it are not."""
    first = encoded(Image.new("RGB", (300, 200), RED), "GIF")
    second = encoded(Image.new("RGB", (300, 200), BLUE), "GIF")
    frame = second[second.index(b"\x2c") : -1]
    return first[:-1] + frame * frames + b"\x3b"


def palette_with_hole() -> bytes:
    """A PNG of a few colours, one of which is nothing: the left half."""
    image = Image.new("P", (600, 400), 0)
    image.putpalette([0, 0, 0, *BLUE])
    image.paste(1, (300, 0, 600, 400))
    return encoded(image, "PNG", transparency=0)


def four_inks() -> bytes:
    return encoded(Image.new("CMYK", (600, 400), (0, 220, 220, 30)))


def page_in_a_gif() -> bytes:
    """A picture for who reads pictures, a page with a script for who reads pages."""
    return encoded(halves(300, 200), "GIF", comment=b"<script>alert(1)</script>") + b"<script>alert(2)</script>"


SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="600" height="400"><script>alert(1)</script></svg>'
PAGE = b"<!doctype html><title>404</title><script>alert(1)</script>"
POSTSCRIPT = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 600 400\nshowpage\n"


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
