"""Every table, imported in one place so that the metadata is complete."""

from sqlalchemy.orm import configure_mappers
from sqlmodel import SQLModel

from pmflow_core.accounts import models as accounts
from pmflow_core.activity import models as activity
from pmflow_core.automation import models as automation
from pmflow_core.calls import models as calls
from pmflow_core.customers import models as customers
from pmflow_core.documents import models as documents
from pmflow_core.idempotency import models as idempotency
from pmflow_core.intake import models as intake
from pmflow_core.integrations import models as integrations
from pmflow_core.knowledge import models as knowledge
from pmflow_core.mail import models as mail
from pmflow_core.outbox import models as outbox
from pmflow_core.outgoing import models as outgoing
from pmflow_core.projects import models as projects
from pmflow_core.recipes import models as recipes
from pmflow_core.runs import models as runs
from pmflow_core.saved_views import models as saved_views
from pmflow_core.signals import models as signals
from pmflow_core.signals import tag_models as tags
from pmflow_core.suggestions import models as suggestions
from pmflow_core.themes import models as themes
from pmflow_core.workspaces import models as workspaces

FEATURES = (
    accounts,
    activity,
    automation,
    calls,
    customers,
    documents,
    idempotency,
    integrations,
    intake,
    knowledge,
    mail,
    outbox,
    outgoing,
    projects,
    recipes,
    runs,
    saved_views,
    signals,
    suggestions,
    tags,
    themes,
    workspaces,
)
METADATA = SQLModel.metadata


def ready() -> None:
    """Have every table mapped: a table cannot be written while one that it refers to is unknown."""
    configure_mappers()
