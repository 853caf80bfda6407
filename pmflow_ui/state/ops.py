"""The pages of operators: the installation, and RQ's own lists."""

import asyncio
import shutil
from functools import lru_cache
from pathlib import Path
from typing import Annotated
from uuid import UUID

import reflex as rx
from pydantic import StringConstraints
from reflex.event import EventSpec

from pmflow_core.migrations.run import head
from pmflow_core.operations import queues, service
from pmflow_core.operations.alarms import Surroundings, alarms
from pmflow_core.operations.queues import LISTS, QUEUED, QueueAway
from pmflow_core.operations.schemas import QueueServerRead
from pmflow_core.settings import get_settings
from pmflow_ui.access import Access, current_viewer
from pmflow_ui.call import call_outside, call_within
from pmflow_ui.guard import event
from pmflow_ui.state import ops_rows as rows
from pmflow_ui.state.ops_rows import (
    AlarmRow,
    ChangeRow,
    JobRow,
    ProcessRow,
    RqWorkerRow,
    RunRow,
    ServerRow,
    WorkRow,
)
from pmflow_ui.toasts import say

JobId = Annotated[str, StringConstraints(max_length=200)]


class OpsState(rx.State):
    """The installation as it is now."""

    alarms: rx.Field[list[AlarmRow]] = rx.field(default_factory=list)
    servers: rx.Field[list[ServerRow]] = rx.field(default_factory=list)
    processes: rx.Field[list[ProcessRow]] = rx.field(default_factory=list)
    work: rx.Field[list[WorkRow]] = rx.field(default_factory=list)
    runs: rx.Field[list[RunRow]] = rx.field(default_factory=list)
    changes: rx.Field[list[ChangeRow]] = rx.field(default_factory=list)
    versions: rx.Field[list[tuple[str, str]]] = rx.field(default_factory=list)
    ready: rx.Field[bool] = rx.field(False)

    @event(allow=Access.OPERATOR, page=True)
    async def load(self) -> None:
        """Show the installation."""
        self.versions = rows.versions()
        await self._read()
        self.ready = True

    @event(allow=Access.OPERATOR)
    async def refresh(self) -> None:
        """Look again; no nudge tells of processes and servers."""
        await self._read()

    @event(allow=Access.OPERATOR)
    async def rescue(self, run_id: UUID) -> EventSpec:
        """Look after a run now and say what came of it; a healthy one is left alone."""
        by = current_viewer().user_id
        here = await call_outside(service.find_workspace_of_run, by, run_id)
        words = await call_within(here, service.rescue_run, by, run_id)
        await self._read()
        return say(words)

    async def _read(self) -> None:
        read = await call_outside(service.read_operations, current_viewer().user_id)
        redis = await asyncio.to_thread(_redis)
        around = await asyncio.to_thread(_surroundings, redis is not None)
        self.alarms = [rows.as_alarm(each) for each in alarms(read, around)]
        self.servers = rows.servers(read, redis, around)
        self.processes = [rows.as_process(each) for each in read.processes]
        self.work = [rows.as_work(each) for each in read.work]
        self.runs = [rows.as_run(each) for each in read.runs]
        self.changes = [rows.as_change(each) for each in read.reembeddings]


class RqState(rx.State):
    """RQ's lists of jobs, one of them shown."""

    lists: rx.Field[list[tuple[str, int]]] = rx.field(default_factory=list)
    shown: rx.Field[str] = rx.field(QUEUED)
    jobs: rx.Field[list[JobRow]] = rx.field(default_factory=list)
    total: rx.Field[int] = rx.field(0)
    workers: rx.Field[list[RqWorkerRow]] = rx.field(default_factory=list)
    away: rx.Field[str] = rx.field("")
    ready: rx.Field[bool] = rx.field(False)

    @event(allow=Access.OPERATOR, page=True)
    async def load(self) -> None:
        """Show the list that the address names."""
        asked = str(self.router.url.query_parameters.get("list") or QUEUED)
        self.shown = asked if asked in LISTS else QUEUED
        await self._read()
        self.ready = True

    @event(allow=Access.OPERATOR)
    async def refresh(self) -> None:
        """Look again."""
        await self._read()

    @event(allow=Access.OPERATOR)
    async def show(self, name: JobId) -> EventSpec:
        """Show another list; the address says so."""
        rest = f"?list={name}" if name in LISTS and name != QUEUED else ""
        return rx.redirect(f"/ops/rq{rest}", replace=True)

    @event(allow=Access.OPERATOR)
    async def requeue(self, job_id: JobId) -> EventSpec:
        """Put a failed job back into the queue."""
        await call_outside(service.require_operator, current_viewer().user_id)
        await asyncio.to_thread(queues.requeue, _url(), job_id, str(current_viewer().user_id))
        await self._read()
        return say("The job is in the queue again")

    @event(allow=Access.OPERATOR)
    async def delete(self, job_id: JobId) -> EventSpec:
        """Forget a job; what its row says is unfinished is offered anew."""
        await call_outside(service.require_operator, current_viewer().user_id)
        await asyncio.to_thread(queues.delete, _url(), job_id, str(current_viewer().user_id))
        await self._read()
        return say("The job is gone. What is unfinished is offered anew.")

    async def _read(self) -> None:
        await call_outside(service.require_operator, current_viewer().user_id)
        try:
            read = await asyncio.to_thread(queues.read_queues, _url(), self.shown)
        except QueueAway as error:
            self.away, self.jobs, self.workers, self.lists = str(error), [], [], []
            return
        self.away = ""
        self.lists = [(each.name, each.jobs) for each in read.registries]
        self.jobs = [rows.as_job(each) for each in read.jobs]
        self.workers = [rows.as_rq_worker(each) for each in read.workers]
        self.total = read.total


def _url() -> str:
    url = get_settings().redis_url
    if url is None:
        raise QueueAway("REDIS_URL is not set for this process; there is no queue.")
    return url.get_secret_value()


def _redis() -> QueueServerRead | None:
    try:
        return queues.read_server(_url())
    except QueueAway:
        return None


@lru_cache(maxsize=1)
def _head() -> str | None:
    # It reads every migration, and the program does not change while it runs.
    return head()


def _surroundings(redis_answers: bool) -> Surroundings:
    settings = get_settings()
    folder: Path = settings.data_dir
    try:
        disk = shutil.disk_usage(folder if folder.exists() else folder.anchor)
        free, total = disk.free, disk.total
    except OSError:
        free = total = 0
    return Surroundings(redis_answers, _head(), free, total, settings.queue_alarm_s)
