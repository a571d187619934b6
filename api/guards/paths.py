"""The path of a request, as the routes see it."""

from starlette.types import Scope


def path_of(scope: Scope) -> str:
    """Return the path without the prefix under which a proxy or a larger site serves the application.

    >>> path_of({"path": "/tanya/v1/ask", "root_path": "/tanya"}), path_of({"path": "/v1/ask"})
    ('/v1/ask', '/v1/ask')
    """
    path: str = scope["path"]
    root: str = scope.get("root_path", "")
    return path.removeprefix(root) if path == root or path.startswith(f"{root}/") else path
