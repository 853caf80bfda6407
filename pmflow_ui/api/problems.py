"""Errors on the wire: RFC 9457 problem details with a stable `code`."""

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from pmflow_core.errors import PmflowError, RateLimited
from pmflow_core.ids import uuid7
from pmflow_core.logs import get_logger

log = get_logger(__name__)
MEDIA_TYPE = "application/problem+json"
REQUEST_ID = "pmflow.request_id"
"""Where a request's scope keeps its id."""
_CODES = {400: "bad_request", 404: "not_found", 405: "method_not_allowed", 413: "too_large"}
RETRY_AFTER_S = 60
# What OpenAPI says of an error; every one that leaves the API has this shape.
PROBLEM = {
    "title": "Problem",
    "type": "object",
    "required": ["type", "title", "status", "code", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "description": "Stable; programs decide by it."},
        "detail": {"type": "string", "description": "One sentence for a person."},
        "errors": {
            "type": "array",
            "description": "What of the request does not fit, and where.",
            "items": {
                "type": "object",
                "properties": {"at": {"type": "string"}, "message": {"type": "string"}},
            },
        },
        "reference": {"type": "string", "description": "Stands in the server's log."},
    },
    "example": {
        "type": "about:blank",
        "title": "Not found",
        "status": 404,
        "code": "not_found",
        "detail": "There is no such project.",
    },
}


def problem_of(meaning: str) -> dict[str, object]:
    """Return what OpenAPI says of a failure."""
    schema = {"$ref": "#/components/schemas/Problem"}
    return {"description": meaning, "content": {MEDIA_TYPE: {"schema": schema}}}


def problem(status: int, code: str, detail: str, **members: object) -> JSONResponse:
    """Return a problem document; further members say more, such as `errors` or `reference`."""
    title = code.replace("_", " ").capitalize()
    body = {"type": "about:blank", "title": title, "status": status, "code": code}
    return JSONResponse(
        {**body, "detail": detail, **members}, status_code=status, media_type=MEDIA_TYPE
    )


def from_error(error: PmflowError) -> JSONResponse:
    """Return the problem document of an expected failure."""
    response = problem(error.http_status, error.code, str(error))
    if error.http_status in (429, 503):
        wait_s = error.retry_after_s if isinstance(error, RateLimited) else RETRY_AFTER_S
        response.headers["Retry-After"] = str(wait_s)
    if error.http_status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


async def _expected(_request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, PmflowError):
        raise error
    return from_error(error)


async def _invalid(_request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, RequestValidationError):
        raise error
    faults = [
        {"at": ".".join(str(part) for part in fault["loc"]), "message": fault["msg"]}
        for fault in error.errors()
    ]
    return problem(422, "invalid", "The request does not fit; see errors.", errors=faults)


async def _http(_request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, HTTPException):
        raise error
    code = _CODES.get(error.status_code, "error")
    response = problem(error.status_code, code, str(error.detail))
    response.headers.update(error.headers or {})
    return response


async def _unexpected(request: Request, error: Exception) -> JSONResponse:
    reference = request.scope.get(REQUEST_ID) or uuid7().hex
    log.error("request.failed", path=request.url.path, reference=reference, exc_info=error)
    response = problem(500, "internal", "Something broke on the server.", reference=reference)
    # The framework sends this one from outside of the layer that names the request elsewhere.
    response.headers["X-Request-Id"] = reference
    return response


def install(api: FastAPI) -> None:
    """Have every error of the API leave as a problem document."""
    api.add_exception_handler(PmflowError, _expected)
    api.add_exception_handler(RequestValidationError, _invalid)
    api.add_exception_handler(HTTPException, _http)
    api.add_exception_handler(Exception, _unexpected)
