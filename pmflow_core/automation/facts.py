"""Reading what decisions about themes are made from."""

from datetime import timedelta
from decimal import Decimal
from uuid import UUID

from sqlalchemy.orm import Session

from pmflow_core.accounts.actor import Actor
from pmflow_core.automation import repository
from pmflow_core.automation.models import AutomaticAction, Verdict
from pmflow_core.automation.rules import Facts, ThemeProject, Used
from pmflow_core.calls import budgets
from pmflow_core.calls.budgets import DEFAULT_CAPS
from pmflow_core.calls.models import Scope
from pmflow_core.errors import Invalid, NotFound
from pmflow_core.providers.base import GenerateRequest
from pmflow_core.recipes import service as recipes
from pmflow_core.recipes.spec import RecipeSpec
from pmflow_core.runs.extensions import installed
from pmflow_core.signals.models import Severity
from pmflow_core.themes import service as themes
from pmflow_core.themes.schemas import ThemeRead

_Acts = tuple[frozenset[AutomaticAction], timedelta | None]
_NONE: _Acts = (frozenset(), None)


def read_all(session: Session, actor: Actor) -> list[Facts]:
    """Return the facts of every active theme that has signals."""
    return _facts(session, themes.list_themes(session, actor), None)


def find(session: Session, actor: Actor, theme_id: UUID) -> Facts | None:
    """Return the facts of one theme; None when it is not active any more or has no signals."""
    try:
        read = themes.get_theme(session, actor, theme_id).read
    except NotFound:
        return None
    return _facts(session, [read], theme_id)[0] if read.size else None


def read_used(session: Session, actor: Actor) -> Used:
    """Return what the workspace has used of its caps, and how many PRD runs it can pay."""
    acts = repository.acts_of_a_day(session)
    return Used(
        done=acts.get(Verdict.DONE, 0),
        suggested=acts.get(Verdict.SUGGESTED, 0),
        payable_runs=_payable_runs(session, actor),
    )


def _facts(session: Session, reads: list[ThemeRead], theme_id: UUID | None) -> list[Facts]:
    projects = repository.projects_of_themes(session, theme_id)
    acts = repository.acts(session, theme_id)
    return [_of(read, projects.get(read.id), acts.get(read.id, _NONE)) for read in reads]


def _of(read: ThemeRead, project: ThemeProject | None, acts: _Acts) -> Facts:
    worst = next((level for level in Severity if read.severities.get(level)), None)
    return Facts(
        theme_id=read.id,
        label=read.label,
        size=read.size,
        customers=read.customers,
        confidence=read.confidence,
        strength=read.strength,
        worst=worst,
        project=project,
        acted=acts[0],
        idle_for=acts[1],
    )


def _payable_runs(session: Session, actor: Actor) -> int | None:
    """Return how many more PRD runs the workspace's budget takes; None where they cost nothing.

    Runs that go on are counted at their cap, since nobody knows yet what they will spend.
    """
    found = recipes.find_spec(session, repository.PRD)
    if found is None or not _costs(found[1]):
        return None
    spec = found[1]
    cap = DEFAULT_CAPS[Scope.RUN] if spec.budget_usd is None else Decimal(str(spec.budget_usd))
    whole = budgets.read_workspace(session, actor)
    left = Decimal(str(whole.cap_usd - whole.spent_usd - whole.reserved_usd))
    return max(0, int(left / cap) - repository.count_open_runs(session))


def _costs(spec: RecipeSpec) -> bool:
    """Return whether any provider of the recipe asks money for a document."""
    request = GenerateRequest("prd", "", "", "", (), ())
    for name in (spec.provider, *spec.fallbacks):
        try:
            if installed().provider(name).bound_usd(request) > 0:
                return True
        except Invalid:
            # A recipe may name a provider that this installation has lost; its run says so.
            continue
    return False
