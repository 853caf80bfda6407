"""Connecting a process: database, queue and nudges, from the settings and nothing else."""

from dataclasses import dataclass

from pmflow_core import jobs, tables
from pmflow_core.calls import embedding
from pmflow_core.db import transaction
from pmflow_core.events import bus
from pmflow_core.mail import setup as mail
from pmflow_core.settings import Settings


@dataclass(frozen=True, slots=True)
class Urls:
    """Where this process's servers are."""

    database: str
    redis: str | None


def connect(settings: Settings, urls: Urls) -> None:
    """Point every later transaction, job and nudge of this process at `urls`.

    Nothing is opened yet, so a process may fork afterwards as long as it used nothing before.
    """
    tables.ready()
    transaction.configure(
        transaction.make_engine(
            urls.database,
            pool_size=settings.database_pool_size,
            prepared_statements=settings.prepared_statements,
        )
    )
    embedding.configure(settings)
    mail.configure(settings)
    jobs.configure(urls.redis)
    bus.configure(None if urls.redis is None else jobs.connect(urls.redis))
