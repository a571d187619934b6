"""Errors as RFC 9457 problem documents; under OpenAI's paths in OpenAI's envelope."""

import json
import logging
import re
from collections.abc import Mapping
from http import HTTPStatus
from math import ceil
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from fastapi.routing import iter_route_contexts
from starlette.exceptions import HTTPException
from starlette.routing import compile_path

from api.guards.paths import path_of
from api.guards.security_headers import SECURITY_HEADERS
from api.observability.request_ids import HEADER, current_request_id
from rag.errors import BadRequest, CorpusBusy, KutipError, Overloaded, Unauthorized

logger = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"

# What the OpenAPI document says of every reply that is no success.
_TEXT = {"type": "string"}
_PROBLEM_SCHEMA = {
    "title": "Problem",
    "type": "object",
    "properties": {
        "type": {**_TEXT, "format": "uri"},
        "title": _TEXT,
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": _TEXT,
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"field": _TEXT, "detail": _TEXT},
                "required": ["field", "detail"],
            },
        },
        "request_id": _TEXT,
    },
    "required": ["type", "title", "status", "detail"],
}
_OPENAI_SCHEMA = {
    "title": "Error",
    "type": "object",
    "properties": {
        "error": {
            "type": "object",
            "properties": {
                "message": _TEXT,
                "type": _TEXT,
                "param": {"type": ["string", "null"]},
                "code": {"type": ["string", "null"]},
            },
            "required": ["message", "type", "param", "code"],
        }
    },
    "required": ["error"],
}

UNEXPECTED = "Something unexpected failed; the server's log says what."

_SHOWN_CHARACTERS = 200

_OPENAI_PATHS = ("/v1/chat/", "/v1/models", "/v1/responses", "/v1/completions", "/v1/embeddings")
_OPENAI_STATUS = {422: 400}
_OPENAI_CODES = {
    401: "invalid_api_key",
    404: "model_not_found",
    413: "request_too_large",
    429: "rate_limit_exceeded",
}


def described_problems(*, is_openai: bool = False) -> dict[int | str, dict[str, Any]]:
    """Return what routes may answer beside a success, for the OpenAPI document."""
    content: dict[str, Any] = {MEDIA_TYPE: {"schema": _PROBLEM_SCHEMA}}
    if is_openai:
        content = {"application/json": {"schema": _OPENAI_SCHEMA}}
    return {
        "4XX": {"description": "What is wrong with the request", "content": content},
        "5XX": {"description": "What failed here", "content": content},
    }


def problem(status: int, detail: str, kind: str = "about:blank", **members: Any) -> dict[str, Any]:
    """Return a problem document; `members` are extension members such as `errors`."""
    told = {"type": kind, "title": HTTPStatus(status).phrase, "status": status, "detail": detail, **members}
    request_id = current_request_id()
    return {**told, "request_id": request_id} if request_id else told


def problem_of(error: KutipError) -> dict[str, Any]:
    """Return the problem document of one of Kutip's own errors."""
    if error.public:
        logger.error("%s", error)
    kind = f"urn:kutip:error:{type(error).__name__}"
    field = error.field if isinstance(error, BadRequest) else None
    members = {"errors": [{"field": field, "detail": str(error)}]} if field else {}
    return problem(error.http_status, error.public_message, kind, **members)


def add_problem_handlers(app: FastAPI) -> None:
    """Answer every error of `app` with a problem document."""
    app.add_exception_handler(KutipError, _own_error)
    app.add_exception_handler(RequestValidationError, _invalid_request)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(Exception, _unexpected_error)


def openai_error(document: dict[str, Any]) -> dict[str, Any]:
    """Return a problem document in OpenAI's envelope.

    >>> openai_error(problem(422, "n: …", errors=[{"field": "messages.0.content", "detail": "…"}]))["error"]
    {'message': 'n: …', 'type': 'invalid_request_error', 'param': 'messages[0].content', 'code': None}
    """
    status, errors = document["status"], document.get("errors", [])
    is_unknown_route = status == HTTPStatus.NOT_FOUND and document["type"] == "about:blank"
    is_ours = status >= HTTPStatus.INTERNAL_SERVER_ERROR
    return {
        "error": {
            "message": document["detail"],
            "type": "server_error" if is_ours else "invalid_request_error",
            "param": re.sub(r"\.(\d+)", r"[\1]", errors[0]["field"]) or None if errors else None,
            "code": None if is_unknown_route else _OPENAI_CODES.get(status),
        }
    }


def respond(
    document: dict[str, Any], *, path: str = "", headers: Mapping[str, str] | None = None
) -> Response:
    """Return a problem document as a response, in the form that clients of `path` read."""
    status, media_type, content = document["status"], MEDIA_TYPE, document
    if path.startswith(_OPENAI_PATHS):
        media_type, content = "application/json", openai_error(document)
        status = _OPENAI_STATUS.get(status, status)
    # subtle: a lone surrogate, which JSON can name and UTF-8 cannot hold, goes out as the escape it came as.
    body = json.dumps(content, ensure_ascii=False).encode(errors="backslashreplace")
    return Response(body, status_code=status, headers=headers, media_type=media_type)


def refusal(error: KutipError, *, path: str) -> Response:
    """Return one of Kutip's own errors as a response, in the form that clients of `path` read."""
    return respond(problem_of(error), path=path, headers=_headers_of(error))


def _headers_of(error: KutipError) -> dict[str, str]:
    if isinstance(error, Unauthorized):
        return {"WWW-Authenticate": "Bearer"}
    if isinstance(error, Overloaded | CorpusBusy):
        return {"Retry-After": str(ceil(error.retry_after_seconds))}
    return {}


async def _own_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, KutipError)
    return refusal(error, path=path_of(request.scope))


async def _invalid_request(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    errors = [_described(item) for item in error.errors()]
    detail = "; ".join(f"{item['field'] or 'body'}: {item['detail']}" for item in errors[:3])
    if request.method == "POST" and "json" not in request.headers.get("content-type", ""):
        detail += ". Send the header Content-Type: application/json"
    document = problem(422, f"{detail}. /docs shows every field.", errors=errors)
    return respond(document, path=path_of(request.scope))


def _described(item: Mapping[str, Any]) -> dict[str, str]:
    """Return the field that an error of validation names, and what is wrong with it."""
    place, *path = item["loc"]
    if place == "header":
        path = path[:1]  # behind its name stands which of its types it is not
    if item["type"] == "json_invalid":
        return {"field": "", "detail": f"This is no JSON: {item['ctx']['error']} at character {path[0]}"}
    return {"field": ".".join(map(str, path))[:_SHOWN_CHARACTERS], "detail": item["msg"]}


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    path, told, headers = path_of(request.scope), error.detail, error.headers
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        headers = {"Allow": ", ".join(_methods_of(path, request))}
    if isinstance(error.__cause__, UnicodeDecodeError | RecursionError):
        told = "The body is no JSON that can be read: send UTF-8, and nest it less"
    detail = f"{request.method} {path}: {told}. /docs lists every route."
    return respond(problem(error.status_code, detail), path=path, headers=headers)


def _methods_of(path: str, request: Request) -> list[str]:
    # subtle: Starlette names those of the first route with this path, and there may be one for each method.
    contexts = iter_route_contexts(request.app.routes)
    matching = [it.methods for it in contexts if it.path and compile_path(it.path)[0].match(path)]
    return sorted({method for methods in matching for method in methods or ()})


async def _unexpected_error(request: Request, _: Exception) -> Response:
    # It is raised again behind this, and logged by whoever runs the application: uvicorn, with its traceback.
    # subtle: it is sent from outside of every middleware, so it takes the headers itself.
    headers = {**SECURITY_HEADERS, HEADER: current_request_id() or ""}
    return respond(problem(500, UNEXPECTED), path=path_of(request.scope), headers=headers)
