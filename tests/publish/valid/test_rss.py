"""Known faults of RSS documents, each found and named."""

import pytest

from aggregator.publish.valid import complaints

ITEM_2 = "<item><description>Twee</description><guid>https://a.example/2</guid></item>"
GOOD = f"""<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel>
  <title>Nieuws</title><link>https://a.example/</link><description>Al het nieuws</description>
  <language>nl</language><ttl>60</ttl><lastBuildDate>Thu, 30 Jun 2022 00:00:00 +0200</lastBuildDate>
  <image><url>https://a.example/i</url><title>i</title><link>https://a.example/</link></image>
  <atom:link rel="self" href="https://a.example/feed"/>
  <item>
    <title>Een</title><link>https://a.example/1</link><guid isPermaLink="false">tag:1</guid>
    <author>a@a.example (A)</author><category>c</category>
    <source url="https://b.example/">B</source>
    <enclosure url="https://a.example/1.mp3" length="12" type="audio/mpeg"/>
  </item>
  {ITEM_2}
</channel></rss>"""


def faults(document: str) -> list[str]:
    return complaints(document.encode(), "application/rss+xml")


def test_a_good_document_has_no_faults() -> None:
    assert faults(GOOD) == []


@pytest.mark.parametrize(
    ("right", "wrong", "complaint"),
    [
        # The channel
        ("<title>Nieuws</title>", "", "channel: no title"),
        ("<link>https://a.example/</link><d", "<d", "channel: no link"),
        ("<description>Al het nieuws</description>", "<description/>", "channel: no description"),
        ("<title>Nieuws</title>", "<title>a</title><title>b</title>", "channel: 2 times title"),
        ("<link>https://a.example/</link>", "<link>/</link>", "channel: link '/' is no absolute address"),
        ("<language>nl", "<language>nl_NL", "channel: language 'nl_NL' is no language tag"),
        ("<ttl>60", "<ttl>een uur", "channel: ttl 'een uur' is no number of minutes"),
        ("Thu, 30", "Fri, 30", "channel: lastBuildDate 'Fri, 30 Jun 2022 00:00:00 +0200' is no date of RFC 822"),
        ('rel="self"', 'rel="hub"', "channel: no atom:link rel=self"),
        ("https://a.example/feed", "feed", "channel: atom:link to 'feed'"),
        ("<ttl>60</ttl>", "<guid>x</guid>", "channel: <guid> does not belong here"),
        # Items
        ("<title>Een</title>", "", "item 1: neither title nor description"),
        ("<title>Een</title>", "<title><b>Een</b></title>", "item 1: title holds elements"),
        ("<title>Een</title>", "<title>Een</title><wat/>", "item 1: <wat> does not belong here"),
        ("https://a.example/1<", "www.a.example<", "item 1: link 'www.a.example' is no absolute address"),
        ('<guid isPermaLink="false">tag:1</guid>', "", "item 1: no guid"),
        ('"false"', '"nee"', "item 1: guid has isPermaLink 'nee'"),
        ("https://a.example/2", "2", "item 2: guid '2' is no absolute address and not isPermaLink=false"),
        (ITEM_2, ITEM_2 * 2, "guid 'https://a.example/2' occurs 2 times"),
        ("a@a.example (A)", "Iemand", "item 1: author 'Iemand' is no mail address; use dc:creator"),
        ("<category>c", "<category> ", "item 1: category is empty"),
        ("https://b.example/", "b", "item 1: source has url 'b'"),
        ("https://a.example/1.mp3", "1.mp3", "item 1: enclosure has url '1.mp3'"),
        ('length="12"', 'length="?"', "item 1: enclosure has length '?'"),
        ('type="audio/mpeg"', "", "item 1: enclosure has type None"),
        (
            "<title>Een</title>",
            "<title>Een</title><pubDate>gisteren</pubDate>",
            "item 1: pubDate 'gisteren' is no date of RFC 822",
        ),
        (
            "<title>Een</title>",
            "<title>Een</title><pubDate>Thu, 30 Jun 2022 00:00:00 GMT</pubDate>",
            "item 2: no pubDate while others have one; SimplePie stops sorting",
        ),
    ],
)
def test_a_fault_is_found_and_named(right: str, wrong: str, complaint: str) -> None:
    assert right in GOOD
    assert complaint in faults(GOOD.replace(right, wrong, 1))


@pytest.mark.parametrize(
    "document", ["<feed/>", '<rss version="0.91"><channel/></rss>', '<rss version="2.0"/>', "<channel/>"]
)
def test_another_root_is_all_that_is_said(document: str) -> None:
    [complaint] = faults(document)
    assert complaint.startswith("not RSS 2.0 with one channel")
