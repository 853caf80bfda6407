"""Documents and transcripts cut into atomic signals `ref#n` with their place in the original."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from pmflow_core.signals.normalise import clean, is_blank, is_too_long, normalise
from pmflow_core.signals.parsing.captions import split_captions
from pmflow_core.signals.parsing.mail import Unreadable, read_mail
from pmflow_core.signals.parsing.markdown import split_markdown
from pmflow_core.signals.parsing.opening import read_text
from pmflow_core.signals.parsing.pdf import PdfPage, read_pdf
from pmflow_core.signals.parsing.prose import Piece, split_prose
from pmflow_core.signals.parsing.records import ParsedSignal, ParseOptions, Rejected
from pmflow_core.signals.parsing.refusals import EmptyFile
from pmflow_core.signals.parsing.sniff import CAPTIONS, FileFormat, Source
from pmflow_core.signals.parsing.transcript import write_transcript

_PAGE_BREAK = "\n\n"
_MAX_REF_CHARS = 400
_MAX_NAME_CHARS = 200


@dataclass(frozen=True, slots=True)
class Document:
    """A document's whole text, what it is called, and what was cut out of it.

    Captions are kept as the transcript they make, an e-mail as its head and body.
    """

    text: str
    name: str
    parts: tuple[ParsedSignal | Rejected, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Read:
    """A text and its parts before they are numbered; `reference` is the sender's own, if any."""

    text: str
    parts: list[ParsedSignal | Rejected]
    name: str = ""
    reference: str | None = None


def read_document(source: Source, options: ParseOptions) -> Document:
    """The text that offsets count in, and its signals in order.

    The reference of a piece holds a digest of the text unless `options.document_ref` is given, or
    an e-mail brings its own: the same file again gives the same references, another file of that
    name gives others.

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
        found = _Read(text, list(_from_pages(pages)))
    elif source.format is FileFormat.EML:
        found = _from_mail(source)
    else:
        found = _from_text(clean(read_text(source.path, encoding=source.encoding)), source.format)
    reference = _reference(source, options, found)
    parts = tuple(_numbered(found.parts, reference))
    if not parts:
        raise EmptyFile("Nothing in the file reads as feedback; choose one that holds sentences")
    return Document(found.text, found.name or source.name, parts)


def _reference(source: Source, options: ParseOptions, found: _Read) -> str:
    given = options.document_ref or found.reference
    if given:
        return normalise(given)[:_MAX_REF_CHARS]
    digest = hashlib.sha256(found.text.encode()).hexdigest()[:12]
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


def _from_text(text: str, kind: FileFormat) -> _Read:
    if kind in CAPTIONS:
        return _Read(*write_transcript(split_captions(text)))
    split = split_markdown if kind is FileFormat.MD else split_prose
    return _Read(text, [_from_piece(piece) for piece in split(text)])


def _from_mail(source: Source) -> _Read:
    try:
        mail = read_mail(source.path.read_bytes())
    except Unreadable as error:
        raise EmptyFile("The e-mail holds no text; send what it says as TXT") from error
    facts = (
        ("From", mail.sender),
        ("Date", mail.sent_at and f"{mail.sent_at:%Y-%m-%d %H:%M} UTC"),
        ("Subject", mail.subject),
    )
    head = "".join(f"{name}: {value}\n" for name, value in facts if value) + "\n"
    parts: list[ParsedSignal | Rejected] = [
        replace(
            _from_piece(replace(piece, offset=piece.offset + len(head), end=piece.end + len(head))),
            customer_name=mail.sender[:_MAX_NAME_CHARS] or None,
            customer_email=mail.address,
            created_at=mail.sent_at,
            fields={"subject": mail.subject},
        )
        for piece in mail.pieces
    ]
    return _Read(head + mail.text, parts, mail.subject[:_MAX_NAME_CHARS], mail.message_id)


def _from_piece(piece: Piece) -> ParsedSignal:
    return ParsedSignal(
        line=piece.line, text=normalise(piece.text), offset=piece.offset, end=piece.end
    )


def _from_pages(pages: list[PdfPage]) -> Iterator[ParsedSignal | Rejected]:
    offset = 0
    for page in pages:
        if page.trouble:
            yield Rejected(page.number, page.trouble)
        for piece in split_prose(page.text, offset=offset):
            yield replace(_from_piece(piece), line=page.number, fields={"page": str(page.number)})
        offset += len(page.text) + len(_PAGE_BREAK)
