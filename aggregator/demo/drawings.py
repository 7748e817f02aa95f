"""The pictures of the demo's news: two cogs on a coloured ground, another for each item. Drawn, not photographed."""

import math
from functools import lru_cache
from io import BytesIO
from zlib import crc32

from PIL import Image, ImageDraw

SIZE = (1200, 800)
GROUNDS = (("#12355b", "#2e86ab"), ("#5b1f3a", "#d1495b"), ("#14453d", "#66a182"), ("#4a3b10", "#edae49"))
STEEL, DARK = "#e8eaed", "#23282e"
TEETH = 12


@lru_cache(maxsize=16)
def drawing(slug: str) -> bytes:
    """Return the picture of one item as a JPEG: equal slug, equal bytes."""
    number = crc32(slug.encode())
    below, above = GROUNDS[number % len(GROUNDS)]
    image = Image.composite(
        Image.new("RGB", SIZE, below), Image.new("RGB", SIZE, above), Image.linear_gradient("L").resize(SIZE)
    )
    pen = ImageDraw.Draw(image)
    _cog(pen, 450, 430, 210 + number % 50, STEEL)
    _cog(pen, 800, 330 + number % 90, 130, DARK)
    written = BytesIO()
    image.save(written, "JPEG", quality=85)
    return written.getvalue()


def _cog(pen: ImageDraw.ImageDraw, x: float, y: float, radius: float, colour: str) -> None:
    for tooth in range(TEETH):
        angle = 2 * math.pi * tooth / TEETH
        _disc(pen, x + radius * math.cos(angle), y + radius * math.sin(angle), radius / 6, colour)
    _disc(pen, x, y, radius, colour)
    _disc(pen, x, y, radius / 3, DARK if colour == STEEL else STEEL)


def _disc(pen: ImageDraw.ImageDraw, x: float, y: float, radius: float, colour: str) -> None:
    pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour)
