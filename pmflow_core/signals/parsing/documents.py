"""Documents and transcripts cut into atomic signals `ref#n` with their place in the original."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from pmflow_core.signals.normalise import clean, is_blank, is_too_long, normalise
from pmflow_core.signals.parsing.captions import Utterance, split_captions
from pmflow_core.signals.parsing.markdown import split_markdown
from pmflow_core.signals.parsing.opening import read_text
from pmflow_core.signals.parsing.pdf import PdfPage, read_pdf
from pmflow_core.signals.parsing.prose import Piece, split_prose
from pmflow_core.signals.parsing.records import ParsedSignal, ParseOptions, Rejected
from pmflow_core.signals.parsing.refusals import EmptyFile
from pmflow_core.signals.parsing.sniff import FileFormat, Source

_PAGE_BREAK = "\n\n"
_MAX_REF_CHARS = 400


@dataclass(frozen=True, slots=True)
class Document:
    """A document's whole text and what was cut out of it."""

    text: str
    parts: tuple[ParsedSignal | Rejected, ...] = field(repr=False)


def read_document(source: Source, options: ParseOptions) -> Document:
    """The text that offsets count in, and its signals in order.

    The reference of a piece holds a digest of the text unless `options.document_ref` is given:
    the same file again gives the same references, another file of that name gives others.

    Raises:
        EmptyFile: nothing in it could be feedback.
        EncryptedPdf: the PDF needs a password.
        PdfWithoutText: the PDF has no text layer.
        DamagedFile: the PDF cannot be read.
        FileTooLarge: the PDF has too many pages.
    """
    if source.format is FileFormat.PDF:
        pages = read_pdf(source.path)
        text = _PAGE_BREAK.join(page.text for page in pages)
        found = list(_from_pages(pages))
    else:
        text = clean(read_text(source.path, encoding=source.encoding))
        found = list(_from_text(text, source.format))
    parts = tuple(_numbered(found, _reference(source, options, text)))
    if not parts:
        raise EmptyFile("Nothing in the file reads as feedback; choose one that holds sentences")
    return Document(text, parts)


def _reference(source: Source, options: ParseOptions, text: str) -> str:
    if options.document_ref:
        return normalise(options.document_ref)[:_MAX_REF_CHARS]
    digest = hashlib.sha256(text.encode()).hexdigest()[:12]
    return f"{normalise(source.name)[:_MAX_REF_CHARS]}@{digest}"


def _numbered(
    found: list[ParsedSignal | Rejected], reference: str
) -> Iterator[ParsedSignal | Rejected]:
    number = 0
    for part in found:
        if isinstance(part, Rejected):
            yield part
        elif is_too_long(part.text):
            yield Rejected(part.line, "the passage is longer than 1 MB")
        elif not is_blank(part.text):
            number += 1
            yield replace(part, source_ref=f"{reference}#{number}")


def _from_text(text: str, kind: FileFormat) -> Iterator[ParsedSignal | Rejected]:
    if kind in {FileFormat.VTT, FileFormat.SRT}:
        for said in split_captions(text):
            yield said if isinstance(said, Rejected) else _from_utterance(said)
        return
    split = split_markdown if kind is FileFormat.MD else split_prose
    for piece in split(text):
        yield _from_piece(piece)


def _from_piece(piece: Piece) -> ParsedSignal:
    return ParsedSignal(line=piece.line, text=normalise(piece.text), offset=piece.offset)


def _from_utterance(said: Utterance) -> ParsedSignal:
    fields = {"start_s": f"{said.start_s:g}", "end_s": f"{said.end_s:g}"}
    if said.speaker:
        fields["speaker"] = normalise(said.speaker)
    return ParsedSignal(
        line=said.line, text=normalise(said.text), offset=said.offset, fields=fields
    )


def _from_pages(pages: list[PdfPage]) -> Iterator[ParsedSignal | Rejected]:
    offset = 0
    for page in pages:
        if page.trouble:
            yield Rejected(page.number, page.trouble)
        for piece in split_prose(page.text, offset=offset):
            yield replace(_from_piece(piece), line=page.number, fields={"page": str(page.number)})
        offset += len(page.text) + len(_PAGE_BREAK)
