"""What a step writes is committed once, whatever dies on the way."""

import os
import signal
import subprocess
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select

from pmflow_core.clock import utcnow
from pmflow_core.db.transaction import transaction
from pmflow_core.outbox import delivery
from pmflow_core.outbox.models import Effect, EffectStatus
from pmflow_core.recipes import validation
from pmflow_core.recipes.spec import RecipeSpec
from pmflow_core.runs.effects import tell_failure
from pmflow_core.runs.effects.git_commit import git_commit
from pmflow_core.runs.effects.git_repository import GIT_CRASH_POINTS, Commit, commit_once
from pmflow_core.runs.engine import Engine
from pmflow_core.runs.extensions import Extensions
from tests.core.runs.lifecycle import add_steps, publish, start, step
from tests.core.runs.staging import Desk

COMMIT = Commit("run-1", "first", "Run 1", "T-1: First", utcnow(), {"T-1/research.md": "# Ä\n"})


def git(repository: Path, *arguments: str) -> str:
    command = ["git", "-c", "safe.directory=*", "--git-dir", str(repository), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def commits(repository: Path) -> list[str]:
    return git(repository, "log", "--format=%s", "main").splitlines()


def test_a_commit_holds_the_files_and_says_which_step_made_it(tmp_path: Path) -> None:
    repository = tmp_path / "one"
    commit_once(repository, COMMIT)
    second = replace(COMMIT, step_key="first_again", files={"T-1/prd.md": "# PRD\n"})
    commit_once(repository, second)

    assert git(repository, "show", "main:T-1/research.md") == "# Ä"
    assert git(repository, "ls-tree", "-r", "--name-only", "main").split() == [
        "T-1/prd.md",
        "T-1/research.md",
    ]
    trailers = git(repository, "log", "-1", "--format=%an|%(trailers:unfold,separator=%x2C)")
    assert trailers == "Run 1|Run-Id: run-1,Step-Key: first_again"
    assert git(repository, "fsck", "--strict") == ""


def test_the_same_commit_is_not_made_again(tmp_path: Path) -> None:
    made = commit_once(tmp_path / "one", COMMIT)

    assert commit_once(tmp_path / "one", replace(COMMIT, files={"T-1/x.md": "y"})) == made
    assert len(commits(tmp_path / "one")) == 1


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("point", GIT_CRASH_POINTS)
def test_a_commit_is_made_once_wherever_its_process_dies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, point: str, *, first: bool
) -> None:
    repository, armed = tmp_path / "one", tmp_path / "armed"
    before = [] if first else ["Earlier"]
    if not first:
        commit_once(repository, replace(COMMIT, step_key="earlier", subject="Earlier"))
    armed.touch()
    monkeypatch.setenv("PMFLOW_CRASH_POINT", point)
    monkeypatch.setenv("PMFLOW_CRASH_FILE", str(armed))
    child = os.fork()
    if child == 0:
        commit_once(repository, COMMIT)
        os._exit(0)
    assert os.waitpid(child, 0)[1] == signal.SIGKILL

    commit_once(repository, COMMIT)
    commit_once(repository, COMMIT)

    assert commits(repository) == ["T-1: First", *before]
    assert git(repository, "show", "main:T-1/research.md") == "# Ä"


def test_what_a_killed_git_left_locked_is_cleared(tmp_path: Path) -> None:
    repository = tmp_path / "one"
    commit_once(repository, COMMIT)
    lock = repository / "refs" / "heads" / "main.lock"
    lock.touch()
    os.utime(lock, (0, 0))

    commit_once(repository, replace(COMMIT, step_key="second"))

    assert len(commits(repository)) == 2


def test_the_users_git_is_neither_seen_nor_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository, mark = tmp_path / "one", tmp_path / "mark"
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("GIT_AUTHOR_NAME", "Somebody else")
    commit_once(repository, COMMIT)
    hook = repository / "hooks" / "reference-transaction"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\ntouch {mark}\n")
    hook.chmod(0o755)

    commit_once(repository, replace(COMMIT, step_key="second"))

    monkeypatch.delenv("GIT_DIR")
    assert git(repository, "log", "-1", "--format=%an %cn") == "Run 1 Run 1"
    assert not mark.exists()


def test_a_step_with_commit_on_is_committed_by_its_effect(
    desk: Desk, extensions: Extensions, tmp_path: Path
) -> None:
    add_steps(extensions)
    extensions.effects.add(git_commit(tmp_path))
    workspace_id = desk.actor.workspace_id
    publish(workspace_id, extensions, step("one", commit=True), step("two"))
    run = start(desk)
    Engine(extensions).execute(run.id, "w1")

    done = delivery.deliver(workspace_id, extensions.effects, tell_failure)

    with transaction(workspace_id) as session:
        (effect,) = session.scalars(select(Effect)).all()
    repository = tmp_path / str(workspace_id)
    assert (done, effect.status) == (1, EffectStatus.DONE)
    assert commits(repository) == [f"{desk.key}: One, version 1"]
    assert "one 1" in git(repository, "show", f"main:{desk.key}/research.md")
    assert f"Run-Id: {run.id}" in git(repository, "log", "-1", "--format=%B")


def test_a_recipe_that_commits_is_refused_where_git_is_missing(
    workspace_id: UUID, extensions: Extensions
) -> None:
    del workspace_id
    add_steps(extensions)
    spec = RecipeSpec(stage="discovery", title="Notes", steps=(step("one", commit=True),))
    without = replace(extensions.catalogue(), git_available=False)

    with pytest.raises(validation.InvalidRecipe, match="git is not installed"):
        validation.validate(spec, without)
