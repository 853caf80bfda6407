"""The audit log on its page: filtered by what the address says, live."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any
from urllib.parse import urlencode

import reflex as rx
from pydantic import BaseModel, StringConstraints
from reflex.event import EventSpec

from pmflow_core.accounts import audit
from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.accounts.schemas import AuditQuery, AuditRead
from pmflow_core.events import topics
from pmflow_ui import watch
from pmflow_ui.access import current_actor
from pmflow_ui.call import call
from pmflow_ui.guard import event
from pmflow_ui.viewer import workspace_slug

PAGE = 50
MOST = 1_000
_ID = re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")
Typed = Annotated[str, StringConstraints(max_length=200)]


class AuditForm(BaseModel):
    """What the filters send; the days are the server's, in UTC."""

    action: Typed = ""
    actor: Typed = ""
    target: Typed = ""
    since: Typed = ""
    until: Typed = ""


@dataclass(frozen=True)
class AuditLine:
    """One entry as a line."""

    id: str
    at: str
    actor: str
    bot: bool
    action: str
    target: str
    detail: str


@dataclass(frozen=True)
class KindChoice:
    """What an action is about, as the filter names it."""

    name: str
    label: str


class AuditState(rx.State):
    """The page; `wanted` mirrors the address."""

    lines: rx.Field[list[AuditLine]] = rx.field(default_factory=list)
    kinds: rx.Field[list[KindChoice]] = rx.field(default_factory=list)
    wanted: rx.Field[dict[str, str]] = rx.field(default_factory=dict)
    filtered: rx.Field[bool] = rx.field(False)
    more: rx.Field[bool] = rx.field(False)
    file: rx.Field[str] = rx.field("")
    form_key: rx.Field[int] = rx.field(0)
    ready: rx.Field[bool] = rx.field(False)
    _shown: int = PAGE

    @event(allow=Role.ADMIN, page=True)
    async def load(self) -> None:
        """Show the newest entries that the address asks for."""
        actor = current_actor()
        watch.watch(self, [topics.audit(actor.workspace_id)], AuditState.refresh())
        given: Any = self.router.url.query_parameters
        wanted = {name: str(given.get(name) or "")[:200] for name in AuditForm.model_fields}
        if wanted != self.wanted:
            self.wanted = wanted
            self.form_key += 1
        self._shown = PAGE
        self.filtered = any(wanted.values())
        slug = workspace_slug(self.router.url.path) or ""
        self.file = f"/api/workspaces/{slug}/audit.csv{_query(file_filters(wanted))}"
        await self._read(actor)
        self.ready = True

    @event(allow=Role.ADMIN)
    async def refresh(self) -> None:
        """Look again."""
        await self._read(current_actor())

    @event(allow=Role.ADMIN)
    async def find(self, form: AuditForm) -> EventSpec:
        """Put the filters into the address."""
        slug = workspace_slug(self.router.url.path)
        chosen = {name: value.strip() for name, value in form.model_dump().items()}
        return rx.redirect(f"/w/{slug}/settings/audit{_query(chosen)}")

    @event(allow=Role.ADMIN)
    async def show_more(self) -> None:
        """Show older entries too."""
        self._shown = min(self._shown + PAGE, MOST)
        await self._read(current_actor())

    async def _read(self, actor: Actor) -> None:
        query = as_query(self.wanted)
        found = await call(audit.list_entries, actor, query, limit=self._shown + 1)
        self.lines = [as_line(each) for each in found[: self._shown]]
        self.more = len(found) > self._shown and self._shown < MOST
        kinds = await call(audit.list_kinds, actor)
        self.kinds = [KindChoice(kind, kind.replace("_", " ")) for kind in kinds]


def as_query(wanted: dict[str, str]) -> AuditQuery:
    """Return what the core is asked; a day that is none does not filter."""
    since, until = _day(wanted.get("since", "")), _day(wanted.get("until", ""))
    return AuditQuery(
        action=wanted.get("action", "")[:80] or None,
        actor=wanted.get("actor") or None,
        target=wanted.get("target") or None,
        since=since,
        until=until + timedelta(days=1) if until else None,
    )


def file_filters(wanted: dict[str, str]) -> dict[str, str]:
    """Return the same filters as the download's route takes them."""
    asked = as_query(wanted).model_dump(mode="json", exclude_none=True)
    return {name: str(value) for name, value in asked.items()}


def as_line(entry: AuditRead) -> AuditLine:
    """Return an entry as a line."""
    kind, _, verb = entry.action.partition(".")
    named = entry.detail.get("name") or entry.detail.get("title")
    target = str(named) if named and _ID.fullmatch(entry.target) else entry.target
    told = {key: value for key, value in entry.detail.items() if key != "id"}
    return AuditLine(
        id=str(entry.id),
        at=entry.at.isoformat(),
        actor=entry.actor,
        bot=entry.actor_id is None,
        action=_said(kind, verb),
        target=_ID.sub(_ending, target),
        detail=_ID.sub(_ending, audit.in_words(told))[:600],
    )


def _ending(found: re.Match[str]) -> str:
    """Return enough of an id to tell two apart; the download has the whole."""
    return f"…{found[0][-6:]}"


def _said(kind: str, verb: str) -> str:
    words = f"{kind} {verb}".replace("_", " ").strip().capitalize()
    return words.replace("Api key", "API key")


def _query(values: dict[str, str]) -> str:
    given = {name: value for name, value in values.items() if value}
    return f"?{urlencode(given)}" if given else ""


def _day(text: str) -> datetime | None:
    try:
        return datetime.combine(date.fromisoformat(text), time(), UTC)
    except ValueError:
        return None
