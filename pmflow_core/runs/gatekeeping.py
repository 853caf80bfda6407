"""Whether a project may leave its stage: facts re-read under lock, then verdicts."""

from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy.orm import Session

from pmflow_core.documents import repository as documents
from pmflow_core.documents.citations import cited_numbers
from pmflow_core.projects import repository as projects
from pmflow_core.projects.models import Project
from pmflow_core.recipes.spec import GateSpec, RecipeSpec
from pmflow_core.runs import approval_rows, evidence, results, slow_checks
from pmflow_core.runs.extensions import Extensions
from pmflow_core.runs.kinds import DocumentFacts, GateFacts, Verdict, VoteFacts


def evaluate_gates(
    session: Session, project: Project, recipe: RecipeSpec, extensions: Extensions
) -> tuple[Verdict, ...]:
    """Return the verdict of each gate of `recipe` on the project as it is now.

    Call it with the project locked: what is decided on must not change before the commit.
    """
    facts = gather_facts(session, project)
    return tuple(
        _evaluate(gate, replace(facts, title=gate.title), extensions) for gate in recipe.gates
    )


def gather_facts(session: Session, project: Project) -> GateFacts:
    """Return what gates may look at: newest documents, numbers, and the signals they cite."""
    found = {
        document.type: DocumentFacts(
            document.type, version.template, version.content, version.number, version.sha256
        )
        for document, version in documents.latest_versions(session, project.id)
    }
    cited = {number for facts in found.values() for number in cited_numbers(facts.content)}
    stage = projects.stage_of(session, project).slug
    newest = {kind: facts.sha256 for kind, facts in found.items()}
    return GateFacts(
        documents=found,
        metrics={"linked_signals": float(evidence.linked_count(session, project.id))},
        signals=evidence.citable(session, cited),
        votes=_votes(session, project, newest),
        artifacts=frozenset(results.stored_kinds(session, project.id)),
        approvers=_approvers(session, project, stage, newest),
        slow=slow_checks.newest_results(session, project.id, stage),
    )


def blocking(verdicts: tuple[Verdict, ...]) -> tuple[Verdict, ...]:
    """Return the failed verdicts that keep the project where it is."""
    return tuple(verdict for verdict in verdicts if not verdict.passed and not verdict.optional)


def _votes(session: Session, project: Project, newest: Mapping[str, str]) -> tuple[VoteFacts, ...]:
    """Return the votes of the newest jury, and which of them were cast on the newest versions."""
    found = results.newest_votes(session, project.id)
    return tuple(
        VoteFacts(
            vote.persona, vote.weight, vote.vote, results.votes_are_current(vote.versions, newest)
        )
        for vote in (found[0] if found else ())
    )


def _approvers(
    session: Session, project: Project, stage: str, newest: Mapping[str, str]
) -> frozenset[str]:
    """Return the names of those whose approval at this stage covers the newest versions."""
    standing = approval_rows.standing(session, project.id, stage, newest)
    return frozenset(approval_rows.names(standing))


def _evaluate(gate: GateSpec, facts: GateFacts, extensions: Extensions) -> Verdict:
    kind = extensions.gates.get(gate.kind)
    verdict = kind.evaluate(kind.params.model_validate(gate.params), facts)
    inputs = {"params": gate.params, "documents": _judged(gate, facts)}
    return replace(verdict, title=gate.title, optional=gate.optional, inputs=inputs)


def _judged(gate: GateSpec, facts: GateFacts) -> dict[str, str]:
    """Return type and SHA-256 of the documents the gate names, of all when it names none."""
    named = {value for value in gate.params.values() if isinstance(value, str)}
    types = named & facts.documents.keys() or facts.documents.keys()
    return {kind: facts.documents[kind].sha256 for kind in sorted(types)}
