"""What is decided about a theme holds for the next clustering too: its id is the same one."""

from uuid import UUID

import numpy as np

from pmflow_core.clock import utcnow
from pmflow_core.ids import uuid7
from pmflow_core.themes.clustering import Clustering as Groups
from pmflow_core.themes.corpus import Corpus, State
from pmflow_core.themes.draft import Draft, Manner, draft
from pmflow_core.themes.models import PlacedBy, ProposalKind, Theme
from pmflow_core.themes.plan import Place

TEXTS = [f"{word} fails on page {n}" for word in ("export", "login", "search") for n in range(10)]
WORKSPACE = uuid7()
IDS = [uuid7() for _ in TEXTS]
CORPUS = Corpus(IDS, TEXTS, np.eye(len(TEXTS), 384, dtype=np.float32))


def formed(labels: list[int], state: State) -> Draft:
    """Return what a clustering with these groups comes to."""
    groups = Groups(np.array(labels, dtype=np.int64), "test", {})
    return draft(CORPUS, groups, state, Manner())


def after(made: Draft) -> State:
    """Return themes and places once a draft is written."""
    themes: dict[UUID, Theme] = {}
    for each in made.themes:
        themes[each.id] = Theme(
            id=each.id, workspace_id=WORKSPACE, label=each.label, changed_at=utcnow()
        )
    places = {signal: Place(theme, PlacedBy.CLUSTERING) for signal, theme, _ in made.moves}
    return State(places, themes, frozenset(), uuid7(), len(TEXTS))


FIRST = after(formed([0] * 10 + [1] * 10 + [2] * 10, State({}, {}, frozenset(), None, 0)))


def test_ids_do_not_depend_on_the_numbers_a_clustering_gives() -> None:
    """Failure 14: Cluster ids were random, so cooldown and dedupe never worked."""
    for labels in ([0, 1, 2], [2, 0, 1], [7, 5, 3]):
        again = formed([number for number in labels for _ in range(10)], FIRST)
        assert {each.id: each.label for each in again.themes} == {
            theme.id: theme.label for theme in FIRST.themes.values()
        }
        assert (again.moves, again.leaving, again.retired, again.proposals) == ([], [], [], [])


def test_one_change_has_one_key_however_often_it_is_found() -> None:
    """Failure 14: Cluster ids were random, so cooldown and dedupe never worked."""
    found = [formed([0] * 10 + [0] * 10 + [1] * 10, FIRST).proposals for _ in range(3)]
    keys = {each.key for proposals in found for each in proposals}
    assert len(keys) == 1
    assert {each.kind for proposals in found for each in proposals} == {ProposalKind.MERGE}
