"""The bridge from the browser's events to core: the only place where the UI meets a transaction."""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Concatenate, ParamSpec, TypeVar
from uuid import UUID

from pmflow_core.accounts.actor import Actor
from pmflow_core.accounts.service import Begin
from pmflow_core.db import Session
from pmflow_core.db.transaction import transaction

P = ParamSpec("P")
T = TypeVar("T")


async def call(
    service: Callable[Concatenate[Session, Actor, P], T],
    actor: Actor,
    *args: P.args,
    **kwargs: P.kwargs,
) -> T:
    """Run a core service in a thread, in one transaction inside the actor's workspace.

    Reflex runs handlers on the event loop, so a blocking query there would freeze every tab.
    """

    def in_transaction() -> T:
        with transaction(actor.workspace_id) as session:
            return service(session, actor, *args, **kwargs)

    return await asyncio.to_thread(in_transaction)


async def call_within(
    workspace_id: UUID | None,
    service: Callable[Concatenate[Session, P], T],
    *args: P.args,
    **kwargs: P.kwargs,
) -> T:
    """Run a core service that takes no actor, in one transaction inside `workspace_id`."""

    def in_transaction() -> T:
        with transaction(workspace_id) as session:
            return service(session, *args, **kwargs)

    return await asyncio.to_thread(in_transaction)


async def call_outside(
    service: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs
) -> T:
    """Run a core service that belongs to no workspace, such as listing one's workspaces."""
    return await call_within(None, service, *args, **kwargs)


async def call_in_steps(
    service: Callable[Concatenate[Begin, P], T], *args: P.args, **kwargs: P.kwargs
) -> T:
    """Run a core service that opens its own transactions outside of any workspace, as signing in.

    It gets what begins one, because between them it works long or must not lose what it wrote.
    """
    return await asyncio.to_thread(service, partial(transaction, None), *args, **kwargs)


async def call_between(
    service: Callable[Concatenate[Begin, Actor, P], T],
    actor: Actor,
    *args: P.args,
    **kwargs: P.kwargs,
) -> T:
    """Run a core service that opens its own transactions inside the actor's workspace.

    As searching does, because a model works between them.
    """
    begin = partial(transaction, actor.workspace_id)
    return await asyncio.to_thread(service, begin, actor, *args, **kwargs)
