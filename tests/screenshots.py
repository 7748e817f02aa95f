"""Pictures of pages for the documentation, small enough to keep in a repository."""

from io import BytesIO
from pathlib import Path

from PIL import Image

COLOURS = 64  # of a page of text these are enough: nobody sees the difference
LARGEST = 60_000  # bytes


def keep(png: bytes, path: Path) -> None:
    """Write a screenshot down with a palette of its own colours."""
    Image.open(BytesIO(png)).convert("RGB").quantize(COLOURS).save(path, optimize=True)
