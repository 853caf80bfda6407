"""The report on repeats: on pairs, and on groups among other texts."""

import json
from pathlib import Path

import numpy as np
import pytest

from pmflow_core.errors import Invalid
from pmflow_core.evals import duplicates
from pmflow_core.signals.thresholds import MINILM, thresholds_for

LIMITS = thresholds_for(MINILM).duplicates


def write(path: Path, rows: list[dict[str, object]]) -> Path:
    path.write_text("\n".join(json.dumps(row) for row in rows))
    return path


def test_pairs_are_judged_at_the_product_s_own_threshold(tmp_path: Path) -> None:
    rows: list[dict[str, object]] = [
        {"text1": "The export fails", "text2": "The export fails.", "label": 1},
        {"text1": "The export fails", "text2": "Where is my card?", "label": 0},
        {"text1": "Crashes on start", "text2": "I love the colours", "label": "0"},
    ]
    report = duplicates.evaluate(write(tmp_path / "pairs.jsonl", rows))
    assert (report.n, report.threshold) == (3, LIMITS.suggest)
    assert (report.auc, report.precision, report.recall, report.f1) == (1, 1, 1, 1)
    assert report.recall_at == {}


def test_groups_tell_how_often_a_repeat_is_among_the_first_neighbours() -> None:
    texts = ["export E1 fails", "E1 in export", "login is slow", "pay by card", "slow pages"]
    vectors = np.eye(5, dtype=np.float32)
    vectors[1] = [0.6, 0.8, 0, 0, 0]
    report = duplicates.of_groups(texts, ["a", "a", "", "", ""], vectors, LIMITS)
    assert report.recall_at == {"1": 1, "5": 1, "10": 1}
    assert report.found_at["1"] == 1
    assert (report.recall, report.precision) == (0, 0)
    assert report.auc == 1


def test_a_text_s_body_follows_it(tmp_path: Path) -> None:
    rows: list[dict[str, object]] = [
        {"text": "Broken", "body": "the export fails with E4711", "dup_group": "a"},
        {"text": "Help", "body": "the export fails with E4711", "dup_group": "a"},
        {"text": "Broken", "body": "my card was stolen abroad", "dup_group": None},
        {"text": "Broken", "body": "a login takes a minute", "dup_group": None},
    ]
    report = duplicates.evaluate(write(tmp_path / "groups.jsonl", rows))
    assert report.recall_at["1"] == 1


@pytest.mark.parametrize(
    "rows",
    [
        [{"text1": "a", "label": 1}],
        [{"text1": "a", "text2": "b", "label": 1}],
        [{"text": "a", "dup_group": "x"}, {"text": "b", "dup_group": "x"}],
    ],
)
def test_a_file_that_cannot_be_judged_is_refused(
    tmp_path: Path, rows: list[dict[str, object]]
) -> None:
    with pytest.raises(Invalid):
        duplicates.evaluate(write(tmp_path / "rows.jsonl", rows))
