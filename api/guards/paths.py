"""The path of a request, as routes read it."""

from starlette.types import Scope


def path_of(scope: Scope) -> str:
    """Return the path below where the application stands: behind a proxy, or inside of a larger site.

    >>> path_of({"path": "/tanya/v1/ask", "root_path": "/tanya"}), path_of({"path": "/v1/ask"})
    ('/v1/ask', '/v1/ask')
    """
    path: str = scope["path"]
    root: str = scope.get("root_path", "")
    return path.removeprefix(root) if path == root or path.startswith(f"{root}/") else path
