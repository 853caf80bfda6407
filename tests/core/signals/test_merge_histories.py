"""Whatever was linked, merged and taken apart before: what a merge did, its unmerge undoes."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from pmflow_core.accounts.actor import Actor
from pmflow_core.clock import utcnow
from pmflow_core.db.transaction import transaction
from pmflow_core.knowledge.models import Persona
from pmflow_core.projects.service import add_project, seed_stages
from pmflow_core.signals import bulk, links, merging, service, tags
from pmflow_core.signals.links import MergedAway
from pmflow_core.signals.models import (
    DIMENSIONS,
    Signal,
    SignalMerge,
    SignalPersona,
    SignalProject,
    SignalStatus,
    Source,
)
from pmflow_core.signals.schemas import SignalIn
from pmflow_core.signals.tag_models import SignalTag
from pmflow_core.themes.corpus import put_into_themes
from pmflow_core.themes.models import PlacedBy, Theme, ThemeMembership
from tests.conftest import make_workspace

SIGNALS, PROJECTS, PERSONAS, THEMES = 5, 2, 2, 2
one = st.integers(0, SIGNALS - 1)
two = st.integers(0, 1)
Step = tuple[str, int, int]
CHANGES = st.one_of(
    st.tuples(st.sampled_from(["link", "unlink", "tag", "untag", "speak", "place"]), one, two),
    st.tuples(st.sampled_from(["archive", "restore", "delete", "ingest"]), one, two),
)
MERGES = st.one_of(st.tuples(st.just("merge"), one, one), st.tuples(st.just("unmerge"), one, two))
histories = st.lists(st.one_of(CHANGES, MERGES), max_size=12)


@dataclass
class World:
    """Five signals, and what can hang on them."""

    session: Session
    actor: Actor
    signals: list[Signal]
    projects: list[Any]
    personas: list[Persona]
    themes: list[Theme]

    def do(self, step: Step) -> None:
        """Carry a step out; what cannot be done now is left."""
        what, place, other = step
        verbs: dict[str, Callable[[int, int], object]] = {
            "link": self._link,
            "unlink": lambda at, to: links.unlink(
                self.session, self.actor, [self.signals[at].id], self.projects[to].id
            ),
            "tag": lambda at, to: self._if_there(at, tags.tag, f"Tag {to}"),
            "untag": lambda at, to: self._if_there(at, tags.untag, f"Tag {to}"),
            "speak": self._speak,
            "place": lambda at, to: put_into_themes(
                self.session,
                self.actor.workspace_id,
                [(self.signals[at].id, self.themes[to].id, 0.5)],
                PlacedBy.PLACEMENT,
            ),
            "archive": lambda at, _: self._if_there(at, bulk.archive),
            "restore": lambda at, _: bulk.restore(self.session, self.actor, [self.signals[at].id]),
            "delete": lambda at, _: self._if_there(at, bulk.delete),
            "ingest": lambda at, _: self._ingest(at),
            "merge": self.merge,
            "unmerge": lambda at, _: self.unmerge(at),
        }
        verbs[what](place, other)
        self.session.flush()

    def merge(self, at: int, to: int) -> merging.Merged | None:
        """Merge two signals where neither they nor what is kept for them is in the bin."""
        pair = [self.signals[at], self.signals[to]]
        self.session.expire_all()
        roots = {each.merged_into or each.id for each in pair}
        gone = {each.id for each in self.signals if each.deleted_at is not None}
        if at == to or gone & {*roots, *(each.id for each in pair)}:
            return None
        return merging.merge(self.session, self.actor, [each.id for each in pair])

    def unmerge(self, at: int) -> None:
        """Take a signal out where it is merged."""
        self.session.expire_all()
        if self.signals[at].merged_into is not None:
            merging.unmerge(self.session, self.actor, self.signals[at].id)

    def _link(self, at: int, to: int) -> None:
        self.session.expire_all()
        signal = self.signals[at]
        if signal.deleted_at is not None:
            return
        try:
            links.link_to_project(self.session, self.actor, [signal.id], self.projects[to].id)
        except MergedAway:
            assert signal.merged_into is not None

    def _speak(self, at: int, to: int) -> None:
        self.session.expire_all()
        signal, persona = self.signals[at], self.personas[to]
        known = (
            select(func.count())
            .select_from(SignalPersona)
            .where(
                col(SignalPersona.signal_id) == signal.id,
                col(SignalPersona.persona_id) == persona.id,
            )
        )
        if signal.merged_into is None and not self.session.scalar(known):
            self.session.add(
                SignalPersona(
                    workspace_id=self.actor.workspace_id,
                    signal_id=signal.id,
                    persona_id=persona.id,
                    reason="said so",
                )
            )

    def _if_there(self, at: int, verb: Callable[..., object], *told: str) -> None:
        self.session.expire_all()
        if self.signals[at].deleted_at is None:
            verb(self.session, self.actor, [self.signals[at].id], *told)

    def _ingest(self, at: int) -> None:
        row = SignalIn(text=f"said {at}", source_ref=f"r{at}")
        service.ingest(self.session, self.actor, [row], source=Source.API)

    def state(self) -> list[tuple[Any, ...]]:
        """Return everything that merging could touch, row for row."""
        self.session.flush()
        link = ("id", "created_at", "signal_id", "linked_by", "reason", "confidence")
        wanted: list[tuple[type[Any], tuple[str, ...]]] = [
            (Signal, ("id", "status", "merged_into", "deleted_at")),
            (SignalProject, (*link, "project_id")),
            (SignalPersona, (*link, "persona_id")),
            (SignalTag, (*link, "tag_id")),
            (ThemeMembership, ("id", "signal_id", "theme_id")),
        ]
        found: list[tuple[Any, ...]] = []
        for table, names in wanted:
            rows = self.session.execute(select(*(getattr(table, name) for name in names)))
            found += sorted(map(tuple, rows), key=str)
        return found

    def check(self) -> None:
        """Hold what must hold after every step."""
        self.session.expire_all()
        for once in (col(Signal.source_ref), col(ThemeMembership.signal_id)):
            values = list(self.session.scalars(select(once)))
            assert len(values) == len(set(values))
        rows = {each.id: each for each in self.signals}
        standing = set(
            self.session.scalars(
                select(col(SignalMerge.duplicate_id)).where(col(SignalMerge.undone_at).is_(None))
            )
        )
        for each in self.signals:
            assert (each.merged_into is not None) == (each.id in standing)
            assert (each.merged_into is not None) == (each.status is SignalStatus.MERGED)
            if each.merged_into is not None:
                assert rows[each.merged_into].merged_into is None
                assert not links.links_of(self.session, each.id)
                assert not tags.carried(self.session, self.actor, [each.id])


def build(connection: Connection) -> Iterator[World]:
    del connection
    workspace_id = make_workspace()
    actor = Actor.system(workspace_id)
    with transaction(workspace_id) as session:
        seed_stages(session, workspace_id)
        rows = [SignalIn(text=f"said {at}", source_ref=f"r{at}") for at in range(SIGNALS)]
        ids = service.ingest(session, actor, rows, source=Source.API).ids
        projects = [add_project(session, actor, f"Project {at}") for at in range(PROJECTS)]
        personas = [
            Persona(workspace_id=workspace_id, name=f"Persona {at}") for at in range(PERSONAS)
        ]
        themes = [
            Theme(
                workspace_id=workspace_id,
                label=f"Theme {at}",
                centroid=np.zeros(DIMENSIONS),
                changed_at=utcnow(),
            )
            for at in range(THEMES)
        ]
        session.add_all([*personas, *themes])
        session.flush()
        signals = [session.get_one(Signal, each) for each in ids]
        yield World(session, actor, signals, projects, personas, themes)


many = settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@many
@given(history=histories, pair=st.tuples(one, one))
def test_an_unmerge_restores_what_was_before_the_merge(
    connection: Connection, history: list[Step], pair: tuple[int, int]
) -> None:
    for world in build(connection):
        for step in history:
            world.do(step)
            world.check()
        before = world.state()
        merged = world.merge(*pair)
        world.check()
        for each in merged.merged if merged else ():
            merging.unmerge(world.session, world.actor, each)
        world.check()
        assert world.state() == before


@many
@example([("link", 1, 0)], [("merge", 0, 1)], [0, 1, 2, 3, 4])
@example([("link", 1, 0), ("link", 2, 0)], [("merge", 0, 1), ("merge", 0, 2)], [1, 2, 0, 3, 4])
@example([("tag", 1, 0), ("tag", 2, 0)], [("merge", 0, 1), ("merge", 0, 2)], [1, 2, 0, 3, 4])
@example([("link", 2, 0), ("speak", 2, 1)], [("merge", 1, 2), ("merge", 0, 1)], [2, 1, 0, 3, 4])
@given(
    links_first=st.lists(
        st.tuples(st.sampled_from(["link", "tag", "speak"]), one, two), max_size=6
    ),
    merges=st.lists(MERGES, max_size=10),
    order=st.permutations(range(SIGNALS)),
)
def test_in_whatever_order_all_are_taken_apart_they_are_as_they_were(
    connection: Connection, links_first: list[Step], merges: list[Step], order: list[int]
) -> None:
    for world in build(connection):
        for step in links_first:
            world.do(step)
        before = world.state()
        for step in merges:
            world.do(step)
            world.check()
        for at in order:
            world.unmerge(at)
            world.check()
        assert world.state() == before


@many
@given(first=histories, pair=st.tuples(one, one))
def test_a_merge_done_again_changes_nothing(
    connection: Connection, first: list[Step], pair: tuple[int, int]
) -> None:
    for world in build(connection):
        for step in first:
            world.do(step)
        world.merge(*pair)
        once = world.state()
        again = world.merge(*pair)
        assert again is None or again.merged == ()
        assert world.state() == once
