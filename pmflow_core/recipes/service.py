"""Saving recipes as immutable versions; an invalid one is refused here, never skipped later."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from pmflow_core.accounts import audit
from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.errors import Conflict, NotFound
from pmflow_core.events import topics
from pmflow_core.events.bus import publish_on_commit
from pmflow_core.projects import repository as projects
from pmflow_core.recipes import repository
from pmflow_core.recipes.changes import changes
from pmflow_core.recipes.defaults import DEFAULT_RECIPES
from pmflow_core.recipes.faults import Fault
from pmflow_core.recipes.models import AD_HOC, Recipe, RecipeVersion, VersionStatus
from pmflow_core.recipes.schemas import RecipeRead, VersionRead
from pmflow_core.recipes.spec import Level, RecipeSpec
from pmflow_core.recipes.validation import Catalogue, examine, validate

PMFLOW = "pmflow"


class RecipeChanged(Conflict):
    """Somebody saved a newer version of the recipe since this one was opened."""

    code = "recipe_changed"


class AlreadyPublished(Conflict):
    """New runs use that version already."""

    code = "already_published"


def save_draft(
    session: Session,
    actor: Actor,
    spec: RecipeSpec,
    catalogue: Catalogue,
    expected: int | None = None,
) -> RecipeVersion:
    """Store `spec` as the next version of its stage's recipe; runs use it when it is published.

    `expected` is the newest version that whoever changes the recipe has seen.

    Raises:
        PermissionDenied: the actor is not an admin.
        InvalidRecipe: it could not run; every fault is named.
        RecipeChanged: a newer version than `expected` exists.
    """
    actor.require(Role.ADMIN)
    validate(spec, catalogue, _stages(session))
    repository.add_recipe(session, actor.workspace_id, spec.stage)
    recipe = _locked(session, spec.stage)
    last = repository.last_number(session, recipe.id)
    if expected is not None and last != expected:
        raise RecipeChanged(
            f"Version {last} of the recipe of {spec.stage} was saved meanwhile; look at it first."
        )
    version = RecipeVersion(
        workspace_id=actor.workspace_id,
        recipe_id=recipe.id,
        number=last + 1,
        status=VersionStatus.DRAFT,
        spec=spec.model_dump(mode="json"),
        author_id=actor.user_id,
    )
    session.add(version)
    session.flush()
    audit.record(session, actor, "recipe.saved", spec.stage, {"version": version.number})
    publish_on_commit(session, topics.board(actor.workspace_id))
    return version


def keep_ad_hoc(
    session: Session, actor: Actor, spec: RecipeSpec, catalogue: Catalogue
) -> RecipeVersion:
    """Store what is to be run once, so that its run can pin it; it is nobody's recipe.

    Raises:
        PermissionDenied: the actor is not an editor.
        InvalidRecipe: it could not run; every fault is named.
    """
    actor.require(Role.EDITOR)
    validate(spec, catalogue, _stages(session))
    repository.add_recipe(session, actor.workspace_id, AD_HOC)
    recipe = _locked(session, AD_HOC)
    version = RecipeVersion(
        workspace_id=actor.workspace_id,
        recipe_id=recipe.id,
        number=repository.last_number(session, recipe.id) + 1,
        status=VersionStatus.DRAFT,
        spec=spec.model_dump(mode="json"),
        author_id=actor.user_id,
    )
    session.add(version)
    session.flush()
    return version


def publish_version(
    session: Session, actor: Actor, stage: str, number: int, catalogue: Catalogue
) -> RecipeVersion:
    """Let runs from now on use a saved version; open runs keep theirs.

    It is checked again: what it names may have gone since it was saved.

    Raises:
        PermissionDenied: the actor is not an admin.
        NotFound: the stage has no such version.
        InvalidRecipe: it could not run any more.
        AlreadyPublished: it is the one in use.
    """
    return _use(session, actor, (stage, number), catalogue, "recipe.published")


def roll_back(
    session: Session, actor: Actor, stage: str, number: int, catalogue: Catalogue
) -> RecipeVersion:
    """Let runs from now on use an older version again.

    Raises:
        Conflict: that version was never published.
        PermissionDenied, NotFound, InvalidRecipe, AlreadyPublished: as `publish_version`.
    """
    actor.require(Role.ADMIN)
    if repository.find_version(session, stage, number).status is VersionStatus.DRAFT:
        raise Conflict(f"Version {number} was never in use; publish it instead.")
    return _use(session, actor, (stage, number), catalogue, "recipe.rolled_back")


def publish(
    session: Session, actor: Actor, spec: RecipeSpec, catalogue: Catalogue
) -> RecipeVersion:
    """Save `spec` and publish it at once; raises as `save_draft`."""
    version = save_draft(session, actor, spec, catalogue)
    return publish_version(session, actor, spec.stage, version.number, catalogue)


def automate(
    session: Session,
    actor: Actor,
    level: Level,
    catalogue: Catalogue,
    stop_stage: str | None = None,
) -> list[RecipeVersion]:
    """Give every recipe of the workspace the same level, and return the versions this published.

    `stop_stage` is where auto_to_stage ends. A recipe that has that level already stays as it is.

    Raises:
        PermissionDenied: the actor is not an admin.
        InvalidRecipe: a recipe could not run so, as without a stage to stop at.
    """
    actor.require(Role.ADMIN)
    stop = stop_stage if level is Level.AUTO_TO_STAGE else None
    made: list[RecipeVersion] = []
    for version in repository.list_published(session):
        spec = read_spec(version)
        if (spec.level, spec.stop_stage) == (level, stop):
            continue
        notes = f"Automation: {level.value}" + (f" to {stop}" if stop else "")
        changed = spec.model_copy(update={"level": level, "stop_stage": stop, "notes": notes})
        made.append(publish(session, actor, changed, catalogue))
    return made


def restore_default(
    session: Session, actor: Actor, stage: str, catalogue: Catalogue
) -> RecipeVersion:
    """Publish the recipe that ships for a stage as its next version, and return that.

    Raises:
        NotFound: none ships for that stage; those that do are named.
        AlreadyPublished: it is the one in use.
        PermissionDenied, InvalidRecipe: as `save_draft`.
    """
    actor.require(Role.ADMIN)
    shipped = {spec.stage: spec for spec in DEFAULT_RECIPES}
    if stage not in shipped:
        raise NotFound(f"No recipe ships for {stage}; they do for {', '.join(shipped)}.")
    found = find_spec(session, stage)
    if found is not None and found[1] == shipped[stage]:
        raise AlreadyPublished(f"New runs of {stage} use the recipe that ships already.")
    return publish(session, actor, shipped[stage], catalogue)


def list_recipes(session: Session, actor: Actor) -> tuple[RecipeRead, ...]:
    """Return the recipe of each stage that has one, from left to right."""
    actor.require(Role.VIEWER)
    order = _stages(session)
    found = [
        _recipe(read_spec(row), row, latest) for row, latest in repository.list_recipes(session)
    ]
    return tuple(sorted(found, key=lambda each: order.index(each.stage)))


def find_faults(
    session: Session, actor: Actor, given: Mapping[str, object], catalogue: Catalogue
) -> tuple[Fault, ...]:
    """Return what `save_draft` would refuse in data that wants to be a recipe, with its places."""
    actor.require(Role.VIEWER)
    return examine(given, catalogue, _stages(session))


def list_versions(session: Session, actor: Actor, stage: str) -> tuple[VersionRead, ...]:
    """Return the versions of a stage's recipe, the newest first; none where it has no recipe."""
    actor.require(Role.VIEWER)
    published = repository.publications(session, stage)
    return tuple(
        _version(stage, row, current, author, published.get(row.number))
        for row, current, author in repository.list_versions(session, stage)
    )


def get_spec(session: Session, actor: Actor, stage: str, number: int | None = None) -> RecipeSpec:
    """Return a version of a stage's recipe, the published one without a number; raises NotFound."""
    actor.require(Role.VIEWER)
    if number is not None:
        return read_spec(repository.find_version(session, stage, number))
    found = find_spec(session, stage)
    if found is None:
        raise NotFound(f"{stage} has no recipe.")
    return found[1]


def compare(session: Session, actor: Actor, stage: str, old: int, new: int) -> tuple[str, ...]:
    """Return in words how version `new` of a recipe differs from `old`; raises NotFound."""
    actor.require(Role.VIEWER)
    return changes(get_spec(session, actor, stage, old), get_spec(session, actor, stage, new))


def read_spec(version: RecipeVersion) -> RecipeSpec:
    """Return a stored version as typed data."""
    return RecipeSpec.model_validate(version.spec)


def find_spec(session: Session, stage: str) -> tuple[RecipeVersion, RecipeSpec] | None:
    """Return the published version of a stage and its specification, or None without a recipe."""
    version = repository.find_published(session, stage)
    return None if version is None else (version, read_spec(version))


def list_runnable(session: Session) -> frozenset[str]:
    """Return the stages that a run can be started for."""
    return repository.list_runnable(session)


def _use(
    session: Session, actor: Actor, which: tuple[str, int], catalogue: Catalogue, action: str
) -> RecipeVersion:
    actor.require(Role.ADMIN)
    stage, number = which
    if stage == AD_HOC:
        raise NotFound("What was run for once belongs to no stage and is never published.")
    version = repository.find_version(session, stage, number)
    recipe = _locked(session, stage)
    if recipe.published == number:
        raise AlreadyPublished(f"New runs of {stage} use version {number} already.")
    validate(read_spec(version), catalogue, _stages(session))
    before, recipe.published = recipe.published, number
    version.status = VersionStatus.PUBLISHED
    session.flush()
    audit.record(session, actor, action, stage, {"version": number, "before": before})
    publish_on_commit(session, topics.board(actor.workspace_id))
    return version


def _locked(session: Session, stage: str) -> Recipe:
    recipe = repository.find_recipe(session, stage, lock=True)
    if recipe is None:
        raise NotFound(f"{stage} has no recipe.")
    return recipe


def _stages(session: Session) -> list[str]:
    """Return the workspace's stages from left to right, disabled ones too."""
    return [stage.slug for stage in projects.list_all_stages(session)]


def _recipe(spec: RecipeSpec, version: RecipeVersion, latest: int) -> RecipeRead:
    return RecipeRead(
        stage=spec.stage,
        title=spec.title,
        level=spec.level,
        stop_stage=spec.stop_stage,
        published=version.number,
        latest=latest,
        steps=len(spec.steps),
        gates=len(spec.gates),
    )


def _version(
    stage: str,
    row: RecipeVersion,
    current: int,
    author: str | None,
    published: tuple[datetime, str] | None,
) -> VersionRead:
    spec = read_spec(row)
    at, by = published or (None, None)
    return VersionRead(
        stage=stage,
        number=row.number,
        status=row.status,
        is_current=row.number == current,
        title=spec.title,
        level=spec.level,
        notes=spec.notes,
        author=author or PMFLOW,
        saved_at=row.created_at,
        published_at=at,
        published_by=by,
    )
