"""Composes documents extractively: every count is exact and every quotation verbatim."""

from collections.abc import Iterator
from decimal import Decimal

from pmflow_core.providers.base import FREE, Completion, GenerateRequest, OnText
from pmflow_core.providers.local.analysis import analyse
from pmflow_core.providers.local.compose.table import write_section
from pmflow_core.providers.local.desk import Desk
from pmflow_core.providers.local.phrases import signals
from pmflow_core.providers.local.replies.table import reply
from pmflow_core.providers.local.text import inline

MODEL = "local-extractive-1"


class LocalProvider:
    """Writes from the evidence alone and leaves judgement as open questions.

    It is never unavailable and costs nothing; the same request gives the same document.
    """

    name = "local"

    def bound_usd(self, request: GenerateRequest) -> Decimal:
        """Return nothing: it costs nothing."""
        del request
        return Decimal(0)

    def generate(self, request: GenerateRequest, on_text: OnText) -> Completion:
        """Write the document section by section, or the answer that the schema asks for.

        Raises:
            ProviderRejected: no rule answers a request with a schema.
        """
        pieces: list[str] = []
        for piece in _pieces(request):
            on_text(piece)
            pieces.append(piece)
        return Completion("".join(pieces), MODEL, FREE, "complete")


def _pieces(request: GenerateRequest) -> Iterator[str]:
    if request.schema is not None:
        yield reply(Desk(request, analyse(request.evidence)))
        return
    title = inline(request.title, 120) or inline(request.project_name, 120) or "Document"
    yield f"# {title}\n\n{_note(len(request.evidence))}\n"
    desk = Desk(request, analyse(request.evidence))
    for section in request.sections:
        yield f"\n## {inline(section.name, 120)}\n\n{write_section(desk, section)}\n"


def _note(count: int) -> str:
    if count == 0:
        return (
            "> Composed locally, without a language model and without evidence: no signal is"
            " linked to this project. Link signals and run this step again."
        )
    return (
        f"> Composed locally from {signals(count)}, without a language model. Counts are exact,"
        " quotations are verbatim, and groups were found by similarity. Judgement is left to"
        " people, as open questions and marked assumptions."
    )
