"""The first run: what a new workspace has done of its first steps, and which one is next.

Progress is derived from rows, so that every browser and every restart agree. Hiding it is the
workspace's too, as the steps are: who hides it can take that back, and everybody sees the same.
"""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.accounts.audit import record
from pmflow_core.board import first_run_rows
from pmflow_core.board.first_run_rows import Step, ToRun
from pmflow_core.clock import utcnow
from pmflow_core.events import topics
from pmflow_core.events.bus import publish_on_commit
from pmflow_core.signals import repository as signals
from pmflow_core.themes import corpus, rules
from pmflow_core.themes.overview import list_labels
from pmflow_core.themes.schemas import ThemeTag

__all__ = ["FirstRunRead", "FormingThemes", "Step", "ToRun", "finish", "hide", "read", "show"]
TARGET = "getting started"


@dataclass(frozen=True, slots=True)
class FormingThemes:
    """What keeps themes from being there: signals that can be themed, and how many it takes.

    `is_reading` while a worker has signals to read; `was_tried` when themes were formed from what
    is there, and nothing was said often enough.
    """

    themable: int
    needed: int
    is_reading: bool
    was_tried: bool


@dataclass(frozen=True, slots=True)
class FirstRunRead:
    """The steps that are done, and what the current one needs to say what to do.

    `forming` is there while themes are the current step, `theme` (the largest of `themes`) while
    the project is, and `to_run` while the run is.
    """

    done: frozenset[Step]
    forming: FormingThemes | None = None
    theme: ThemeTag | None = None
    themes: int = 0
    to_run: ToRun | None = None

    @property
    def current(self) -> Step | None:
        """Return the first step that is not done, None when all are."""
        return next((step for step in Step if step not in self.done), None)


def read(session: Session, actor: Actor) -> FirstRunRead | None:
    """Return how far the first run is; None when it is over.

    Raises:
        PermissionDenied: the actor is not an editor; the steps are for who may take them.
    """
    actor.require(Role.EDITOR)
    done = first_run_rows.done(session, actor.workspace_id)
    if done is None:
        return None
    match FirstRunRead(done).current:
        case Step.THEMES:
            return FirstRunRead(done, forming=_forming(session))
        case Step.PROJECT:
            labels = list_labels(session, actor)
            return FirstRunRead(done, theme=next(iter(labels), None), themes=len(labels))
        case Step.RUN:
            return FirstRunRead(done, to_run=first_run_rows.find_to_run(session))
        case _:
            return FirstRunRead(done)


def finish(session: Session, actor: Actor) -> bool:
    """Note that all steps are done, so that nobody looks again; False if they are not, or it was.

    Raises:
        PermissionDenied: the actor is not an editor.
    """
    actor.require(Role.EDITOR)
    return first_run_rows.end(session, actor.workspace_id, utcnow(), if_done=True)


def hide(session: Session, actor: Actor) -> None:
    """Hide the steps from everybody in the workspace before they are done.

    Raises:
        PermissionDenied: the actor is not an editor.
    """
    actor.require(Role.EDITOR)
    if first_run_rows.end(session, actor.workspace_id, utcnow(), if_done=False):
        _note(session, actor, "first_run.hidden")


def show(session: Session, actor: Actor) -> None:
    """Take hiding the steps back; where all of them are done they end again by themselves.

    Raises:
        PermissionDenied: the actor is not an editor.
    """
    actor.require(Role.EDITOR)
    if first_run_rows.begin_again(session, actor.workspace_id):
        _note(session, actor, "first_run.shown")


def _forming(session: Session) -> FormingThemes:
    return FormingThemes(
        themable=corpus.count_themable(session),
        needed=rules.MIN_TEXTS,
        is_reading=signals.count_unprocessed(session) > 0,
        was_tried=corpus.last_clustering(session) is not None,
    )


def _note(session: Session, actor: Actor, action: str) -> None:
    record(session, actor, action, TARGET)
    publish_on_commit(session, topics.workspace(actor.workspace_id))
