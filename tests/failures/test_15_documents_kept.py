"""What a provider wrote is what is kept: each document step of a run has that very version."""

from pmflow_core.accounts.actor import Actor
from pmflow_core.db.transaction import transaction
from pmflow_core.documents.models import DocumentVersion
from pmflow_core.recipes import service as recipes
from pmflow_core.recipes.spec import RecipeSpec, StepSpec
from pmflow_core.runs.extensions import Extensions
from pmflow_core.runs.status import RunStatus, StepStatus
from tests.core.runs import lifecycle
from tests.core.runs.staging import RESEARCH, Desk, MakeEngine

# What only the text of a provider has: spaces at ends of lines, signs beyond ASCII, an odd end.
TEXTS = {
    "research": RESEARCH,
    "prd": "# PRD\n\n## Goals\n\nSearch is back “for good” [S-1].  \n\n\tIndented — so.\n\n",
    "gtm_brief": "# GTM\n\n## Messaging\n\nЗдесь поиск, 検索 🔎 [S-2].\n",
}


def publish(desk: Desk, admin: Actor, extensions: Extensions) -> None:
    steps = tuple(
        StepSpec(key=key, title=key, skill="generate_document", params={"template": key})
        for key in TEXTS
    )
    spec = RecipeSpec(stage="discovery", title="Write everything", steps=steps)
    with transaction(desk.actor.workspace_id) as session:
        recipes.publish(session, admin, spec, extensions.catalogue())


def test_every_completed_step_has_the_document_that_its_provider_returned(
    desk: Desk, admin: Actor, extensions: Extensions, make_engine: MakeEngine
) -> None:
    """Failure 15: The task loop threw the generated document away."""
    publish(desk, admin, extensions)
    run = lifecycle.start(desk)

    make_engine(*TEXTS.values()).execute(run.id, "w1")

    assert lifecycle.row(desk, run).status is RunStatus.COMPLETED
    kept: dict[str, str] = {}
    for step in lifecycle.steps(desk, run):
        assert step.status is StepStatus.COMPLETED
        assert step.document_version_id is not None, f"{step.step_key} has no document"
        with transaction(desk.actor.workspace_id) as session:
            version = session.get_one(DocumentVersion, step.document_version_id)
        assert (version.run_id, version.step_key) == (run.id, step.step_key)
        kept[step.step_key] = version.content
    assert kept == TEXTS


def test_what_was_written_before_a_failure_is_kept(
    desk: Desk, admin: Actor, extensions: Extensions, make_engine: MakeEngine
) -> None:
    """Failure 15: The task loop threw the generated document away."""
    publish(desk, admin, extensions)
    run = lifecycle.start(desk)

    make_engine(TEXTS["research"]).execute(run.id, "w1")

    assert lifecycle.row(desk, run).status is RunStatus.FAILED
    written = lifecycle.steps(desk, run)[0].document_version_id
    assert written is not None
    with transaction(desk.actor.workspace_id) as session:
        assert session.get_one(DocumentVersion, written).content == TEXTS["research"]
