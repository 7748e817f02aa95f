"""All routes of the editors' pages together. A new screen is one line here."""

from fastapi import Response

from aggregator.accounts import Access
from aggregator.probing import Lookout
from aggregator.receipts import Line
from aggregator.release import Press
from aggregator.store.accounts import Role
from aggregator.web.accounts import Editors, Here, to
from aggregator.web.editors import (
    account,
    add,
    elsewhere,
    links,
    logbook,
    own_sources,
    queue,
    queue_joining,
    sign_in,
    sources,
    story,
    users,
)
from aggregator.web.editors.shell import first_page
from aggregator.web.oidc import Provider


def make_editors(
    access: Access, press: Press, line: Line, lookout: Lookout, provider: Provider | None = None
) -> Editors:
    """The editors' side of one service; `provider` is where people may sign in instead of here."""
    editors = Editors(access)

    @editors.get("/edit", role=Role.OWNER)
    def begin(visit: Here) -> Response:
        """On to the first page that is theirs."""
        return to(first_page(visit.person))

    sign_in.add_to(editors, has_provider=provider is not None)
    elsewhere.add_to(editors, provider)
    links.add_to(editors)
    account.add_to(editors)
    users.add_to(editors)
    own_sources.add_to(editors)
    logbook.add_to(editors)
    queue.add_to(editors, press.site.themes)
    queue_joining.add_to(editors, press.site.tag_authority)
    story.add_to(editors, press)
    add.add_to(editors, press, line, lookout)
    sources.add_to(editors, press, line, lookout)
    return editors
