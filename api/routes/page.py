"""The chat page at `/` and its files."""

import hashlib
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Header
from fastapi.responses import Response

from api.dependencies import RunningService
from rag.errors import NotFound

router = APIRouter(include_in_schema=False)

FOLDER = Path(__file__).parent.parent / "page"

MEDIA_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}

# Trusted types: the browser refuses to insert a text as markup or code.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'; "
    "frame-ancestors {frame_ancestors}"
)

IfNoneMatch = Annotated[str | None, Header()]


@router.get("/")
def page(service: RunningService, if_none_match: IfNoneMatch = None) -> Response:
    """Show the chat page."""
    return _file("index.html", service, if_none_match)


@router.get("/page/{name}")
def page_file(name: str, service: RunningService, if_none_match: IfNoneMatch = None) -> Response:
    """Return a file of the page."""
    return _file(name, service, if_none_match)


def _file(name: str, service: RunningService, if_none_match: str | None) -> Response:
    # The name is looked up among the files of the folder, so no name can lead out of the folder.
    path = {found.name: found for found in FOLDER.iterdir() if found.suffix in MEDIA_TYPES}.get(name)
    if path is None:
        raise NotFound(f"The page has no file {name!r}: open /.")
    content = path.read_bytes()
    headers = _headers(content, frame_ancestors=service.settings.frame_ancestors or "'none'")
    if headers["ETag"] in (if_none_match or ""):
        return Response(status_code=304, headers=headers)
    return Response(content, headers=headers, media_type=MEDIA_TYPES[path.suffix])


def _headers(content: bytes, *, frame_ancestors: str) -> dict[str, str]:
    return {
        "Content-Security-Policy": POLICY.format(frame_ancestors=frame_ancestors),
        "Cache-Control": "no-cache",  # browsers may keep the file but must ask each time whether it changed
        "ETag": f'"{hashlib.sha256(content).hexdigest()[:32]}"',
    }
