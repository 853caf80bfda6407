"""What the team knows reaches every provider: in prompts as data, in local documents as words."""

from dataclasses import replace

import pytest
from sqlalchemy.orm import Session

from pmflow_core.accounts.actor import Role
from pmflow_core.board import service as board
from pmflow_core.db.transaction import transaction
from pmflow_core.documents.claims import claims
from pmflow_core.knowledge import records
from pmflow_core.knowledge.models import RecordKind
from pmflow_core.knowledge.schemas import RecordEdit, RecordIn
from pmflow_core.providers.answers import read_team_records
from pmflow_core.providers.local.provider import LocalProvider
from pmflow_core.providers.prompts import compose
from pmflow_core.runs import told_records
from pmflow_core.runs.extensions import Extensions
from pmflow_core.runs.kinds import RecordFacts
from pmflow_core.runs.steps.generate_document import GENERATE_DOCUMENT, Params
from tests.conftest import make_member
from tests.core.runs.staging import RESEARCH, Desk, MakeEngine
from tests.core.runs.workbench import bench, context, evidence

GUARDRAIL = RecordFacts("guardrail", "No dark patterns", "Leaving is as easy as joining.")
RULE = RecordFacts("rule", "One way in", "# Why\n\nAll writes go through the API, see R7.")
ROADMAP = RecordFacts("roadmap", "Spring", "Search comes before sharing.\n\nThen the rest.")


def test_records_are_told_as_data_that_only_they_can_be() -> None:
    tools = bench("# x")
    GENERATE_DOCUMENT.run(Params(template="prd"), context(records=(GUARDRAIL, RULE)), tools)
    [request] = tools.provider.requests
    assert [each.title for each in read_team_records(request.knowledge)] == [
        "No dark patterns",
        "One way in",
    ]
    prompt = compose(request)
    assert '{"team_record": {"kind": "guardrail", "title": "No dark patterns"' in prompt.user
    assert '{"knowledge"' not in prompt.user
    assert "Leaving is as easy" not in prompt.system
    assert "Keep within its records" in prompt.system


def test_without_records_a_prompt_is_as_before() -> None:
    tools = bench("# x")
    GENERATE_DOCUMENT.run(Params(template="prd"), context(), tools)
    [request] = tools.provider.requests
    assert request.knowledge == ()
    assert "team_record" not in compose(request).system


def test_too_many_records_are_cut_from_the_end_and_leave_the_answers_alone() -> None:
    many = tuple(RecordFacts("rule", f"Rule {n}", "x" * 12_000) for n in range(4))
    tools = bench("# x")
    told = context(records=many, outputs={"one": {"score": 1}})
    GENERATE_DOCUMENT.run(Params(template="prd"), told, tools)
    prompt = compose(tools.provider.requests[0])
    assert prompt.user.count('"team_record"') == 3
    assert '"cut": true' in prompt.user
    assert "came to" in prompt.user


@pytest.mark.parametrize(
    ("template", "section", "title"),
    [
        ("prd", "Goals", "Spring"),
        ("prd", "Out of Scope", "No dark patterns"),
        ("engineering_spec", "Technical Approach", "One way in"),
        ("gtm_brief", "Launch Plan", "Spring"),
    ],
)
def test_locally_the_sections_of_judgement_heed_the_records(
    template: str, section: str, title: str
) -> None:
    shown = evidence("Search is gone since the update.", "Where is search? I cannot find it.")
    told = context(evidence=shown, records=(GUARDRAIL, RULE, ROADMAP))
    tools = replace(bench(), provider=LocalProvider())
    outcome = GENERATE_DOCUMENT.run(Params(template=template), told, tools)
    assert outcome.document is not None
    text = outcome.document.content
    body = text.split(f"## {section}")[1].split("\n## ")[0]
    assert "From the team's own records:" in body
    assert f"**{title}**" in body
    assert "R7" not in text
    assert "Then the rest" not in text
    supported = claims(text, ["Problem Statement", "Requirements"])
    assert all(claim.citations or claim.exempt for claim in supported)


def test_a_run_notes_what_it_was_told_and_in_which_version(
    desk: Desk, make_engine: MakeEngine, extensions: Extensions
) -> None:
    del extensions
    here = desk.actor.workspace_id
    given = RecordIn(kind=RecordKind.GUARDRAIL, title="No dark patterns", content="Be fair.")
    with transaction(here) as session:
        made = records.add(session, desk.actor, given)
        hushed = given.model_copy(update={"title": "Hushed", "is_told": False})
        other = records.add(session, desk.actor, hushed)
        records.edit(session, desk.actor, made.id, RecordEdit(version=1, content="Be very fair."))
        run_id = board.start_run(session, desk.actor, desk.id, "discovery").id
    make_engine(RESEARCH).execute(run_id, "worker")
    viewer = make_member(here, Role.VIEWER)
    with transaction(here) as session:
        [use] = told_records.list_uses(session, viewer, made.id)
        assert (use.run_id, use.version, use.project_key) == (run_id, 2, desk.key)
        assert told_records.list_uses(session, viewer, other.id) == []
        assert told_records.count_uses(session, viewer) == {made.id: 1}


def test_a_run_that_is_claimed_again_notes_it_once(session: Session, desk: Desk) -> None:
    given = RecordIn(kind=RecordKind.RULE, title="One way in", content="Through the API.")
    made = records.add(session, desk.actor, given)
    run = board.start_run(session, desk.actor, desk.id, "discovery")
    assert told_records.tell(session, run) == told_records.tell(session, run)
    assert len(told_records.list_uses(session, desk.actor, made.id)) == 1
