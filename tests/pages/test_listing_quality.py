"""Floors of the list finder on real pages: a change that lowers a figure fails here.

The pages are test material that may not be copied; they are read from the folder `shared` beside the checkout.
"""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
LISTING = ROOT / ".." / "shared" / "listing"

pytestmark = pytest.mark.skipif(not LISTING.is_dir(), reason="../shared/listing is not here: no real pages to read")


def load(name: str, path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def scored(split: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    score = load("listing_score", LISTING / "score.py")
    predict = load("score_listing", ROOT / "bench" / "score_listing.py").predict
    figures: tuple[dict[str, Any], list[dict[str, Any]]] = score.run(split, predict, quiet=True)
    return figures


def test_listing_pages_keep_their_floors() -> None:
    figures, _ = scored("dev")
    assert figures["macroF1"] >= 0.96
    assert float(figures["title"]) >= 0.99
    assert float(figures["date"]) >= 0.99
    assert figures["d_wrong"] == 0
    assert float(figures["teaser"]) >= 0.96
    assert float(figures["image"]) >= 0.90
    assert figures["pages_per_cpu_s"] >= 12  # a slow, busy machine; about 55 on a quiet one


def test_home_pages_keep_their_floors() -> None:
    figures, _ = scored("home_dev")
    assert figures["macroF1"] >= 0.95
    assert float(figures["date"]) >= 0.97
    assert figures["d_wrong"] == 0


def test_the_shapes_of_common_systems_are_read_exactly() -> None:
    _, rows = scored("cms")
    assert len(rows) == 5
    for row in rows:
        assert (row["F"], row["d_wrong"], row["d_spurious"]) == (1.0, 0, 0)
        assert row["t"] == (row["tp"], row["tp"])
        assert row["d"][0] == row["d"][1]
