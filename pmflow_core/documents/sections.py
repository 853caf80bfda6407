"""The one table of section names, which prompts, criteria and gates all read.

A section is evidence-bearing when it states what customers do, want or suffer: every claim in it
must cite a signal. Sections that hold judgement (goals, scope, decisions, plans) are not: asking
for a citation there would invite a false one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class Section:
    """A section a document must have."""

    name: str
    evidence_bearing: bool
    instruction: str


@dataclass(frozen=True)
class Template:
    """The shape of one document: its type and its sections in order."""

    name: str
    document_type: str
    title: str
    sections: tuple[Section, ...]

    @property
    def section_names(self) -> tuple[str, ...]:
        """Names of all sections, in order."""
        return tuple(section.name for section in self.sections)

    @property
    def evidence_sections(self) -> tuple[str, ...]:
        """Names of the sections whose every claim must cite a signal."""
        return tuple(section.name for section in self.sections if section.evidence_bearing)


def _evidence(name: str, instruction: str) -> Section:
    return Section(name, evidence_bearing=True, instruction=instruction)


def _judgement(name: str, instruction: str) -> Section:
    return Section(name, evidence_bearing=False, instruction=instruction)


_INTAKE = Template(
    "intake_research",
    "research",
    "Intake summary",
    (
        _evidence("TL;DR", "Say in at most four sentences what these signals are about."),
        _evidence("Problems", "List the problems customers report, most frequent first."),
        _evidence("Requests", "List what customers ask for in so many words, or say that none do."),
        _evidence("Evidence", "Quote the signals that show each problem best."),
    ),
)

_RESEARCH = Template(
    "research",
    "research",
    "Research",
    (
        _evidence("Key Insights", "State what the signals show together, with their counts."),
        _evidence("User Problems", "Describe each problem: who has it, how often, how badly."),
        _evidence("Personas", "Describe only the kinds of customer that the signals show."),
        _judgement("Open Questions", "Ask what the signals cannot answer, with an owner for each."),
    ),
)

_PRD = Template(
    "prd",
    "prd",
    "Product requirements",
    (
        _evidence(
            "Problem Statement", "Say whose problem this is, how often it comes up, why now."
        ),
        _judgement("Goals", "State the outcomes wanted, tied to the problems above."),
        _evidence("User Personas", "Describe only the kinds of customer that the signals show."),
        _evidence(
            "Requirements",
            "One list item per requirement that begins with its id, `R1: …`, `R2: …` and so on;"
            " each answers a problem in the signals.",
        ),
        _judgement("Success Metrics", "Give each metric a baseline from the data and a target."),
        _judgement(
            "MVP Scope",
            "One list item per requirement that the first release holds, `R1: why`; name no other"
            " requirement's id here.",
        ),
        _judgement("Out of Scope", "Name what is left out, by id where it has one, and why."),
        _judgement(
            "Open Questions", "Ask what must be decided by a person, with an owner for each."
        ),
    ),
)

_DESIGN_BRIEF = Template(
    "design_brief",
    "design_brief",
    "Design brief",
    (
        _evidence("Design Challenge", "Say what the design must solve and for whom."),
        _judgement(
            "Key States", "List the states of the interface that each requirement needs, by its id."
        ),
        _judgement(
            "Accessibility Requirements", "State what must hold for every user, and how to test it."
        ),
    ),
)

_ENGINEERING_SPEC = Template(
    "engineering_spec",
    "engineering_spec",
    "Engineering specification",
    (
        _judgement(
            "Technical Approach",
            "Say how each requirement is met, by its id (`R1: …`), and the alternatives.",
        ),
        _judgement("Data Model", "Name the entities, their fields and rules."),
        _judgement("API Design", "Name the operations, their inputs, outputs and errors."),
        _judgement("Testing Strategy", "Say how each requirement is shown to hold, by its id."),
    ),
)

_GTM_BRIEF = Template(
    "gtm_brief",
    "gtm_brief",
    "Go-to-market brief",
    (
        _evidence("Target Audience", "Say who is addressed first, from who spoke in the signals."),
        _evidence("Messaging", "Say it in the customers' own words; promise nothing not required."),
        _judgement("Launch Plan", "List the steps before, at and after the launch, with owners."),
    ),
)

_DESIGN_REVIEW = Template(
    "design_review",
    "design_review",
    "Design review",
    (
        _evidence(
            "Findings", "Check the brief against each requirement, by its id, and the signals."
        ),
        _judgement("Accessibility", "Check each accessibility requirement."),
        _judgement("Decisions", "List the decisions taken and those still open, with owners."),
    ),
)

_PROTOTYPE_NOTES = Template(
    "prototype_notes",
    "prototype_notes",
    "Prototype notes",
    (
        _judgement("Key Flows", "Describe the flows that the prototype shows, by requirement."),
        _judgement("States Covered", "Say which states are shown and which are missing."),
    ),
)

_JURY_REPORT = Template(
    "jury_report",
    "jury_report",
    "Jury report",
    (
        _judgement(
            "Overall Verdict", "Give the verdict and score as computed, and what they mean."
        ),
        _judgement("Persona Breakdowns", "Give each persona's vote with its reasons."),
        _judgement("Recommendations", "Say what would turn the conditional and rejecting votes."),
    ),
)

_TICKET_PLAN = Template(
    "ticket_plan",
    "ticket_plan",
    "Ticket plan",
    (
        _judgement(
            "Tickets",
            "One level-three heading `T1: title` per ticket with `Covers:`, `Estimate:` and"
            " `Acceptance criteria:` items.",
        ),
        _judgement("Requirement Coverage", "Show that every MVP requirement has a ticket."),
    ),
)

TEMPLATES: Mapping[str, Template] = MappingProxyType(
    {
        template.name: template
        for template in (
            _INTAKE,
            _RESEARCH,
            _PRD,
            _DESIGN_BRIEF,
            _ENGINEERING_SPEC,
            _GTM_BRIEF,
            _DESIGN_REVIEW,
            _PROTOTYPE_NOTES,
            _JURY_REPORT,
            _TICKET_PLAN,
        )
    }
)

SECTIONS: Mapping[str, tuple[Section, ...]] = MappingProxyType(
    {name: template.sections for name, template in TEMPLATES.items()}
)
