# pyright: basic, reportMissingImports=false
"""BERTopic with its own settings on given vectors, but seeded so that it can be run again.

A first small fit compiles what it compiles on first use; that is not counted.
"""

import json
import resource
import sys
import time
from pathlib import Path

import bertopic
import numpy as np
from bertopic import BERTopic
from umap import UMAP

COMPILING = 500


def _model() -> BERTopic:
    """Return BERTopic as `BERTopic()` makes it; the numbers are its own."""
    reduced = UMAP(
        n_neighbors=15, n_components=5, min_dist=0.0, metric="cosine", random_state=0, n_jobs=1
    )
    return BERTopic(umap_model=reduced)


def main(told: dict) -> None:
    """Group the texts, save a number for each, and print what it took."""
    vectors = np.load(told["vectors.npy"])
    texts = json.loads(Path(told["texts"]).read_text(encoding="utf-8"))
    _model().fit_transform(texts[:COMPILING], vectors[:COMPILING])
    started = time.process_time()
    labels, _ = _model().fit_transform(texts, vectors)
    seconds = time.process_time() - started
    np.save(told["labels.npy"], np.array(labels, dtype=np.int64))
    status = Path("/proc/self/status")
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    if status.exists():  # Linux's rusage begins with what the parent held
        lines = dict(line.split(":", 1) for line in status.read_text().splitlines())
        megabytes = int(lines["VmHWM"].split()[0]) / 1024
    name = f"BERTopic {bertopic.__version__}"
    print(json.dumps({"name": name, "seconds": seconds, "megabytes": megabytes}))


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
