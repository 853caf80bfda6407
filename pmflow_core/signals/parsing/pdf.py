"""The text layer of a PDF, page by page."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pypdf import PageObject, PasswordType, PdfReader
from pypdf.errors import DependencyError

from pmflow_core.signals.normalise import clean
from pmflow_core.signals.parsing.refusals import (
    DamagedFile,
    EncryptedPdf,
    FileTooLarge,
    PdfWithoutText,
)

MAX_PAGES = 2_000

_MAX_TEXT_CHARS = 20_000_000

# its warnings quote bytes of the customer's file, which must not be in logs
logging.getLogger("pypdf").setLevel(logging.CRITICAL)


@dataclass(frozen=True, slots=True)
class PdfPage:
    """One page: its number from 1, its text, and why it has none if it has none."""

    number: int
    text: str
    trouble: str | None = None


def read_pdf(path: Path) -> list[PdfPage]:
    """The pages of a PDF in order.

    Raises:
        EncryptedPdf: it needs a password.
        DamagedFile: it cannot be read.
        PdfWithoutText: no page has a text layer.
        FileTooLarge: it has more pages or text than are taken.
    """
    try:
        with path.open("rb") as stream:
            reader = PdfReader(stream)
            _unlock(reader)
            pages = list(_pages(reader))
    except (EncryptedPdf, FileTooLarge):
        raise
    except DependencyError as error:
        raise _needs_password() from error
    except Exception as error:
        # a hostile or broken PDF makes the parser raise nearly anything
        raise DamagedFile("The PDF cannot be read; export it again or send it as TXT") from error
    if not any(page.text.strip() for page in pages):
        raise PdfWithoutText(
            "The PDF has no text layer (scanned pages?); run text recognition on it first"
        )
    return pages


def _unlock(reader: PdfReader) -> None:
    # files that only forbid printing open with the empty password
    if reader.is_encrypted and reader.decrypt("") is PasswordType.NOT_DECRYPTED:
        raise _needs_password()


def _needs_password() -> EncryptedPdf:
    return EncryptedPdf("The PDF is protected by a password; save it without one and send that")


def _pages(reader: PdfReader) -> Iterator[PdfPage]:
    if len(reader.pages) > MAX_PAGES:
        raise FileTooLarge(f"The PDF has more than {MAX_PAGES:,} pages; split it")
    chars = 0
    for number, page in enumerate(reader.pages, start=1):
        read = _read_page(number, page)
        chars += len(read.text)
        if chars > _MAX_TEXT_CHARS:
            raise FileTooLarge("The PDF holds more than 20 million characters; split it")
        yield read


def _read_page(number: int, page: PageObject) -> PdfPage:
    try:
        text = clean(page.extract_text())
        is_picture = not text.strip() and len(page.images) > 0
    except DependencyError:
        raise
    except Exception:  # noqa: BLE001 - the parser raises nearly anything; the page is reported
        return PdfPage(number, "", "the text of the page cannot be read")
    if is_picture:
        return PdfPage(number, "", "the page is a picture without a text layer")
    return PdfPage(number, text)
