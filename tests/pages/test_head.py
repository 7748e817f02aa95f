"""What a page says for machines is collected, whatever surrounds it, and never without bound."""

from aggregator.pages.head import MAX_ELEMENTS, head_only, read_head


def test_metas_links_scripts_and_anchors_are_collected() -> None:
    head = read_head(
        '<html lang="nl"><base href="/a/"><base href="/b/">'
        '<meta name=" Description " content=" Nieuws "><meta name=x>'
        '<link rel="Canonical" href="/c"><script type="application/LD+json">{"a": 1}</script><script>x</script>'
        '<a href="/rss" title="RSS"><img alt="feed"> hier</a><img alt="los">'
    )
    assert head.metas == [("description", "Nieuws")]
    assert head.meta("title", "description") == "Nieuws"
    assert head.meta("title") == ""
    assert head.canonical() == "/c"
    assert head.scripts == ['{"a": 1}']
    assert [(anchor.href, anchor.text) for anchor in head.anchors] == [("/rss", "RSS feed hier")]
    assert (head.language, head.base) == ("nl", "/a/")


def test_each_kind_is_bounded() -> None:
    head = read_head("<meta name=a content=b><link rel=c href=d>" * (2 * MAX_ELEMENTS))
    assert len(head.metas) == len(head.links) == MAX_ELEMENTS
    script = '<script type="application/ld+json">' + "x" * 700_000 + "</script>"
    assert sum(map(len, read_head(script * 3).scripts)) == 1_000_000


def test_what_is_no_page_says_nothing() -> None:
    assert read_head("").metas == []
    assert read_head("x" * 10_000_001).metas == []


def test_the_head_and_the_scripts_of_the_body_are_all_that_is_needed() -> None:
    script = '<script type="application/ld+json">{"a": "<b>"}</script>'
    page = f"<head><meta name=a content=b></head><body><p>Tekst</p>{script}<p>Meer</p>"
    assert head_only(page) == f"<head><meta name=a content=b>{script}"
    assert read_head(head_only(page)).scripts == ['{"a": "<b>"}']
    assert head_only(page + "<script>var a = 1</script><script type='application/ld+json'>{") == head_only(page)
    assert head_only("<meta name=a>") == "<meta name=a>"
