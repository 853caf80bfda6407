"""Settings of how people sign in, and of the mail that they get."""

from email.utils import parseaddr
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import BaseSettings

MAIL_SCHEMES = ("smtp", "starttls", "smtps")


class SignInSettings(BaseSettings):
    """The part of `Settings` that is about people's ways in."""

    signup: Literal["open", "invited"] = Field(
        "open", description="Who may make an account: everybody, or people with an invitation."
    )
    oauth_github_client_id: str | None = Field(
        None,
        description="Client id of an OAuth app at GitHub; people then sign in by it.",
    )
    oauth_github_client_secret: SecretStr | None = Field(
        None, validate_default=True, description="Client secret of the OAuth app at GitHub."
    )
    oauth_github_url: str | None = Field(
        None, description="Address of a GitHub Enterprise Server; absent means github.com."
    )
    oauth_google_client_id: str | None = Field(
        None, description="Client id at Google; people then sign in by it."
    )
    oauth_google_client_secret: SecretStr | None = Field(
        None, validate_default=True, description="Client secret at Google."
    )
    oidc_issuer: str | None = Field(
        None,
        description="Issuer of an OpenID provider of one's own, such as Keycloak or Okta.",
    )
    oidc_client_id: str | None = Field(
        None, validate_default=True, description="Client id at the OpenID provider."
    )
    oidc_client_secret: SecretStr | None = Field(
        None, validate_default=True, description="Client secret at the OpenID provider."
    )
    oidc_name: str = Field(
        "single sign-on", min_length=1, max_length=40, description="What its button says."
    )
    smtp_url: SecretStr | None = Field(
        None,
        description=(
            "Mail server: `smtps://`, `starttls://` or `smtp://` with USER:PASSWORD@HOST:PORT;"
            " absent means that no mail is sent and links are handed on by people."
        ),
    )
    mail_from: str | None = Field(
        None,
        description=(
            "Sender of mails, as `pmflow <pmflow@example.com>`; absent means the user of the mail"
            " server, else pmflow@HOST of the public address."
        ),
    )

    @field_validator("smtp_url", mode="before")
    @classmethod
    def _mail_server(cls, url: object) -> object:
        text = url.get_secret_value() if isinstance(url, SecretStr) else url
        if not text:
            return None
        parts = urlsplit(str(text))
        if parts.scheme not in MAIL_SCHEMES or not parts.hostname:
            raise ValueError("must be smtp://, starttls:// or smtps:// and name a host")
        if parts.port == 0:
            raise ValueError("must name a port between 1 and 65535")
        return url

    @field_validator("mail_from")
    @classmethod
    def _sender(cls, sender: str | None) -> str | None:
        if not sender:
            return None
        if "@" not in parseaddr(sender)[1] or not sender.isprintable():
            raise ValueError("must be an e-mail address, or a name with one in <>")
        return sender

    @field_validator("oidc_issuer", "oauth_github_url")
    @classmethod
    def _provider_address(cls, url: str | None) -> str | None:
        if not url:
            return None
        parts = urlsplit(url)
        is_near = parts.hostname in {"localhost", "127.0.0.1", "::1"}
        if not parts.hostname or not (parts.scheme == "https" or is_near):
            raise ValueError("must begin with https://")
        return url.rstrip("/")

    @field_validator("oidc_client_id")
    @classmethod
    def _goes_with_issuer(cls, client_id: str | None, info: ValidationInfo) -> str | None:
        if bool(client_id) != bool(info.data.get("oidc_issuer", client_id)):
            raise ValueError("must be set together with PMFLOW_OIDC_ISSUER")
        return client_id or None

    @field_validator(
        "oauth_github_client_secret", "oauth_google_client_secret", "oidc_client_secret"
    )
    @classmethod
    def _goes_with_id(cls, secret: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        """Refuse half a provider: a button that is silently absent helps nobody."""
        given = secret if secret and secret.get_secret_value() else None
        name = str(info.field_name).replace("_secret", "_id")
        if bool(given) != bool(info.data.get(name, given)):
            raise ValueError(f"must be set together with PMFLOW_{name.upper()}")
        return given
