"""The picture of an entry, its caption and its credit."""

import pytest

from aggregator.feeds.image import credit_in, first_in, make_image, without_caption, without_figures
from aggregator.model import Image


@pytest.mark.parametrize(
    ("html", "image"),
    [
        ('<img src="https://a.nl/1.jpg" alt="Een lasser">', Image(url="https://a.nl/1.jpg", alt="Een lasser")),
        (
            '<figure><img src="https://a.nl/1.jpg"><figcaption>Werk. Foto: Jan Jansen</figcaption></figure>',
            Image(url="https://a.nl/1.jpg", caption="Werk.", credit="Jan Jansen"),
        ),
        (
            '<img src="https://a.nl/1.jpg"><br>Foto: Nina Crebas<br>tekst',
            Image(url="https://a.nl/1.jpg", credit="Nina Crebas"),
        ),
        ('<figure><img src="https://a.nl/1.jpg"></figure>', Image(url="https://a.nl/1.jpg")),
        ('<img alt="x"><img src="https://s.w.org/images/core/emoji/1.png">', None),
        ('<img src="https://a.nl/t.jpg" width="16">', None),
        ('<img src="https://a.nl/t.jpg" width="1">', None),
        ('<img src="https://a.nl/a.jpg?a=1&amp;b=2" width="auto">', Image(url="https://a.nl/a.jpg?a=1&b=2")),
        ("geen plaatje", None),
    ],
)
def test_the_first_picture_that_shows_something(html: str, image: Image | None) -> None:
    assert first_in(html) == image


@pytest.mark.parametrize("alt", ["anp180925070 1", "Normal_schoolbord", "IMG_1234.jpg", "foto.png", "DSC 0012"])
def test_a_file_name_is_no_alt_text(alt: str) -> None:
    assert make_image("https://a.nl/1.jpg", alt).alt == ""


@pytest.mark.parametrize(
    ("text", "credit"),
    [
        ("© TP", "TP"),
        ("©TP", "TP"),
        ("Foto: Jilmer Postma", "Jilmer Postma"),
        ("foto: Nina Crebas.", "Nina Crebas"),
        ("Photo by Ann Lee on Unsplash", "Ann Lee"),
        ("Een foto van de school", ""),
        ("", ""),
    ],
)
def test_who_made_it(text: str, credit: str) -> None:
    assert credit_in(text) == credit


def test_a_teaser_does_not_begin_with_the_caption() -> None:
    image = Image(url="https://a.nl/1.jpg", caption="Leerlingen lassen.", credit="Jan")
    assert without_caption("Leerlingen lassen. Het nieuws.", image) == "Het nieuws."
    assert without_caption("Foto: Jan | Het nieuws.", image) == "Het nieuws."
    assert without_caption("Het nieuws.", image) == without_caption("Het nieuws.", None) == "Het nieuws."


def test_figures_go_and_unclosed_ones_stay() -> None:
    assert without_figures("a<figure>b</figure>c<figure>d") == "a c<figure>d"
    assert without_figures("a<figure>b") == "a<figure>b"
