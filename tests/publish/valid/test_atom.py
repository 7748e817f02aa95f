"""Known faults of Atom documents, each found and named."""

import pytest

from aggregator.publish.valid import complaints

GOOD = """<?xml version="1.0"?>
<!-- a comment is fine -->
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="nl" xmlns:x="urn:x">
  <id>tag:a.example,2022:feed</id><title>Nieuws</title><updated>2022-06-30T00:00:00+02:00</updated>
  <author><name>Iemand</name><uri>https://a.example/</uri><email>a@a.example</email></author>
  <link rel="self" href="https://a.example/feed" type="application/atom+xml"/>
  <link href="https://a.example/" hreflang="nl"/><link href="https://a.example/en" hreflang="en"/>
  <generator uri="https://a.example/g">g</generator><icon>https://a.example/i</icon><x:any>thing</x:any>
  <entry>
    <id>tag:a.example,2022:1</id><title type="html">&lt;b&gt;Een&lt;/b&gt;</title>
    <updated>2022-06-30T00:00:00Z</updated>
    <link href="https://a.example/1" length="12"/><category term="t" scheme="https://a.example/t/"/>
    <summary>kort</summary><published>2022-06-30T00:00:00Z</published>
    <source><id>https://b.example/</id><title>B</title><updated>2022-06-30T00:00:00Z</updated></source>
  </entry>
  <entry>
    <id>tag:a.example,2022:2</id><updated>2022-06-30T00:00:00Z</updated>
    <title type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">Twee</div></title>
    <content type="html">lang</content>
  </entry>
</feed>"""

LINK_1 = '<link href="https://a.example/1" length="12"/>'


def faults(document: str) -> list[str]:
    return complaints(document.encode(), "application/atom+xml")


def test_a_good_document_has_no_faults() -> None:
    assert faults(GOOD) == []


@pytest.mark.parametrize(
    ("right", "wrong", "complaint"),
    [
        # The feed
        ("<id>tag:a.example,2022:feed</id>", "", "feed: no id [4.1]"),
        ("<title>Nieuws</title>", "", "feed: no title [4.1]"),
        ("<title>Nieuws</title>", "<title> </title>", "feed: title is empty"),
        ("<title>Nieuws</title>", "<title>a</title><title>b</title>", "feed: several times title [4.1]"),
        ("<updated>2022-06-30T00:00:00+02:00</updated>", "", "feed: no updated [4.1]"),
        ("00:00:00+02:00", "00:00:00", "feed: updated '2022-06-30T00:00:00' is no date of RFC 3339 [3.3]"),
        ("tag:a.example,2022:feed", "feed", "feed: id 'feed' is no absolute IRI [4.2.6]"),
        ('xml:lang="nl"', 'xml:lang="nl_NL"', "feed: xml:lang 'nl_NL' is no language tag [2]"),
        ('rel="self"', 'rel="via"', "feed: no link rel=self [4.1.1]"),
        ('hreflang="en"', 'hreflang="nl"', "feed: several links rel=alternate of one type and language [4.1.1]"),
        ('hreflang="en"', 'hreflang="e n"', "feed: link has hreflang 'e n' [4.2.7.4]"),
        ('type="application/atom+xml"', 'type="atom"', "feed: link has type 'atom' [4.2.7.3]"),
        ("https://a.example/g", "g", "feed: generator has uri 'g' [4.2.4]"),
        ("https://a.example/i", "i.png", "feed: icon 'i.png' is no absolute IRI [4.2.6]"),
        ("<x:any>thing</x:any>", "<summary>s</summary>", "feed: summary does not belong here [4.1]"),
        ("<x:any>thing</x:any>", '<any xmlns="">thing</any>', "feed: <any> is in no namespace [6.3]"),
        # Persons
        ("<name>Iemand</name>", "", "feed: author has not one name [3.2.1]"),
        ("<name>Iemand</name>", "<name/>", "feed: author has not one name [3.2.1]"),
        ("<name>Iemand</name>", "<name>a</name><name>b</name>", "feed: author has not one name [3.2.1]"),
        ("<uri>https://a.example/</uri>", "<uri>a</uri>", "feed: author has uri 'a' [3.2.2]"),
        ("a@a.example", "a", "feed: author has email 'a' [3.2.3]"),
        ("<email>", "<email>b@b</email><email>", "feed: author has several times email [3.2]"),
        # Entries
        ("tag:a.example,2022:2", "tag:a.example,2022:1", "id 'tag:a.example,2022:1' occurs 2 times [4.1.1]"),
        (LINK_1, "", "entry 1: neither content nor link rel=alternate [4.1.2]"),
        ('<content type="html">lang</content>', "", "entry 2: neither content nor link rel=alternate [4.1.2]"),
        ("https://a.example/1", "/1", "entry 1: link has href '/1', not an absolute address [4.2.7.1]"),
        (LINK_1, LINK_1 + '<link rel="x y" href="urn:x"/>', "entry 1: link has rel 'x y' [4.2.7.2]"),
        (LINK_1, LINK_1 + '<link rel="x: y" href="urn:x"/>', "entry 1: link has rel 'x: y' [4.2.7.2]"),
        (LINK_1, LINK_1 + '<link rel="" href="urn:x"/>', "entry 1: link has rel '' [4.2.7.2]"),
        ('length="12"', 'length="veel"', "entry 1: link has length 'veel' [4.2.7.6]"),
        ('term="t"', "", "entry 1: category has no term [4.2.2.1]"),
        ("https://a.example/t/", "t", "entry 1: category has scheme 't' [4.2.2.2]"),
        ("<summary>kort</summary>", "<summary><b/></summary>", "entry 1: summary of type text holds elements [3.1.1]"),
        ("<summary>", '<summary type="text/html">', "entry 1: summary has type 'text/html' [3.1.1]"),
        ("<summary>", '<summary xml:lang="?">', "entry 1: xml:lang '?' is no language tag [2]"),
        (
            "<published>2022",
            "<published>0000",
            "entry 1: published '0000-06-30T00:00:00Z' is no date of RFC 3339 [3.3]",
        ),
        ("<id>https://b.example/</id>", "", "entry 1 source: no id [4.1]"),
        ("</source>", "<content/></source>", "entry 1 source: content does not belong here [4.1]"),
        ("</source>", "</source><source/>", "entry 1: several times source [4.1]"),
        ('type="xhtml"', 'type="html"', "entry 2: title of type html holds elements [3.1.1]"),
        ('type="html">&lt;b&gt;Een', 'type="xhtml">Een', "entry 1: title of type xhtml is not one xhtml:div [3.1.1.3]"),
        # Content
        ('type="html">lang', 'type="lang">lang', "entry 2: content has type 'lang' [4.1.3.1]"),
        ('type="html">lang', 'type="image/png">lang', "entry 2: its content needs a summary [4.1.2]"),
        ('type="html">lang', 'src="https://a.example/">', "entry 2: its content needs a summary [4.1.2]"),
        ('type="html">lang', 'src="a">', "entry 2: content has src 'a' [4.1.3.2]"),
        ('type="html">lang', 'src="urn:a">lang', "entry 2: content has both src and text [4.1.3.2]"),
    ],
)
def test_a_fault_is_found_and_named(right: str, wrong: str, complaint: str) -> None:
    assert right in GOOD
    assert complaint in faults(GOOD.replace(right, wrong, 1))


def test_content_of_another_xml_type_needs_no_summary() -> None:
    assert faults(GOOD.replace('type="html">lang', 'type="image/svg+xml">')) == []


def test_an_entry_needs_an_author_of_its_own_of_its_source_or_of_the_feed() -> None:
    start, end = GOOD.index("<author>"), GOOD.index("</author>") + len("</author>")
    author, unsigned = GOOD[start:end], GOOD[:start] + GOOD[end:]
    assert faults(unsigned) == ["entry 1: no author [4.1.2]", "entry 2: no author [4.1.2]"]
    by_source = unsigned.replace("<source>", f"<source>{author}")
    assert faults(by_source) == ["entry 2: no author [4.1.2]"]
    assert faults(by_source.replace("<content", f"{author}<content")) == []


def test_another_root_is_all_that_is_said() -> None:
    assert faults("<rss/>") == ["the root is rss, not atom:feed"]
