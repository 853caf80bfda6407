"""Files of feedback into signals: CSV, JSONL, TXT, MD, VTT, SRT and PDF."""

from pmflow_core.signals.parsing.files import document_text, parse_file, preview
from pmflow_core.signals.parsing.records import (
    CLI_MAX_BYTES,
    UPLOAD_MAX_BYTES,
    ParsedSignal,
    ParseOptions,
    Preview,
    Rejected,
)

__all__ = [
    "CLI_MAX_BYTES",
    "UPLOAD_MAX_BYTES",
    "ParseOptions",
    "ParsedSignal",
    "Preview",
    "Rejected",
    "document_text",
    "parse_file",
    "preview",
]
