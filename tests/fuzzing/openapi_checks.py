"""What Schemathesis checks beside its own: loaded by it, not by the tests."""

from typing import Any

import schemathesis

# Ends the detail of every problem that the schemas of bodies and parameters find; see api/problems.py.
_OF_SCHEMA = "/docs shows every field."


@schemathesis.check
def refused_for_its_meaning(
    context: schemathesis.CheckContext, response: schemathesis.Response, case: schemathesis.Case[Any]
) -> None:
    """What fits the OpenAPI document is never refused for its form."""
    if case.meta is None or not case.meta.generation.mode.is_positive or response.status_code < 400:
        return
    document = response.json()
    detail = document["detail"] if "detail" in document else document["error"]["message"]
    assert _OF_SCHEMA not in detail, f"It fits the OpenAPI document and was refused: {detail}"
