"""Errors as RFC 9457 problem documents."""

import json
import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from rag.errors import BadRequest, KutipError

logger = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"

_SHOWN_CHARACTERS = 200


def problem(status: int, detail: str, kind: str = "about:blank", **members: Any) -> dict[str, Any]:
    """Return a problem document; `members` are extension members such as `errors`."""
    return {"type": kind, "title": HTTPStatus(status).phrase, "status": status, "detail": detail, **members}


def problem_of(error: KutipError) -> dict[str, Any]:
    """Return the problem document of one of Kutip's own errors."""
    kind = f"urn:kutip:error:{type(error).__name__}"
    field = error.field if isinstance(error, BadRequest) else None
    members = {"errors": [{"field": field, "detail": str(error)}]} if field else {}
    return problem(error.http_status, str(error), kind, **members)


def add_problem_handlers(app: FastAPI) -> None:
    """Answer every error of `app` with a problem document."""
    app.add_exception_handler(KutipError, _own_error)
    app.add_exception_handler(RequestValidationError, _invalid_request)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(Exception, _unexpected_error)


def respond(document: dict[str, Any], *, headers: Mapping[str, str] | None = None) -> Response:
    """Return a problem document as a response."""
    # subtle: a lone surrogate, which JSON can name and UTF-8 cannot hold, goes out as the escape it came as.
    body = json.dumps(document, ensure_ascii=False).encode(errors="backslashreplace")
    return Response(body, status_code=document["status"], headers=headers, media_type=MEDIA_TYPE)


async def _own_error(_: Request, error: Exception) -> Response:
    assert isinstance(error, KutipError)
    return respond(problem_of(error))


async def _invalid_request(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    errors = [_described(item) for item in error.errors()]
    detail = "; ".join(f"{item['field'] or 'body'}: {item['detail']}" for item in errors[:3])
    if request.method == "POST" and "json" not in request.headers.get("content-type", ""):
        detail += ". Send the header Content-Type: application/json"
    return respond(problem(422, f"{detail}. /docs shows every field.", errors=errors))


def _described(item: Mapping[str, Any]) -> dict[str, str]:
    """Return the field that an error of validation names, and what is wrong with it."""
    _, *path = item["loc"]
    if item["type"] == "json_invalid":
        return {"field": "", "detail": f"This is no JSON: {item['ctx']['error']} at character {path[0]}"}
    return {"field": ".".join(map(str, path))[:_SHOWN_CHARACTERS], "detail": item["msg"]}


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    detail = f"{request.method} {request.url.path}: {error.detail}. /docs lists every route."
    return respond(problem(error.status_code, detail), headers=error.headers)


async def _unexpected_error(_: Request, error: Exception) -> Response:
    logger.error("Unexpected error", exc_info=error)
    return respond(problem(500, "Something unexpected failed; the server's log says what."))
