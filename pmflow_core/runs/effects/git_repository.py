"""A bare git repository that is written by plumbing alone: no work tree, hooks or user's settings.

A commit that was made is not made again, whatever died when: objects nobody points at are harmless,
and only moving the branch makes a commit visible.
"""

import fcntl
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pmflow_core.outbox.effects import EffectDelayed
from pmflow_core.runs.crashpoints import crash_point

BRANCH = "refs/heads/main"
TIMEOUT_S = 60
# Git's own locks are held for moments; one this old was left by a process that died.
STALE_LOCK_S = 5.0
NOBODY = "0" * 40
GIT_CRASH_POINTS = ("git_made", "git_written", "git_committed", "git_moved")


@dataclass(frozen=True, slots=True)
class Commit:
    """What one step of a run commits; run and step make it the same commit when done again."""

    run_id: str
    step_key: str
    author: str
    subject: str
    at: datetime
    files: Mapping[str, str]


def commit_once(repository: Path, commit: Commit) -> str:
    """Return the id of the commit, made now unless it exists, in a repository made if needed.

    Raises:
        EffectDelayed: git is not installed, is held by another process, or failed.
    """
    repository.parent.mkdir(parents=True, exist_ok=True)
    with _alone(repository):
        git = _Git(repository)
        if not (repository / "HEAD").exists():
            _make(repository)
        git.clear_stale_locks()
        crash_point("git_made")
        known = git.find(commit)
        if known:
            return known
        parent = git.tip()
        made = git.write(git.tree(parent, commit.files), parent, commit)
        crash_point("git_committed")
        git.run("update-ref", "-m", commit.subject, BRANCH, made, parent or NOBODY)
        crash_point("git_moved")
        return made


class _Git:
    """Plumbing commands in one repository."""

    def __init__(self, repository: Path) -> None:
        self._repository = repository

    def run(self, *arguments: str, stdin: str = "", **more: str) -> str:
        """Return what a command prints; raises EffectDelayed with what it complains about."""
        result = self._call(arguments, stdin, more)
        if result.returncode != 0:
            complaint = result.stderr.strip().splitlines() or ["no reason given"]
            raise EffectDelayed(f"git {arguments[0]} failed: {complaint[-1]}")
        return result.stdout.strip()

    def tip(self) -> str | None:
        """Return what the branch points at, None before its first commit."""
        result = self._call(("rev-parse", "--verify", "--quiet", BRANCH), "", {})
        return result.stdout.strip() or None

    def find(self, commit: Commit) -> str:
        """Return the commit with these trailers, nothing when there is none."""
        if self.tip() is None:
            return ""
        return self.run(
            "log",
            "--max-count=1",
            "--format=%H",
            "--all-match",
            f"--grep=^Run-Id: {commit.run_id}$",
            f"--grep=^Step-Key: {commit.step_key}$",
            BRANCH,
        )

    def tree(self, parent: str | None, files: Mapping[str, str]) -> str:
        """Return the parent's tree with these files put in, by an index of its own."""
        with tempfile.TemporaryDirectory(prefix="pmflow-git-") as folder:
            index = str(Path(folder) / "index")
            self.run("read-tree", *([parent] if parent else ["--empty"]), GIT_INDEX_FILE=index)
            for path, content in files.items():
                blob = self.run("hash-object", "-w", "--stdin", stdin=content)
                entry = f"100644,{blob},{path}"
                self.run("update-index", "--add", "--cacheinfo", entry, GIT_INDEX_FILE=index)
            crash_point("git_written")
            return self.run("write-tree", GIT_INDEX_FILE=index)

    def write(self, tree: str, parent: str | None, commit: Commit) -> str:
        """Write the commit object and return its id; the branch does not move."""
        message = f"{commit.subject}\n\nRun-Id: {commit.run_id}\nStep-Key: {commit.step_key}\n"
        at = commit.at.isoformat(timespec="seconds")
        people = {
            f"GIT_{role}_{what}": value
            for role in ("AUTHOR", "COMMITTER")
            for what, value in (("NAME", commit.author), ("EMAIL", "runs@pmflow"), ("DATE", at))
        }
        parents = ["-p", parent] if parent else []
        return self.run("commit-tree", tree, *parents, stdin=message, **people)

    def clear_stale_locks(self) -> None:
        """Remove what a killed git left locked; nobody else of ours is at work here."""
        for lock in (self._repository / "refs" / "heads").glob("*.lock"):
            if time.time() - lock.stat().st_mtime > STALE_LOCK_S:
                lock.unlink(missing_ok=True)

    def _call(
        self, arguments: tuple[str, ...], stdin: str, more: Mapping[str, str]
    ) -> subprocess.CompletedProcess[str]:
        options = ["-c", "core.hooksPath=/dev/null", "-c", "safe.directory=*"]
        environment = {**_clean_environment(), "GIT_DIR": str(self._repository), **more}
        return _git([*options, *arguments], stdin, environment)


@contextmanager
def _alone(repository: Path) -> Generator[None]:
    """Keep other processes of pmflow out; the system lets go of it when a process dies."""
    with repository.with_name(f"{repository.name}.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise EffectDelayed("Another process writes to this repository.") from error
        yield


def _make(repository: Path) -> None:
    """Make a whole repository or none: it appears under its name only when it is complete."""
    with tempfile.TemporaryDirectory(dir=repository.parent, prefix=".making-") as folder:
        made = Path(folder) / "repository"
        init = ["init", "--quiet", "--bare", "--template=", "--initial-branch=main", str(made)]
        result = _git(init, "", _clean_environment())
        if result.returncode != 0:
            raise EffectDelayed(f"git init failed: {result.stderr.strip()}")
        made.rename(repository)


def _git(
    arguments: list[str], stdin: str, environment: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    program = shutil.which("git")
    if program is None:
        raise EffectDelayed("git is not installed.")
    try:
        return subprocess.run(  # noqa: S603 our own arguments, no shell
            [program, *arguments],
            input=stdin,
            env=environment,
            capture_output=True,
            encoding="utf-8",
            timeout=TIMEOUT_S,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise EffectDelayed(f"git {arguments[0]} took longer than {TIMEOUT_S} s.") from error


def _clean_environment() -> dict[str, str]:
    """Return an environment in which nothing of the user's git is seen."""
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": os.devnull,
        "LC_ALL": "C.UTF-8",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_TERMINAL_PROMPT": "0",
    }
