"""People approve versions, not names: an edit voids it, and the gates are asked again."""

from collections.abc import Callable
from uuid import UUID

import pytest

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.board import service as board
from pmflow_core.board.approvals import ApprovalEffects, approval_effects
from pmflow_core.board.reads import read_project, read_why
from pmflow_core.db.transaction import transaction
from pmflow_core.errors import PermissionDenied
from pmflow_core.projects.models import Decision, Outcome
from pmflow_core.recipes import service as recipes
from pmflow_core.recipes.spec import GateSpec, RecipeSpec, StepSpec
from pmflow_core.runs import approvals, repository
from pmflow_core.runs.extensions import Extensions, installed
from tests.conftest import make_member
from tests.core.runs.staging import RESEARCH, Desk, MakeEngine

EDITED = RESEARCH + "- Which phones?\n"
PRD = """# PRD

## Requirements

- **R1 — Search stays visible.** It vanished for listeners [S-1].
- **R2 — It survives the lock screen.** It went when the phone locked [S-3].
"""


@pytest.fixture
def colleague(workspace_id: UUID) -> Actor:
    """A second editor, who happens to have the same name as the first."""
    return make_member(workspace_id, Role.EDITOR, "Product lead")


@pytest.fixture
def waiting(
    desk: Desk, admin: Actor, extensions: Extensions, make_engine: MakeEngine
) -> Callable[..., None]:
    """Take the project to where so many people have to approve it."""

    def bring(approvers: int = 1, template: str = "research", text: str = RESEARCH) -> None:
        step = StepSpec(
            key="write", title="Write", skill="generate_document", params={"template": template}
        )
        gates = (
            GateSpec(kind="document_exists", title="Written", params={"document": template}),
            GateSpec(kind="human_approval", title="Sign-off", params={"approvers": approvers}),
        )
        spec = RecipeSpec(stage="discovery", title="Write", steps=(step,), gates=gates)
        with transaction(desk.actor.workspace_id) as session:
            recipes.publish(session, admin, spec, extensions.catalogue())
            run = board.start_run(session, desk.actor, desk.id, "discovery")
        make_engine(text).execute(run.id, "w1")

    return bring


def approve(desk: Desk, actor: Actor | None = None) -> Decision:
    with transaction(desk.actor.workspace_id) as session:
        return board.approve(session, actor or desk.actor, desk.id)


def edit(desk: Desk, content: str, base: int, kind: str = "research") -> None:
    with transaction(desk.actor.workspace_id) as session:
        board.edit_document(session, desk.actor, desk.key, kind, content, base=base)


def reason(desk: Desk) -> str:
    with transaction(desk.actor.workspace_id) as session:
        return read_why(session, desk.actor, desk.id).reason


def effects(desk: Desk) -> ApprovalEffects:
    with transaction(desk.actor.workspace_id) as session:
        return approval_effects(session, desk.actor, desk.key)


def test_a_project_waits_until_so_many_people_have_approved(
    desk: Desk, waiting: Callable[..., None], colleague: Actor
) -> None:
    waiting(2)
    assert effects(desk).sentences == (
        f"Counts as your approval; {desk.key} stays in Discovery until 1 more person approves",
    )
    assert reason(desk) == (
        "Discovery waits for approval. Sign-off: 0 of 2 approvals of the newest versions"
    )

    first = approve(desk)
    shown = effects(desk)
    second = approve(desk, colleague)

    assert first.outcome is Outcome.WAITS_FOR_APPROVAL
    assert first.reason.endswith("1 of 2 approvals of the newest versions: Product lead")
    assert shown.approved_by == ("Product lead",)
    assert "1 of 2" in (shown.waits_for or "")
    assert shown.sentences[0] == f"Moves {desk.key} to PRD"
    assert second.outcome is Outcome.ADVANCED


def test_the_same_person_counts_once(desk: Desk, waiting: Callable[..., None]) -> None:
    waiting(2)
    approve(desk)

    with pytest.raises(approvals.AlreadyApproved, match=r"approved this already\. Sign-off: 1"):
        approve(desk)


def test_a_program_is_none_of_the_people_who_have_to_approve(
    desk: Desk, waiting: Callable[..., None]
) -> None:
    waiting()
    program = Actor(desk.actor.workspace_id, Role.ADMIN, None, "release bot")

    with pytest.raises(approvals.PersonRequired, match="Sign-off asks for people"):
        approve(desk, program)


def test_an_edit_voids_approvals_for_all_to_see(
    desk: Desk, waiting: Callable[..., None], colleague: Actor
) -> None:
    """Failure 8: An approval survived a later edit."""
    waiting(3)
    approve(desk)
    approve(desk, colleague)

    edit(desk, EDITED, 1)

    with transaction(desk.actor.workspace_id) as session:
        project = read_project(session, desk.actor, desk.key)
    assert project.why.reason.endswith(
        "0 of 3 approvals of the newest versions. 2 approvals were voided by an edit of Research v2"
    )
    assert project.why.can_approve
    assert "Voided 2 approvals by an edit of Research v2" in [row.text for row in project.activity]
    assert [row.state for row in project.documents] == ["draft"]


def test_a_run_of_the_next_stage_does_not_void_the_approval_that_led_to_it(
    desk: Desk,
    waiting: Callable[..., None],
    admin: Actor,
    extensions: Extensions,
    make_engine: MakeEngine,
) -> None:
    waiting()
    step = StepSpec(
        key="more", title="More", skill="generate_document", params={"template": "research"}
    )
    spec = RecipeSpec(stage="prd", title="Research more", steps=(step,))
    with transaction(desk.actor.workspace_id) as session:
        recipes.publish(session, admin, spec, extensions.catalogue())
    approve(desk)
    with transaction(desk.actor.workspace_id) as session:
        run = repository.open_run(session, desk.id)
    assert run is not None

    make_engine(EDITED).execute(run.id, "w1")

    with transaction(desk.actor.workspace_id) as session:
        told = [row.text for row in read_project(session, desk.actor, desk.key).activity]
    assert "Wrote More, version 2" in told
    assert not [text for text in told if text.startswith("Voided")]


def test_a_second_edit_does_not_void_what_is_void(desk: Desk, waiting: Callable[..., None]) -> None:
    waiting(2)
    approve(desk)
    edit(desk, EDITED, 1)

    edit(desk, EDITED + "- Which tablets?\n", 2)

    assert "voided" not in reason(desk)


def test_a_rejection_voids_what_others_approved(
    desk: Desk, waiting: Callable[..., None], colleague: Actor
) -> None:
    waiting(2)
    approve(desk)

    with transaction(desk.actor.workspace_id) as session:
        board.reject(session, colleague, desk.id, "too thin")
        said = read_why(session, desk.actor, desk.id)

    assert said.reason == "Product lead rejected Discovery: too thin"
    assert effects(desk).approved_by == ()
    with pytest.raises(approvals.NothingToApprove):
        approve(desk)


def test_approving_asks_the_gates_again(desk: Desk, waiting: Callable[..., None]) -> None:
    """Failure 5: *Approve* verified nothing."""
    waiting(1, "prd", PRD)
    with transaction(desk.actor.workspace_id) as session:
        recipe = RecipeSpec(
            stage="discovery",
            title="Write",
            steps=(
                StepSpec(
                    key="write",
                    title="Write",
                    skill="generate_document",
                    params={"template": "prd"},
                ),
            ),
            gates=(
                GateSpec(
                    kind="document_exists", title="Brief", params={"document": "design_brief"}
                ),
            ),
        )
        admin = Actor.system(desk.actor.workspace_id)
        recipes.publish(session, admin, recipe, installed().catalogue())

    decision = approve(desk)

    assert decision.outcome is Outcome.STAYED
    assert decision.reason.startswith("Stays in Discovery, one gate failed. Brief:")


def test_what_is_approved_is_shown_with_what_changed_since_the_last_time(
    desk: Desk, waiting: Callable[..., None]
) -> None:
    """Failure 10: The gate showed what was produced, never what changed.

    Failure 9: A requirement was silently dropped between documents.
    """
    waiting(2, "prd", PRD)
    (new,) = effects(desk).documents
    approve(desk)
    changed = PRD.replace("- **R2 — It survives", "- **R3 — It survives").replace(
        "# PRD", "# The PRD"
    )

    edit(desk, changed, 1, "prd")

    (found,) = effects(desk).documents
    assert (new.approved_version, new.change) == (None, "new")
    assert (found.version, found.approved_version) == (2, 1)
    assert (found.added, found.removed) == (2, 2)
    assert found.requirements_dropped == ("R2",)
    assert found.requirements_added == ("R3",)
    assert found.change == "+2 −2 lines since v1, R2 dropped"
    assert [line.new_number for line in found.lines if line.change == "changed"] == [1, 6]


def test_a_viewer_reads_the_effects_but_may_not_approve(
    desk: Desk, waiting: Callable[..., None], viewer: Actor
) -> None:
    waiting()

    with transaction(desk.actor.workspace_id) as session:
        shown = approval_effects(session, viewer, desk.key)
        with pytest.raises(PermissionDenied):
            board.approve(session, viewer, desk.id)

    assert shown.sentences[0] == f"Moves {desk.key} to PRD"
    assert shown.waits_for == "Sign-off: 0 of 1 approvals of the newest versions"


def test_every_gate_of_a_decision_keeps_what_it_was_given(
    desk: Desk, waiting: Callable[..., None]
) -> None:
    waiting(2)

    decision = approve(desk)

    written, sign_off = decision.gates
    assert written["inputs"]["params"] == {"document": "research"}
    assert list(written["inputs"]["documents"]) == ["research"]
    assert sign_off["inputs"]["params"] == {"approvers": 2}
    assert decision.recipe_version_id is not None
