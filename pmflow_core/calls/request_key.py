"""What makes two requests the same: everything the provider is told, and nothing else."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from pmflow_core.providers.base import GenerateRequest, ToolCall

Told = dict[str, Any]


def told(provider: str, request: GenerateRequest) -> Told:
    """Return a provider's name and a request as plain JSON, vectors apart."""
    return {
        "provider": provider,
        "task": request.task,
        "title": request.title,
        "project": [request.project_name, request.project_description],
        "sections": [asdict(section) for section in request.sections],
        "evidence": {
            f"S-{item.number}": [
                item.text,
                item.severity,
                item.frequency,
                item.segment,
                item.customer,
                item.received_at.isoformat(),
            ]
            for item in request.evidence
        },
        "documents": dict(request.documents),
        "knowledge": list(request.knowledge),
        "total_signals": request.total_signals,
        "instructions": request.instructions,
        "max_tokens": request.max_tokens,
        "schema": None if request.schema is None else dict(request.schema),
        "tools": [[tool.name, tool.description, dict(tool.schema)] for tool in request.tools],
        "exchanges": [
            [[told_call(one.call), one.result, one.failed] for one in exchanges]
            for exchanges in request.exchanges
        ],
    }


def told_call(call: ToolCall) -> Told:
    """Return a call of a tool as plain JSON."""
    return {"id": call.id, "name": call.name, "arguments": dict(call.arguments)}


def read_call(stored: Mapping[str, Any]) -> ToolCall:
    """Return the call that `told_call` made JSON of."""
    return ToolCall(stored["id"], stored["name"], stored["arguments"])


def hash_of(what: Told) -> str:
    """Return the SHA-256 in hex of plain JSON, whatever the order of its names."""
    text = json.dumps(what, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def request_hash(provider: str, request: GenerateRequest) -> str:
    """Return the SHA-256 in hex of what a provider is told."""
    return hash_of(told(provider, request))
