"""The shapes of structured answers: what a request with a schema is answered with.

A request carries `schema_of(Model)` and its answer is read with `parse(Model, text)`. The persona
of a `jury_vote` goes into `GenerateRequest.knowledge` as `persona_note`; the statement of a `judge`
request is its `instructions`, and the text that is judged is what its `documents` hold.
"""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Final, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from pmflow_core.providers.base import ProviderRejected

JURY_VOTE: Final = "jury_vote"
TICKET_PLAN: Final = "ticket_plan"
PROTOTYPE: Final = "prototype"
JUDGE: Final = "judge"

MOST_DESCRIPTION: Final = 2_000

ElementKind = Literal["heading", "text", "button", "field", "list", "notice", "link"]
Words = Annotated[str, Field(min_length=1, max_length=2000)]
Label = Annotated[str, Field(min_length=1, max_length=160)]
Shape = TypeVar("Shape", bound=BaseModel)

RequirementId = Annotated[str, Field(pattern=r"^R[1-9][0-9]{0,3}$")]
ScreenId = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,59}$")]


class _Answer(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class JuryVote(_Answer):
    """What one persona of a jury says to a plan."""

    vote: Literal["approve", "conditional", "reject"]
    reasons: list[Words] = Field(min_length=1, max_length=5)
    conditions: list[Words] = Field(
        max_length=5, description="What would turn the vote; empty for approve."
    )


class PlannedWork(_Answer):
    """One ticket for one requirement."""

    requirement: RequirementId = Field(description="The id of a requirement of the PRD: R1.")
    title: Label
    description: Annotated[str, Field(min_length=1, max_length=6000)]
    acceptance: list[Words] = Field(min_length=1, max_length=12)
    estimate: Literal[1, 2, 3, 5, 8, 13] = Field(description="Story points.")


class TicketPlan(_Answer):
    """The tickets for every requirement of the first release, in the order of work."""

    tickets: list[PlannedWork] = Field(min_length=1, max_length=60)


class Element(_Answer):
    """Something on a screen; `to` is the screen that it leads to."""

    kind: ElementKind
    label: Annotated[str, Field(min_length=1, max_length=400)]
    to: ScreenId | None = Field(default=None, description="The id of a screen, or null.")


class State(_Answer):
    """A state of a screen, such as loading, and what people see in it."""

    name: Annotated[str, Field(min_length=1, max_length=40)]
    text: Annotated[str, Field(min_length=1, max_length=400)]


class Screen(_Answer):
    """One screen of a prototype."""

    id: ScreenId = Field(description="Lower-case letters, digits and hyphens; unique.")
    title: Label
    purpose: Words
    covers: list[RequirementId] = Field(max_length=20, description="Requirement ids: R1.")
    elements: list[Element] = Field(min_length=1, max_length=30)
    states: list[State] = Field(max_length=8)


class PrototypePlan(_Answer):
    """The screens of a clickable prototype; the first is where people begin."""

    title: Label
    screens: list[Screen] = Field(min_length=2, max_length=8)

    @model_validator(mode="after")
    def _linked(self) -> Self:
        ids = [screen.id for screen in self.screens]
        twice = sorted({one for one in ids if ids.count(one) > 1})
        if twice:
            raise ValueError(f"two screens have the id {twice[0]}")
        for screen in self.screens:
            for element in screen.elements:
                if element.to is not None and element.to not in ids:
                    raise ValueError(f"{screen.id} leads to {element.to}, which is no screen")
        return self


class Judgement(_Answer):
    """Whether a statement holds of a text."""

    holds: bool
    why: Words


class PersonaNote(_Answer):
    """Who votes, and what that person cares about."""

    persona: Label
    cares_about: Annotated[str, Field(max_length=2000)]


def persona_note(persona: str, cares_about: str) -> str:
    """Return the one text of `knowledge` that a `jury_vote` request carries."""
    return PersonaNote(persona=persona, cares_about=cares_about).model_dump_json()


class UserPersona(_Answer):
    """A kind of customer that the team makes its product for, as the team describes it."""

    user_persona: Label
    segment: Annotated[str, Field(max_length=200)] = ""
    description: Annotated[str, Field(max_length=MOST_DESCRIPTION)] = ""


def user_persona_note(name: str, segment: str | None, description: str) -> str:
    """Return the text of `knowledge` that tells of one of the team's personas."""
    return UserPersona(
        user_persona=name, segment=segment or "", description=description[:MOST_DESCRIPTION]
    ).model_dump_json()


def read_user_personas(knowledge: Iterable[str]) -> tuple[UserPersona, ...]:
    """Return the team's personas among what a request tells, in their order."""
    found: list[UserPersona] = []
    for text in knowledge:
        try:
            found.append(UserPersona.model_validate_json(text))
        except ValidationError:
            continue
    return tuple(found)


class TeamRecord(_Answer):
    """Something that the team knows: a guardrail, a rule, context, or the roadmap."""

    team_record: Annotated[str, Field(max_length=40)]
    title: Label
    text: str


def team_record_note(kind: str, title: str, text: str) -> str:
    """Return the text of `knowledge` that tells of one record of the team."""
    return TeamRecord(team_record=kind, title=title, text=text).model_dump_json()


def find_team_record(text: str) -> TeamRecord | None:
    """Return the record of the team that a text of `knowledge` is, or None."""
    try:
        return TeamRecord.model_validate_json(text)
    except ValidationError:
        return None


def read_team_records(knowledge: Iterable[str]) -> tuple[TeamRecord, ...]:
    """Return the records of the team among what a request tells, in their order."""
    return tuple(record for text in knowledge if (record := find_team_record(text)) is not None)


def schema_of(model: type[BaseModel]) -> dict[str, Any]:
    """Return the JSON Schema of a model in the dialect that every vendor's strict mode takes.

    Every field is required and nothing may be added; limits that strict modes refuse are said in
    the description, and `parse` holds the answer to them.
    """
    return _strict(model.model_json_schema())


def parse(model: type[Shape], text: str) -> Shape:
    """Return the answer in a text that must be one JSON document of the model's shape.

    Raises:
        ProviderRejected: it is anything else; the message says where it is wrong.
    """
    try:
        return model.model_validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "the answer"
        more = f" (and {error.error_count() - 1} more)" if error.error_count() > 1 else ""
        raise ProviderRejected(
            f"The answer is not a {model.__name__}: {where}: {first['msg']}{more}."
        ) from error


_SAID_INSTEAD: Mapping[str, str] = {
    "minItems": "At least {}.",
    "maxItems": "At most {}.",
    "minLength": "At least {} characters.",
    "maxLength": "At most {} characters.",
    "pattern": "Matches {}.",
}
_DROPPED = frozenset({"title", "default", *_SAID_INSTEAD})


def _strict(schema: Mapping[str, Any]) -> dict[str, Any]:
    kept: dict[str, Any] = {
        key: _named(value) if key in ("properties", "$defs") else _inner(value)
        for key, value in schema.items()
        if key not in _DROPPED
    }
    if "properties" in kept:
        kept["additionalProperties"] = False
        kept["required"] = list(kept["properties"])
    limits = [
        form.format(schema[key])
        for key, form in _SAID_INSTEAD.items()
        if key in schema and schema[key] != 1
    ]
    if limits and "$ref" not in kept:
        said = [kept["description"]] if "description" in kept else []
        kept["description"] = " ".join([*said, *limits])
    return kept


def _named(schemas: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _strict(schema) for name, schema in schemas.items()}


def _inner(value: Any) -> Any:
    if isinstance(value, dict):
        return _strict(value)
    if isinstance(value, list):
        return [_strict(one) if isinstance(one, dict) else one for one in value]
    return value
