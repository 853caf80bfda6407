"""Which identity providers there are, by the settings, and that half of one is refused."""

import pytest
from pydantic import ValidationError

from pmflow_core.accounts.identity_providers import (
    Trip,
    UnknownProvider,
    configured,
    provider_named,
)
from pmflow_core.settings import Settings

GITHUB = {"oauth_github_client_id": "id", "oauth_github_client_secret": "secret"}
GOOGLE = {"oauth_google_client_id": "id", "oauth_google_client_secret": "secret"}
OWN = {
    "oidc_issuer": "https://id.example.com/realms/acme/",
    "oidc_client_id": "id",
    "oidc_client_secret": "secret",
}


def settings(**values: str) -> Settings:
    return Settings.model_validate(values)


def test_a_provider_is_there_when_it_is_set_up() -> None:
    assert configured(settings()) == {}
    found = configured(settings(**GITHUB, **GOOGLE, **OWN, oidc_name="Acme ID"))
    assert {name: provider.label for name, provider in found.items()} == {
        "github": "GitHub",
        "google": "Google",
        "oidc": "Acme ID",
    }
    assert found["oidc"].url == "https://id.example.com/realms/acme"
    assert "secret" not in repr(found["oidc"]).replace("client_secret", "")
    with pytest.raises(UnknownProvider):
        provider_named(settings(), "github")


@pytest.mark.parametrize("whole", [GITHUB, GOOGLE, OWN], ids=["github", "google", "own"])
def test_half_a_provider_is_refused_at_the_start(whole: dict[str, str]) -> None:
    for left_out in whole:
        half = {name: value for name, value in whole.items() if name != left_out}
        with pytest.raises(ValidationError, match="together with"):
            settings(**half)
        with pytest.raises(ValidationError, match="together with"):
            settings(**(whole | {left_out: ""}))


@pytest.mark.parametrize(
    "issuer", ["http://id.example.com", "id.example.com", "https://", "javascript:alert(1)"]
)
def test_a_provider_is_asked_over_https_only(issuer: str) -> None:
    with pytest.raises(ValidationError, match="https"):
        settings(**(OWN | {"oidc_issuer": issuer}))


def test_faults_of_several_providers_are_told_at_once() -> None:
    with pytest.raises(ValidationError) as told:
        settings(oauth_github_client_id="id", oidc_client_secret="s", smtp_url="x")
    assert {str(fault["loc"][0]) for fault in told.value.errors()} == {
        "oauth_github_client_secret",
        "oidc_client_secret",
        "smtp_url",
    }


def test_what_proves_a_visit_differs_with_each_and_fits_the_protocol() -> None:
    trips = [Trip(state, secret, "x") for state in "ab" for secret in "cd"]
    proofs = {proof for trip in trips for proof in (trip.nonce, trip.verifier)}
    assert len(proofs) == 8
    assert all(43 <= len(proof) <= 128 and proof.isalnum() for proof in proofs)
