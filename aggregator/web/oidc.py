"""Signing in with the account of one's organisation: OpenID Connect Core 1.0, code flow with PKCE (RFC 7636).

Authlib speaks the protocol; it and httpx come with the extra `oidc` and are imported only when they are used.
"""

from dataclasses import dataclass, field
from secrets import token_urlsafe
from typing import TYPE_CHECKING, Any, cast

from aggregator.errors import AggregatorError, ConfigError

if TYPE_CHECKING:
    import httpx

SECONDS = 10.0
# What providers sign with. "none", and HS256 with our own secret, are not among them (RFC 8725 section 3.1).
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]


class OidcError(AggregatorError):
    """The provider did not answer as it should, or someone tampered with the way there and back."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Underway:
    """What must be the same when someone comes back from the provider."""

    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """Whom the provider vouches for; `email` only if it says that the address was verified."""

    subject: str
    email: str
    name: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Provider:
    """One OpenID provider, as configured."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    allowed_domain: str
    default_role: str

    def start(self, redirect_uri: str) -> tuple[str, Underway]:
        """Where to send the browser, and what to remember until it is back. Raises OidcError."""
        underway = Underway(state=token_urlsafe(32), nonce=token_urlsafe(32), verifier=token_urlsafe(48))
        with self._client(redirect_uri) as client:
            endpoint = self._metadata(client)["authorization_endpoint"]
            address, _ = client.create_authorization_url(
                endpoint, state=underway.state, nonce=underway.nonce, code_verifier=underway.verifier
            )
        return address, underway

    def finish(self, redirect_uri: str, code: str, underway: Underway) -> Person:
        """Whom the code stands for. Raises OidcError."""
        from authlib.common.errors import AuthlibBaseError
        from joserfc.errors import JoseError

        with self._client(redirect_uri) as client:
            metadata = self._metadata(client)
            try:
                token = client.fetch_token(
                    metadata["token_endpoint"], code=code, code_verifier=underway.verifier, withhold_token=True
                )
                claims = self._claims(client, metadata, token, underway.nonce)
            except (AuthlibBaseError, JoseError, ValueError, KeyError, TypeError) as error:
                raise OidcError(f"{self.issuer}: {type(error).__name__}: {error}") from error
        email = claims.get("email") if claims.get("email_verified") is True else None
        return Person(
            subject=f"{self.issuer}|{claims['sub']}", email=str(email or ""), name=str(claims.get("name") or "")
        )

    def _claims(self, client: Any, metadata: dict[str, Any], token: dict[str, Any], nonce: str) -> dict[str, Any]:
        from authlib.oidc.core import CodeIDToken
        from joserfc import jwt
        from joserfc.jwk import KeySet
        from joserfc.jws import JWSRegistry

        keys = KeySet.import_key_set(cast(Any, self._json(client, metadata["jwks_uri"])))
        registry = JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False)
        decoded = jwt.decode(token["id_token"], key=keys, registry=registry)
        claims = CodeIDToken(
            decoded.claims,
            decoded.header,
            {
                "iss": {"essential": True, "value": metadata["issuer"]},
                "aud": {"essential": True, "value": self.client_id},
            },
            {"nonce": nonce, "client_id": self.client_id, "access_token": token.get("access_token")},
        )
        claims.validate(leeway=60)
        return dict(claims)

    def _client(self, redirect_uri: str) -> Any:
        from authlib.integrations.httpx_client import OAuth2Client

        return OAuth2Client(
            client_id=self.client_id,
            client_secret=self.client_secret or None,
            token_endpoint_auth_method="client_secret_basic" if self.client_secret else "none",
            scope="openid email profile",
            redirect_uri=redirect_uri,
            code_challenge_method="S256",
            timeout=SECONDS,
            follow_redirects=False,
        )

    def _metadata(self, client: Any) -> dict[str, Any]:
        found = self._json(client, f"{self.issuer.rstrip('/')}/.well-known/openid-configuration")
        if found.get("issuer") != self.issuer:  # OpenID Connect Discovery 1.0 section 4.3
            raise OidcError(f"{self.issuer}: calls itself {found.get('issuer')!r}")
        return found

    def _json(self, client: "httpx.Client", address: str) -> dict[str, Any]:
        import httpx

        try:
            reply = client.request("GET", address, withhold_token=True)  # type: ignore[call-arg]  # Authlib's own client
            reply.raise_for_status()
            found = reply.json()
        except (httpx.HTTPError, ValueError) as error:
            raise OidcError(f"{address}: {type(error).__name__}: {error}") from error
        if not isinstance(found, dict):
            raise OidcError(f"{address}: holds no object")
        return found


def make_provider(
    issuer: str, client_id: str, client_secret: str, allowed_domain: str, default_role: str
) -> Provider | None:
    """The configured provider; None without an issuer. Raises ConfigError when the extra is not installed."""
    if not issuer:
        return None
    try:
        import authlib
        import httpx
    except ImportError as error:
        raise ConfigError(
            "oidc.issuer is set, but its parts are not installed: pip install 'aggregator[oidc]'"
        ) from error
    del authlib, httpx
    return Provider(
        issuer=issuer,
        client_id=client_id,
        client_secret=client_secret,
        allowed_domain=allowed_domain,
        default_role=default_role,
    )
