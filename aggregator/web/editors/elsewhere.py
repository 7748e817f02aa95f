"""Signing in elsewhere: away to the organisation's own sign-in page, and back."""

import json
from hmac import compare_digest
from typing import Annotated

import structlog
from fastapi import HTTPException, Query, Response
from starlette.responses import RedirectResponse

from aggregator.accounts import entering
from aggregator.accounts.tokens import form_token, is_form_token
from aggregator.store.accounts import Account, Role
from aggregator.web.accounts import SIGN_IN, Editors, Here, Visit, sign_in_on, to
from aggregator.web.oidc import OidcError, Provider, Underway

log = structlog.get_logger()

RETURN = f"{SIGN_IN}/oidc/return"
UNDERWAY_SECONDS = 600
Text = Annotated[str, Query(max_length=4000)]


def add_to(editors: Editors, provider: Provider | None) -> None:
    """Add the routes of this file; without a provider they are not there (404)."""
    access = editors.access
    redirect_uri = f"{access.base_url}{RETURN}"

    @editors.get(f"{SIGN_IN}/oidc", role=None)
    def start(visit: Here) -> Response:
        """Away. Nothing changes here: what must be the same on return goes along in a signed cookie."""
        try:
            address, underway = _known(provider).start(redirect_uri)
        except OidcError as error:
            log.warning("oidc_failed", error=str(error))
            raise HTTPException(503, "oidc") from error
        response = RedirectResponse(address, 303)
        visit.cookies.put(response, visit.cookies.oidc, sealed(access.secret_key, underway), UNDERWAY_SECONDS)
        return response

    @editors.get(RETURN, role=None)
    def come_back(visit: Here, state: Text = "", code: Text = "") -> Response:
        """Back: the one page that signs in by GET, as the protocol asks; held by state, nonce and PKCE."""
        held = unsealed(access.secret_key, visit.request.cookies.get(visit.cookies.oidc, ""))
        if held is None or not code or not is_same(held.state, state):
            raise HTTPException(403, "oidc_state")
        account = _signed_in(visit, _known(provider), redirect_uri, code, held)
        token = entering.begin_session(
            access, account, visit.now, visit.request.headers.get("user-agent", ""), visit.token
        )
        response = to("/edit")
        visit.cookies.drop(response, visit.cookies.oidc)
        return sign_in_on(visit, response, token)


def _known(provider: Provider | None) -> Provider:
    if provider is None:
        raise HTTPException(404)
    return provider


def _signed_in(visit: Visit, provider: Provider, redirect_uri: str, code: str, held: Underway) -> Account:
    try:
        person = provider.finish(redirect_uri, code, held)
    except OidcError as error:
        log.warning("oidc_failed", error=str(error))
        raise HTTPException(403, "oidc_state") from error
    account = entering.by_provider(
        visit.access,
        subject=person.subject,
        email=person.email,
        name=person.name,
        new_role=Role(provider.default_role),
        allowed_domain=provider.allowed_domain,
        now=visit.now,
    )
    if account is None:
        raise HTTPException(403, "oidc_unknown")
    return account


def sealed(secret_key: str, underway: Underway) -> str:
    """What a browser keeps for us until it is back, so that it cannot be changed."""
    held = json.dumps([underway.state, underway.nonce, underway.verifier], separators=(",", ":")).encode().hex()
    return f"{held}.{form_token(secret_key, f'oidc:{held}')}"


def unsealed(secret_key: str, text: str) -> Underway | None:
    """What was sealed; None for anything that we did not seal."""
    held, _, seal = text.partition(".")
    if not is_form_token(secret_key, f"oidc:{held}", seal):
        return None
    state, nonce, verifier = json.loads(bytes.fromhex(held))
    return Underway(state=state, nonce=nonce, verifier=verifier)


def is_same(one: str, other: str) -> bool:
    """Whether two texts are the same; how long that takes does not tell where they differ."""
    return compare_digest(one.encode(), other.encode("utf-8", "replace"))
