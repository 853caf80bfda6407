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
from pmflow_ui.pages.account import account_page
from pmflow_ui.pages.api_keys import api_keys_page
from pmflow_ui.pages.audit import audit_page
from pmflow_ui.pages.automation import automation_page, settings_start_page
from pmflow_ui.pages.board import board_page
from pmflow_ui.pages.customers import customers_page
from pmflow_ui.pages.document import document_page
from pmflow_ui.pages.general import general_page
from pmflow_ui.pages.home import home_page
from pmflow_ui.pages.inbox import inbox_page
from pmflow_ui.pages.insights import insights_page
from pmflow_ui.pages.invite import invite_page
from pmflow_ui.pages.knowledge import knowledge_page
from pmflow_ui.pages.login import login_page
from pmflow_ui.pages.members import members_page
from pmflow_ui.pages.ops import ops_page
from pmflow_ui.pages.ops_rq import ops_rq_page
from pmflow_ui.pages.personas import personas_page
from pmflow_ui.pages.project import project_page
from pmflow_ui.pages.providers import providers_page
from pmflow_ui.pages.recipe import recipe_page
from pmflow_ui.pages.recipes import recipes_page
from pmflow_ui.pages.reset import choose_page, reset_page
from pmflow_ui.pages.run import run_page
from pmflow_ui.pages.runs import runs_page
from pmflow_ui.pages.search import search_page
from pmflow_ui.pages.signals import signals_page
from pmflow_ui.pages.signup import signup_page
from pmflow_ui.pages.stages import stages_page
from pmflow_ui.pages.theme import theme_page
from pmflow_ui.pages.themes import themes_page
from pmflow_ui.pages.trash import trash_page
from pmflow_ui.pages.webhooks import webhooks_page
from pmflow_ui.state.account import AccountState
from pmflow_ui.state.api_keys import ApiKeysState
from pmflow_ui.state.audit import AuditState
from pmflow_ui.state.automation import AutomationState
from pmflow_ui.state.bell import BellState
from pmflow_ui.state.board import BoardState
from pmflow_ui.state.comments import CommentsState
from pmflow_ui.state.customers import CustomersState
from pmflow_ui.state.document import DocumentState
from pmflow_ui.state.general import GeneralState
from pmflow_ui.state.home import HomeState
from pmflow_ui.state.imports import ImportsState
from pmflow_ui.state.inbox import InboxState
from pmflow_ui.state.insights import InsightsState
from pmflow_ui.state.invite import InviteState
from pmflow_ui.state.knowledge import KnowledgeState
from pmflow_ui.state.members import MembersState
from pmflow_ui.state.ops import OpsState, RqState
from pmflow_ui.state.personas import PersonasState
from pmflow_ui.state.project import ProjectState
from pmflow_ui.state.providers import ProvidersState
from pmflow_ui.state.recipe import RecipeState
from pmflow_ui.state.recipe_trial import TrialState
from pmflow_ui.state.recipes import RecipesState
from pmflow_ui.state.reset import ResetState
from pmflow_ui.state.run import RunState
from pmflow_ui.state.run_compared import RunComparedState
from pmflow_ui.state.runs import RunsState
from pmflow_ui.state.saved_views import SavedViewsState
from pmflow_ui.state.search import SearchState
from pmflow_ui.state.session import SessionState
from pmflow_ui.state.sign import SignState
from pmflow_ui.state.signals import SignalsState
from pmflow_ui.state.stages import StagesState
from pmflow_ui.state.theme import ThemeState
from pmflow_ui.state.theme_changes import ThemeChangesState
from pmflow_ui.state.theme_hand import ThemeHandState
from pmflow_ui.state.themes import ThemesState
from pmflow_ui.state.trash import TrashState
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
    Route("/invite/[token]", invite_page, "Invitation", Access.ANYONE, (InviteState.load,)),
    Route("/", home_page, "Workspaces", Access.SIGNED_IN, (HomeState.load,)),
    Route("/reset", reset_page, "Reset your password", Access.ANYONE, (ResetState.load_ask,)),
    Route(
        "/reset/[reset_token]",
        choose_page,
        "Choose a new password",
        Access.ANYONE,
        (ResetState.load_choose,),
    ),
    Route("/account", account_page, "Your account", Access.SIGNED_IN, (AccountState.load,)),
    Route("/ops", ops_page, "Operations", Access.OPERATOR, (OpsState.load,)),
    Route("/ops/rq", ops_rq_page, "RQ jobs", Access.OPERATOR, (RqState.load,)),
    Route("/w/[slug]/inbox", inbox_page, "Inbox", Role.VIEWER, (InboxState.load,)),
    Route("/w/[slug]/board", board_page, "Board", Role.VIEWER, (BoardState.load,)),
    Route(
        "/w/[slug]/projects/[project_key]",
        project_page,
        "Project",
        Role.VIEWER,
        (ProjectState.load, CommentsState.load),
    ),
    Route(
        "/w/[slug]/projects/[project_key]/documents/[document_type]",
        document_page,
        "Document",
        Role.VIEWER,
        (DocumentState.load, CommentsState.load),
    ),
    Route(
        "/w/[slug]/signals",
        signals_page,
        "Signals",
        Role.VIEWER,
        (SignalsState.load, SavedViewsState.load, ImportsState.load),
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
    Route("/w/[slug]/knowledge", knowledge_page, "Knowledge", Role.VIEWER, (KnowledgeState.load,)),
    Route("/w/[slug]/runs", runs_page, "Runs", Role.VIEWER, (RunsState.load,)),
    Route(
        "/w/[slug]/runs/[run_id]",
        run_page,
        "Run",
        Role.VIEWER,
        (RunState.load, RunComparedState.load),
    ),
    Route("/w/[slug]/recipes", recipes_page, "Recipes", Role.VIEWER, (RecipesState.load,)),
    Route(
        "/w/[slug]/recipes/[stage]",
        recipe_page,
        "Recipe",
        Role.VIEWER,
        (RecipeState.load, TrialState.load),
    ),
    Route("/w/[slug]/insights", insights_page, "Insights", Role.VIEWER, (InsightsState.load,)),
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
    Route("/w/[slug]/settings/general", general_page, "General", Role.VIEWER, (GeneralState.load,)),
    Route("/w/[slug]/settings/members", members_page, "Members", Role.VIEWER, (MembersState.load,)),
    Route("/w/[slug]/settings/stages", stages_page, "Stages", Role.VIEWER, (StagesState.load,)),
    Route(
        "/w/[slug]/settings/api-keys", api_keys_page, "API keys", Role.ADMIN, (ApiKeysState.load,)
    ),
    Route("/w/[slug]/settings/audit", audit_page, "Audit log", Role.ADMIN, (AuditState.load,)),
    Route("/w/[slug]/settings/trash", trash_page, "Trash", Role.VIEWER, (TrashState.load,)),
    Route(
        "/w/[slug]/settings/providers",
        providers_page,
        "Providers and budgets",
        Role.VIEWER,
        (ProvidersState.load,),
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
