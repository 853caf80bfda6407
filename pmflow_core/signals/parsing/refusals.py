"""Why a whole file is not taken; each text says what to do instead."""

from pmflow_core.errors import Invalid, TooLarge


class FileTooLarge(TooLarge):
    """The file has more bytes than are taken."""

    code = "file_too_large"


class ArchiveTooLarge(TooLarge):
    """A compressed file grows to more than is taken."""

    code = "archive_too_large"


class EmptyFile(Invalid):
    """There is nothing to read in the file."""

    code = "file_empty"


class UnreadableFile(Invalid):
    """The file cannot be opened."""

    code = "file_unreadable"


class UnsupportedFile(Invalid):
    """The file is of a kind that is not read."""

    code = "file_unsupported"


class DamagedFile(Invalid):
    """The file is cut off or not what its name says."""

    code = "file_damaged"


class EncryptedPdf(Invalid):
    """The PDF needs a password."""

    code = "pdf_encrypted"


class PdfWithoutText(Invalid):
    """The PDF consists of pictures of pages."""

    code = "pdf_without_text"


class UnknownColumn(Invalid):
    """A column that was asked for is not in the file."""

    code = "column_unknown"


class NoTextColumn(Invalid):
    """No column of the file looks like feedback."""

    code = "text_column_missing"
