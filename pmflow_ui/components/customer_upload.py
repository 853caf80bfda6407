"""Choosing a CSV file of customers and sending it to our own route."""

from typing import Any

import reflex as rx

from pmflow_core.signals.parsing import UPLOAD_MAX_BYTES
from pmflow_ui.components import Text

_SOURCE = rx.asset("customer_upload.jsx", shared=True)


def _done() -> list[rx.Var[str]]:
    return []


class _CustomerUpload(rx.NoSSRComponent):
    library = f"$/public{_SOURCE}"
    tag = "CustomerUpload"

    url: rx.Var[str]
    limit: rx.Var[int]
    on_done: rx.EventHandler[_done]


def customer_upload(url: Text, on_done: Any) -> rx.Component:
    """Return the place to drop a file; `on_done` follows when it was taken in."""
    return _CustomerUpload.create(url=url, limit=UPLOAD_MAX_BYTES, on_done=on_done)
