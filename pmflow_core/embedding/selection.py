"""The embedding model that the settings name, loaded once per process."""

from importlib import import_module
from threading import Lock

from pmflow_core.embedding.base import Embedder
from pmflow_core.errors import Invalid

LOCAL = "local"
LOCAL_MODEL = "minilm-l6-v2-int8"
"""What the shipped model's vectors are stored with."""

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
            # The runtime takes a third of a second to import; only who embeds pays for it.
            minilm = import_module("pmflow_core.embedding.minilm")
            _loaded[name, threads] = minilm.MiniLM(threads=threads)
        return _loaded[name, threads]
