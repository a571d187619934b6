"""Errors as RFC 9457 problem documents, or in the format of OpenAI or Anthropic under their paths."""

import json
import logging
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from math import ceil
from typing import Any, Literal

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from fastapi.routing import iter_route_contexts
from starlette.exceptions import HTTPException
from starlette.routing import compile_path
from starlette.types import Scope

from api.guards.paths import path_of
from api.guards.security_headers import SECURITY_HEADERS
from api.observability.request_ids import HEADER, current_request_id
from rag.errors import BadRequest, CorpusBusy, KutipError, Overloaded, Unauthorized

logger = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"

# The schemas of error responses in the OpenAPI document.
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
        "more_errors": {"type": "integer", "description": "Number of errors that `errors` leaves out"},
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

_ANTHROPIC_SCHEMA = {
    "title": "AnthropicError",
    "type": "object",
    "properties": {
        "type": {"const": "error"},
        "error": {
            "type": "object",
            "properties": {"type": _TEXT, "message": _TEXT},
            "required": ["type", "message"],
        },
        "request_id": {"type": ["string", "null"]},
    },
    "required": ["type", "error"],
}

UNEXPECTED = "An unexpected error occurred. See the server's log for details."

_SHOWN_CHARACTERS = 200
_SHOWN_ERRORS = 10

_OPENAI_PATHS = ("/v1/chat/", "/v1/models", "/v1/responses", "/v1/completions", "/v1/embeddings")
_ANTHROPIC_PATH = "/v1/messages"
_CLIENTS_STATUS = {422: 400}  # clients of both know no 422
_OPENAI_CODES = {
    401: "invalid_api_key",
    404: "model_not_found",
    413: "request_too_large",
    429: "rate_limit_exceeded",
}


_ANTHROPIC_TYPES = {
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    503: "overloaded_error",
    504: "timeout_error",
}


def problem_responses(
    style: Literal["problem", "openai", "anthropic"] = "problem",
) -> dict[int | str, dict[str, Any]]:
    """Return the error responses of a route for the OpenAPI document."""
    content: dict[str, Any] = {MEDIA_TYPE: {"schema": _PROBLEM_SCHEMA}}
    if style != "problem":
        schema = _OPENAI_SCHEMA if style == "openai" else _ANTHROPIC_SCHEMA
        content = {"application/json": {"schema": schema}}
    return {
        "4XX": {"description": "The request is not valid or not allowed", "content": content},
        "5XX": {"description": "The server failed", "content": content},
    }


@contextmanager
def rename_error_fields(names: Mapping[str, str]) -> Iterator[None]:
    """Replace the field of a BadRequest with its name in the request's body."""
    try:
        yield
    except BadRequest as error:
        error.field = names.get(error.field or "", error.field)
        raise


def problem(status: int, detail: str, kind: str = "about:blank", **members: Any) -> dict[str, Any]:
    """Return a problem document; `members` are extension members such as `errors`."""
    title = HTTPStatus(status).phrase
    document = {"type": kind, "title": title, "status": status, "detail": detail, **members}
    request_id = current_request_id()
    return {**document, "request_id": request_id} if request_id else document


def problem_of(error: KutipError) -> dict[str, Any]:
    """Return the problem document of one of Kutip's own errors."""
    if error.public:
        logger.error("%s", error)
    kind = f"urn:kutip:error:{type(error).__name__}"
    field = error.field if isinstance(error, BadRequest) else None
    members = {"errors": [{"field": field, "detail": str(error)}]} if field else {}
    return problem(error.http_status, error.public_message, kind, **members)


def add_problem_handlers(app: FastAPI) -> None:
    """Make `app` answer every error with a problem document."""
    app.add_exception_handler(KutipError, _own_error)
    app.add_exception_handler(RequestValidationError, _invalid_request)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(Exception, _unexpected_error)


def openai_error(document: dict[str, Any]) -> dict[str, Any]:
    """Return a problem document in OpenAI's error format.

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


def anthropic_error(document: dict[str, Any]) -> dict[str, Any]:
    """Return a problem document in Anthropic's error format.

    >>> anthropic_error(problem(422, "max_tokens: …"))["error"]
    {'type': 'invalid_request_error', 'message': 'max_tokens: …'}
    """
    status = document["status"]
    is_ours = status >= HTTPStatus.INTERNAL_SERVER_ERROR
    kind = _ANTHROPIC_TYPES.get(status, "api_error" if is_ours else "invalid_request_error")
    # This format has no member for the field. The detail of an error that a schema finds names its fields.
    is_field_named = document["type"] == "about:blank"
    fields = [] if is_field_named else [error["field"] for error in document.get("errors", [])]
    error = {"type": kind, "message": ": ".join([*fields, document["detail"]])}
    return {"type": "error", "error": error, "request_id": document.get("request_id")}


def problem_response(
    document: dict[str, Any], *, path: str = "", headers: Mapping[str, str] | None = None
) -> Response:
    """Return a problem document as a response, in the format that clients of `path` expect."""
    status, media_type, content = document["status"], MEDIA_TYPE, document
    if path.startswith(_OPENAI_PATHS):
        media_type, content = "application/json", openai_error(document)
        status = _CLIENTS_STATUS.get(status, status)
    elif path.startswith(_ANTHROPIC_PATH):
        media_type, content = "application/json", anthropic_error(document)
        status = _CLIENTS_STATUS.get(status, status)
    # subtle: JSON can escape a lone surrogate, but UTF-8 cannot encode it, so it is sent as an escape again.
    body = json.dumps(content, ensure_ascii=False).encode(errors="backslashreplace")
    return Response(body, status_code=status, headers=headers, media_type=media_type)


def error_response(error: KutipError, *, path: str, headers: Mapping[str, str] | None = None) -> Response:
    """Return one of Kutip's own errors as a response, in the format that clients of `path` expect."""
    return problem_response(problem_of(error), path=path, headers={**_headers_of(error), **(headers or {})})


def http_error_response(
    scope: Scope, error: HTTPException, *, headers: Mapping[str, str] | None = None
) -> Response:
    """Return an HTTP error as a response, in the format that clients of the request's path expect."""
    path, message = path_of(scope), error.detail
    if isinstance(error.__cause__, UnicodeDecodeError | RecursionError):
        message = "The body cannot be read as JSON: send UTF-8 text with less nesting"
    is_unknown = error.status_code in (HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED)
    next_step = " /docs lists every route." if is_unknown else ""
    detail = f"{scope['method']} {path}: {message}.{next_step}"
    return problem_response(problem(error.status_code, detail), path=path, headers=headers)


def _headers_of(error: KutipError) -> dict[str, str]:
    if isinstance(error, Unauthorized):
        return {"WWW-Authenticate": "Bearer"}
    if isinstance(error, Overloaded | CorpusBusy):
        return {"Retry-After": str(ceil(error.retry_after_seconds))}
    return {}


async def _own_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, KutipError)
    return error_response(error, path=path_of(request.scope))


async def _invalid_request(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    found = error.errors()
    errors = [_described(item) for item in found[:_SHOWN_ERRORS]]
    detail = "; ".join(f"{item['field'] or 'body'}: {item['detail']}" for item in errors[:3])
    more: dict[str, Any] = {"more_errors": len(found) - _SHOWN_ERRORS} if len(found) > _SHOWN_ERRORS else {}
    if more:
        detail += f"; and {len(found) - 3} more errors"
    if request.method == "POST" and "json" not in request.headers.get("content-type", ""):
        detail += ". Send the header Content-Type: application/json"
    document = problem(422, f"{detail}. /docs shows every field.", errors=errors, **more)
    return problem_response(document, path=path_of(request.scope))


def _described(item: Mapping[str, Any]) -> dict[str, str]:
    """Return the field of a validation error and a message about it."""
    place, *path = item["loc"]
    if place == "header":
        path = path[:1]  # after the header's name pydantic lists the type that it tried
    if item["type"] == "json_invalid":
        return {"field": "", "detail": f"The body is not JSON: {item['ctx']['error']} at character {path[0]}"}
    return {"field": ".".join(map(str, path))[:_SHOWN_CHARACTERS], "detail": item["msg"][:_SHOWN_CHARACTERS]}


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    headers = error.headers
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        headers = {"Allow": ", ".join(_methods_of(path_of(request.scope), request))}
    return http_error_response(request.scope, error, headers=headers)


def _methods_of(path: str, request: Request) -> list[str]:
    # subtle: Starlette names only the methods of the first route with this path. There may be one per method.
    contexts = iter_route_contexts(request.app.routes)
    matching = [it.methods for it in contexts if it.path and compile_path(it.path)[0].match(path)]
    return sorted({method for methods in matching for method in methods or ()})


async def _unexpected_error(request: Request, _: Exception) -> Response:
    # Starlette raises the error again after this, and uvicorn logs it with its traceback.
    # subtle: this response passes through no middleware, so the headers are added here.
    headers = {**SECURITY_HEADERS, HEADER: current_request_id() or ""}
    return problem_response(problem(500, UNEXPECTED), path=path_of(request.scope), headers=headers)
