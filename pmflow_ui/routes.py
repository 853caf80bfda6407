"""Every page of the dashboard, in one list. A page exists if it is here.

To add a page, say the runs of a workspace:

1. `state/runs.py`: a flat `rx.State` with `rx.Field`s of frozen dataclasses. Each event declares
   who may send it; arguments are typed and parsed; errors of core become toasts, or with
   `page=True` take the page's place.

       class RunsState(rx.State):
           rows: rx.Field[list[RunRow]] = rx.field(default_factory=list)
           ready: rx.Field[bool] = rx.field(False)

           @event(allow=Role.VIEWER, page=True)
           async def load(self) -> None:
               actor = current_actor()
               watch.watch(self, [topics.board(actor.workspace_id)], RunsState.refresh())
               await self._read(actor)

           @event(allow=Role.VIEWER)
           async def refresh(self) -> None:
               await self._read(current_actor())

           @event(allow=Role.EDITOR)
           async def cancel(self, run_id: UUID) -> None:
               await call(runs.cancel, current_actor(), run_id)

           async def _read(self, actor: Actor) -> None:
               self.rows = [as_row(run) for run in await call(runs.list_runs, actor)]
               self.ready = True

2. `pages/runs.py`: `def runs_page() -> rx.Component: return shell("runs", "Runs", …)`, built from
   `rx.el.*` and `components/`; its own styles in `assets/css/pages/run.css` under `.p-runs`.

3. One line below. `permission` is the role that the page's own loading event needs too.

`state/home.py` and `pages/home.py` are the smallest example.
"""

from collections.abc import Callable
from dataclasses import dataclass

import reflex as rx
from reflex.event import EventCallback

from pmflow_core.accounts.actor import Role
from pmflow_ui.access import Access, Permission
from pmflow_ui.pages.automation import automation_page, settings_start_page
from pmflow_ui.pages.board import board_page
from pmflow_ui.pages.customers import customers_page
from pmflow_ui.pages.document import document_page
from pmflow_ui.pages.home import home_page
from pmflow_ui.pages.inbox import inbox_page
from pmflow_ui.pages.login import login_page
from pmflow_ui.pages.personas import personas_page
from pmflow_ui.pages.project import project_page
from pmflow_ui.pages.run import run_page
from pmflow_ui.pages.runs import runs_page
from pmflow_ui.pages.search import search_page
from pmflow_ui.pages.signals import signals_page
from pmflow_ui.pages.signup import signup_page
from pmflow_ui.pages.theme import theme_page
from pmflow_ui.pages.themes import themes_page
from pmflow_ui.pages.webhooks import webhooks_page
from pmflow_ui.state.automation import AutomationState
from pmflow_ui.state.bell import BellState
from pmflow_ui.state.board import BoardState
from pmflow_ui.state.customers import CustomersState
from pmflow_ui.state.document import DocumentState
from pmflow_ui.state.imports import ImportsState
from pmflow_ui.state.inbox import InboxState
from pmflow_ui.state.personas import PersonasState
from pmflow_ui.state.project import ProjectState
from pmflow_ui.state.run import RunState
from pmflow_ui.state.runs import RunsState
from pmflow_ui.state.search import SearchState
from pmflow_ui.state.session import SessionState
from pmflow_ui.state.sign import SignState
from pmflow_ui.state.signals import SignalsState
from pmflow_ui.state.theme import ThemeState
from pmflow_ui.state.theme_changes import ThemeChangesState
from pmflow_ui.state.theme_hand import ThemeHandState
from pmflow_ui.state.themes import ThemesState
from pmflow_ui.state.webhooks import WebhooksState


@dataclass(frozen=True, slots=True)
class Route:
    """One page: its address, what draws it, its title, who may see it, and what loads it."""

    path: str
    page: Callable[[], rx.Component]
    title: str
    permission: Permission
    on_load: tuple[EventCallback, ...] = ()


ROUTES = (
    Route("/login", login_page, "Sign in", Access.ANYONE, (SignState.load_login,)),
    Route("/signup", signup_page, "Create an account", Access.ANYONE, (SignState.load_signup,)),
    Route("/", home_page, "Workspaces", Access.SIGNED_IN),
    Route("/w/[slug]/inbox", inbox_page, "Inbox", Role.VIEWER, (InboxState.load,)),
    Route("/w/[slug]/board", board_page, "Board", Role.VIEWER, (BoardState.load,)),
    Route(
        "/w/[slug]/projects/[project_key]",
        project_page,
        "Project",
        Role.VIEWER,
        (ProjectState.load,),
    ),
    Route(
        "/w/[slug]/projects/[project_key]/documents/[document_type]",
        document_page,
        "Document",
        Role.VIEWER,
        (DocumentState.load,),
    ),
    Route(
        "/w/[slug]/signals",
        signals_page,
        "Signals",
        Role.VIEWER,
        (SignalsState.load, ImportsState.load),
    ),
    Route(
        "/w/[slug]/themes",
        themes_page,
        "Themes",
        Role.VIEWER,
        (ThemesState.load, ImportsState.load, ThemeChangesState.load),
    ),
    Route(
        "/w/[slug]/themes/[theme_id]",
        theme_page,
        "Theme",
        Role.VIEWER,
        (ThemeState.load, ThemeHandState.load, ThemeChangesState.load),
    ),
    Route("/w/[slug]/customers", customers_page, "Customers", Role.VIEWER, (CustomersState.load,)),
    Route("/w/[slug]/personas", personas_page, "Personas", Role.VIEWER, (PersonasState.load,)),
    Route("/w/[slug]/runs", runs_page, "Runs", Role.VIEWER, (RunsState.load,)),
    Route("/w/[slug]/runs/[run_id]", run_page, "Run", Role.VIEWER, (RunState.load,)),
    Route("/w/[slug]/search", search_page, "Search", Role.VIEWER, (SearchState.load,)),
    Route(
        "/w/[slug]/settings", settings_start_page, "Settings", Role.VIEWER, (AutomationState.go,)
    ),
    Route(
        "/w/[slug]/settings/automation",
        automation_page,
        "Automation",
        Role.VIEWER,
        (AutomationState.load,),
    ),
    Route(
        "/w/[slug]/settings/webhooks",
        webhooks_page,
        "Webhooks",
        Role.VIEWER,
        (WebhooksState.load,),
    ),
)


def loading_events(route: Route) -> list[EventCallback]:
    """Return what runs when the page opens: who looks, and where, comes first."""
    if route.permission is Access.ANYONE:
        return list(route.on_load)
    if isinstance(route.permission, Role):
        return [SessionState.enter_workspace, BellState.load, *route.on_load]
    return [SessionState.enter, *route.on_load]


def add_pages(app: rx.App, routes: tuple[Route, ...] = ROUTES) -> None:
    """Give the app its pages."""
    for route in routes:
        app.add_page(
            route.page,
            route=route.path,
            title=f"{route.title} · pmflow",
            on_load=loading_events(route),
        )
