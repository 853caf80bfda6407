"""The form of a recipe: its fields made from the models that check it, and values read back."""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

from pmflow_core.documents.sections import TEMPLATES
from pmflow_core.recipes.spec import GateSpec, Level, OnFailure, RecipeSpec, StepSpec, Strictness
from pmflow_core.recipes.validation import Catalogue

LONG = 500
WORDS = {
    Level.HUMAN_APPROVAL: "A person approves",
    Level.AUTO_TO_STAGE: "Goes on by itself, up to a stage",
    Level.FULL_AUTO: "Goes on by itself, to the last stage",
    OnFailure.STAY: "The project stays and says why",
    OnFailure.REVERT: "The project goes back one stage",
    OnFailure.ASK: "A person is asked: again, skip or stop",
    OnFailure.REVIEW_REQUIRED: "The project waits for a review",
    Strictness.STRICT: "Strict: what fails is refused",
    Strictness.LENIENT: "Lenient: what fails is only reported",
    Strictness.OFF: "Off: nothing is checked",
}
LABELS = {
    "key": "Key",
    "max_tokens": "Most tokens of an answer",
    "retries": "Further tries",
    "backoff_s": "Pause before the second try",
    "timeout_s": "Time-out of a try",
    "max_calls": "Most calls",
    "max_cost_usd": "Most it may cost",
    "budget_usd": "Budget of a run",
    "on_failure": "When a run fails",
    "stop_stage": "Stops at",
    "provider": "Provider",
    "fallbacks": "Then ask",
    "template": "Document",
    "commit": "Commit to git",
    "timeout_h": "Time to answer",
}
UNITS = {
    "backoff_s": "seconds",
    "timeout_s": "seconds",
    "max_cost_usd": "US dollars",
    "budget_usd": "US dollars",
    "timeout_h": "hours",
}
HINTS = {
    "template": "One table of sections feeds its prompt, checks and gates.",
    "instructions": "Added to what the model is told.",
    "fallbacks": "Providers by name, one a line, asked in turn when the first fails.",
    "tools": "Tools that the model may call, one a line.",
    "options": "One a line.",
    "criteria": (
        "One a line: file:prd, sections:Goals,Requirements, content:/R1/, cites:2,"
        " quotes:verbatim, counts:true, covers:requirements, ai:A sentence that must hold."
    ),
    "notes": "What this version changes; it stands in the history.",
    "sections": "Titles of sections, one a line.",
}
WIDE = frozenset({"criteria", "sections"})
PLAIN = ("strictness", "retries", "backoff_s", "timeout_s", "max_calls", "max_cost_usd")


@dataclass(frozen=True)
class Option:
    """One choice of a select."""

    value: str
    label: str


@dataclass(frozen=True)
class Field:
    """One control: `place` is the value's path in the recipe, `kind` how it is drawn.

    Kinds: text, area, lines, json, number, select, check.
    """

    place: str
    label: str
    kind: str = "text"
    value: str = ""
    hint: str = ""
    unit: str = ""
    options: list[Option] = field(default_factory=list)
    wide: bool = False


@dataclass(frozen=True)
class Part:
    """A step or a gate: its head, and the fields of what it does and how."""

    place: str
    number: str
    key: str
    title: str
    does: str
    note: str = ""
    first: bool = False
    last: bool = False
    main: list[Field] = field(default_factory=list)
    more: list[Field] = field(default_factory=list)


Spec = dict[str, Any]


@dataclass(frozen=True)
class Offer:
    """What the workspace and the installation offer for a recipe to name."""

    catalogue: Catalogue
    stages: Sequence[tuple[str, str]]


def recipe_fields(spec: Spec, offer: Offer) -> list[Field]:
    """Return the fields of the recipe itself."""
    stages = [Option("", "Choose a stage"), *(Option(*stage) for stage in offer.stages)]
    providers = [
        Option("", "The installation's default"),
        *(Option(name, name) for name in sorted(offer.catalogue.providers)),
    ]
    made = {
        "title": Field("title", "Title"),
        "level": Field("level", "Automation", "select", options=_worded(Level)),
        "stop_stage": Field("stop_stage", LABELS["stop_stage"], "select", options=stages),
        "on_failure": Field(
            "on_failure", LABELS["on_failure"], "select", options=_worded(OnFailure)
        ),
        "provider": Field("provider", LABELS["provider"], "select", options=providers),
        "fallbacks": Field("fallbacks", LABELS["fallbacks"], "lines"),
        "budget_usd": Field("budget_usd", LABELS["budget_usd"], "number"),
        "notes": Field("notes", "Notes", "area"),
    }
    if spec.get("level") != Level.AUTO_TO_STAGE:
        del made["stop_stage"]
    return [_filled(one, name, spec.get(name)) for name, one in made.items()]


def step_part(spec: Spec, index: int, offer: Offer) -> Part:
    """Return a step of the recipe with its fields."""
    step, place = spec["steps"][index], f"steps.{index}"
    skills = [Option(name, name.replace("_", " ")) for name in sorted(offer.catalogue.steps)]
    main = [
        _filled(Field(f"{place}.title", "Title"), "title", step.get("title")),
        _filled(Field(f"{place}.key", "Key"), "key", step.get("key")),
        _filled(Field(f"{place}.skill", "Skill", "select", options=skills), "skill", step["skill"]),
        *_parameters(
            place, step.get("params", {}), offer.catalogue.steps.get(step["skill"]), offer
        ),
        _filled(
            Field(f"{place}.criteria", "Criteria", "lines"), "criteria", step.get("criteria", ())
        ),
    ]
    checks = ("continue_on_error", "commit")
    more = [_plain(place, name, step.get(name)) for name in PLAIN]
    more.append(_filled(Field(f"{place}.tools", "Tools", "lines"), "tools", step.get("tools", ())))
    labels = {"continue_on_error": "Go on when it fails", "commit": LABELS["commit"]}
    more += [
        _filled(Field(f"{place}.{name}", labels[name], "check"), name, step.get(name))
        for name in checks
    ]
    number = len(step.get("criteria", ()))
    return Part(
        place=place,
        number=str(index + 1),
        key=str(step.get("key", "")),
        title=str(step.get("title", "")) or "Without a title",
        does=_does(step["skill"], step.get("params", {})),
        note=f"{number} {'check' if number == 1 else 'checks'}",
        first=index == 0,
        last=index == len(spec["steps"]) - 1,
        main=main,
        more=more,
    )


def gate_part(spec: Spec, index: int, offer: Offer) -> Part:
    """Return a gate of the recipe with its fields."""
    gate, place = spec["gates"][index], f"gates.{index}"
    kinds = [Option(name, name.replace("_", " ")) for name in sorted(offer.catalogue.gates)]
    optional = Field(f"{place}.optional", "Only report, do not block", "check")
    main = [
        _filled(Field(f"{place}.title", "Title"), "title", gate.get("title")),
        _filled(Field(f"{place}.kind", "Asks for", "select", options=kinds), "kind", gate["kind"]),
        *_parameters(place, gate.get("params", {}), offer.catalogue.gates.get(gate["kind"]), offer),
        _filled(optional, "optional", gate.get("optional")),
    ]
    return Part(
        place=place,
        number=str(index + 1),
        key=f"gate-{index}",
        title=str(gate.get("title", "")) or "Without a title",
        does=_does(gate["kind"], gate.get("params", {})),
        note="reports only" if gate.get("optional") else "",
        first=index == 0,
        last=index == len(spec["gates"]) - 1,
        main=main,
    )


def read_value(one: Field, typed: str) -> Any:
    """Return what was typed as the recipe holds it; None leaves the value to its default.

    What cannot be read as the kind of value stays text, for the validation to name.
    """
    match one.kind:
        case "lines":
            return [line.strip() for line in typed.splitlines() if line.strip()]
        case "number":
            return _number(typed)
        case "json":
            return _json(typed)
        case "check":
            return typed == "true"
        case "select":
            return typed or None
        case _:
            return typed


def put(spec: Spec, place: str, value: Any) -> Spec:
    """Return the recipe with a value at a place; a parameter that is None is left out."""
    changed = json.loads(json.dumps(spec))
    *path, last = place.split(".")
    inner: Any = changed
    for part in path:
        inner = inner[int(part)] if isinstance(inner, list) else inner.setdefault(part, {})
    if value is None and "params" in path:
        inner.pop(last, None)
    else:
        inner[last] = value
    return changed


def empty_step(spec: Spec, offer: Offer) -> Spec:
    """Return a new step whose key no other has."""
    keys = {step.get("key") for step in spec["steps"]}
    number = next(n for n in range(1, len(keys) + 2) if f"step_{n}" not in keys)
    skill = "generate_document" if "generate_document" in offer.catalogue.steps else ""
    made = StepSpec(key=f"step_{number}", title=f"Step {number}", skill=skill)
    return made.model_dump(mode="json")


def empty_gate() -> Spec:
    """Return a new gate, for which a document is still to be chosen."""
    return GateSpec(kind="document_exists", title="Document exists").model_dump(mode="json")


def empty_recipe(stage: str, name: str) -> Spec:
    """Return the beginning of a recipe for a stage that has none."""
    step = StepSpec(key="step_1", title="Step 1", skill="generate_document")
    return RecipeSpec(stage=stage, title=f"Work on {name}", steps=(step,)).model_dump(mode="json")


def _parameters(
    place: str, params: Mapping[str, Any], model: type[BaseModel] | None, offer: Offer
) -> Iterator[Field]:
    if model is None:
        return
    schema = model.model_json_schema()
    for name, said in schema.get("properties", {}).items():
        shape = _resolved(said, schema.get("$defs", {}))
        made = Field(
            place=f"{place}.params.{name}",
            label=_label(name),
            kind=_kind(shape),
            hint=HINTS.get(name, str(said.get("description", ""))),
            unit=UNITS.get(name, ""),
            options=_options(name, shape, offer),
        )
        if made.options:
            made = Field(made.place, made.label, "select", "", made.hint, "", made.options)
        yield _filled(made, name, params.get(name, said.get("default")))


def _resolved(said: Mapping[str, Any], known: Mapping[str, Any]) -> dict[str, Any]:
    """Return the schema of a value, without the null it may be and the reference it may lie at."""
    for choice in said.get("anyOf", ()):
        if choice.get("type") != "null":
            said = {**said, **choice}
    reference = str(said.get("$ref", ""))
    return {**said, **known.get(reference.rsplit("/", 1)[-1], {})}


def _kind(shape: Mapping[str, Any]) -> str:
    match shape.get("type"):
        case "integer" | "number":
            return "number"
        case "boolean":
            return "check"
        case "string":
            return "area" if int(shape.get("maxLength", 0)) > LONG else "text"
        case "array" if shape.get("items", {}).get("type") == "string":
            return "lines"
        case _:
            return "json"


def _options(name: str, shape: Mapping[str, Any], offer: Offer) -> list[Option]:
    """Return the choices where a value can only be one of some names."""
    if "enum" in shape:
        return [Option(str(value), str(value).replace("_", " ")) for value in shape["enum"]]
    if name == "template":
        return _choose((key, template.title) for key, template in TEMPLATES.items())
    if name == "document":
        kinds = dict.fromkeys(template.document_type for template in TEMPLATES.values())
        return _choose((kind, kind.replace("_", " ")) for kind in kinds)
    if name == "check":
        return _choose((check, check.replace("_", " ")) for check in sorted(offer.catalogue.checks))
    return []


def _choose(choices: Any) -> list[Option]:
    return [Option("", "Choose"), *(Option(*choice) for choice in choices)]


def _plain(place: str, name: str, value: Any) -> Field:
    if name == "strictness":
        options = _worded(Strictness)
        return _filled(
            Field(f"{place}.{name}", "Strictness", "select", options=options), name, value
        )
    return _filled(Field(f"{place}.{name}", _label(name), "number"), name, value)


def _label(name: str) -> str:
    return LABELS.get(name, name.replace("_", " ").capitalize())


def _worded(choices: Any) -> list[Option]:
    return [Option(choice.value, WORDS[choice]) for choice in choices]


def _filled(made: Field, name: str, value: Any) -> Field:
    """Return a field with its value; one that is no choice any more is offered all the same."""
    text = shown(made.kind, value)
    options = made.options
    if made.kind == "select" and text not in {option.value for option in options}:
        options = [Option(text, text or "Choose"), *options]
    hint = made.hint or HINTS.get(name, "")
    unit = made.unit or UNITS.get(name, "")
    wide = made.kind in ("area", "json") or name in WIDE
    return Field(made.place, made.label, made.kind, text, hint, unit, options, wide)


def shown(kind: str, value: Any) -> str:
    """Return a value as its control shows it."""
    if value is None:
        return ""
    match kind:
        case "lines":
            return "\n".join(str(line) for line in value) if isinstance(value, list | tuple) else ""
        case "json":
            return json.dumps(value, indent=2, ensure_ascii=False)
        case "check":
            return "true" if value is True else ""
        case "number":
            return f"{value:g}" if isinstance(value, float) else str(value)
        case _:
            return str(value)


def _number(typed: str) -> Any:
    text = typed.strip()
    if not text:
        return None
    try:
        found = float(text)
    except ValueError:
        return text
    if not math.isfinite(found):
        return text
    return int(found) if found.is_integer() else found


def _json(typed: str) -> Any:
    if not typed.strip():
        return None
    try:
        return json.loads(typed)
    except ValueError:
        return typed


def _does(kind: str, params: Mapping[str, Any]) -> str:
    """Return in a few words what a part does."""
    about = params.get("template") or params.get("document") or params.get("check") or ""
    return " · ".join(str(part).replace("_", " ") for part in (kind, about) if part)
