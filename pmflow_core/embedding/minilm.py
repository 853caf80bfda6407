"""all-MiniLM-L6-v2 in 8-bit integers, run by ONNX Runtime on the processor."""

import hashlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Tokenizer

from pmflow_core.embedding.base import DIMENSIONS, Vectors
from pmflow_core.embedding.chunks import pack, sentences
from pmflow_core.errors import PmflowError

MODEL_NAME = "minilm-l6-v2-int8"
MODEL_DIR = Path(__file__).parent / "model"
MODEL_FILE = "minilm-l6-v2-int8-dynamic.onnx"
TOKENIZER_FILE = "tokenizer.json"
SHA256 = {
    MODEL_FILE: "eeee7c75ab7dfa3d23f1bea16b53f891ac5c6f7640f118b9c54651948b7e14e8",
    TOKENIZER_FILE: "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}
MAX_PIECES = 128
SPECIAL_PIECES = 2  # [CLS] and [SEP] frame every chunk
MAX_CHARS = 32_768
"""Of a longer text only the beginning is read: about 5,000 words, under a second of work."""


class ModelDamaged(PmflowError):
    """A shipped model file is missing or its content is not what was shipped."""

    code = "model_damaged"
    http_status = 500


class MiniLM:
    """The shipped model. One instance may be used by many threads at once.

    Texts are run one by one, not in padded batches. Dynamic quantisation takes its scale from
    the whole batch, so in a batch a text's vector depends on its neighbours (cosine down to
    .977 between two batches); alone, a text has one vector for ever. On a processor it costs
    nothing: batches of 32 ran at the same rate. Parallelism is one text per thread, and the
    runtime itself keeps no threads, which makes a loaded model safe to fork.
    """

    name = MODEL_NAME
    dimensions = DIMENSIONS

    def __init__(self, *, threads: int = 1, model_dir: Path = MODEL_DIR) -> None:
        for file, expected in SHA256.items():
            _check(model_dir / file, expected)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        self._threads = threads
        self._tokenizer = Tokenizer.from_file(str(model_dir / TOKENIZER_FILE))
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        self._session = onnxruntime.InferenceSession(
            str(model_dir / MODEL_FILE), options, providers=["CPUExecutionProvider"]
        )

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return one unit row per text; a long text's is the mean of its chunks' vectors."""
        rows = {text: row for row, text in enumerate(dict.fromkeys(texts))}
        if not rows:
            return np.empty((0, DIMENSIONS), dtype=np.float32)
        if self._threads == 1 or len(rows) == 1:
            distinct = [self._vector(text) for text in rows]
        else:
            with ThreadPoolExecutor(self._threads) as pool:
                distinct = list(pool.map(self._vector, rows))
        return np.stack(distinct)[[rows[text] for text in texts]]

    def _vector(self, text: str) -> NDArray[np.float32]:
        # a lone surrogate is no text that the tokenizer could be given
        clean = text[:MAX_CHARS].encode("utf-8", "replace").decode("utf-8")
        pieces = self._tokenizer.encode(clean).ids
        if len(pieces) <= MAX_PIECES:
            return self._run(pieces)
        chunks = pack(sentences(clean), self._length, MAX_PIECES - SPECIAL_PIECES)
        mean = np.mean([self._run(self._tokenizer.encode(chunk).ids) for chunk in chunks], axis=0)
        return (mean / np.linalg.norm(mean)).astype(np.float32)

    def _length(self, text: str) -> int:
        return len(self._tokenizer.encode(text, add_special_tokens=False).ids)

    def _run(self, pieces: list[int]) -> NDArray[np.float32]:
        # a single word of more pieces than fit cannot be halved, only cut
        fitting = pieces if len(pieces) <= MAX_PIECES else [*pieces[: MAX_PIECES - 1], pieces[-1]]
        ids = np.array([fitting], dtype=np.int64)
        outputs = self._session.run(None, {"input_ids": ids, "attention_mask": np.ones_like(ids)})
        return np.asarray(outputs[0], dtype=np.float32)[0]


def _check(path: Path, expected: str) -> None:
    if not path.is_file():
        raise ModelDamaged(f"The embedding model's file {path.name} is missing.")
    if hashlib.sha256(path.read_bytes()).hexdigest() != expected:
        raise ModelDamaged(f"The embedding model's file {path.name} was changed or cut short.")
