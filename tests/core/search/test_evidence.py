"""Evidence for a question: verbatim sentences that speak to it, and from how many customers."""

from collections.abc import Callable
from contextlib import AbstractContextManager

from sqlalchemy.orm import Session

from pmflow_core.accounts.actor import Actor
from pmflow_core.search.evidence import find_evidence
from pmflow_core.search.schemas import EvidenceQuery
from tests.core.search.conftest import add, embed

Begin = Callable[[], AbstractContextManager[Session]]


def test_the_sentence_that_speaks_to_the_question_is_quoted(begin: Begin, editor: Actor) -> None:
    text = (
        "I love the new look. Every export of my board to CSV stops half way. Support was friendly."
    )
    add(editor, text, "Please add a dark theme")
    with begin() as session:
        embed(session)
    found = find_evidence(begin, editor, EvidenceQuery(question="Why does the CSV export stop?"))

    [quote, *_] = found.quotes
    assert quote.quote == "Every export of my board to CSV stops half way."
    assert text[quote.start : quote.end] == quote.quote


def test_customers_are_counted_once_however_they_are_written(begin: Begin, editor: Actor) -> None:
    for customer in ("Acme", " acme ", "Globex", None):
        add(editor, f"The export fails again ({customer})", customer=customer)
    found = find_evidence(begin, editor, EvidenceQuery(question="export fails", limit=2))

    assert (found.signals, found.customers, found.more) == (4, 2, False)
    assert len(found.quotes) == 2


def test_a_question_that_nobody_spoke_to_has_no_evidence(begin: Begin, editor: Actor) -> None:
    add(editor, "Please add a dark theme")
    found = find_evidence(begin, editor, EvidenceQuery(question="invoices"))

    assert (found.quotes, found.signals, found.customers) == ([], 0, 0)
