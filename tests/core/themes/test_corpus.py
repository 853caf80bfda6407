"""What is clustered is read in one order, so the same import always gives the same themes."""

from sqlalchemy.orm import Session

from pmflow_core.accounts.actor import Actor
from pmflow_core.embedding.minilm import MODEL_NAME
from pmflow_core.ids import uuid7
from pmflow_core.signals.models import Signal, Source
from pmflow_core.themes.corpus import read_corpus


def test_texts_are_read_in_the_order_in_which_they_were_numbered(
    session: Session, editor: Actor
) -> None:
    # Ids of one millisecond have no order of their own, so here they say the contrary.
    ids = sorted((uuid7() for _ in range(5)), reverse=True)
    for number, signal_id in enumerate(ids, start=1):
        session.add(
            Signal(
                id=signal_id,
                workspace_id=editor.workspace_id,
                number=number,
                verbatim=f"text {number}",
                text_hash=f"hash {number}",
                source=Source.API,
                embedding=[1.0] + [0.0] * 383,
                embedding_model=MODEL_NAME,
                themable=True,
            )
        )
    session.flush()
    assert read_corpus(session).ids == ids
