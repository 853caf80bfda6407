"""Plans tickets: one for each requirement of the first release, and one for where it must hold."""

from typing import Literal

from pmflow_core.providers.answers import PlannedWork, TicketPlan
from pmflow_core.providers.base import ProviderRejected
from pmflow_core.providers.local.compose import prd, statements
from pmflow_core.providers.local.desk import Desk
from pmflow_core.providers.local.phrases import MANY, bullets, cite, quotes, sentence_case
from pmflow_core.providers.local.requirements import Requirement
from pmflow_core.providers.local.situations import Situation
from pmflow_core.providers.local.text import inline

_Points = Literal[1, 2, 3, 5, 8, 13]
_SIZES: tuple[_Points, ...] = (1, 2, 3, 5, 8, 13)
# By what the kind of trouble usually asks for: words on a screen, a screen, a screen and a rule,
# a cause to be found.
_BASES = {"how": 1, "changed": 2, "missing": 2, "wish": 3, "restricted": 3, "cost": 3, "waiting": 3}
_OF_OTHERS = 3
_DIVIDED_FROM = 3
_MOST_CASES = 5


def plan(desk: Desk) -> TicketPlan:
    """Tickets for every requirement in the scope of the first release.

    Raises:
        ProviderRejected: the project has no requirement to plan for.
    """
    chosen = [one for one in desk.requirements if one.in_mvp]
    if not chosen:
        raise ProviderRejected(
            "There is no requirement to plan for: the PRD states none, and no signal names a"
            " problem."
        )
    return TicketPlan(tickets=[work for one in chosen for work in _tickets(desk, one)])


def _tickets(desk: Desk, one: Requirement) -> list[PlannedWork]:
    situations = _held(one)
    if len(situations) < _DIVIDED_FROM:
        return [_main(desk, one, situations)]
    return [_main(desk, one, ()), _hardening(one, situations)]


def _main(desk: Desk, one: Requirement, situations: tuple[Situation, ...]) -> PlannedWork:
    place = _BASES.get(one.kind.key, _OF_OTHERS)
    place += len(situations) > 1
    elsewhere = () if situations else tuple(each.held for each in _held(one))
    accepted = [line for line in prd.criteria(one) if not line.startswith(elsewhere)]
    return PlannedWork(
        requirement=one.id,
        title=inline(one.title, 150),
        description=_described(desk, one, place),
        acceptance=[*(accepted or prd.criteria(one))[:8], sentence_case(one.kind.test)],
        estimate=_SIZES[min(place, len(_SIZES) - 1)],
    )


def _held(one: Requirement) -> tuple[Situation, ...]:
    return one.problem.situations if one.problem else ()


def _described(desk: Desk, one: Requirement, place: int) -> str:
    parts = [f"{sentence_case(one.clause)} {cite(one.numbers)}.".replace(" .", ".")]
    if one.problem is not None:
        parts.append(f"Behind it: {statements.about(desk, one.problem)} {cite(one.numbers, MANY)}.")
        if one.problem.quotes:
            parts.append(f"Heard as: {quotes(one.problem.quotes[:2])}.")
    parts += [
        f"Approach to begin with: {one.kind.approach}.",
        f"To find out first: {one.kind.cause}",
        f"Estimate by rule: {_SIZES[place]} points, what {one.kind.words_for} usually asks for, and"
        " one size more where one ticket must hold in several situations. The team corrects it.",
    ]
    return "\n\n".join(parts)


def _hardening(one: Requirement, situations: tuple[Situation, ...]) -> PlannedWork:
    """The second ticket of a requirement that must hold in many situations."""
    told = [f"{len(each.members)} {each.told} {cite(each.numbers)}" for each in situations]
    tested = [f"{each.held} {cite(each.numbers)}" for each in situations[:_MOST_CASES]]
    return PlannedWork(
        requirement=one.id,
        title=f"{inline(one.title, 120)} — where it was reported",
        description=(
            f"What {one.id} asks for has to hold where people met the problem.\n\n{bullets(told)}"
            f"\n\nEstimate by rule: one point for each of the {len(situations)} situations, as the"
            " next larger size; the team corrects it."
        ),
        acceptance=tested,
        estimate=next(size for size in _SIZES if size >= len(situations)),
    )
