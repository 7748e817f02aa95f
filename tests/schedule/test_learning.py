from dataclasses import replace

import structlog

from aggregator.desk import decide
from aggregator.schedule import learning
from aggregator.store import models, stories
from aggregator.wiring import Service
from tests.factories import NOW
from tests.line.partner import Partners, run
from tests.schedule.test_embedded import publish


def test_a_model_is_trained_in_a_process_of_its_own_once_enough_was_corrected(
    service: Service, partners: Partners
) -> None:
    publish(partners)
    run(service.line)
    now = NOW
    few = replace(
        service, config=replace(service.config, learning=service.config.learning.model_copy(update={"corrections": 1}))
    )
    assert not learning.learn(few, now, has_trainer=True)
    with service.store.read() as transaction:
        found = stories.load(transaction, stories.by_state(transaction, None, limit=9))
    decide.set_theme(service.store, [found[0].slug], "instroom", None, "thea", now)
    assert not learning.learn(few, now, has_trainer=False)
    assert learning.learn(few, now, has_trainer=True)
    assert not learning.learn(few, now, has_trainer=True)  # one try a day
    with service.store.read() as transaction:
        kept = models.every(transaction)
    assert [each.training["corrections"] for each in kept] == [1]


def test_a_training_that_fails_is_said_and_the_service_goes_on(service: Service) -> None:
    broken = replace(service.config, paths=replace(service.config.paths, database_url="mysql://nobody/x"))
    with structlog.testing.capture_logs() as logged:
        assert not learning.train(broken)
    assert [each["event"] for each in logged] == ["training_failed"]
