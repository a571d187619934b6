"""HEAD is answered like GET, without the body."""

from pathlib import Path

import httpx2

from tests.test_api import served_with


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
