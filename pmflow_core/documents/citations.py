"""Finds the citations of a document and checks its quotations against the cited signals."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pmflow_core.documents.blocks import blocks
from pmflow_core.documents.markdown import mask_code
from pmflow_core.documents.sentences import sentence_spans

CITATION = re.compile(r"\[S-\d+(?:\s*[,;]\s*S-\d+)*\]")
_NUMBER = re.compile(r"S-(\d{1,18})")
# Straight marks count too: else a model that writes them would escape the check.
_QUOTED = re.compile(r"(?:“([^“”]*)”|\"([^\"\n]*)\")[.,;:!?]?\s*$")


@dataclass(frozen=True)
class Quote:
    """Words between quotation marks, and where they stand in the document."""

    text: str
    start: int
    end: int


@dataclass(frozen=True)
class CitationRef:
    """One signal number cited in a document, with the quotation directly before it."""

    number: int
    start: int
    end: int
    quote: Quote | None


@dataclass(frozen=True)
class LocatedQuote:
    """A quotation found in its signal; offsets are code points into the signal's verbatim."""

    citation: CitationRef
    start: int
    end: int


@dataclass(frozen=True)
class QuoteFault:
    """Why a citation or its quotation cannot stand, and the sentence it stands in."""

    sentence: str
    number: int
    reason: str


def find_citations(markdown: str) -> tuple[CitationRef, ...]:
    """All citations in order; those inside code do not count.

    A quotation belongs to the first number of the citation directly behind it.
    """
    masked = mask_code(markdown)
    found: list[CitationRef] = []
    for mark in CITATION.finditer(masked):
        quote = _quote_before(masked, mark.start())
        for number in _NUMBER.finditer(mark.group()):
            found.append(CitationRef(int(number.group(1)), mark.start(), mark.end(), quote))
            quote = None
    return tuple(found)


def cited_numbers(markdown: str) -> frozenset[int]:
    """Numbers of all signals that a document or a piece of one cites."""
    return frozenset(citation.number for citation in find_citations(markdown))


def locate_quotes(markdown: str, verbatims: Mapping[int, str]) -> tuple[LocatedQuote, ...]:
    """The quotations that are verbatim spans of the signals they cite, with their offsets."""
    located: list[LocatedQuote] = []
    for citation in find_citations(markdown):
        at = _position(citation, verbatims)
        if citation.quote is not None and at is not None:
            located.append(LocatedQuote(citation, at, at + len(citation.quote.text)))
    return tuple(located)


def check_quotes(markdown: str, verbatims: Mapping[int, str]) -> tuple[QuoteFault, ...]:
    """Every citation of an unknown signal and every quotation that is not the signal's words."""
    spans = list(_sentences(markdown))
    faults: list[QuoteFault] = []
    for citation in find_citations(markdown):
        reason = _fault(citation, verbatims)
        if reason:
            sentence = _sentence_at(markdown, spans, citation.start)
            faults.append(QuoteFault(sentence, citation.number, reason))
    return tuple(faults)


def _quote_before(masked: str, position: int) -> Quote | None:
    line_start = max(masked.rfind("\n\n", 0, position), 0)
    match = _QUOTED.search(masked[line_start:position])
    if match is None:
        return None
    group = 1 if match.group(1) is not None else 2
    start, end = match.span(group)
    return Quote(match.group(group), line_start + start, line_start + end)


def _position(citation: CitationRef, verbatims: Mapping[int, str]) -> int | None:
    """Where the quotation begins in its signal; None when it is empty or not there."""
    verbatim = verbatims.get(citation.number)
    if citation.quote is None or not citation.quote.text or verbatim is None:
        return None
    at = verbatim.find(citation.quote.text)
    return at if at >= 0 else None


def _fault(citation: CitationRef, verbatims: Mapping[int, str]) -> str | None:
    if citation.number not in verbatims:
        return f"S-{citation.number} is not among the signals this document may cite."
    if citation.quote is None or _position(citation, verbatims) is not None:
        return None
    return f"“{citation.quote.text}” is not a verbatim span of S-{citation.number}."


def _sentences(markdown: str) -> Iterator[tuple[int, int]]:
    for block in blocks(markdown):
        for start, end in sentence_spans(block.text):
            yield block.offsets[start], block.offsets[end - 1] + 1


def _sentence_at(markdown: str, spans: list[tuple[int, int]], position: int) -> str:
    """The sentence that holds a position; its line where no sentence does."""
    before = bisect_right(spans, (position, len(markdown))) - 1
    if before >= 0 and spans[before][0] <= position < spans[before][1]:
        return " ".join(markdown[slice(*spans[before])].split())
    line_start = markdown.rfind("\n", 0, position) + 1
    return markdown[line_start:].split("\n", 1)[0].strip()
