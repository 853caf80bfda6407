"""What conversations with identity providers share: one client, short patience, clear failures."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast

import httpx2
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.httpx_client import OAuth2Client

from pmflow_core.accounts.identity_providers import (
    IdentityProvider,
    IdentityRefused,
    ProviderAway,
    Trip,
)

TIMEOUT_S = 10.0


@dataclass(frozen=True, slots=True)
class Talk:
    """A conversation: `oauth` trades the code for tokens, `http` reads everything else."""

    oauth: OAuth2Client
    http: httpx2.Client


@contextmanager
def talking_to(provider: IdentityProvider, trip: Trip, scope: str, how: str) -> Generator[Talk]:
    """Yield a conversation; `how` we show the client's secret is named as in RFC 8414 §2.

    Raises:
        ProviderAway: the provider does not answer, or not as its protocol says.
        IdentityRefused: it does not take the code that the browser brought.
    """
    oauth = OAuth2Client(
        provider.client_id,
        provider.client_secret,
        token_endpoint_auth_method=how,
        scope=scope,
        redirect_uri=trip.redirect_uri,
        code_challenge_method="S256",
        timeout=TIMEOUT_S,
    )
    try:
        # It is one at run time; the library loads its base in a way that types do not follow.
        with httpx2.Client(timeout=TIMEOUT_S) as http, cast("httpx2.Client", oauth):
            yield Talk(oauth, http)
    except AuthlibBaseError as error:
        words = f"{provider.label} did not confirm who you are. Try again."
        raise IdentityRefused(words) from error
    except (httpx2.HTTPError, httpx2.InvalidURL, ValueError) as error:
        raise away(provider) from error


def read(talk: Talk, url: str, token: str = "") -> Any:
    """Return the JSON behind an address; raises what `talking_to` turns into words."""
    headers = {"Accept": "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    answer = talk.http.get(url, headers=headers)
    answer.raise_for_status()
    return answer.json()


def away(provider: IdentityProvider) -> ProviderAway:
    """Return the failure of a provider that does not answer as it should."""
    return ProviderAway(f"{provider.label} does not answer as it should. Try again in a minute.")


def text(document: Any, name: str) -> str:
    """Return a member of a JSON object if it is a text, else an empty one."""
    value = document.get(name) if isinstance(document, dict) else None
    return value if isinstance(value, str) else ""
