"""Asking an OpenID provider who somebody is (OpenID Connect Core 1.0, code flow with PKCE).

What the provider says of itself is read anew for each sign-in: it is two short requests, and keys
that were withdrawn count no more.
"""

from dataclasses import dataclass
from typing import Any

from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from pmflow_core.accounts.identity_providers import IdentityProvider, IdentityRefused, Trip
from pmflow_core.accounts.provider_wire import Talk, away, read, talking_to, text
from pmflow_core.accounts.schemas import Identity
from pmflow_core.logs import get_logger

log = get_logger(__name__)
SCOPE = "openid email profile"
# Asymmetric ones only: with HS256 whoever knows the client's secret could speak for the provider.
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"]
LEEWAY_S = 60
BASIC, POST = "client_secret_basic", "client_secret_post"


@dataclass(frozen=True, slots=True)
class _Metadata:
    """What a provider says of itself (OpenID Connect Discovery 1.0 §3)."""

    issuer: str
    authorize: str
    token: str
    keys: str
    userinfo: str
    how: str


def departure(provider: IdentityProvider, trip: Trip) -> str:
    """Return where to send the browser; raises ProviderAway."""
    with talking_to(provider, trip, SCOPE, BASIC) as talk:
        about = _discover(provider, talk)
        url, _ = talk.oauth.create_authorization_url(
            about.authorize, state=trip.state, nonce=trip.nonce, code_verifier=trip.verifier
        )
        return url


def identify(provider: IdentityProvider, trip: Trip, code: str) -> Identity:
    """Return who came back with `code`, by the provider's signed word.

    Raises:
        ProviderAway: the provider does not answer, or not as the protocol says.
        IdentityRefused: its word is not about this visit, not for us, or not its own.
    """
    with talking_to(provider, trip, SCOPE, BASIC) as talk:
        about = _discover(provider, talk)
        talk.oauth.token_endpoint_auth_method = about.how
        token = talk.oauth.fetch_token(
            about.token, grant_type="authorization_code", code=code, code_verifier=trip.verifier
        )
        claims = _claims(provider, trip, about, token, read(talk, about.keys))
        facts = dict(claims)
        if "email" not in facts and about.userinfo:
            facts |= _userinfo(provider, talk, about.userinfo, claims, text(token, "access_token"))
    return Identity(
        provider.name,
        # A subject is unique within its issuer only (Core §2).
        f"{about.issuer} {facts['sub']}",
        text(facts, "email"),
        # Some providers send the text "true".
        facts.get("email_verified") in (True, "true"),
        text(facts, "name"),
    )


def _discover(provider: IdentityProvider, talk: Talk) -> _Metadata:
    base = provider.url.rstrip("/")
    found = read(talk, f"{base}/.well-known/openid-configuration")
    # Discovery §4.3: otherwise one provider could speak in another's name.
    if text(found, "issuer").rstrip("/") != base:
        raise away(provider)
    methods = found.get("token_endpoint_auth_methods_supported") or [BASIC]
    about = _Metadata(
        found["issuer"],
        text(found, "authorization_endpoint"),
        text(found, "token_endpoint"),
        text(found, "jwks_uri"),
        text(found, "userinfo_endpoint"),
        BASIC if BASIC in methods else POST,
    )
    if not (about.authorize and about.token and about.keys):
        raise away(provider)
    return about


def _claims(
    provider: IdentityProvider, trip: Trip, about: _Metadata, token: Any, keys: Any
) -> CodeIDToken:
    """Return what a valid ID token says (Core §3.1.3.7)."""
    try:
        signed = jwt.decode(text(token, "id_token"), KeySet.import_key_set(keys), ALGORITHMS)
        claims = CodeIDToken(
            signed.claims,
            signed.header,
            {
                "iss": {"essential": True, "value": about.issuer},
                "aud": {"essential": True, "value": provider.client_id},
                "sub": {"essential": True},
                "exp": {"essential": True},
            },
            {
                "nonce": trip.nonce,
                "client_id": provider.client_id,
                "access_token": text(token, "access_token"),
            },
        )
        claims.validate(leeway=LEEWAY_S)
    except (JoseError, ValueError, KeyError, TypeError) as error:
        log.warning("identity.refused", provider=provider.name, error=type(error).__name__)
        raise IdentityRefused(
            f"What {provider.label} sent does not show who you are. Try again."
        ) from error
    if not text(claims, "sub"):
        raise IdentityRefused(f"{provider.label} did not say who you are.")
    return claims


def _userinfo(
    provider: IdentityProvider, talk: Talk, url: str, claims: CodeIDToken, token: str
) -> dict[str, Any]:
    found = read(talk, url, token)
    # Core §5.3.2: an answer about somebody else must not be used.
    if text(found, "sub") != claims["sub"]:
        raise IdentityRefused(f"{provider.label} answered about somebody else. Try again.")
    return {name: found.get(name) for name in ("email", "email_verified", "name")}
