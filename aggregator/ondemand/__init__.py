"""The public side that is made on request: which addresses there are, and how each is made.

The running service and `publish --out` both ask here, so that they give the same bytes. What many people ask for over
and over, the news, the themes and the feeds, is kept as documents instead (release/).
"""

from aggregator.ondemand.moment import Moment
from aggregator.ondemand.register import HTML, Leaf, Missing, every, find, forms

__all__ = ["HTML", "Leaf", "Missing", "Moment", "every", "find", "forms"]
