"""What becomes of honest pictures, and of everything else that a server may send as one."""

from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from aggregator.pictures import Rendition, Unusable, rendered
from aggregator.pictures.confined import answer
from aggregator.pictures.rendering import FORMATS, MOST_PIXELS, WIDTHS, renditions
from tests.pictures import material
from tests.pictures.material import BLUE, RED, WORD, encoded, halves, photo, with_exif

WHITE = (255, 255, 255)


def made(body: bytes) -> tuple[Rendition, ...]:
    found = renditions(body)
    assert isinstance(found, tuple), found
    return found


def sizes(body: bytes) -> list[tuple[int, int]]:
    return [(each.width, each.height) for each in made(body)]


def opened(rendition: Rendition) -> Image.Image:
    image = Image.open(BytesIO(rendition.body))
    assert image.format == "WEBP"
    assert image.size == (rendition.width, rendition.height)
    return image


def looks(body: bytes, left: tuple[int, ...], right: tuple[int, ...]) -> bool:
    """Whether each of ours shows these colours left and right of its middle, as far as an eye can tell."""
    return all(
        max(abs(is_ - should) for is_, should in zip(image.getpixel(at), colour, strict=True)) < 24  # type: ignore[arg-type]
        for image in (opened(each).convert("RGB") for each in made(body))
        for at, colour in (
            ((image.width // 4, image.height // 2), left),
            ((image.width * 3 // 4, image.height // 2), right),
        )
    )


@pytest.mark.parametrize("format", FORMATS)
def test_every_usual_format_comes_out_in_two_widths(format: str) -> None:
    body = encoded(halves(), format)
    assert sizes(body) == [(400, 267), (800, 533)]
    assert looks(body, RED, BLUE)


def test_a_picture_is_never_enlarged() -> None:
    assert WIDTHS == (400, 800)
    assert sizes(photo(640, 480)) == [(400, 300), (640, 480)]
    assert sizes(photo(300, 200)) == [(300, 200)]
    assert sizes(photo(120, 3_000)) == [(120, 3_000)]


def test_equal_bytes_give_equal_bytes_in_every_process() -> None:
    body = with_exif()
    assert rendered(body) == rendered(body) == renditions(body)


def test_of_the_file_nothing_is_left_but_what_is_seen() -> None:
    body = with_exif()
    assert body.count(WORD.encode()) == 3
    with Image.open(BytesIO(body)) as before:
        assert before.getexif().get_ifd(0x8825)
    for each in made(body):
        image = opened(each)
        assert not image.getexif()
        assert {"exif", "xmp", "icc_profile", "comment"}.isdisjoint(image.info)
        assert WORD.encode() not in each.body
        assert not {b"EXIF", b"XMP ", b"ICCP"} & {each.body[at : at + 4] for at in range(len(each.body))}


@pytest.mark.parametrize(
    ("orientation", "left", "right", "is_upright"),
    [(1, RED, BLUE, False), (2, BLUE, RED, False), (3, BLUE, RED, False), (6, None, None, True), (8, None, None, True)],
)
def test_a_picture_stands_as_its_maker_held_it(
    orientation: int, left: tuple[int, ...] | None, right: tuple[int, ...] | None, is_upright: bool
) -> None:
    body = with_exif(orientation)
    assert sizes(body) == ([(400, 600), (800, 1200)] if is_upright else [(400, 267), (800, 533)])
    if left and right:
        assert looks(body, left, right)


def test_what_is_transparent_lies_on_white() -> None:
    assert looks(material.palette_with_hole(), WHITE, BLUE)
    glass = Image.new("RGBA", (600, 400), (*RED, 0))
    glass.paste((*BLUE, 255), (300, 0, 600, 400))
    assert looks(encoded(glass, "PNG"), WHITE, BLUE)


def test_a_picture_for_the_printer_is_shown_in_the_colours_of_a_screen() -> None:
    assert looks(material.four_inks(), (225, 31, 31), (225, 31, 31))
    assert looks(encoded(Image.new("L", (600, 400), 100)), (100, 100, 100), (100, 100, 100))


def test_a_profile_of_colours_is_followed_and_one_that_is_none_is_ignored() -> None:
    from PIL import ImageCms

    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for profile in (srgb, b"geen profiel" * 20):
        assert looks(encoded(halves(), icc_profile=profile), RED, BLUE)


def test_of_a_film_the_first_frame_is_shown() -> None:
    film = material.endless_gif()
    assert len(film) > 1_000_000
    assert looks(film, RED, RED)


def test_a_page_hidden_in_a_picture_does_not_come_out() -> None:
    for each in made(material.page_in_a_gif()):
        assert b"<script" not in each.body
        assert opened(each).width == 300


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (material.SVG, "no-picture"),
        (material.PAGE, "no-picture"),
        (material.POSTSCRIPT, "no-picture"),  # for which Pillow would start a program
        (encoded(halves(), "TIFF"), "no-picture"),
        (b"", "no-picture"),
        (photo()[:2_000], "broken"),
        (encoded(halves(), "PNG")[:-300], "broken"),
        (encoded(halves(), "WEBP")[:-300], "broken"),
        (material.png(600, 400), "broken"),
        (material.png(60_000, 60_000), "too-many-pixels"),
        (encoded(Image.new("1", (5_001, 5_000)), "PNG"), "too-many-pixels"),
        (photo(1, 1), "too-small"),
        (photo(2_000, 20), "too-small"),
    ],
)
def test_what_is_no_picture_that_can_be_shown_is_told_in_a_word(body: bytes, code: str) -> None:
    assert renditions(body) == Unusable(code=code)


def test_a_bomb_is_refused_before_it_is_decoded() -> None:
    bomb = material.bomb()
    assert len(bomb) < 3_000_000
    assert MOST_PIXELS * 36 == 30_000 * 30_000
    assert rendered(bomb) == Unusable(code="too-many-pixels")


def test_what_keeps_a_decoder_busy_for_ever_is_ended() -> None:
    body = material.spun_out_jpeg()
    assert len(body) < 8_000_000
    assert rendered(body, seconds=2) == Unusable(code="too-slow")


def test_what_breaks_the_process_is_a_broken_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.executable", "/bin/false")
    assert rendered(photo()) == Unusable(code="broken")


def test_the_process_knows_nothing_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    from aggregator.pictures.confined import _environment

    monkeypatch.setenv("AGGREGATOR_SECRET_KEY", "geheim")
    assert not any("AGGREGATOR" in name for name in _environment())


def test_what_the_process_says_is_what_was_made() -> None:
    for body in (photo(), material.SVG):
        told = BytesIO()
        answer(body, told)
        assert rendered(body) == renditions(body)
        assert told.getvalue().count(b"\n") >= 1


SEEDS = [encoded(halves(300, 200), format) for format in FORMATS]


@settings(max_examples=100)
@given(st.sampled_from(SEEDS), st.data())
def test_no_bytes_whatever_raise_anything(seed: bytes, data: st.DataObject) -> None:
    body = bytearray(seed)
    for _ in range(data.draw(st.integers(1, 8))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    found = renditions(bytes(body[: data.draw(st.integers(1, len(body)))]))
    assert isinstance(found, Unusable) or all(opened(each) for each in found)
