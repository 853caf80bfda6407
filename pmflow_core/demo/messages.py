"""The shipped messages, as signals that arrived over the last eight weeks."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.resources import files
from itertools import groupby

from pmflow_core.signals.models import Source
from pmflow_core.signals.schemas import SignalIn

FILE = "bank_app.jsonl"


@dataclass(frozen=True, slots=True)
class Batch:
    """Messages of one week that came over one channel."""

    source: Source
    rows: list[SignalIn]


def batches(now: datetime) -> Iterator[Batch]:
    """Yield the messages, oldest week first, so that later signals have higher numbers."""
    lines = files("pmflow_core.demo").joinpath(FILE).read_text(encoding="utf-8").splitlines()
    messages = [json.loads(line) for line in lines]

    def place(message: dict[str, str | float]) -> tuple[int, str]:
        return -int(float(message["days_ago"]) // 7), str(message["source"])

    for (_, source), group in groupby(sorted(messages, key=place), key=place):
        yield Batch(
            Source(source),
            [
                SignalIn(
                    text=message["text"],
                    source_ref=message["ref"],
                    segment=message.get("segment"),
                    received_at=now - timedelta(days=message["days_ago"]),
                )
                for message in group
            ],
        )
