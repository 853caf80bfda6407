"""What crosses the border of webhook endpoints: how they are made, and what is shown of them."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, SecretStr, StringConstraints

from pmflow_core.integrations.models import EndpointKind

PATHS = {
    EndpointKind.SIGNALS: "signals",
    EndpointKind.SLACK: "slack/events",
    EndpointKind.PYLON: "pylon",
    EndpointKind.GITHUB: "github",
}
HeaderName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]{1,60}$")]
Label = Annotated[str, StringConstraints(min_length=1, max_length=80, strip_whitespace=True)]


class _Settings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SignalsSettings(_Settings):
    """A generic endpoint has none."""


class SlackSettings(_Settings):
    """Which messages of Slack become signals."""

    channels: list[Label] = Field(
        default_factory=list,
        max_length=200,
        description="Ids of channels, such as C012AB3CD; empty: every one the app is in.",
    )
    replies: bool = Field(default=False, description="Take replies in threads too.")
    bots: bool = Field(default=False, description="Take what apps and bots write too.")


class GithubSettings(_Settings):
    """Which issues of GitHub become signals."""

    labels: list[Label] = Field(
        default_factory=list,
        max_length=50,
        description="Only issues with one of these labels; empty: every issue.",
    )
    comments: bool = Field(default=True, description="Take comments on those issues too.")


class PylonSettings(_Settings):
    """How this Pylon signs, and where its bodies hold what."""

    signature_header: HeaderName = Field(
        default="Pylon-Webhook-Signature", description="The header with the signature."
    )
    timestamp_header: HeaderName | Annotated[str, StringConstraints(max_length=0)] = Field(
        default="Pylon-Webhook-Timestamp",
        description="The header with the time, which is then signed too; empty: the body alone is.",
    )
    prefix: Annotated[str, StringConstraints(max_length=20, pattern=r"^[!-~]*$")] = Field(
        default="hs256=", description="What stands before the signature in hex."
    )
    text_field: Annotated[str, StringConstraints(max_length=200)] = Field(
        default="",
        description="Where the text is in a body of your own template, such as data.message.",
    )


SETTINGS: dict[EndpointKind, type[_Settings]] = {
    EndpointKind.SIGNALS: SignalsSettings,
    EndpointKind.SLACK: SlackSettings,
    EndpointKind.GITHUB: GithubSettings,
    EndpointKind.PYLON: PylonSettings,
}


class EndpointIn(BaseModel):
    """A new endpoint. What is left out of `settings` gets its default.

    Generic and GitHub endpoints get a secret of ours where none is given; Slack's and Pylon's is
    theirs to give, and until it is set the endpoint is off.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(default="Feedback", description="1 to 80 printable characters.")
    kind: EndpointKind = EndpointKind.SIGNALS
    signed: bool = Field(
        default=True, description="False: a generic one that takes API keys and no signatures."
    )
    secret: SecretStr | None = Field(default=None, description="The sender's secret.")
    settings: dict[str, Any] = Field(default_factory=dict)


class EndpointEdit(BaseModel):
    """What is changed of an endpoint; what is left out stays."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str | None = None
    enabled: bool | None = Field(default=None, description="False: it answers 404 for the while.")
    settings: dict[str, Any] | None = None


class SecretIn(BaseModel):
    """Another secret for an endpoint."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    secret: SecretStr | None = Field(
        default=None, description="The sender's; Slack's and Pylon's must be given."
    )
    at_once: bool = Field(
        default=False, description="The one before ends now, not in 24 hours: it leaked."
    )


class EndpointRead(BaseModel):
    """An address that other programs send to, without its secret."""

    model_config = ConfigDict(frozen=True)

    id: UUID
    kind: EndpointKind
    name: str
    has_secret: bool
    old_secret_until: datetime | None = Field(description="The secret before counts until then.")
    is_on: bool = Field(description="False: it answers 404, for it is disabled or has no secret.")
    is_disabled: bool
    rotated_at: datetime | None
    created_at: datetime
    settings: dict[str, Any]

    @property
    def path(self) -> str:
        """Return where to send to, below the public address."""
        return f"/api/webhooks/{PATHS[self.kind]}/{self.id}"


class NewSecret(BaseModel):
    """An endpoint with a secret that was made for it, shown this once; None: none was made."""

    model_config = ConfigDict(frozen=True)

    endpoint: EndpointRead
    secret: str | None
