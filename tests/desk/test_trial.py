from aggregator.desk import trial
from aggregator.model import Outcome
from aggregator.store import Store, sources, trials
from tests.factories import DAY, make_source
from tests.line.partner import LATER, Partners, follow, make_line, page, run
from tests.line.test_ladder import SITE, news, titles


def test_a_healed_list_that_is_rolled_back_is_not_believed_again(store: Store) -> None:
    partners = Partners()
    follow(store, make_source(kind="page", url=SITE))
    line = make_line(store, partners)
    partners.documents[SITE] = page(*news(0, 1, 2))
    run(line)
    partners.documents[SITE] = page(*news(0, 1, 2), shape="card")
    run(line, LATER)
    with store.read() as transaction:
        (healed,) = trials.every(transaction, trials.PAGE_RULE)

    assert trial.roll_back(store, healed.id) == healed
    assert trial.roll_back(store, healed.id) is None
    assert trial.roll_back(store, 99) is None

    before = titles(store)
    partners.documents[SITE] = page(*news(3, 0, 1, 2), shape="card")
    (report,) = run(line, LATER + DAY)
    assert (report.poll.outcome, report.poll.code, titles(store)) == (Outcome.FAILED, "list-changed", before)
    partners.documents[SITE] = page(*news(4, 0, 1, 2))
    (report,) = run(line, LATER + 3 * DAY)
    assert (report.poll.code, report.new) == ("", 1)
    with store.read() as transaction:
        assert [each.state for each in trials.every(transaction)] == ["rolled back"]
        held = sources.held(transaction, "fme")
    assert held is not None
    assert held.poll.rule == healed.before["rule"]
