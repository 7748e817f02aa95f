"""The flood brake: a source that suddenly offers many times its usual number of new items publishes nothing by itself.

Behind such a flood stands a rebuilt site or a new scheme of ids, hardly ever news: an editor sees one card.
"""

FROM = 20  # new items; fewer are no flood whatever was usual
TIMES = 5  # the usual number
LEAST_USUAL = 2.0
MEMORY = 0.9  # how slowly the usual number sinks again


def is_flood(new: int, usual: float, *, known_before: bool) -> bool:
    """Whether `new` items of one poll are far more than the `usual` number; at the first read of a source never."""
    return known_before and new >= FROM and new > TIMES * max(usual, LEAST_USUAL)


def usual_after(new: int, usual: float) -> float:
    """Return the usual number of new items once a poll brought `new` of them and was no flood.

    It follows the busiest polls: a partner who publishes ten items on the first of the month is used to that.
    """
    return max(float(new), MEMORY * usual)
