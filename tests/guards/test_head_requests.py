"""HEAD is answered like GET, without the body."""

from pathlib import Path

import httpx2

from tests.guards.test_access import service_app
from tests.test_api import served, served_with
from tests.test_hostile_requests import addresses


def test_head_has_the_status_and_the_headers_of_get(tmp_path: Path) -> None:
    with served_with(tmp_path) as url, httpx2.Client(base_url=url) as client:
        for path in ("/", "/health/live", "/health/ready", "/metrics", "/v1/articles", "/v1/articles/kopi",
                     "/v1/articles/tidak-ada", "/openapi.json", "/docs"):  # fmt: skip
            got, head = client.get(path), client.head(path)
            assert head.status_code == got.status_code, path
            assert head.content == b""
            assert head.headers["content-type"] == got.headers["content-type"]
            if path != "/metrics":
                assert head.headers["content-length"] == str(len(got.content))
        assert client.head("/v1/ask").status_code == 405
        assert 'route="/v1/articles",status="200"' in client.get("/metrics").text


def test_head_has_the_status_of_get_on_every_route(tmp_path: Path) -> None:
    with service_app(tmp_path) as app, served(app) as url, httpx2.Client(base_url=url) as client:
        paths = {path for method, path in addresses(app, "kopi") if method == "GET"}
        assert {"/", "/v1/models", "/v1/filters", "/v1/articles/kopi", "/page/kopi"} <= paths
        for path in paths:
            head = client.head(path)
            assert (head.status_code, head.content) == (client.get(path).status_code, b""), path
