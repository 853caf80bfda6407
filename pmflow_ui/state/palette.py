"""What the palette finds: search results for what is typed, and where the viewer was before."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import quote_plus, urlsplit

import reflex as rx
from pydantic import Field, StringConstraints

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.board import reads, shown_signals
from pmflow_core.search import service
from pmflow_core.search.schemas import SearchQuery
from pmflow_core.themes import overview
from pmflow_ui.access import current_actor
from pmflow_ui.call import call, call_between
from pmflow_ui.guard import event
from pmflow_ui.state.search_rows import Look, Piece, groups
from pmflow_ui.viewer import workspace_slug

FEW = 4
RECENT = 6
RUNS_LOOKED_AT = 200
Typed = Annotated[str, StringConstraints(max_length=500)]
Path = Annotated[str, StringConstraints(max_length=300)]
Paths = Annotated[list[Path], Field(max_length=12)]
_PROJECT = re.compile(r"^projects/([A-Z0-9]{1,16}-\d{1,9})(?:/documents/([a-z_]{1,40}))?$")
_THEME = re.compile(r"^themes/([0-9a-f-]{36})$")
_RUN = re.compile(r"^runs/([0-9a-f-]{36})$")
_RUN_NUMBER = re.compile(r"^run\s*#?\s*(\d{1,9})$", re.IGNORECASE)


@dataclass(frozen=True)
class Line:
    """One thing to go to."""

    id: str
    href: str
    icon: str
    severity: str
    lead: str
    pieces: list[Piece]
    note: str


@dataclass(frozen=True)
class Section:
    """Some things of one kind."""

    title: str
    lines: list[Line]


class PaletteState(rx.State):
    """The palette and the sheet of keys; commands are of the page and need no state."""

    is_open: rx.Field[bool] = rx.field(False)
    is_sheet: rx.Field[bool] = rx.field(False)
    q: rx.Field[str] = rx.field("")
    sections: rx.Field[list[Section]] = rx.field(default_factory=list)
    everything: rx.Field[str] = rx.field("")

    @event(allow=Role.VIEWER)
    async def open(self, recent: Paths) -> None:
        """Open the palette on its first page: where the viewer was before.

        The browser names only addresses; their names are read again with the viewer's rights.
        """
        self.is_open, self.is_sheet, self.q, self.everything = True, False, "", ""
        actor = current_actor()
        slug = workspace_slug(self.router.url.path) or ""
        found = await _recent(actor, slug, recent)
        self.sections = [Section("Recent", found)] if found else []

    @event(allow=Role.VIEWER)
    async def open_sheet(self) -> None:
        """Show all keys."""
        self.is_open, self.is_sheet = False, True

    @event(allow=Role.VIEWER)
    async def set_open(self, is_open: bool) -> None:
        """Close the palette, or open it empty."""
        self.is_open = is_open

    @event(allow=Role.VIEWER)
    async def set_sheet(self, is_open: bool) -> None:
        """Close the sheet of keys, or open it."""
        self.is_sheet = is_open

    @event(allow=Role.VIEWER, debounce=120)
    async def ask(self, text: Typed) -> None:
        """Find what is being typed."""
        self.q = " ".join(text.split())
        slug = workspace_slug(self.router.url.path) or ""
        self.everything = f"/w/{slug}/search?q={quote_plus(self.q)}" if self.q else ""
        # A > asks for commands alone.
        asks = self.q and not self.q.startswith(">")
        self.sections = await _find(current_actor(), slug, self.q) if asks else []


async def _find(actor: Actor, slug: str, text: str) -> list[Section]:
    query = SearchQuery(text=text, signals=FEW, others=FEW)
    found = groups(await call_between(service.search, actor, query), slug, Look(text))
    sections = [
        Section(
            group.title,
            [
                Line(
                    row.id,
                    row.href,
                    row.icon,
                    row.severity,
                    row.lead,
                    row.pieces,
                    row.notes[0] if row.notes else "",
                )
                for row in group.rows
            ],
        )
        for group in found
    ]
    runs = await _runs_by_number(actor, slug, text)
    return [Section("Runs", runs), *sections] if runs else sections


async def _runs_by_number(actor: Actor, slug: str, text: str) -> list[Line]:
    asked = _RUN_NUMBER.match(text)
    if asked is None:
        return []
    number = int(asked.group(1))
    rows = await call(reads.list_runs, actor, limit=RUNS_LOOKED_AT)
    return [
        _line(
            f"/w/{slug}/runs/{run.id}",
            "play",
            f"Run {run.number}",
            f"{run.stage} of {run.project_key} {run.project_name}",
            run.status.value,
        )
        for run in rows
        if run.number == number
    ]


async def _recent(actor: Actor, slug: str, paths: Sequence[str]) -> list[Line]:
    """Return the things among some addresses that are there for the viewer, in their order."""
    within = f"/w/{slug}/"
    own = [urlsplit(path).path for path in paths if path.startswith(within)]
    rest = list(dict.fromkeys(path.removeprefix(within) for path in own))
    names = await _names(actor, slug, rest)
    return [names[path] for path in rest if path in names][:RECENT]


async def _names(actor: Actor, slug: str, rest: Sequence[str]) -> Mapping[str, Line]:
    found: dict[str, Line] = {}
    if any(_PROJECT.match(path) for path in rest):
        choices = await call(shown_signals.project_choices, actor)
        found |= _projects(slug, rest, {each.key: each.name for each in choices})
    if any(_THEME.match(path) for path in rest):
        tags = await call(overview.list_labels, actor)
        for tag in tags:
            path = f"themes/{tag.id}"
            found[path] = _line(f"/w/{slug}/{path}", "shapes", "", tag.label, "theme")
    if any(_RUN.match(path) for path in rest):
        for run in await call(reads.list_runs, actor, limit=RUNS_LOOKED_AT):
            about = f"{run.stage} of {run.project_key} {run.project_name}"
            found[f"runs/{run.id}"] = _line(
                f"/w/{slug}/runs/{run.id}", "play", f"Run {run.number}", about, run.status.value
            )
    return found


def _projects(slug: str, rest: Sequence[str], names: Mapping[str, str]) -> dict[str, Line]:
    found: dict[str, Line] = {}
    for path in rest:
        asked = _PROJECT.match(path)
        if asked is None or asked.group(1) not in names:
            continue
        key, kind = asked.group(1), asked.group(2)
        icon, note = ("file-text", kind.replace("_", " ")) if kind else ("square-kanban", "project")
        found[path] = _line(f"/w/{slug}/{path}", icon, key, names[key], note)
    return found


def _line(href: str, icon: str, lead: str, text: str, note: str) -> Line:
    return Line(f"to-{href}", href, icon, "", lead, [Piece(text, False)], note)
