"""Asking GitHub who somebody is: OAuth with PKCE, then its API (docs.github.com, Apps, OAuth)."""

from typing import Any

from pmflow_core.accounts.identity_providers import IdentityProvider, IdentityRefused, Trip
from pmflow_core.accounts.provider_wire import read, talking_to, text
from pmflow_core.accounts.schemas import Identity

SCOPE = "read:user user:email"
HOME = "https://github.com"
HOW = "client_secret_post"


def departure(provider: IdentityProvider, trip: Trip) -> str:
    """Return where to send the browser."""
    with talking_to(provider, trip, SCOPE, HOW) as talk:
        url, _ = talk.oauth.create_authorization_url(
            f"{provider.url}/login/oauth/authorize", state=trip.state, code_verifier=trip.verifier
        )
        return url


def identify(provider: IdentityProvider, trip: Trip, code: str) -> Identity:
    """Return who came back with `code`; the address is GitHub's primary one.

    Raises:
        ProviderAway: GitHub does not answer, or not as documented.
        IdentityRefused: it does not take the code.
    """
    with talking_to(provider, trip, SCOPE, HOW) as talk:
        token = talk.oauth.fetch_token(
            f"{provider.url}/login/oauth/access_token",
            grant_type="authorization_code",
            code=code,
            code_verifier=trip.verifier,
        )
        bearer = text(token, "access_token")
        user = read(talk, f"{_api(provider)}/user", bearer)
        email, is_verified = _primary(read(talk, f"{_api(provider)}/user/emails", bearer))
    number = user.get("id") if isinstance(user, dict) else None
    if not isinstance(number, int):
        raise IdentityRefused("GitHub did not say who you are.")
    # Names of GitHub accounts change hands, their numbers do not.
    return Identity(
        provider.name,
        str(number),
        email,
        is_verified,
        text(user, "name") or text(user, "login"),
    )


def _api(provider: IdentityProvider) -> str:
    # GitHub Enterprise Server has its API beneath its own address.
    return "https://api.github.com" if provider.url == HOME else f"{provider.url}/api/v3"


def _primary(emails: Any) -> tuple[str, bool]:
    for each in emails if isinstance(emails, list) else []:
        if isinstance(each, dict) and each.get("primary") is True:
            return text(each, "email"), each.get("verified") is True
    return "", False
