"""The read-only API for programs, and its description."""

from fastapi import APIRouter

from aggregator.release import Press
from aggregator.web.api import routes as stories_and_facts
from aggregator.web.api.docs import add_docs
from aggregator.web.rates import Rates

__all__ = ["routes"]


def routes(press: Press, rates: Rates) -> APIRouter:
    """Everything below /api."""
    router = APIRouter()
    router.include_router(stories_and_facts.routes(press, rates))
    add_docs(router, press)
    return router
