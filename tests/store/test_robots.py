from aggregator.store import Store, robots
from tests.factories import HOUR, NOW

ORIGIN = "https://fme.example"


def test_the_latest_robots_txt_of_an_origin_is_kept(store: Store) -> None:
    with store.write() as transaction:
        robots.save(transaction, [(ORIGIN, NOW, 200, "User-agent: *"), ("https://b.example", NOW, None, "")])
        robots.save(transaction, [(ORIGIN, NOW + HOUR, 404, "é")])
    with store.read() as transaction:
        assert sorted(robots.load(transaction)) == [
            ("https://b.example", NOW, None, ""),
            (ORIGIN, NOW + HOUR, 404, "é"),
        ]


def test_a_robots_txt_with_nul_in_it_is_no_trouble(store: Store) -> None:
    with store.write() as transaction:
        robots.save(transaction, [(ORIGIN, NOW, 200, "User-agent: *\n\0Disallow: /\0")])
    with store.read() as transaction:
        assert robots.load(transaction) == [(ORIGIN, NOW, 200, "User-agent: *\nDisallow: /")]
