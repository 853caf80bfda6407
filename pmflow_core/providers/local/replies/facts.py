"""What can be counted of a plan: the facts that a jury without a language model votes on."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property

from pmflow_core.providers.base import Evidence
from pmflow_core.providers.local import papers
from pmflow_core.providers.local.analysis import Problem
from pmflow_core.providers.local.desk import Desk
from pmflow_core.providers.local.phrases import listed, signals, verb
from pmflow_core.providers.local.requirements import Requirement, stated
from pmflow_core.providers.local.similarity import stems

_KIN = 2
_FEW = 3  # fewer may be a coincidence
_TARGET = re.compile(r"\btarget\b\W*(?!\W*to be set)[^\n]{0,60}?\d", re.IGNORECASE)


@dataclass(frozen=True)
class Finding:
    """How well a plan does in one respect, from 0 to 1, why, and what would mend it."""

    aspect: str
    worth: float
    reason: str
    condition: str


@dataclass(frozen=True)
class Plan:
    """The documents of a project as the jury reads them."""

    desk: Desk

    @cached_property
    def requirements(self) -> tuple[Requirement, ...]:
        """What the PRD itself states; nothing is derived for it."""
        return stated(self.desk.request.documents, self.desk.analysis)

    @cached_property
    def first(self) -> tuple[str, ...]:
        """The ids in the scope of the first release."""
        return papers.ids(self.section("MVP Scope"))

    def section(self, name: str) -> str:
        """A section of any of the project's documents."""
        return papers.find_section(self.desk.request.documents, name)

    def has(self, document: str) -> bool:
        """True when the project has a document of that type."""
        return bool(self.desk.request.documents.get(document, "").strip())

    def answered(self, problem: Problem) -> tuple[str, ...]:
        """The ids of the requirements that answer a problem: by its signals, else by its words."""
        by_signal = [one.id for one in self.requirements if set(one.cited) & set(problem.numbers)]
        wanted = stems(problem.topic.need)
        by_words = [
            one.id
            for one in self.requirements
            if len(wanted & stems(one.title)) >= min(_KIN, len(wanted) or 1)
        ]
        return tuple(by_signal or by_words)

    @cached_property
    def covered(self) -> frozenset[int]:
        """The signals of the problems that have a requirement, and those cited by one."""
        numbers = {one for each in self.requirements for one in each.cited}
        for problem in self.desk.analysis.problems:
            if self.answered(problem):
                numbers.update(problem.numbers)
        return frozenset(numbers)


def contradictions(plan: Plan) -> list[str]:
    """What makes a plan no plan, whoever reads it."""
    if not plan.requirements:
        return ["The PRD states no numbered requirement, so there is nothing to vote on."]
    known = {one.id for one in plan.requirements}
    later = set(papers.ids(_excluding(plan.section("Out of Scope"))))
    found: list[str] = []
    unknown = [one for one in plan.first if one not in known]
    both = [one for one in plan.first if one in later]
    if unknown:
        found.append(f"MVP Scope names {listed(unknown)}, which Requirements does not state.")
    if both:
        found.append(f"{listed(both)} {verb(len(both), 'is', 'are')} both in MVP Scope and out.")
    speaking = plan.desk.analysis.speaking
    if speaking and not plan.covered & _speaking(plan):
        found.append(
            f"No requirement answers any of the {signals(speaking)} that report a problem."
        )
    return found


def _excluding(text: str) -> str:
    """The heads of the items: what an item adds in passing leaves nothing out."""
    return "\n".join(item[:12] for item in papers.items(text))


def _speaking(plan: Plan) -> frozenset[int]:
    analysis = plan.desk.analysis
    told = [member.number for problem in analysis.problems for member in problem.members]
    return frozenset([*told, *(one.number for one in analysis.apart)])


def problems(plan: Plan) -> Finding:
    """Whether the problems that the signals show have a requirement."""
    found = plan.desk.analysis.problems
    if not found:
        return Finding("problems", 0.3, "No signal reports a problem.", "Link signals to judge by.")
    held = [one for one in found if plan.answered(one)]
    speaking = _speaking(plan)
    share = len(plan.covered & speaking) / max(1, len(speaking))
    open_ones = [one.topic.mention for one in found if one not in held][:3]
    reason = (
        f"Requirements answer {len(held)} of {len(found)} problems, with"
        f" {len(plan.covered & speaking)} of the {signals(len(speaking))} that report something"
    )
    tail = f"; unanswered: {listed(open_ones)}." if open_ones else "."
    asked = listed(open_ones) if open_ones else "what is reported outside the groups"
    return Finding("problems", share, reason + tail, f"Answer or rule out: {asked}.")


def severity(plan: Plan) -> Finding | None:
    """Whether the severe signals have a requirement; nothing when no severity is recorded."""
    severe = [one for one in plan.desk.analysis.evidence if one.severity in ("critical", "high")]
    return _severe(plan, severe) if severe else None


def _severe(plan: Plan, severe: Sequence[Evidence]) -> Finding:
    held = [one for one in severe if one.number in plan.covered]
    left = [f"S-{one.number}" for one in severe if one not in held][:4]
    reason = f"{len(held)} of the {len(severe)} critical or high signals have a requirement."
    asked = f"Answer the severe signals {listed(left)}." if left else "Keep the severe ones first."
    return Finding("severity", len(held) / len(severe), reason, asked)


def scope(plan: Plan) -> Finding:
    """Whether the first release is named, smaller than everything, and bounded."""
    later = plan.section("Out of Scope")
    count, every = len(plan.first), len(plan.requirements)
    worth = 0.6 * bool(count) + 0.4 * bool(papers.items(later) or later)
    outside = "names" if later else "does not name"
    return Finding(
        "scope",
        worth,
        f"MVP Scope holds {count} of {every} {verb(every, 'requirement', 'requirements')}"
        f" ({', '.join(plan.first[:6]) or 'none'}), and the PRD {outside} what is left out.",
        "Name in MVP Scope what the first release holds, and in Out of Scope what it does not.",
    )


def evidence(plan: Plan) -> Finding:
    """Whether each requirement cites signals of this project, and more than one."""
    bare = [one.id for one in plan.requirements if not one.cited]
    thin = [one.id for one in plan.requirements if len(one.cited) == 1]
    every = len(plan.requirements)
    cited = f"{every - len(bare)} of {every} {verb(every, 'requirement', 'requirements')} cite"
    reason = f"{cited} signals of this project"
    if thin:
        reason += f"; {listed(thin[:5])} {verb(len(thin), 'rests', 'rest')} on one signal alone"
    asked = bare or thin
    worth = 1 - (len(bare) + 0.5 * len(thin)) / max(1, every)
    speaking = plan.desk.analysis.speaking
    if speaking < _FEW:
        reason += f"; only {signals(speaking)} {verb(speaking, 'reports', 'report')} anything"
    return Finding(
        "evidence",
        min(worth, 0.5) if speaking < _FEW else worth,
        f"{reason}.",
        f"Find more signals for {listed(asked[:5])}." if asked else "Keep the citations.",
    )


def metrics(plan: Plan) -> Finding:
    """Whether each requirement of the first release is measured, and against a target."""
    lines = papers.items(plan.section("Success Metrics"))
    wanted = plan.first or tuple(one.id for one in plan.requirements)
    measured = [one for one in wanted if any(papers.names(line, one) for line in lines)]
    aimed = [
        one
        for one in measured
        if any(papers.names(line, one) and _TARGET.search(line) for line in lines)
    ]
    left = [one for one in wanted if one not in aimed]
    every = len(wanted)
    return Finding(
        "metrics",
        (len(measured) + len(aimed)) / max(1, 2 * every),
        f"Success Metrics measures {len(measured)} of {every} MVP"
        f" {verb(every, 'requirement', 'requirements')} and sets a target for {len(aimed)}.",
        f"Set a target in Success Metrics for {listed(left[:5])}." if left else "Keep the targets.",
    )


def named(plan: Plan, aspect: str, name: str, document: str) -> Finding | None:
    """Whether a section speaks of each requirement of the first release; nothing without it."""
    if not plan.has(document):
        return None
    text = plan.section(name)
    wanted = plan.first or tuple(one.id for one in plan.requirements)
    left = [one for one in wanted if not papers.names(text, one)]
    share = 1 - len(left) / max(1, len(wanted)) if text else 0.0
    every = verb(len(wanted), "requirement", "requirements")
    reason = f"{name} speaks of {len(wanted) - len(left)} of {len(wanted)} MVP {every}"
    tail = f"; {_missing(left)} missing." if left else "."
    asked = f"{name}: say what holds for {listed(left[:5])}." if left else f"Keep {name} current."
    return Finding(aspect, share, reason + tail, asked)


def _missing(left: Collection[str]) -> str:
    return f"{listed(list(left)[:5])} {verb(len(left), 'is', 'are')}"


def accessibility(plan: Plan) -> Finding | None:
    """Whether the accessibility requirements are stated; nothing before there is a brief."""
    text = plan.section("Accessibility Requirements")
    # What is asked of somebody stands there as an item too, and rules nothing.
    rules = [one for one in papers.items(text) if not papers.questions(f"- {one}")]
    if not rules and not plan.has("design_brief"):
        return None
    return Finding(
        "accessibility",
        min(1.0, len(rules) / 4),
        f"Accessibility Requirements states {len(rules)} {verb(len(rules), 'rule', 'rules')}.",
        "State in Accessibility Requirements what must hold, and how each is tested.",
    )


def unknowns(plan: Plan) -> Finding:
    """Whether what is not known is asked, of somebody."""
    prd = plan.desk.request.documents.get("prd", "")
    asked = papers.questions(papers.section(prd, "Open Questions"))
    owners = sorted({owner for owner, _ in asked})
    who = f", owned by {listed(owners[:3])}" if owners else ""
    return Finding(
        "unknowns",
        1.0 if asked else 0.4 if papers.section(prd, "Open Questions") else 0.0,
        f"Open Questions asks {len(asked)} {verb(len(asked), 'question', 'questions')}{who}.",
        "Write each open question with the role that answers it.",
    )
