"""`pmflow eval routing` measures the product's own path on a labelled file."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pmflow_core.cli.evaluate import app
from pmflow_core.errors import Invalid
from pmflow_core.evals.labelled import Labelled
from pmflow_core.evals.routing import Setup, split

SUBJECTS = {
    "login": ("I cannot log in", "the password is refused", "sign in fails"),
    "export": ("the CSV export is empty", "exporting a report fails", "download of the report"),
    "dark": ("please add a dark theme", "night mode hurts less", "a dark background at night"),
    "other": ("what a lovely garden", "the train was late", "pasta with tomatoes"),
}
ENDINGS = ("", " again", " today", " since the update", " on my phone", " at work")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    rows = [
        {"said": text + ending, "about": label}
        for label, texts in SUBJECTS.items()
        for text in texts
        for ending in ENDINGS
    ]
    path = tmp_path / "labelled.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in rows))
    return path


def evaluated(file: Path, *options: str) -> dict[str, float]:
    columns = ["--text", "said", "--label", "about", "--json"]
    result = CliRunner().invoke(app, ["routing", str(file), *columns, *options])
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_texts_of_known_projects_are_linked_and_others_are_not(file: Path) -> None:
    report = evaluated(file, "--unknown", "other", "--examples", "6")
    assert (report["labels"], report["examples"], report["unknown"]) == (3, 18, 18)
    assert report["n"] == 54
    assert report["accuracy"] > 0.8
    assert report["oos_recall"] > 0.9
    assert report["auroc"] > 0.95


def test_labels_that_are_held_back_belong_to_no_project(file: Path) -> None:
    report = evaluated(file, "--exclude", "other", "--unseen", "1")
    assert (report["labels"], report["unknown"], report["n"]) == (2, 18, 36)


def test_the_same_seed_draws_the_same_examples() -> None:
    labelled = Labelled([str(n) for n in range(40)], ["a", "b", "c", "d"] * 10)
    once, again, other = (split(labelled, Setup(unseen=1, seed=seed)) for seed in (3, 3, 4))
    assert once.examples.tolist() == again.examples.tolist()
    assert once.examples.tolist() != other.examples.tolist()
    assert not set(once.examples) & set(once.asked)


def test_a_file_where_everything_is_known_cannot_be_measured() -> None:
    with pytest.raises(Invalid, match="--unknown"):
        split(Labelled(["one", "two", "three", "four"], ["a", "a", "b", "b"]), Setup())
