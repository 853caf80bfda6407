"""Reading labelled files and comparing themes with their labels."""

import gzip
import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks.__main__ import main as benchmark
from pmflow_core.errors import Invalid
from pmflow_core.evals.labelled import Labelled, read_labelled
from pmflow_core.evals.themes import Seconds, compare, evaluate
from pmflow_core.themes.clustering import Clustering

ABOUT = {
    "refund": [
        "When do I get my refund",
        "My refund has not come",
        "I want a refund for the order",
    ],
    "login": ["I forgot my password", "The password reset mail never comes", "Password is refused"],
    "export": ["Export the report to PDF", "The PDF export is empty", "Exporting a PDF takes long"],
    "weather": ["Will it rain on Monday", "The rain forecast was wrong", "Show rain by the hour"],
}
ENDINGS = ("", " today", " again", " please", " on my phone", " since Monday", " at work", " now")
ROWS = [
    {"text": text + ending, "label": label}
    for label, texts in ABOUT.items()
    for text in texts
    for ending in ENDINGS
]


@pytest.fixture
def labelled_file(tmp_path: Path) -> Path:
    path = tmp_path / "rows.jsonl.gz"
    with gzip.open(path, "wt", encoding="utf-8") as lines:
        lines.writelines(json.dumps(row) + "\n" for row in ROWS)
    return path


def test_a_labelled_file_is_embedded_clustered_and_compared(labelled_file: Path) -> None:
    report = evaluate(labelled_file, "text", "label", {"weather"})

    assert report.n == 72
    assert 3 <= report.themes <= 12
    assert 0.3 < report.ari <= 1
    assert 0.5 < report.nmi <= 1
    assert 0.5 < report.v_measure <= 1
    assert report.seconds.embed > 0
    assert report.seconds.cluster > 0


def test_texts_without_a_theme_count_as_one_group() -> None:
    labelled = Labelled(["a"] * 4, ["x", "x", "y", "y"])
    found = Clustering(np.array([0, 0, -1, -1]), "1", {})

    report = compare(labelled, found, Seconds(0, 0))

    assert (report.n, report.themes, report.noise, report.ari) == (4, 1, 2, 1)


def test_csv_and_json_lines_read_alike(tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text('label,text\na,"one, two"\nb,\nc,three\n', encoding="utf-8")
    (tmp_path / "rows.jsonl").write_text(
        '\ufeff{"text": "one, two", "label": "a"}\n\n{"text": " ", "label": "b"}\n'
        '{"text": "three", "label": "c"}\n',
        encoding="utf-8",
    )

    expected = Labelled(["one, two", "three"], ["a", "c"])
    assert read_labelled(tmp_path / "rows.csv", "text", "label") == expected
    assert read_labelled(tmp_path / "rows.jsonl", "text", "label") == expected


@pytest.mark.parametrize(
    ("name", "content", "complaint"),
    [
        ("rows.txt", b"text", "neither"),
        ("rows.jsonl", b"{", "Line 1 of rows.jsonl is not JSON"),
        ("rows.jsonl", b"[1]", "not a JSON object"),
        ("rows.jsonl", b'{"text": "a"}', "no column 'label'"),
        ("rows.csv", b"text,topic\na,b\n", "no column 'label'"),
        ("rows.csv", b"text,label\n\xff\xfe,b\n", "cannot be read"),
        ("rows.jsonl.gz", b"not gzip", "cannot be read"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_in_words(
    tmp_path: Path, name: str, content: bytes, complaint: str
) -> None:
    (tmp_path / name).write_bytes(content)

    with pytest.raises(Invalid, match=complaint):
        read_labelled(tmp_path / name, "text", "label")


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="There is no file"):
        evaluate(tmp_path / "rows.csv", "text", "label")


def test_a_file_of_excluded_rows_only_is_refused(tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("text,label\na,oos\n", encoding="utf-8")

    with pytest.raises(Invalid, match="holds no texts"):
        evaluate(tmp_path / "rows.csv", "text", "label", {"oos"})


def test_the_benchmark_prints_a_row_per_file(
    labelled_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert benchmark(["themes", str(labelled_file), "--peers", "none"]) == 0

    head, row = capsys.readouterr().out.splitlines()
    assert head.split()[:5] == ["file", "n", "of", "true", "rule"]
    assert row.split()[:5] == ["rows", "96", "1", "4", "pmflow"]


def test_an_unknown_benchmark_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert benchmark(["speed of light"]) == 2
    assert "usage" in capsys.readouterr().err
