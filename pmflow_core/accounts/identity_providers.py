"""The identity providers that the settings name, and what one visit to one of them consists of."""

from dataclasses import dataclass, field
from enum import StrEnum

from pmflow_core.errors import NotFound, PmflowError, Unavailable
from pmflow_core.ids import token_hash
from pmflow_core.settings import Settings

GOOGLE = "https://accounts.google.com"


class Protocol(StrEnum):
    """How a provider says who somebody is."""

    OPENID = "openid"
    GITHUB = "github"


class UnknownProvider(NotFound):
    """This installation is not set up for that identity provider."""

    code = "unknown_provider"


class ProviderAway(Unavailable):
    """The identity provider does not answer, or not as its protocol says."""

    code = "identity_provider_away"


class IdentityRefused(PmflowError):
    """What came back from the provider does not show who somebody is."""

    code = "identity_refused"
    http_status = 403


@dataclass(frozen=True, slots=True)
class IdentityProvider:
    """Who may tell us who somebody is; `url` is the issuer, or GitHub's address."""

    name: str
    label: str
    protocol: Protocol
    url: str
    client_id: str
    client_secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Trip:
    """One visit: what the provider must give back, and what proves that it is the same browser.

    Nonce and verifier come from the browser's own secret, so that no table holds them.
    """

    state: str
    secret: str = field(repr=False)
    redirect_uri: str

    @property
    def nonce(self) -> str:
        """Return what ties the provider's word to this visit (OpenID Connect Core §3.1.2.1)."""
        return token_hash(f"nonce {self.state} {self.secret}")

    @property
    def verifier(self) -> str:
        """Return what only who set out can show (RFC 7636 §4.1: 43 to 128 plain characters)."""
        return token_hash(f"verifier {self.state} {self.secret}")


def configured(settings: Settings) -> dict[str, IdentityProvider]:
    """Return the providers with a client id and secret, by name, in the order of their buttons."""
    found = (_github(settings), _google(settings), _oidc(settings))
    return {provider.name: provider for provider in found if provider is not None}


def provider_named(settings: Settings, name: str) -> IdentityProvider:
    """Return a provider; raises UnknownProvider when the settings do not name it."""
    provider = configured(settings).get(name)
    if provider is None:
        raise UnknownProvider("This installation is not set up for that provider.")
    return provider


def _github(settings: Settings) -> IdentityProvider | None:
    client, secret = settings.oauth_github_client_id, settings.oauth_github_client_secret
    if not client or secret is None:
        return None
    url = settings.oauth_github_url or "https://github.com"
    return IdentityProvider(
        "github", "GitHub", Protocol.GITHUB, url, client, secret.get_secret_value()
    )


def _google(settings: Settings) -> IdentityProvider | None:
    client, secret = settings.oauth_google_client_id, settings.oauth_google_client_secret
    if not client or secret is None:
        return None
    return IdentityProvider(
        "google", "Google", Protocol.OPENID, GOOGLE, client, secret.get_secret_value()
    )


def _oidc(settings: Settings) -> IdentityProvider | None:
    client, secret = settings.oidc_client_id, settings.oidc_client_secret
    if not settings.oidc_issuer or not client or secret is None:
        return None
    return IdentityProvider(
        "oidc",
        settings.oidc_name,
        Protocol.OPENID,
        settings.oidc_issuer,
        client,
        secret.get_secret_value(),
    )
