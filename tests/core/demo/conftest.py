"""People without a workspace, and what a sample is finished with."""

from collections.abc import Callable, Sequence
from uuid import UUID, uuid4

import numpy as np
import pytest
from sqlalchemy import Connection

from pmflow_core.db.transaction import transaction
from pmflow_core.embedding.base import Vectors
from pmflow_core.embedding.selection import get_embedder
from pmflow_core.providers.scripted import ScriptedProvider
from pmflow_core.runs import builtin
from pmflow_core.runs.extensions import Extensions, install
from tests.conftest import make_user

MakePerson = Callable[[], UUID]


class RememberingEmbedder:
    """The real model, which reads each text once however many samples are loaded."""

    def __init__(self) -> None:
        self._real = get_embedder()
        self._known: dict[str, Vectors] = {}
        self.name, self.dimensions = self._real.name, self._real.dimensions

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return a vector per text."""
        new = list(dict.fromkeys(text for text in texts if text not in self._known))
        if new:
            self._known.update(zip(new, self._real.embed(new), strict=True))
        rows = [self._known[text] for text in texts]
        return np.array(rows, dtype=np.float32).reshape(-1, self.dimensions)


@pytest.fixture(scope="session")
def embedder() -> RememberingEmbedder:
    return RememberingEmbedder()


@pytest.fixture
def extensions() -> Extensions:
    """An installation whose default provider would cost something, so a sample must not use it."""
    extensions = Extensions(default_provider="scripted")
    builtin.register(extensions)
    extensions.providers.add(ScriptedProvider())
    install(extensions)
    return extensions


@pytest.fixture
def make_person(connection: Connection, extensions: Extensions) -> MakePerson:
    """Add people who are in no workspace."""
    del connection, extensions

    def make() -> UUID:
        with transaction(None) as session:
            return make_user(session).id

    return make


@pytest.fixture
def person(make_person: MakePerson) -> UUID:
    return make_person()


@pytest.fixture
def slug() -> str:
    """A slug nobody has."""
    return f"sample-{uuid4().hex[:10]}"
