"""How full the disk is that the data lies on."""

import shutil
from pathlib import Path


def used(folder: Path) -> float:
    """The share of the disk that is not free to us, in per cent; of the nearest folder that is there."""
    usage = shutil.disk_usage(nearest(folder))
    return 100 - 100 * usage.free / usage.total


def free_bytes(folder: Path) -> int:
    """What we may still write there."""
    return shutil.disk_usage(nearest(folder)).free


def nearest(folder: Path) -> Path:
    """The folder itself, or the nearest one above it that is there."""
    return next(each for each in (folder, *folder.resolve().parents) if each.exists())
