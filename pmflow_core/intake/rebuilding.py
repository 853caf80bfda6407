"""Forming a workspace's themes anew, with no transaction open while it clusters."""

import time
from dataclasses import replace
from uuid import UUID

from pmflow_core.accounts.actor import Actor
from pmflow_core.db.transaction import transaction
from pmflow_core.logs import get_logger
from pmflow_core.signals import repository as signals
from pmflow_core.themes import corpus, granularity, rebuild, rules
from pmflow_core.themes.clustering import Clustering as Groups
from pmflow_core.themes.clustering import cluster
from pmflow_core.themes.corpus import Corpus, State
from pmflow_core.themes.draft import Manner, draft, previous_labels
from pmflow_core.themes.models import Clustering
from pmflow_core.themes.schemas import RebuildResult

log = get_logger(__name__)
GROUND_CHANGES = 5
"""How often people may change themes meanwhile before this attempt is left to the next one."""
MATURE = 1.5
"""Up to this growth since the last time the previous themes have a say. Beyond it they have none,
and as long as nobody has built on any theme of the workspace they are re-formed freely."""


def is_due(workspace_id: UUID, *, drained: bool) -> bool:
    """Return whether the themes should be formed anew now.

    With `drained` only when nothing waits, in no other worker's hands either; without, only
    while something does.
    """
    with transaction(workspace_id) as session:
        waiting = signals.count_unprocessed(session)
        if drained == bool(waiting):
            return False
        last = corpus.last_clustering(session)
        now = corpus.count_themable(session)
        return rules.should_recluster(now, last.signals if last else 0, waiting=waiting)


def rebuild_themes(
    workspace_id: UUID, *, anew: bool = False, on_the_way: bool = False
) -> RebuildResult:
    """Form the themes from all live signals; ids, people's names and known themes stay.

    What would move signals between themes that people know becomes a proposal for them. `anew` is
    a person's wish: the previous themes have no say in what the signals fall into. `on_the_way`,
    more signals are still to come. Nothing is applied when another rebuild was quicker, or there
    are fewer than 30 signals.
    """
    started = time.perf_counter()
    actor = Actor.system(workspace_id)
    with transaction(workspace_id) as session:
        found, state = rebuild.read(session, actor)
        fineness = granularity.read_granularity(session, actor)
    count = len(found.ids)
    if count < rules.MIN_TEXTS:
        return RebuildResult(False, count, len(state.themes), time.perf_counter() - started)
    grown = count > state.clustered * MATURE
    previous = None if anew or grown else previous_labels(found, state)
    groups = cluster(found.vectors, found.texts, granularity=fineness, previous=previous)
    seconds = time.perf_counter() - started
    manner = Manner(is_young=grown and not state.is_known, on_the_way=on_the_way)
    applied, themes = write_themes(actor, (found, state), groups, manner, seconds=seconds)
    seconds = time.perf_counter() - started
    log.info("themes.rebuilt", applied=applied, signals=count, themes=themes, seconds=seconds)
    return RebuildResult(applied, count, themes, seconds)


def write_themes(
    actor: Actor, seen: tuple[Corpus, State], groups: Groups, manner: Manner, *, seconds: float
) -> tuple[bool, int]:
    """Write what groups of a corpus come to; return whether it was, and how many themes are.

    When people changed themes since they were read, the draft is made again from what is now;
    when another clustering was written, this one is thrown away.
    """
    found, state = seen
    for _ in range(GROUND_CHANGES):
        known = replace(manner, is_young=manner.is_young and not state.is_known)
        drafted = draft(found, groups, state, known)
        clustering = Clustering(
            workspace_id=actor.workspace_id,
            version=groups.version,
            params={**groups.params, "on_the_way": manner.on_the_way},
            signals=len(found.ids),
            themes=len(drafted.themes),
            seconds=seconds,
        )
        with transaction(actor.workspace_id) as session:
            ground = rebuild.apply(
                session,
                actor,
                (found, state),
                drafted,
                clustering,
                on_the_way=manner.on_the_way,
            )
        if ground is None:
            return True, len(drafted.themes)
        if ground.clustering_id != state.clustering_id:
            return False, len(ground.themes)
        state = ground
    return False, len(state.themes)
