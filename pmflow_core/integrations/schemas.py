"""What is shown of webhook endpoints."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from pmflow_core.integrations.models import EndpointKind


class EndpointRead(BaseModel):
    """An address that other programs send to, without its secret."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    id: UUID
    kind: EndpointKind
    name: str
    secret_version: int | None
    rotated_at: datetime | None
    created_at: datetime

    @property
    def path(self) -> str:
        """Return where to send to, below the public address."""
        return f"/api/webhooks/{self.kind.value}/{self.id}"


class NewSecret(BaseModel):
    """An endpoint with its secret, which is shown when it is made or rotated; None: keys only."""

    model_config = ConfigDict(frozen=True)

    endpoint: EndpointRead
    secret: str | None
