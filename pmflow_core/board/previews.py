"""What a move would do, said before it is made."""

from uuid import UUID

from sqlalchemy.orm import Session

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.board.schemas import GateRead, MovePreview
from pmflow_core.board.service import exit_gates
from pmflow_core.board.why import read_gates
from pmflow_core.projects import repository as projects
from pmflow_core.projects.models import Project, Stage
from pmflow_core.recipes import service as recipes
from pmflow_core.runs import repository as runs


def preview_moves(session: Session, actor: Actor, project_id: UUID) -> tuple[MovePreview, ...]:
    """Return what a move to each other stage would find and do, from left to right.

    Nothing is locked or written, so the gates are judged again when the move is made.

    Raises:
        PermissionDenied: the actor is not an editor.
        NotFound: no such project.
    """
    actor.require(Role.EDITOR)
    project = projects.get_project(session, project_id)
    here = projects.stage_of(session, project)
    stages = [stage for stage in projects.list_stages(session) if stage.id != here.id]
    busy = runs.open_run(session, project.id) is not None
    # Every stage to the right asks for the same gates: those of the stage the project is in.
    forward = [stage for stage in stages if stage.position > here.position]
    gates = read_gates(exit_gates(session, project, here, forward[0])) if forward else ()
    runnable = recipes.list_runnable(session)
    return tuple(
        _preview(
            actor,
            (project, here, stage),
            gates if stage in forward else (),
            busy,
            can_run=stage.slug in runnable,
        )
        for stage in stages
    )


def _preview(
    actor: Actor,
    way: tuple[Project, Stage, Stage],
    gates: tuple[GateRead, ...],
    busy: bool,
    *,
    can_run: bool,
) -> MovePreview:
    project, here, there = way
    failed = [gate for gate in gates if not gate.passed and not gate.optional]
    refusal = f"{failed[0].title} keeps it in {here.name}: {failed[0].detail}" if failed else None
    if busy:
        refusal = f"A run is working on {project.key}"
    follows = f"{there.name} can be run then" if can_run else f"{there.name} is worked on by hand"
    return MovePreview(
        key=project.key,
        to=there.slug,
        name=there.name,
        forward=there.position > here.position,
        gates=gates,
        refusal=refusal,
        can_override=bool(failed) and not busy and actor.may(Role.ADMIN),
        effects=(follows,),
    )
