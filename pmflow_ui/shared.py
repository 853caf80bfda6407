"""Reads that are the same for all of a workspace, made once for everybody who asks at a time."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Any, TypeVar
from uuid import UUID
from weakref import WeakKeyDictionary

from pmflow_core.accounts.actor import Actor
from pmflow_core.db import Session
from pmflow_ui.call import call

T = TypeVar("T")


class Shared:
    """At most two reads of a thing at a time: one that goes on, and one for those who came since.

    Nobody is handed what was read before they asked, for the change they were told of may be newer.
    """

    def __init__(self) -> None:
        self._begun: dict[Hashable, asyncio.Task[Any]] = {}
        self._next: dict[Hashable, asyncio.Task[Any]] = {}

    async def read(self, key: Hashable, work: Callable[[], Awaitable[T]]) -> T:
        """Return what `work` returns, from a call that begins after this one; raise what it raises.

        `work` must be the same for the same `key`. Whoever goes away leaves the read to the others.
        """
        begun = self._begun.get(key)
        if begun is None:
            task = self._begun[key] = asyncio.create_task(self._run(key, work))
        elif key in self._next:
            task = self._next[key]
        else:
            task = self._next[key] = asyncio.create_task(self._run_after(begun, key, work))
        return await asyncio.shield(task)

    async def _run_after(
        self, begun: asyncio.Task[Any], key: Hashable, work: Callable[[], Awaitable[T]]
    ) -> T:
        await asyncio.wait([begun])
        self._begun[key] = self._next.pop(key)
        return await self._run(key, work)

    async def _run(self, key: Hashable, work: Callable[[], Awaitable[T]]) -> T:
        try:
            return await work()
        finally:
            if self._begun.get(key) is asyncio.current_task():
                del self._begun[key]


_by_loop: WeakKeyDictionary[asyncio.AbstractEventLoop, Shared] = WeakKeyDictionary()


async def call_shared(service: Callable[[Session, Actor], T], actor: Actor) -> T:
    """As `call`, for what a service tells every member of a workspace alike.

    What depends on who asks must not be asked for here: one member's answer is given to others.
    A change reaches all tabs at once; two hundred of them cost two reads instead of two hundred.
    """
    reads = _by_loop.setdefault(asyncio.get_running_loop(), Shared())
    key: tuple[Callable[..., Any], UUID] = (service, actor.workspace_id)
    return await reads.read(key, lambda: call(service, actor))
