"""The bridge from the browser's events to core: the only place where the UI meets a transaction."""

import asyncio
import contextvars
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Concatenate, ParamSpec, TypeVar
from uuid import UUID

from pmflow_core.accounts.actor import Actor
from pmflow_core.accounts.passwords import AT_ONCE
from pmflow_core.accounts.service import Begin
from pmflow_core.db import Enter, Session
from pmflow_core.db.patient import away
from pmflow_core.db.transaction import enter_workspace, transaction

P = ParamSpec("P")
T = TypeVar("T")
_hashing = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="password")
_elsewhere = ThreadPoolExecutor(4, thread_name_prefix="provider")


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

    return await _answered(asyncio.to_thread(in_transaction))


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

    return await _answered(asyncio.to_thread(in_transaction))


async def call_outside(
    service: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs
) -> T:
    """Run a core service that belongs to no workspace, such as listing one's workspaces."""
    return await call_within(None, service, *args, **kwargs)


async def call_in_steps(
    service: Callable[Concatenate[Begin, P], T], *args: P.args, **kwargs: P.kwargs
) -> T:
    """Run a core service that opens its own transactions outside of any workspace, as signing in.

    It gets what begins one, because between them it hashes a password. It runs in a few threads of
    its own, so that however many sign in at once, pages find threads free.
    """
    return await _in(_hashing, partial(service, partial(transaction, None), *args, **kwargs))


async def call_elsewhere(ask: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run what waits for somebody else's server, with no transaction open.

    It has a few threads of its own, so that a slow server holds none that pages need.
    """
    return await _in(_elsewhere, partial(ask, *args, **kwargs))


async def _in(threads: ThreadPoolExecutor, work: Callable[[], T]) -> T:
    context = contextvars.copy_context()
    return await _answered(asyncio.get_running_loop().run_in_executor(threads, context.run, work))


async def _answered(work: Awaitable[T]) -> T:
    """Return what work in a thread returns; a database that is away is an expected error."""
    try:
        return await work
    except Exception as error:
        unavailable = away(error)
        if unavailable is None:
            raise
        raise unavailable from error


async def call_across(
    service: Callable[Concatenate[Session, Enter, P], T], *args: P.args, **kwargs: P.kwargs
) -> T:
    """Run a core service that goes through several workspaces in one transaction.

    It gets what enters one, as deleting an account does.
    """
    return await call_outside(service, enter_workspace, *args, **kwargs)


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
    return await _answered(asyncio.to_thread(service, begin, actor, *args, **kwargs))
