"""The shipped embedding model, run for real."""

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from pmflow_core.embedding.base import Embedder
from pmflow_core.embedding.minilm import MODEL_DIR, MODEL_FILE, SHA256, MiniLM, ModelDamaged
from pmflow_core.embedding.selection import get_embedder
from pmflow_core.errors import Invalid

TEXTS = [
    "I was charged twice for the same order",
    "There is a double payment on my statement",
    "The dark theme hurts my eyes at night",
]


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return get_embedder("local", 1)


def test_every_text_becomes_a_unit_row(embedder: Embedder) -> None:
    vectors = embedder.embed(TEXTS)

    assert vectors.shape == (3, embedder.dimensions)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx([1, 1, 1], abs=1e-5)


def test_texts_that_mean_the_same_are_closer(embedder: Embedder) -> None:
    first, same, other = embedder.embed(TEXTS)

    assert first @ same > 0.5 > first @ other


def test_the_company_a_text_is_embedded_in_does_not_change_its_vector(embedder: Embedder) -> None:
    alone = embedder.embed(TEXTS[:1])[0]
    among_others = embedder.embed([*TEXTS[1:], "long " * 200, TEXTS[0]])[-1]

    assert np.array_equal(alone, among_others)


def test_repeated_texts_have_equal_rows_in_place(embedder: Embedder) -> None:
    vectors = embedder.embed([TEXTS[0], TEXTS[1], TEXTS[0]])

    assert np.array_equal(vectors[0], vectors[2])
    assert not np.array_equal(vectors[0], vectors[1])


def test_no_texts_are_no_rows(embedder: Embedder) -> None:
    assert embedder.embed([]).shape == (0, 384)


def test_the_end_of_a_long_text_counts(embedder: Embedder) -> None:
    opening = "Thank you for the quick answer last week. " * 30
    ending = "The invoice cannot be exported. " * 30
    whole, head, tail = embedder.embed([opening + ending, opening, ending])

    assert whole @ tail > 0.5
    assert whole @ head > 0.5


@pytest.mark.parametrize("text", ["", "   ", "\x00", "\ud800 half", "👍" * 400, "x" * 50_000])
def test_any_text_has_a_vector(embedder: Embedder, text: str) -> None:
    vectors = embedder.embed([text])

    assert np.isfinite(vectors).all()
    assert np.linalg.norm(vectors[0]) == pytest.approx(1, abs=1e-5)


def test_threads_change_the_speed_and_not_the_vectors(embedder: Embedder) -> None:
    assert np.array_equal(MiniLM(threads=2).embed(TEXTS), embedder.embed(TEXTS))


def test_one_model_serves_many_threads_at_once(embedder: Embedder) -> None:
    expected = embedder.embed(TEXTS)

    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(lambda _: embedder.embed(TEXTS), range(12)))

    assert all(np.array_equal(result, expected) for result in results)


def test_a_process_loads_a_model_once() -> None:
    assert get_embedder("local", 1) is get_embedder("local", 1)


def test_an_unknown_model_is_refused_by_name() -> None:
    with pytest.raises(Invalid, match="'word2vec'"):
        get_embedder("word2vec", 1)


def test_a_changed_model_file_is_refused(tmp_path: Path) -> None:
    for file in SHA256:
        shutil.copy(MODEL_DIR / file, tmp_path / file)
    with (tmp_path / MODEL_FILE).open("ab") as damaged:
        damaged.write(b"x")

    with pytest.raises(ModelDamaged, match="changed"):
        MiniLM(model_dir=tmp_path)


def test_a_missing_model_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelDamaged, match="missing"):
        MiniLM(model_dir=tmp_path)
