"""Known faults of archive pages and tombstones, each found and named."""

import pytest

from aggregator.publish.valid import complaints

PAGE = """<?xml version="1.0"?>
<feed xmlns="http://www.w3.org/2005/Atom" xmlns:fh="http://purl.org/syndication/history/1.0"
      xmlns:at="http://purl.org/atompub/tombstones/1.0">
  <id>tag:a.example,2022:feed</id><title>Nieuws</title><updated>2022-06-30T00:00:00Z</updated>
  <author><name>Iemand</name></author>
  <link rel="self" href="2.atom"/><link rel="current" href="../../all.atom"/>
  <link rel="prev-archive" href="1.atom"/><link rel="next-archive" href="https://a.example/3.atom"/>
  <fh:archive/>
  <at:deleted-entry ref="tag:a.example,2022:9" when="2022-06-30T00:00:00+02:00">
    <at:by><name>Redactie</name></at:by><at:comment>Ingetrokken</at:comment>
  </at:deleted-entry>
  <entry>
    <id>tag:a.example,2022:1</id><title>Een</title><updated>2022-06-30T00:00:00Z</updated>
    <link href="https://a.example/1"/>
  </entry>
</feed>"""


def faults(document: str) -> list[str]:
    return complaints(document.encode(), "application/atom+xml")


def test_a_good_page_has_no_faults() -> None:
    assert faults(PAGE) == []


@pytest.mark.parametrize(
    ("right", "wrong", "complaint"),
    [
        ('rel="current"', 'rel="via"', "a page of an archive without link rel=current"),
        ('rel="next-archive"', 'rel="prev-archive"', "2 links rel=prev-archive"),
        ("<fh:archive/>", "", "next-archive, and no page of an archive"),
        ("<fh:archive/>", "", "link has href '2.atom', not an absolute address"),
        ("<fh:archive/>", "<fh:archive/><fh:complete/>", "not one fh:archive or fh:complete"),
        ("<fh:archive/>", "<fh:archive/><fh:archive/>", "not one fh:archive or fh:complete"),
        ("<fh:archive/>", "<fh:archive>ja</fh:archive>", "is not empty"),
        ("<fh:archive/>", "<fh:archive/><fh:arrchive/>", "not one fh:archive or fh:complete"),
        ('href="1.atom"', 'href="1 .atom"', "link has href '1 .atom', not an absolute address"),
        ('href="1.atom"', 'href=""', "link has href '', not an absolute address"),
        ('<link href="https://a.example/1"/>', '<link href="1"/>', "link has href '1', not an absolute address"),
        ('ref="tag:a.example,2022:9"', "", "tombstone 1: ref None is no absolute IRI"),
        ('ref="tag:a.example,2022:9"', 'ref="9"', "tombstone 1: ref '9' is no absolute IRI"),
        (' when="2022-06-30T00:00:00+02:00"', "", "tombstone 1: when None is no date of RFC 3339"),
        ("2022-06-30T00:00:00+02:00", "30 juni", "tombstone 1: when '30 juni' is no date of RFC 3339"),
        ("<name>Redactie</name>", "", "tombstone 1: by has not one name"),
        ("<at:comment>", "<at:comment type='pdf'>", "tombstone 1: comment has type 'pdf'"),
        ("</at:by>", "</at:by><at:by><name>Nog een</name></at:by>", "tombstone 1: 2 times"),
        ("at:comment>", "at:coment>", "does not belong here"),
        ("<entry>", "<entry><at:comment>x</at:comment>", "does not belong here"),
        (
            "<id>tag:a.example,2022:1</id>",
            "<id>tag:a.example,2022:9</id>",
            "'tag:a.example,2022:9' is an entry and gone",
        ),
        (
            "<entry>",
            '<at:deleted-entry ref="tag:a.example,2022:9" when="2022-06-30T00:00:00+02:00"/><entry>',
            "tombstone of 'tag:a.example,2022:9' occurs 2 times",
        ),
    ],
)
def test_a_fault_is_found_and_named(right: str, wrong: str, complaint: str) -> None:
    assert right in PAGE
    assert any(complaint in each for each in faults(PAGE.replace(right, wrong))), faults(PAGE.replace(right, wrong))
