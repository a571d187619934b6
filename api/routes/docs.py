"""`/docs`: a page that shows the OpenAPI document and loads nothing from other servers."""

from importlib.resources import files

from fastapi import APIRouter
from fastapi.responses import Response

from api.routes.page import MEDIA_TYPES
from rag.errors import NotFound

router = APIRouter(include_in_schema=False)

# The script of Swagger UI inserts styles and small images into the page.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Kutip API</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="docs/swagger-ui.css">
<div id="swagger-ui"></div>
<script src="docs/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script>
</html>
"""
# subtle: without `validatorUrl: null`, Swagger UI sends the document's address to an external validator.
_START = 'SwaggerUIBundle({url: "openapi.json", dom_id: "#swagger-ui", validatorUrl: null});\n'
_BUNDLED = ("swagger-ui.css", "swagger-ui-bundle.js")


@router.get("/docs")
def page() -> Response:
    """Show every route with its parameters."""
    return _reply(_PAGE.encode(), ".html")


@router.get("/docs/{name}")
def page_file(name: str) -> Response:
    """Return a file of the page."""
    suffix = name[name.rfind(".") :]
    if name == "start.js":
        return _reply(_START.encode(), suffix)
    if name not in _BUNDLED:
        raise NotFound(f"The page has no file {name!r}: open /docs.")
    return _reply(files("fastapi_offline").joinpath("static", name).read_bytes(), suffix)


def _reply(content: bytes, suffix: str) -> Response:
    return Response(content, headers={"Content-Security-Policy": _POLICY}, media_type=MEDIA_TYPES[suffix])
