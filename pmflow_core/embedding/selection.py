"""The embedding model that the settings name, loaded once per process."""

from threading import Lock

from pmflow_core.embedding.base import Embedder
from pmflow_core.embedding.minilm import MODEL_NAME, MiniLM
from pmflow_core.errors import Invalid

LOCAL = "local"

_loaded: dict[tuple[str, int], Embedder] = {}
_loading = Lock()


def get_embedder(name: str = LOCAL, threads: int = 1) -> Embedder:
    """Return the embedder of that name; the first call loads it, later ones share it.

    Raises:
        Invalid: there is no embedder of that name.
        ModelDamaged: a shipped file is missing or changed.
    """
    if name != LOCAL:
        raise Invalid(f"There is no embedding model {name!r}; known is {LOCAL!r}.")
    with _loading:
        if (name, threads) not in _loaded:
            _loaded[name, threads] = MiniLM(threads=threads)
        return _loaded[name, threads]


def find_embedder(model: str) -> Embedder | None:
    """Return what embeds as the model of that name did, None where it cannot be had."""
    return get_embedder(LOCAL) if model == MODEL_NAME else None
