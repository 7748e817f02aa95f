"""What is thrown away when it is old. Never a story, a decision, an event, an item or the keys it is known again by.

That is why nothing comes back as new: what makes an item known (`source_id` and `key`, `url_key`, `fingerprint`) and
what happened to it (the log) stay for ever, whatever else goes.
"""

from datetime import datetime, timedelta

from sqlalchemy import and_, delete, or_, select

from aggregator.model import State
from aggregator.store import sessions, throttle
from aggregator.store.database import Transaction
from aggregator.store.tables import (
    agenda,
    body,
    login_attempt,
    one_time_link,
    picture,
    picture_file,
    revision,
    session,
    source,
    story,
)

USED = timedelta(days=30)  # a link or session that is over


def thin(transaction: Transaction, now: datetime, keep: timedelta) -> dict[str, int]:
    """Throw away what is older than `keep`, or sooner where nobody has a use for it; returns how many rows of what."""
    old = now - keep
    removed = select(source.c.id).where(source.c.removed_at.is_not(None))
    unused = now - USED
    public = select(story.c.id).where(story.c.state == State.PUBLISHED.value)
    conditions = {
        body: or_(and_(body.c.verdict == "bad", body.c.at < old), body.c.source_id.in_(removed)),
        revision: revision.c.at < old,
        # Dropped at once with their stories (illustrating.py); nothing that was missed there stays.
        picture: picture.c.story_id.not_in(public),
        picture_file: picture_file.c.story_id.not_in(select(picture.c.story_id)),
        agenda: and_(agenda.c.starts < old, or_(agenda.c.ends.is_(None), agenda.c.ends < old)),
        session: or_(session.c.expires < now, session.c.last_seen < now - sessions.IDLE, session.c.revoked < unused),
        one_time_link: or_(one_time_link.c.expires < unused, one_time_link.c.used < unused),
        login_attempt: login_attempt.c.at <= now - throttle.WINDOW,
    }
    counts = {table.name: transaction.execute(delete(table).where(each)).rowcount for table, each in conditions.items()}
    return {name: count for name, count in counts.items() if count}
