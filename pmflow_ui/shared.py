"""Reads that are the same for all of a workspace, made once for everybody who asks at a time."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Hashable, Mapping
from functools import partial
from typing import Any, Generic, TypeVar
from uuid import UUID
from weakref import WeakKeyDictionary

from pmflow_core.accounts.actor import Actor
from pmflow_core.db import Session
from pmflow_ui.call import call, call_outside

K = TypeVar("K", bound=Hashable)
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


class Together(Generic[K, T]):
    """Questions of one kind: those that come while some are answered are answered together next."""

    def __init__(self, answer: Callable[[Collection[K]], Awaitable[Mapping[K, T]]]) -> None:
        self._answer = answer
        self._asked: dict[K, asyncio.Future[T | None]] = {}
        self._answering: asyncio.Task[None] | None = None

    async def ask(self, key: K) -> T | None:
        """Return the answer to `key`, from a call that begins after this one; None without one.

        Raises what the answering raises, as do all who are answered with it.
        """
        future = self._asked.get(key)
        if future is None:
            future = self._asked[key] = asyncio.get_running_loop().create_future()
        if self._answering is None:
            self._answering = asyncio.create_task(self._answer_all())
        return await asyncio.shield(future)

    async def _answer_all(self) -> None:
        while self._asked:
            asked, self._asked = self._asked, {}
            try:
                answers = await self._answer(asked)
            except Exception as error:  # noqa: BLE001 it is raised where it was asked
                for future in asked.values():
                    future.set_exception(error)
                    # Seen, also when whoever asked is gone.
                    future.exception()
            else:
                for key, future in asked.items():
                    future.set_result(answers.get(key))
        self._answering = None


_by_loop: WeakKeyDictionary[asyncio.AbstractEventLoop, Shared] = WeakKeyDictionary()


async def call_shared(service: Callable[[Session, Actor], T], actor: Actor) -> T:
    """As `call`, for what a service tells every member of a workspace alike.

    What depends on who asks must not be asked for here: one member's answer is given to others.
    A change reaches all tabs at once; two hundred of them cost two reads instead of two hundred.
    """
    reads = _by_loop.setdefault(asyncio.get_running_loop(), Shared())
    key: tuple[Callable[..., Any], UUID] = (service, actor.workspace_id)
    return await reads.read(key, lambda: call(service, actor))


_together: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[Hashable, Together[Any, Any]]] = (
    WeakKeyDictionary()
)


async def ask_together(
    service: Callable[[Session, Collection[K]], Mapping[K, T]], key: K
) -> T | None:
    """Return what `service` answers to `key`, outside of any workspace; None without an answer.

    It is asked for many keys in one transaction: a change makes two hundred tabs ask at once.
    """
    kinds = _together.setdefault(asyncio.get_running_loop(), {})
    kind = kinds.get(service)
    if kind is None:
        kind = kinds[service] = Together(partial(call_outside, service))
    return await kind.ask(key)
