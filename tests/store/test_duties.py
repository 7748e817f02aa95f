from aggregator.store import Store, duties
from tests.factories import DAY, HOUR, NOW


def test_what_went_wrong_keeps_when_it_last_went_well(store: Store) -> None:
    with store.write() as transaction:
        assert duties.get(transaction, "backup") is None
        duties.went_well(transaction, "backup", NOW)
        duties.went_wrong(transaction, "backup", "no space left", NOW + DAY)
        found = duties.get(transaction, "backup")
        assert found == duties.Duty(name="backup", tried_at=NOW + DAY, done_at=NOW, error="no space left")
        duties.went_well(transaction, "backup", NOW + DAY + HOUR)
        again = duties.get(transaction, "backup")
    assert again == duties.Duty(name="backup", tried_at=NOW + DAY + HOUR, done_at=NOW + DAY + HOUR, error="")


def test_a_failure_always_has_a_reason(store: Store) -> None:
    with store.write() as transaction:
        duties.went_wrong(transaction, "backup", "", NOW)
        found = duties.get(transaction, "backup")
    assert found is not None
    assert (found.done_at, bool(found.error)) == (None, True)
