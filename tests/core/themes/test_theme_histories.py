"""Whatever people and pmflow do to themes in whatever order, the promises hold."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from uuid import UUID, uuid4

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, func, select
from sqlmodel import col

from pmflow_core.accounts.actor import Actor
from pmflow_core.db.transaction import transaction
from pmflow_core.errors import Conflict, Invalid
from pmflow_core.intake.rebuilding import write_themes
from pmflow_core.projects.service import add_project, seed_stages
from pmflow_core.signals import links
from pmflow_core.signals.models import DIMENSIONS, Signal, Source
from pmflow_core.signals.schemas import SignalIn
from pmflow_core.signals.service import ingest
from pmflow_core.themes import by_hand, proposal_reads, proposals, rebuild, service
from pmflow_core.themes.clustering import Clustering as Groups
from pmflow_core.themes.draft import Manner
from pmflow_core.themes.models import PlacedBy, Theme, ThemeMembership, ThemeStatus
from tests.conftest import make_workspace
from tests.core.themes.conftest import Stage

WORDS = ("export", "login", "search")


@dataclass
class History:
    """A workspace, and what was promised to its people so far."""

    actor: Actor
    names: dict[UUID, str] = field(default_factory=dict)
    by_person: dict[UUID, UUID] = field(default_factory=dict)
    known: set[UUID] = field(default_factory=set)
    undoable: list[UUID] = field(default_factory=list)

    def happen(self, what: str, number: int) -> None:
        """Let one thing happen; what is refused changes nothing."""
        with suppress(Conflict, Invalid):
            getattr(self, what)(number)
        self.check()

    def come(self, number: int) -> None:
        """Four signals come and are placed."""
        with transaction(self.actor.workspace_id) as session:
            texts = [f"{WORDS[(number + n) % 3]} fails {uuid4().hex}" for n in range(4)]
            rows = [SignalIn(text=text) for text in texts]
            ids = ingest(session, self.actor, rows, source=Source.API).ids
            vectors = np.array([_vector(text) for text in texts], dtype=np.float32)
            for signal, vector in zip(ids, vectors, strict=True):
                found = session.get_one(Signal, signal)
                found.embedding, found.embedding_model = vector.tolist(), "axes"
            session.flush()
            rebuild.place(session, self.actor, ids, vectors)

    def form(self, number: int) -> None:
        """Form themes as a clustering would that sees the matters shifted by `number`."""
        with transaction(self.actor.workspace_id) as session:
            seen = rebuild.read(session, self.actor)
        count = len(seen[0].ids)
        labels = np.array([(row + number) % 5 % (2 + number % 3) for row in range(count)])
        if number % 2:
            words = [text.split()[0] for text in seen[0].texts]
            labels = np.array([WORDS.index(word) for word in words])
        groups = Groups(labels.astype(np.int64), "test", {"n": len(labels)})
        young = not seen[1].is_known and not seen[1].themes
        write_themes(self.actor, seen, groups, Manner(is_young=young), seconds=0.0)

    def rename(self, number: int) -> None:
        """Somebody names a theme."""
        theme = self._theme(number)
        with transaction(self.actor.workspace_id) as session:
            service.rename(session, self.actor, theme, f"Name {number}")
        self.names[theme] = f"Name {number}"

    def lock(self, number: int) -> None:
        """Somebody locks a theme, or lets go."""
        with transaction(self.actor.workspace_id) as session:
            service.lock(session, self.actor, self._theme(number), locked=number % 2 == 0)

    def link(self, number: int) -> None:
        """A signal becomes evidence of a project."""
        with transaction(self.actor.workspace_id) as session:
            project = add_project(session, self.actor, f"Project {number}").id
            links.link_to_project(session, self.actor, [self._signal(number)], project)

    def move(self, number: int) -> None:
        """Somebody moves a signal."""
        signal, theme = self._signal(number), self._theme(number)
        with transaction(self.actor.workspace_id) as session:
            done = by_hand.move(session, self.actor, [signal], theme)
        self._undoes(done.change_id)
        self.by_person[signal] = theme

    def merge(self, number: int) -> None:
        """Somebody merges two themes."""
        one, other = self._theme(number), self._theme(number + 1)
        with transaction(self.actor.workspace_id) as session:
            done = by_hand.merge(session, self.actor, one, other)
        self._undoes(done.change_id)
        self.names.pop(one, None)
        for signal in [each for each, theme in self.by_person.items() if theme == one]:
            self.by_person[signal] = other

    def apply(self, number: int) -> None:
        """Somebody accepts a proposal."""
        proposal = self._proposal(number)
        with transaction(self.actor.workspace_id) as session:
            proposals.apply(session, self.actor, proposal)
        self._undoes(proposal)

    def dismiss(self, number: int) -> None:
        """Somebody refuses a proposal."""
        with transaction(self.actor.workspace_id) as session:
            proposals.dismiss(session, self.actor, self._proposal(number))

    def there_and_back(self, number: int) -> None:
        """Apply a proposal and undo it at once: nothing is left of it."""
        proposal = self._proposal(number)
        with transaction(self.actor.workspace_id) as session:
            stage = Stage(session, self.actor)
            before = stage.everything()
            proposals.apply(session, self.actor, proposal)
            proposals.undo(session, self.actor, proposal)
            assert stage.everything() == before

    def take_back(self, number: int) -> None:
        """Somebody undoes the newest change."""
        if number < 0 or not self.undoable:
            return
        with transaction(self.actor.workspace_id) as session:
            proposals.undo(session, self.actor, self.undoable.pop())
            # what people had done before the undone change holds again, the change itself no more
            rows = session.execute(
                select(col(ThemeMembership.signal_id), col(ThemeMembership.theme_id)).where(
                    col(ThemeMembership.placed_by) == PlacedBy.PERSON
                )
            )
            self.by_person = {row[0]: row[1] for row in rows}

    def check(self) -> None:
        """Hold every promise against the rows."""
        with transaction(self.actor.workspace_id) as session:
            session.flush()
            many = func.count(col(ThemeMembership.id))
            twice = select(col(ThemeMembership.signal_id)).group_by(col(ThemeMembership.signal_id))
            assert not session.scalars(twice.having(many > 1)).all()
            themes = {theme.id: theme for theme in session.scalars(select(Theme))}
            places = session.execute(
                select(col(ThemeMembership.signal_id), col(ThemeMembership.theme_id))
            ).all()
            assert self.known <= themes.keys()
            self.known = set(themes)
            where = {row[0]: row[1] for row in places}
            assert all(themes[each].status is ThemeStatus.ACTIVE for each in where.values())
            assert {each: where[each] for each in self.by_person} == self.by_person
            active = {each: themes[each].label for each in self.names}
            assert active == self.names

    def _undoes(self, change: UUID) -> None:
        self.undoable.append(change)

    def _theme(self, number: int) -> UUID:
        with transaction(self.actor.workspace_id) as session:
            statement = select(col(Theme.id)).where(col(Theme.status) == ThemeStatus.ACTIVE)
            found = session.scalars(statement.order_by(col(Theme.id))).all()
        return _pick(found, number)

    def _signal(self, number: int) -> UUID:
        with transaction(self.actor.workspace_id) as session:
            found = session.scalars(select(col(Signal.id)).order_by(col(Signal.id))).all()
        return _pick(found, number)

    def _proposal(self, number: int) -> UUID:
        with transaction(self.actor.workspace_id) as session:
            found = proposal_reads.list_proposals(session, self.actor)
        return _pick([each.id for each in found], number)


class NothingThere(Conflict):
    """There is none to pick."""

    code = "nothing_there"


def _pick(found: Sequence[UUID], number: int) -> UUID:
    if not found:
        raise NothingThere("There is none.")
    return found[number % len(found)]


def _vector(text: str) -> list[float]:
    axis = WORDS.index(text.split()[0])
    vector = np.eye(1, DIMENSIONS, axis)[0] + 0.02 * np.eye(1, DIMENSIONS, len(text) % 300)[0]
    return (vector / np.linalg.norm(vector)).tolist()


KINDS = (
    "come",
    "form",
    "rename",
    "lock",
    "link",
    "move",
    "merge",
    "apply",
    "dismiss",
    "there_and_back",
    "take_back",
)
STEPS = st.lists(
    st.tuples(st.sampled_from([*KINDS, "form", "form", "apply"]), st.integers(0, 20)),
    min_size=4,
    max_size=16,
)


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=STEPS)
def test_ids_names_and_people_s_places_survive_any_history(
    connection: Connection, steps: list[tuple[str, int]]
) -> None:
    del connection
    actor = Actor.system(make_workspace())
    with transaction(actor.workspace_id) as session:
        seed_stages(session, actor.workspace_id)
    history = History(actor)
    for number in range(6):
        history.happen("come", number)
    history.happen("form", 1)
    for what, number in steps:
        history.happen(what, number)
