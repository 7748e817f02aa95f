"""From a partner's bytes to pictures of ours: WebP in two widths, without anything of the old file but what is seen.

Equal bytes give equal bytes. A picture is never enlarged. Size is asked before anything is decoded; a file of any
other format than these is no picture: what Pillow could read beside them (EPS runs a program) is never tried.
"""

import struct
from collections.abc import Iterator
from io import BytesIO

from PIL import (
    AvifImagePlugin,
    GifImagePlugin,
    Image,
    ImageCms,
    ImageOps,
    JpegImagePlugin,
    PngImagePlugin,
    UnidentifiedImageError,
    WebPImagePlugin,
)

from aggregator.pictures.made import BROKEN, NO_PICTURE, TOO_LARGE, TOO_SMALL, Rendition, Unusable

# Importing a module is what lets Pillow read its format.
FORMATS = {
    "JPEG": JpegImagePlugin,
    "PNG": PngImagePlugin,
    "GIF": GifImagePlugin,  # its first frame
    "WEBP": WebPImagePlugin,
    **({"AVIF": AvifImagePlugin} if AvifImagePlugin.SUPPORTED else {}),
}
WIDTHS = (400, 800)
LEAST = 100  # pixels a side: less is a dot that counts readers, an icon, a line
MOST_PIXELS = 25_000_000  # a photo of 6,000 x 4,000 is 24 million
LONGEST_PROFILE = 1_000_000  # bytes
QUALITY = 75


def renditions(body: bytes) -> tuple[Rendition, ...] | Unusable:
    """Return the picture in our widths, the smaller one first; one that is narrower than that as it is."""
    try:
        with Image.open(BytesIO(body), formats=tuple(FORMATS)) as image:
            objection = _objection(image.size)
            return Unusable(code=objection) if objection else tuple(_renditions(image))
    except UnidentifiedImageError:
        return Unusable(code=NO_PICTURE)
    except (Image.DecompressionBombError, MemoryError):
        return Unusable(code=TOO_LARGE)
    except (OSError, ValueError, SyntaxError, LookupError, TypeError, EOFError, OverflowError, struct.error):
        return Unusable(code=BROKEN)  # Pillow's readers have no error of their own


def _objection(size: tuple[int, int]) -> str:
    width, height = size
    if width * height > MOST_PIXELS:
        return TOO_LARGE
    return TOO_SMALL if min(width, height) < LEAST else ""


def _renditions(image: Image.Image) -> Iterator[Rendition]:
    seen = _opaque(ImageOps.exif_transpose(_lighter(image)))
    for width in sorted({min(width, seen.width) for width in WIDTHS}):
        height = max(1, round(seen.height * width / seen.width))
        resized = seen.resize((width, height), Image.Resampling.LANCZOS)
        yield Rendition(width=width, height=height, body=_webp(resized))


def _lighter(image: Image.Image) -> Image.Image:
    """No larger than it takes to make ours: twice as large in both directions, so that nothing is seen of it."""
    enough = 2 * WIDTHS[-1]
    image.draft(None, (enough, enough))  # a JPEG is not even decoded any larger
    if image.mode in ("1", "P"):
        image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    factor = min(image.size) // enough
    return image.reduce(factor) if factor > 1 else image


def _opaque(image: Image.Image) -> Image.Image:
    """As it looks on a white page, in the colours of every screen (sRGB)."""
    if image.has_transparency_data:
        layer = image.convert("RGBA")
        page = Image.new("RGBA", layer.size, "white")
        return Image.alpha_composite(page, layer).convert("RGB")
    profile = image.info.get("icc_profile") or b""
    if image.mode in ("RGB", "CMYK") and 0 < len(profile) < LONGEST_PROFILE:
        try:
            own = ImageCms.ImageCmsProfile(BytesIO(profile))
            converted = ImageCms.profileToProfile(image, own, ImageCms.createProfile("sRGB"), outputMode="RGB")
        except (ImageCms.PyCMSError, OSError, ValueError):
            converted = None  # a profile that is none says nothing
        if converted is not None:
            return converted
    return image.convert("RGB")


def _webp(image: Image.Image) -> bytes:
    image.info.clear()  # what the old file said beside its pixels: Pillow would write some of it
    written = BytesIO()
    image.save(written, "WEBP", quality=QUALITY, method=4)
    return written.getvalue()
