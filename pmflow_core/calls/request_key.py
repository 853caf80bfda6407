"""What makes two requests the same: everything the provider is told, and nothing else."""

import hashlib
import json
from dataclasses import asdict

from pmflow_core.providers.base import GenerateRequest


def request_hash(provider: str, request: GenerateRequest) -> str:
    """Return the SHA-256 in hex of a provider's name and a request, vectors apart."""
    told = {
        "provider": provider,
        "task": request.task,
        "title": request.title,
        "project": [request.project_name, request.project_description],
        "sections": [asdict(section) for section in request.sections],
        "evidence": [
            [
                item.number,
                item.text,
                item.severity,
                item.frequency,
                item.segment,
                item.customer,
                item.received_at.isoformat(),
            ]
            for item in request.evidence
        ],
        "documents": dict(request.documents),
        "knowledge": list(request.knowledge),
        "total_signals": request.total_signals,
        "instructions": request.instructions,
        "max_tokens": request.max_tokens,
    }
    text = json.dumps(told, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
