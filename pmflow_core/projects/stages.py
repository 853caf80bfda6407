"""The stages of a workspace: named, coloured, put in order, added, and put aside."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from sqlalchemy.orm import Session

from pmflow_core.accounts import audit
from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.errors import Conflict, Invalid
from pmflow_core.events import topics
from pmflow_core.events.bus import publish_on_commit
from pmflow_core.projects import stage_rows
from pmflow_core.projects.models import Stage
from pmflow_core.workspaces.names import suggest_slug

LONGEST_NAME = 40
MOST = 20


class Colour(StrEnum):
    """What a stage's column can be marked with."""

    SLATE = "slate"
    BLUE = "blue"
    TEAL = "teal"
    GREEN = "green"
    AMBER = "amber"
    ORANGE = "orange"
    RED = "red"
    PINK = "pink"


class BadStageName(Invalid):
    """The name is empty, too long or holds control characters."""

    code = "bad_stage_name"


class StageNameTaken(Conflict):
    """Another stage of the workspace has that name."""

    code = "stage_name_taken"


class TooManyStages(Conflict):
    """The workspace has as many stages as a board can show."""

    code = "too_many_stages"


class BadOrder(Invalid):
    """An order does not name each stage once."""

    code = "bad_stage_order"


class LastStage(Conflict):
    """The workspace would be left without a stage."""

    code = "last_stage"


@dataclass(frozen=True, slots=True)
class StageRead:
    """A stage as the settings show it; `projects` are the active ones in it."""

    slug: str
    name: str
    colour: str
    position: int
    enabled: bool
    projects: int


def list_stages(session: Session, actor: Actor) -> list[StageRead]:
    """Return the pipeline from left to right, disabled stages too."""
    actor.require(Role.VIEWER)
    counts = stage_rows.count_projects(session)
    return [_read(stage, counts) for stage in stage_rows.list_all(session)]


def add(session: Session, actor: Actor, name: str, colour: Colour = Colour.SLATE) -> StageRead:
    """Add a stage at the right end and return it; it has no recipe until one is written.

    Raises:
        PermissionDenied: the actor is not an admin.
        BadStageName: the name cannot be.
        StageNameTaken: there is one of that name.
        TooManyStages: there are 20.
    """
    actor.require(Role.ADMIN)
    name = _check_name(name)
    stages = stage_rows.lock_all(session)
    if len(stages) >= MOST:
        raise TooManyStages(f"A workspace has at most {MOST} stages.")
    _refuse_taken(stages, name, None)
    made = Stage(
        workspace_id=actor.workspace_id,
        slug=_free_slug(name, {stage.slug for stage in stages}),
        name=name,
        colour=colour.value,
        position=max((stage.position for stage in stages), default=-1) + 1,
    )
    session.add(made)
    session.flush()
    _note(session, actor, "stage.added", made.slug, {"name": name, "colour": colour.value})
    return _read(made, {})


def edit(
    session: Session,
    actor: Actor,
    slug: str,
    *,
    name: str | None = None,
    colour: Colour | None = None,
) -> StageRead:
    """Rename or recolour a stage and return it; its slug, which recipes name, stays.

    Raises:
        PermissionDenied: the actor is not an admin.
        NotFound: there is no such stage.
        BadStageName: the name cannot be.
        StageNameTaken: there is another of that name.
    """
    actor.require(Role.ADMIN)
    stages = stage_rows.lock_all(session)
    stage = stage_rows.one_of(stages, slug)
    before = {"name": stage.name, "colour": stage.colour}
    if name is not None:
        stage.name = _check_name(name)
        _refuse_taken(stages, stage.name, stage.id)
    if colour is not None:
        stage.colour = colour.value
    session.flush()
    after = {"name": stage.name, "colour": stage.colour}
    changed = {
        field: {"before": before[field], "after": after[field]}
        for field in after
        if before[field] != after[field]
    }
    if changed:
        _note(session, actor, "stage.edited", slug, changed)
    return _read(stage, stage_rows.count_projects(session))


def put_in_order(session: Session, actor: Actor, slugs: Sequence[str]) -> list[StageRead]:
    """Order the pipeline from left to right as told, and return it.

    Raises:
        PermissionDenied: the actor is not an admin.
        BadOrder: `slugs` does not name each stage once.
    """
    actor.require(Role.ADMIN)
    stages = {stage.slug: stage for stage in stage_rows.lock_all(session)}
    if sorted(slugs) != sorted(stages):
        raise BadOrder("Name each stage of the workspace once, from left to right.")
    before = sorted(stages, key=lambda slug: stages[slug].position)
    if list(slugs) != before:
        for position, slug in enumerate(slugs):
            stages[slug].position = position
        session.flush()
        detail = {"order": {"before": before, "after": list(slugs)}}
        _note(session, actor, "stages.ordered", "stages", detail)
    return list_stages(session, actor)


def enable(session: Session, actor: Actor, slug: str) -> StageRead:
    """Bring a disabled stage back onto the board and return it.

    Raises:
        PermissionDenied: the actor is not an admin.
        NotFound: there is no such stage.
    """
    actor.require(Role.ADMIN)
    stage = stage_rows.one_of(stage_rows.lock_all(session), slug)
    if not stage.enabled:
        stage.enabled = True
        session.flush()
        _note(session, actor, "stage.enabled", slug, {"name": stage.name})
    return _read(stage, stage_rows.count_projects(session))


def put_aside(session: Session, actor: Actor, slug: str) -> Stage:
    """Disable a stage that is empty by now; `board.stages.disable` empties it first.

    Raises:
        PermissionDenied: the actor is not an admin.
        NotFound: there is no such stage.
        LastStage: no other stage is enabled.
    """
    actor.require(Role.ADMIN)
    stages = stage_rows.lock_all(session, alone=True)
    stage = stage_rows.one_of(stages, slug)
    if not any(other.enabled for other in stages if other.id != stage.id):
        raise LastStage("A board needs a stage. Enable another one first.")
    if stage.enabled:
        stage.enabled = False
        session.flush()
        _note(session, actor, "stage.disabled", slug, {"name": stage.name})
    return stage


def _read(stage: Stage, counts: dict[UUID, int]) -> StageRead:
    return StageRead(
        stage.slug,
        stage.name,
        stage.colour,
        stage.position,
        stage.enabled,
        counts.get(stage.id, 0),
    )


def _check_name(name: str) -> str:
    name = " ".join(name.split())
    if not 1 <= len(name) <= LONGEST_NAME or not name.isprintable():
        raise BadStageName(f"A stage's name has 1 to {LONGEST_NAME} printable characters.")
    return name


def _refuse_taken(stages: Sequence[Stage], name: str, own: UUID | None) -> None:
    if any(each.name.casefold() == name.casefold() for each in stages if each.id != own):
        raise StageNameTaken(f"There is a stage named {name} already; choose another name.")


def _free_slug(name: str, taken: set[str]) -> str:
    plain = suggest_slug(name, "stage")
    slug, number = plain, 2
    while slug in taken:
        slug, number = f"{plain}-{number}", number + 1
    return slug


def _note(
    session: Session, actor: Actor, action: str, target: str, detail: Mapping[str, object]
) -> None:
    audit.record(session, actor, action, target, dict(detail))
    publish_on_commit(
        session, topics.workspace(actor.workspace_id), topics.board(actor.workspace_id)
    )
