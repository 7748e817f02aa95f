import gzip
import re

import pytest

from aggregator.publish.site.embed import integrity, is_pinned, scripts, styles, versions
from aggregator.publish.site.embed.assets import SITE, paired

# Websites name these hashes: bytes that were released stay as they are, and a change is a new version.
RELEASED = {
    "v1.0.0/techniek-nieuws.js": "sha384-WwJr5CeJ/RSfTabW4x+5VXMD8VLadoRq3Qp297L8Sy9y+9KIhDyCcAbBA1DW79GN",
    "v1.0.0/frame.js": "sha384-4N0Ct6UdPp9Q5oG9nkTtD+64ZoyORO/z4+a5UJLlvxsiVrWc6QEh8VGKzh1gZmBt",
}


def test_a_released_version_never_changes() -> None:
    pinned = {path: integrity(body) for path, body in scripts().items() if is_pinned(path)}
    assert pinned == RELEASED


def test_the_address_without_numbers_is_the_latest_of_its_kind() -> None:
    assert scripts()["v1/techniek-nieuws.js"] == scripts()[f"v{versions()[-1]}/techniek-nieuws.js"]
    assert not is_pinned("v1/techniek-nieuws.js")


def test_the_element_is_5_kb_at_most_and_asks_nobody_else() -> None:
    body = scripts()["v1/techniek-nieuws.js"]
    assert len(gzip.compress(body, 6)) <= 5_000
    text = body.decode()
    assert "import(" not in text
    assert not re.search(r"^import\s", text, re.MULTILINE)
    assert not re.search(r"https?://", text)
    assert not re.search(r"innerHTML|outerHTML|insertAdjacent|document\.write|eval|cookie\b(?!s)|localStorage", text)
    assert len(gzip.compress(scripts()["v1/frame.js"], 6)) <= 1_500


@pytest.mark.parametrize("use", ["frame.css", "host.css", "builder.css", "builder.js"])
def test_a_file_of_ours_is_named_by_its_bytes(use: str) -> None:
    name, body = styles()[use]
    assert re.fullmatch(r"embed-\w+\.[0-9a-f]{12}\.(css|js)", name)
    assert body


def test_a_frame_has_the_colours_of_the_site_for_light_and_dark() -> None:
    tokens = (SITE / "tokens.css").read_text(encoding="utf-8")
    light, dark = tokens.split("@media (prefers-color-scheme: dark)")
    colours = re.findall(r"(--news-[\w-]+): (#\w+);", dark)
    assert len(colours) > 8
    for name, colour in colours:
        usual = re.search(rf"{name}: (#\w+);", light)
        assert usual
        assert f"{name}: light-dark({usual[1]}, {colour});" in paired(tokens)
