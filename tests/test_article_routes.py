"""The routes that add, list, read and delete articles."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from tests.test_api import (
    BUS,
    COFFEE,
    FLOOD,
    NOTICE,
    check_problem,
    client_of,
    filled_client,
    ids,
    running_service,
)


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """Give a client of a service with three articles, which no test changes."""
    with filled_client(tmp_path_factory.mktemp("api")) as client:
        yield client


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[TestClient]:
    """Give a client of an empty service."""
    with running_service(tmp_path) as service:
        yield client_of(create_app(service))


def test_one_article_is_created_updated_and_left_alone(fresh: TestClient) -> None:
    created = fresh.post("/v1/articles", json=COFFEE)
    assert created.status_code == 200
    (result,) = created.json()["articles"]
    assert (result["id"], result["status"], result["passages"]) == ("kopi", "created", 2)
    assert result["version"].startswith("sha256:")
    assert set(result) == {"id", "version", "status", "passages"}
    assert fresh.post("/v1/articles", json=COFFEE).json()["articles"][0]["status"] == "unchanged"
    edited = fresh.post("/v1/articles", json={**COFFEE, "title": "Panen raya"}).json()["articles"][0]
    assert edited["status"] == "updated"
    assert fresh.get("/v1/articles/kopi").json()["title"] == "Panen raya"
    before = fresh.get("/v1/articles/kopi", params={"version": result["version"]}).json()
    assert (before["title"], before["version"]) == ("Panen kopi", result["version"])


def test_a_rejected_article_does_not_affect_the_others(fresh: TestClient) -> None:
    batch = [COFFEE, {"id": "kosong", "text": " "}, 5, {"text": "x", "titel": "y"}, COFFEE, FLOOD]
    response = fresh.post("/v1/articles", json={"articles": batch})
    assert response.status_code == 200
    results = response.json()["articles"]
    assert [result["status"] for result in results] == [
        *("created", "rejected", "rejected", "rejected", "rejected", "created"),
    ]
    assert [result["id"] for result in results[1:4]] == ["kosong", "articles[2]", "articles[3]"]
    reasons = [result["reason"] for result in results[1:5]]
    assert "holds no text" in reasons[0]
    assert reasons[1] == "5 is not an object with the fields of an article."
    assert "titel" in reasons[2]
    assert "occurs twice" in reasons[3]
    assert ids(fresh.get("/v1/articles")) == ["banjir", "kopi"]


def test_if_all_articles_are_rejected_the_reply_is_a_problem_with_each_result(fresh: TestClient) -> None:
    batch = {"articles": [{"id": "a", "text": ""}, {"id": "b"}]}
    document = check_problem(fresh.post("/v1/articles", json=batch), 422)
    assert [(result["id"], result["status"]) for result in document["articles"]] == [
        ("a", "rejected"),
        ("b", "rejected"),
    ]
    assert document["detail"].startswith("Every article was rejected. a: ")


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        ([COFFEE], "Input should be a valid dictionary"),
        ("kopi", "Input should be a valid dictionary"),
        ({}, "either `paragraphs` or `text`"),
        ({"articles": []}, "1 to 1000 articles"),
        ({"articles": COFFEE}, "1 to 1000 articles"),
        ({"articles": [COFFEE], "x": 1}, "no other field"),
        ({"articles": [{}] * 1001}, "1 to 1000 articles"),
        ({**COFFEE, "titel": "x"}, "titel"),
        ({**COFFEE, "title": 5}, "title"),
        ({**COFFEE, "id": ""}, "id"),
        ({**COFFEE, "id": "a\nb"}, "id"),
        ({**COFFEE, "id": [7]}, "id"),
        ({**COFFEE, "paragraphs": "x"}, "paragraphs"),
        ({**COFFEE, "text": "x"}, "either `paragraphs` or `text`"),
        ({**COFFEE, "published_at": "kemarin"}, "published_at 'kemarin' is not an RFC 3339 time"),
        ({**COFFEE, "metadata": ["a"]}, "metadata"),
        ({**COFFEE, "title": "a\0"}, "title holds a NUL at character 1"),
    ],
)
def test_invalid_articles_are_rejected(client: TestClient, body: Any, detail: str) -> None:
    assert detail in check_problem(client.post("/v1/articles", json=body), 422)["detail"]


@pytest.mark.parametrize(
    ("content", "detail"),
    [
        (b'{"id": "a", "text": "x \\ud83d"}', "text holds a lone surrogate"),
        (b'{"id": "\\ud83d", "text": "x"}', "id holds a lone surrogate"),
        (b'{"id": "a", "text": "x", "metadata": {"\\ud83d": 1}}', "holds a lone surrogate"),
        (b'{"id": "a", "text": "x", "\\ud83d": 1}', "holds a lone surrogate"),
        (b'{"articles": ["\\ud83d"]}', "not an object"),
        (b'{"articles": [NaN]}', "not an object"),
        (b'{"id": "a", "text": "x", "metadata": {"a": NaN}}', "nan"),
        (b'{"id": "a", "text": "x", "metadata": {"a": ' + b"[" * 200 + b"]" * 200 + b"}}", "deep"),
    ],
)
def test_articles_with_invalid_characters_or_numbers_are_refused(
    client: TestClient, content: bytes, detail: str
) -> None:
    response = client.post("/v1/articles", content=content, headers={"Content-Type": "application/json"})
    assert detail in check_problem(response, 422)["detail"]


def test_a_page_that_forbids_indexing_requires_a_permission(fresh: TestClient) -> None:
    page = {"id": "lontar", "text": f"Naskah lontar.\n\n{NOTICE}", "language": "id"}
    document = check_problem(fresh.post("/v1/articles", json=page), 422)
    assert NOTICE in document["detail"]
    assert "`permission`" in document["detail"]
    assert fresh.get("/v1/articles").json()["articles"] == []
    allowed = {**page, "permission": "Surat PELITA 12/2025"}
    assert fresh.post("/v1/articles", json=allowed).json()["articles"][0]["status"] == "created"
    assert fresh.get("/v1/articles/lontar").json()["permission"] == "Surat PELITA 12/2025"


# Articles out


def test_a_whole_article(client: TestClient) -> None:
    body = client.get("/v1/articles/kopi").json()
    assert body["text"] == "\n\n".join(COFFEE["paragraphs"])
    assert [(part["number"], part["start"], part["end"]) for part in body["paragraphs"]] == [
        (1, 0, 87),
        (2, 89, 124),
    ]
    for paragraph in body["paragraphs"]:
        assert body["text"][paragraph["start"] : paragraph["end"]] == paragraph["text"]
    for name in ("id", "title", "url", "outlet", "author", "section", "published_at", "language", "metadata"):
        assert body[name] == COFFEE[name]


def test_a_deleted_article_is_not_found(fresh: TestClient) -> None:
    fresh.post("/v1/articles", json={"articles": [COFFEE, FLOOD]})
    version = fresh.get("/v1/articles/kopi").json()["version"]
    assert fresh.delete("/v1/articles/kopi").status_code == 204
    for mode in ("hybrid", "vector", "keyword"):
        assert "kopi" not in ids(fresh.post("/v1/search", json={"query": "panen kopi", "mode": mode}))
    check_problem(fresh.get("/v1/articles/kopi", params={"version": version}), 404)
    check_problem(fresh.delete("/v1/articles/kopi"), 404)


@pytest.mark.parametrize(
    ("path", "detail"),
    [
        ("/v1/articles/nihil", "There is no article 'nihil'. GET /v1/articles lists the articles."),
        ("/v1/articles/kopi?version=sha256:0", "There is no article 'kopi' of version 'sha256:0'"),
        ("/v1/articles/%FF", "There is no article"),
        ("/v1/articles/", "There is no article ''"),
        ("/v1/article", "GET /v1/article: Not Found. /docs lists every route."),
        ("/v1", "GET /v1: Not Found"),
    ],
)
def test_a_missing_resource_is_reported_with_the_remedy(client: TestClient, path: str, detail: str) -> None:
    assert detail in check_problem(client.get(path), 404)["detail"]


def test_the_list_of_articles_has_pages(client: TestClient) -> None:
    first = client.get("/v1/articles", params={"limit": 2}).json()
    assert [item["id"] for item in first["articles"]] == ["banjir", BUS["id"]]
    second = client.get("/v1/articles", params={"limit": 2, "cursor": first["next_cursor"]}).json()
    assert [item["id"] for item in second["articles"]] == ["kopi"]
    assert second["next_cursor"] is None
    assert "text" not in second["articles"][0]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("outlet=KABAR", ["kopi"]),
        ("outlet=KABAR&outlet=LINTANG", [BUS["id"], "kopi"]),
        ("language=en", []),
        ("author=Siti&section=Ekonomi", ["kopi"]),
        ("article_id=banjir", ["banjir"]),
        ("published_from=2025-06-03&published_to=2025-06-30", ["kopi"]),
        ("metadata=edition=2", ["kopi"]),
        ("metadata=edition=%222%22", [BUS["id"]]),
        ("metadata=edition=2&metadata=desk=pasar", ["kopi"]),
        ("metadata=desk=", []),
        ("cursor=zzz", []),
        ("cursor=%00", ["banjir", BUS["id"], "kopi"]),
    ],
)
def test_the_list_of_articles_can_be_filtered(client: TestClient, query: str, expected: list[str]) -> None:
    assert ids(client.get(f"/v1/articles?{query}")) == expected


@pytest.mark.parametrize(
    ("query", "detail"),
    [
        ("limit=0", "limit: "),
        ("limit=1001", "limit: "),
        ("limit=many", "limit: "),
        ("outlets=KABAR", "outlets: Extra inputs are not permitted"),
        ("metadata=edition", "The metadata filter 'edition' is not a key=value pair"),
        ("metadata==2", "The metadata filter '=2' is not a key=value pair"),
        ("published_from=kemarin", "published_from: "),
        ("metadata=a%00=2", "metadata"),
        ("outlet=a%00", "outlet"),
        ("&".join(["outlet=a"] * 101), "outlet: "),
    ],
)
def test_invalid_parameters_of_the_list_are_refused(client: TestClient, query: str, detail: str) -> None:
    assert detail in check_problem(client.get(f"/v1/articles?{query}"), 422)["detail"]


def test_filter_values_are_listed(client: TestClient, fresh: TestClient) -> None:
    assert client.get("/v1/filters").json() == {
        "languages": [{"value": "id", "articles": 3}],
        "outlets": [{"value": "KABAR", "articles": 1}, {"value": "LINTANG", "articles": 1}],
    }
    assert fresh.get("/v1/filters").json() == {"languages": [], "outlets": []}
