"""Evidence for a question: the signals that speak to it, each with its sentence that does."""

from dataclasses import dataclass

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.documents.sentences import sentence_spans
from pmflow_core.search import others, repository
from pmflow_core.search.asking import Asked, ask
from pmflow_core.search.questions import Question, closeness
from pmflow_core.search.ranking import DEPTH, Ranked, rank
from pmflow_core.search.schemas import EvidenceFound, EvidenceQuery, Quotation
from pmflow_core.search.service import Begin, read_question
from pmflow_core.search.spans import marks
from pmflow_core.signals import repository as signals
from pmflow_core.signals.schemas import SignalRead
from pmflow_core.themes import repository as themes
from pmflow_core.themes.schemas import ThemeTag
from pmflow_core.themes.vectors import NEAR_ENOUGH

_SENTENCES = 8
"""Of one signal so many are read: more would make a long transcript hold up all others."""
_LONGEST = 400
_WORD_WORTH = 0.1


@dataclass(frozen=True, slots=True)
class _Source:
    """A signal that speaks to the question, and the words of it that the question holds."""

    row: SignalRead
    text: str
    cosine: float | None
    theme: ThemeTag | None


def find_evidence(begin: Begin, actor: Actor, query: EvidenceQuery) -> EvidenceFound:
    """Return the signals that speak to a question, with the sentence of each that does so best.

    It opens its own transactions, because a model reads the question and the sentences.

    Raises:
        PermissionDenied: the actor is not a viewer.
    """
    actor.require(Role.VIEWER)
    question = read_question(begin, actor, query.question)
    with begin() as session:
        asked = ask(session, question)
        ranked = rank(session, asked, query.narrow)
        rows = signals.read_many(session, ranked.ids)
        texts = repository.verbatims(session, list(rows))
        words = others.marked(session, asked, list(texts.values()))
        best = [
            id_
            for id_ in ranked.ids
            if id_ in rows and _speaks(rows[id_], texts[id_], ranked, asked, words)
        ]
        shown = best[: query.limit]
        tags = themes.names_of(session, shown)
        customers = repository.count_customers(session, best)
    sources = [
        _Source(rows[id_], texts[id_], ranked.cosines.get(id_), tags.get(id_)) for id_ in shown
    ]
    return EvidenceFound(
        quotes=_quotations(sources, asked.question, words),
        signals=len(best),
        customers=customers,
        more=len(best) >= DEPTH,
        meaning=asked.question.vector is not None,
    )


def _speaks(row: SignalRead, text: str, ranked: Ranked, asked: Asked, words: set[str]) -> bool:
    """Return whether a signal is near enough, or less near and holds most of the question's words.

    Where meanings cannot be compared, having been found is enough.
    """
    if asked.strict or asked.question.vector is None or not row.is_embedded:
        return True
    cosine = ranked.cosines.get(row.id, 0.0)
    held = {text[mark.start : mark.end].lower() for mark in marks(text, words)}
    return cosine >= NEAR_ENOUGH or (cosine > 0 and 2 * len(held) > len(asked.words))


def _quotations(sources: list[_Source], question: Question, words: set[str]) -> list[Quotation]:
    spans = [_sentences(source.text, words) for source in sources]
    choices = [
        (place, span) for place, several in enumerate(spans) if len(several) > 1 for span in several
    ]
    cosines = closeness(question, [sources[place].text[a:b] for place, (a, b) in choices])
    worth: dict[tuple[int, tuple[int, int]], float] = {}
    for (place, (start, end)), cosine in zip(choices, cosines, strict=True):
        held = len(marks(sources[place].text[start:end], words))
        worth[place, (start, end)] = cosine + _WORD_WORTH * held
    return [
        _quotation(source, max(several, key=lambda span, at=place: worth.get((at, span), 0.0)))
        for place, (source, several) in enumerate(zip(sources, spans, strict=True))
    ]


def _sentences(text: str, words: set[str]) -> list[tuple[int, int]]:
    """Return where a text's sentences are; of many, those with the most of the words."""
    found = [(start, min(end, start + _LONGEST)) for start, end in sentence_spans(text)]
    found = found or [(0, min(len(text), _LONGEST))]
    ranked = sorted(found, key=lambda span: -len(marks(text[span[0] : span[1]], words)))
    return sorted(ranked[:_SENTENCES])


def _quotation(source: _Source, span: tuple[int, int]) -> Quotation:
    start, end = span
    return Quotation(source.row, source.text[start:end], start, end, source.cosine, source.theme)
