"""Choosing a file and sending it to our own route, with its progress and a look at its columns."""

from typing import Any

import reflex as rx

from pmflow_core.signals.parsing import UPLOAD_MAX_BYTES
from pmflow_ui.components import Text

_SOURCE = rx.asset("upload.jsx", shared=True)
ACCEPT = ".csv,.tsv,.jsonl,.ndjson,.json,.txt,.md,.eml,.vtt,.srt,.sbv,.pdf,.gz"
READ_AS = {
    "severity": "Severity",
    "frequency": "Frequency",
    "segment": "Segment",
    "tags": "Tags",
    "customer_name": "Customer",
    "customer_email": "E-mail",
    "customer_company": "Company",
    "customer_tier": "Tier",
    "customer_value": "Annual value",
    "created_at": "Received",
}
"""What a column besides the text can be read as, and how that is called."""


def _done(import_id: rx.Var[str]) -> list[rx.Var[str]]:
    return [import_id]


def _shown(document: rx.Var[str]) -> list[rx.Var[str]]:
    return [document]


class _FileUpload(rx.NoSSRComponent):
    library = f"$/public{_SOURCE}"
    tag = "FileUpload"

    url: rx.Var[str]
    limit: rx.Var[int]
    accept: rx.Var[str]
    attributes: rx.Var[list[list[str]]]
    on_done: rx.EventHandler[_done]
    on_shown: rx.EventHandler[_shown]


def file_upload(url: Text, on_done: Any, on_shown: Any) -> rx.Component:
    """Return the place to drop a file; `on_done(import_id)` follows when it was taken in.

    `on_shown(document)` comes once it is drawn; each document that the browser loads has its own.
    """
    return _FileUpload.create(
        url=url,
        limit=UPLOAD_MAX_BYTES,
        accept=ACCEPT,
        attributes=[list(each) for each in READ_AS.items()],
        on_done=on_done,
        on_shown=on_shown,
    )
