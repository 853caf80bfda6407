"""Embedding by a vendor: paid from the workspace's budget, tried again, and never misread."""

import json
from collections.abc import Callable, Iterator
from decimal import Decimal
from uuid import UUID

import numpy as np
import pytest
from pydantic import SecretStr
from sqlalchemy import Engine, select
from sqlmodel import col

from pmflow_core import jobs
from pmflow_core.accounts.actor import Actor
from pmflow_core.calls import budgets
from pmflow_core.calls.budgets import BudgetExceeded
from pmflow_core.calls.embedding import PaidEmbedder, model_name
from pmflow_core.calls.models import CallStatus, ProviderCall, Scope
from pmflow_core.db.transaction import configure, transaction
from pmflow_core.embedding.base import DIMENSIONS
from pmflow_core.events import bus
from pmflow_core.providers.base import ProviderRejected, ProviderUnavailable
from pmflow_core.providers.openai_embeddings import (
    PIECE_BYTES,
    OpenAIEmbeddings,
    pieces_of,
    requests_of,
)
from pmflow_core.providers.pricing import find_price
from pmflow_core.providers.vendor import VendorModel
from pmflow_core.settings import Settings
from tests.conftest import make_workspace
from tests.fakes.vendor_server import Received, Reply, VendorServer, failing

MODEL = "text-embedding-3-small"
MakeEmbedder = Callable[[VendorServer], PaidEmbedder]


def answer(received: Received) -> Reply:
    """Return a vector per input that points where its length says."""
    rows = []
    for index, text in enumerate(received.body["input"]):
        vector = [0.0] * DIMENSIONS
        vector[len(text) % DIMENSIONS] = 2.0
        rows.append({"object": "embedding", "index": index, "embedding": vector})
    usage = {"prompt_tokens": 1000, "total_tokens": 1000}
    body = {"object": "list", "data": rows[::-1], "model": MODEL, "usage": usage}
    return Reply(headers={"content-type": "application/json"}, chunks=[json.dumps(body).encode()])


@pytest.fixture
def workspace_id(database: Engine) -> Iterator[UUID]:
    """A workspace whose rows are really committed."""
    jobs.configure(None)
    bus.configure(None)
    configure(database)
    yield make_workspace()
    database.dispose()


@pytest.fixture
def make_embedder(workspace_id: UUID) -> MakeEmbedder:
    """Make an embedder that asks a server and never waits."""

    def make(server: VendorServer) -> PaidEmbedder:
        model = VendorModel(MODEL, SecretStr("sk-test"), f"{server.url}/v1", find_price(MODEL))
        vendor = OpenAIEmbeddings(model, name=f"embedding-{workspace_id}")
        return PaidEmbedder(vendor, workspace_id, sleep=lambda _: None)

    return make


def calls(workspace_id: UUID) -> list[ProviderCall]:
    with transaction(workspace_id) as session:
        return list(session.scalars(select(ProviderCall).order_by(col(ProviderCall.id))))


def test_texts_come_back_as_unit_vectors_in_their_order(make_embedder: MakeEmbedder) -> None:
    with VendorServer((), answer) as server:
        embedder = make_embedder(server)
        vectors = embedder.embed(["a", "bbb", "cc"])
        again = embedder.embed([])

    assert np.flatnonzero(vectors).tolist() == [1, DIMENSIONS + 3, 2 * DIMENSIONS + 2]
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1)
    assert again.shape == (0, DIMENSIONS)
    [request] = server.received
    assert (request.path, request.body["dimensions"]) == ("/v1/embeddings", DIMENSIONS)
    assert embedder.name == f"{MODEL}@384"


def test_each_request_is_paid_by_the_workspace_and_keeps_no_text(
    make_embedder: MakeEmbedder, workspace_id: UUID
) -> None:
    with VendorServer((), answer) as server:
        make_embedder(server).embed(["what a customer said"])

    [call] = calls(workspace_id)
    assert (call.status, call.run_id, call.input_tokens) == (CallStatus.SUCCEEDED, None, 1000)
    assert call.cost_usd == Decimal("0.00002")
    assert "customer" not in json.dumps(call.request)
    with transaction(workspace_id) as session:
        spent = budgets.list_budgets(
            session, Actor.system(workspace_id), budgets.Payer(workspace_id)
        )
    assert [(one.scope, one.spent_usd, one.reserved_usd) for one in spent] == [
        (Scope.WORKSPACE, 0.00002, 0.0)
    ]


def test_a_budget_that_is_used_up_sends_nothing(
    make_embedder: MakeEmbedder, workspace_id: UUID
) -> None:
    actor = Actor.system(workspace_id)
    with transaction(workspace_id) as session:
        budgets.set_cap(session, actor, Scope.WORKSPACE, workspace_id, Decimal(0))

    with VendorServer((), answer) as server, pytest.raises(BudgetExceeded):
        make_embedder(server).embed(["text" * 100])

    assert server.received == []
    assert calls(workspace_id) == []


def test_an_overloaded_vendor_is_asked_again(
    make_embedder: MakeEmbedder, workspace_id: UUID
) -> None:
    answers = [failing(529, {"error": {"message": "overloaded"}}), None]

    def think(received: Received) -> Reply:
        return answers.pop(0) or answer(received)

    with VendorServer((), think) as server:
        assert len(make_embedder(server).embed(["a"])) == 1

    assert [(call.attempt, call.status) for call in calls(workspace_id)] == [
        (1, CallStatus.FAILED),
        (2, CallStatus.SUCCEEDED),
    ]


@pytest.mark.parametrize(
    "body", [b"{}", b"not json", b'{"object":"list","data":[],"model":"m","usage":{}}']
)
def test_nonsense_is_no_vector_and_stays_charged(
    make_embedder: MakeEmbedder, workspace_id: UUID, body: bytes
) -> None:
    reply = Reply(headers={"content-type": "application/json"}, chunks=[body])
    with VendorServer([reply]) as server, pytest.raises(ProviderUnavailable):
        make_embedder(server).embed(["a"])

    assert {call.status for call in calls(workspace_id)} == {CallStatus.POSSIBLY_BILLED}


def test_a_wrong_key_is_not_tried_again(make_embedder: MakeEmbedder, workspace_id: UUID) -> None:
    refusal = failing(401, {"error": {"message": "bad key", "type": "authentication_error"}})
    with VendorServer([refusal]) as server, pytest.raises(ProviderRejected, match="bad key"):
        make_embedder(server).embed(["a"])

    [call] = calls(workspace_id)
    assert (call.status, call.cost_usd) == (CallStatus.FAILED, 0)


def test_a_long_text_is_the_mean_of_its_pieces(make_embedder: MakeEmbedder) -> None:
    sentence = "One more sentence about the same thing. "
    text = sentence * 1000
    pieces = pieces_of(text)
    assert len(pieces) > 1
    assert all(len(piece.encode()) <= PIECE_BYTES for piece in pieces)

    with VendorServer((), answer) as server:
        [vector] = make_embedder(server).embed([text])

    assert np.linalg.norm(vector) == pytest.approx(1)


def test_an_endless_word_is_cut_too() -> None:
    pieces = pieces_of("é" * 20_000)

    assert "".join(pieces) == "é" * 20_000
    assert max(len(piece.encode()) for piece in pieces) <= PIECE_BYTES


def test_requests_stay_within_what_the_vendor_takes() -> None:
    many = ["x" * 1000] * 2000
    runs = list(requests_of(many))

    assert [piece for run in runs for piece in run] == many
    assert max(len(run) for run in runs) <= 512
    assert max(sum(map(len, run)) for run in runs) <= 250_000


def test_the_name_of_the_model_is_known_without_loading_it() -> None:
    assert model_name(Settings()) == "minilm-l6-v2-int8"
    paid = Settings.model_validate({"OPENAI_API_KEY": "sk-test", "embedding": "openai"})
    assert model_name(paid) == f"{MODEL}@384"
