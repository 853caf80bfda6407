"""Views of the list of signals: saved, shared, changed, deleted and brought back.

A private view is its owner's alone, whatever their role; of a shared one every member sees the same
and editors change it. Nobody learns of another's private view, not even that there is one.
"""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from pmflow_core.accounts import audit
from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.clock import utcnow
from pmflow_core.errors import Conflict, Invalid, PermissionDenied
from pmflow_core.events import topics
from pmflow_core.events.bus import publish_on_commit
from pmflow_core.saved_views import repository
from pmflow_core.saved_views.models import SavedView
from pmflow_core.saved_views.schemas import SignalFilters, ViewEdit, ViewIn, ViewRead


class ViewNameTaken(Conflict):
    """Another saved view has that name, among the shared ones or among one's own."""

    code = "view_name_taken"


class ViewShowsAll(Invalid):
    """A view without any filter or order is the whole list."""

    code = "view_shows_all"


class ViewNeedsPerson(Invalid):
    """A private view belongs to a person, and an API key is none."""

    code = "view_needs_person"


def list_views(session: Session, actor: Actor) -> Sequence[ViewRead]:
    """Return the shared views, then the actor's own, each by name."""
    actor.require(Role.VIEWER)
    return [_read(view, actor) for view in repository.list_views(session, actor.user_id)]


def read_view(session: Session, actor: Actor, view_id: UUID) -> ViewRead:
    """Return a shared view or one of the actor's own; raises NotFound."""
    actor.require(Role.VIEWER)
    return _read(repository.get_view(session, actor.user_id, view_id), actor)


def save(session: Session, actor: Actor, given: ViewIn) -> ViewRead:
    """Keep filters under a name.

    Raises:
        PermissionDenied: it shall be shared, and the actor is not an editor.
        ViewNeedsPerson: it shall be private, and the actor is an API key.
        ViewShowsAll: it narrows and orders nothing.
        ViewNameTaken: there is one of that name.
    """
    actor.require(Role.VIEWER)
    if given.is_shared:
        actor.require(Role.EDITOR)
    view = SavedView(
        workspace_id=actor.workspace_id,
        owner_id=actor.user_id,
        name=given.name,
        is_shared=given.is_shared,
        filters=_kept(given.filters),
    )
    if not view.is_shared and view.owner_id is None:
        raise ViewNeedsPerson("An API key has no views of its own; save the view as shared.")
    try:
        with session.begin_nested():
            session.add(view)
    except IntegrityError as error:
        raise _taken(given.name) from error
    _note(session, actor, "view.saved", view)
    return _read(view, actor)


def edit(session: Session, actor: Actor, view_id: UUID, changes: ViewEdit) -> ViewRead:
    """Rename a view, change its filters, share it, or take one's own back from the others.

    Raises:
        PermissionDenied: it is or shall be shared and the actor is not an editor, or it shall be
            private and somebody else saved it.
        NotFound: there is no such view for the actor.
        ViewShowsAll: it would narrow and order nothing.
        ViewNameTaken: there is another of that name.
    """
    actor.require(Role.VIEWER)
    view = repository.lock_view(session, actor.user_id, view_id)
    _require_change(actor, view)
    if changes.is_shared:
        actor.require(Role.EDITOR)
    if view.is_shared and changes.is_shared is False and not _is_own(view, actor):
        raise PermissionDenied("Only who saved a shared view can make it private.")
    sent = changes.model_dump(exclude={"filters"}, exclude_none=True)
    if changes.filters is not None:
        sent["filters"] = _kept(changes.filters)
    sent = {name: value for name, value in sent.items() if getattr(view, name) != value}
    if not sent:
        return _read(view, actor)
    was_shared, before = view.is_shared, {name: getattr(view, name) for name in sent}
    try:
        with session.begin_nested():
            for name, value in sent.items():
                setattr(view, name, value)
    except IntegrityError as error:
        raise _taken(str(sent.get("name", view.name))) from error
    if view.is_shared and not was_shared:
        _note(session, actor, "view.shared", view)
    else:
        changed = {name: {"before": before[name], "after": sent[name]} for name in sent}
        _note(session, actor, "view.edited", view, changed)
    return _read(view, actor)


def delete(session: Session, actor: Actor, view_id: UUID) -> None:
    """Delete a view; it can be restored.

    Raises:
        PermissionDenied: it is shared and the actor is not an editor.
        NotFound: there is no such view for the actor.
    """
    actor.require(Role.VIEWER)
    view = repository.lock_view(session, actor.user_id, view_id)
    _require_change(actor, view)
    view.deleted_at, view.deleted_by = utcnow(), actor.user_id
    session.flush()
    _note(session, actor, "view.deleted", view)


def restore(session: Session, actor: Actor, view_id: UUID) -> ViewRead:
    """Bring a deleted view back.

    Raises:
        PermissionDenied: it is shared and the actor is not an editor.
        NotFound: there is no such view for the actor.
        ViewNameTaken: another took its name meanwhile.
    """
    actor.require(Role.VIEWER)
    view = repository.lock_view(session, actor.user_id, view_id, deleted=True)
    _require_change(actor, view)
    try:
        with session.begin_nested():
            view.deleted_at = view.deleted_by = None
    except IntegrityError as error:
        raise _taken(view.name) from error
    _note(session, actor, "view.restored", view)
    return _read(view, actor)


def _require_change(actor: Actor, view: SavedView) -> None:
    if view.is_shared:
        actor.require(Role.EDITOR)


def _is_own(view: SavedView, actor: Actor) -> bool:
    return actor.user_id is not None and view.owner_id == actor.user_id


def _kept(filters: SignalFilters) -> dict[str, object]:
    kept = filters.kept()
    if not kept:
        raise ViewShowsAll("Choose a filter or an order first; without any it is the whole list.")
    return kept


def _taken(name: str) -> ViewNameTaken:
    return ViewNameTaken(f"There is a view called {name} already; choose another name.")


def _note(
    session: Session,
    actor: Actor,
    action: str,
    view: SavedView,
    changed: Mapping[str, object] | None = None,
) -> None:
    """Audit what was done and nudge the tabs; of a private view only that it was done.

    What a view was while it was private is not told either, so give no changes then.
    """
    told = {"name": view.name, **(changed or {})} if view.is_shared else {"private": True}
    audit.record(session, actor, action, str(view.id), told)
    publish_on_commit(session, topics.views(actor.workspace_id))


def _read(view: SavedView, actor: Actor) -> ViewRead:
    return ViewRead(
        id=view.id,
        name=view.name,
        is_shared=view.is_shared,
        filters=SignalFilters.model_validate(view.filters),
        is_own=_is_own(view, actor),
        may_change=actor.may(Role.EDITOR) or not view.is_shared,
    )
