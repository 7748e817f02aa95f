"""Before a document is parsed it is mended where that is safe, so that the strict parser can read it."""

import pytest

from aggregator.errors import ReadError
from aggregator.feeds.look import Look, is_json

ITEM = "<item><title>t</title></item>"


@pytest.mark.parametrize(
    ("text", "mended"),
    [
        (f"<rss><channel>{ITEM}</channel></rss>", False),
        (f"<?xml version='1.0'?><!-- <rss> --><rss><channel>{ITEM}</channel></rss><script>x</script>", False),
        (f"<rss><channel>\x00\x1f{ITEM}</channel></rss>", False),
        ("<rss><channel><title>R&D &eacute;&nbsp;&#0;&#x1F;&#233;&amp;&lt;</title></channel></rss>", True),
        (f"<rss><channel>{ITEM}<media:x/><eigen:y/></channel></rss>", True),
        (f"<rss><channel>{ITEM}<item><title>afgebr", True),
        (f"<rdf:RDF xmlns:rdf='r'>{ITEM}<item", True),
    ],
)
def test_what_can_be_mended_becomes_well_formed(text: str, mended: bool) -> None:
    look = Look(text)
    assert look.mended is mended
    assert not Look(look.text).mended
    assert "<title>" in look.text


def test_cdata_is_not_mended() -> None:
    assert "<![CDATA[a&b]]>" in Look("<rss><a><![CDATA[a&b]]></a>R&D</rss>").text


def test_entities_that_are_characters_are_put_in() -> None:
    look = Look("<!DOCTYPE rss [<!ENTITY eigen \"één\"><!ENTITY x '&#233;'>]><rss>&eigen;&x;&amp;</rss>")
    assert (look.text, look.mended) == ("<rss>één&#233;&amp;</rss>", False)


def test_tag_soup_goes_to_the_forgiving_parser() -> None:
    look = Look("<rss><channel><item><description><p>een<br/>twee</description></item></channel></rss>")
    assert look.mended


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("<rss><b>" + "&" * 500_001, "unreadable"),
        ("<rss><b></rss>" + "x" * 3_000_001 + "</rss>", "unreadable"),
        ("<rss></b>" + "<i><u></i>" * 4_001 + "</rss>", "too-deep"),
        ("<rss></b>" + "<" * 1_100 + "</rss>", "unreadable"),
        ("<rss></b><a " + "a=1 " * 300 + "></rss>", "too-many-attributes"),
    ],
)
def test_soup_is_taken_in_small_portions(text: str, code: str) -> None:
    with pytest.raises(ReadError) as refused:
        Look(text)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("<rss>" + "<item/>" * 10_001 + "</rss>", "too-many-entries"),
        ("<rss>" + "<a>" * 201 + "</a>" * 201 + "</rss>", "too-deep"),
        ("<rss><a " + " ".join(f"a{n}='1'" for n in range(201)) + "/></rss>", "too-many-attributes"),
        ("<rss " + " ".join(f"xmlns:a{n}='1'" for n in range(101)) + "/>", "too-many-attributes"),
        ("<rss>" + "".join(f"<a{n}:b/>" for n in range(101)) + "</rss>", "too-many-attributes"),
        ("<rss><item>" + "<category/>" * 501 + "</item></rss>", "unreadable"),
        ("<rss><item><author>" + "a" * 5_001 + "</author></item></rss>", "unreadable"),
        ("<rss>" + "<p/>" * 200_001 + "</rss>", "too-large"),
        ("<rss>" + "x" * 8_000_001 + "</rss>", "too-large"),
        ("<!DOCTYPE x [<!ENTITY a 'x&b;'>]><rss>&a;</rss>", "entities"),
        ("<!DOCTYPE x [<!ENTITY a '" + "a" * 200 + "'>]><rss>" + "&a;" * 40_001 + "</rss>", "entities"),
    ],
)
def test_what_is_too_much_is_refused_by_name(text: str, code: str) -> None:
    with pytest.raises(ReadError) as refused:
        Look(text)
    assert refused.value.code == code


def test_entries_may_have_many_categories_together() -> None:
    item = "<item>" + "<category>c</category>" * 100 + "</item>"
    assert not Look("<rss>" + item * 20 + "</rss>").mended


def test_json_is_told_by_its_first_character() -> None:
    assert is_json("\ufeff \n{")
    assert not is_json("<rss>")
