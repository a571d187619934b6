"""Answers as JSON: what Kutip writes itself, and what a language model writes from the answer."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import jsonschema_rs
import openai
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field

from api.app import create_app
from api.openai_door.json_schemas import fits, pruned
from tests.chat_shapes import Json, of_stream
from tests.openai_door.chat import ASKED, QUOTE, check_error, chunks_of, post, schema_format, writing
from tests.openai_server import Script
from tests.test_api import BUS, COFFEE, FLOOD, as_article, running_service, served

TEXT = {"type": "string"}
PAGE = "https://example.org/kopi#:~:text=Panen%20kopi"


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Give the address of a server without a language model."""
    with running_service(tmp_path_factory.mktemp("json")) as service:
        list(service.ingestion.ingest(map(as_article, [COFFEE, FLOOD, BUS])))
        with served(create_app(service)) as address:
            yield address


def object_of(reply: Json) -> Json:
    message = reply["choices"][0]["message"]
    found: Json = json.loads(message["content"])
    assert reply["citations"][0] == "https://example.org/kopi"
    assert reply["kutip"]["citations"][0]["quote"] == QUOTE
    assert [item["url_citation"]["end_index"] for item in message["annotations"]] == [
        len(message["content"])
    ] * len(reply["kutip"]["citations"])
    return found


class Cited(BaseModel):
    """A citation, as an application may declare it."""

    number: int
    quote: str
    url: str | None = None


class Reply(BaseModel):
    """An answer, as an application may declare it."""

    answer: str = Field(description="The answer in one sentence")
    citations: list[Cited]


class Addresses(BaseModel):
    """An answer with the pages it cites."""

    answer: str
    citations: list[str] = []


@pytest.mark.parametrize(
    ("response_format", "cited"),
    [
        ({"type": "json_object"}, {"number": 1, "title": "Panen kopi", "quote": QUOTE}),
        (schema_format(Reply.model_json_schema()), {"number": 1, "title": "Panen kopi", "quote": QUOTE}),
        (schema_format({"properties": {"citations": {"items": {"type": "integer"}}}}), 1),
    ],
)
def test_without_a_language_model_the_json_holds_answer_and_citations(
    url: str, response_format: Json, cited: Any
) -> None:
    body = {"response_format": response_format}
    reply = post(url, body).json()
    found = object_of(reply)
    assert found["answer"] == reply["kutip"]["answer"]
    assert found["answer"].startswith(f"{QUOTE} [1]")
    first = found["citations"][0]
    assert ({name: first[name] for name in cited} if isinstance(cited, dict) else first) == cited
    shapes = of_stream(chunks_of(post(url, {**body, "stream": True})))
    assert shapes["content"] == reply["choices"][0]["message"]["content"]
    assert shapes["annotations"] == reply["choices"][0]["message"]["annotations"]
    assert shapes["kutip"]["citations"] == reply["kutip"]["citations"]


def test_the_official_client_parses_the_json(url: str) -> None:
    with openai.OpenAI(base_url=f"{url}/v1", api_key="any", max_retries=0) as client:
        messages: Any = [{"role": "user", "content": ASKED}]
        parsed = client.chat.completions.parse(model="kutip", messages=messages, response_format=Addresses)
        responded = client.responses.parse(model="kutip", input=ASKED, text_format=Reply)
    answer = parsed.choices[0].message.parsed
    assert answer is not None
    assert answer.citations[0].startswith(PAGE)
    assert responded.output_parsed is not None
    assert responded.output_parsed.citations[0].quote == QUOTE


def test_a_streamed_response_holds_the_json(url: str) -> None:
    body = {"model": "kutip", "input": ASKED, "text": {"format": {"type": "json_object"}}}
    whole = httpx2.post(f"{url}/v1/responses", json=body).json()
    text = httpx2.post(f"{url}/v1/responses", json={**body, "stream": True}).text
    events = [json.loads(line[6:]) for line in text.splitlines() if line.startswith("data: ")]
    streamed = "".join(event["delta"] for event in events if event["type"] == "response.output_text.delta")
    assert (
        streamed
        == whole["output"][0]["content"][0]["text"]
        == events[-1]["response"]["output"][0]["content"][0]["text"]
    )
    assert json.loads(streamed)["citations"][0]["quote"] == QUOTE


FLAT = {"type": "json_schema", "name": "jawaban", "schema": Reply.model_json_schema()}


@pytest.mark.parametrize(
    ("route", "fields"),
    [
        ("chat/completions", {"response_format": schema_format(Reply.model_json_schema())}),
        ("responses", {"text": {"format": FLAT}}),
        ("messages", {"output_config": {"format": FLAT}}),
    ],
)
def test_the_openapi_document_has_the_formats_that_are_read(url: str, route: str, fields: Json) -> None:
    document = httpx2.get(f"{url}/openapi.json").json()
    content = document["paths"][f"/v1/{route}"]["post"]["requestBody"]["content"]
    schema = {**content["application/json"]["schema"], "components": document["components"]}
    described = jsonschema_rs.validator_for(schema)
    turns = {"input": ASKED} if route == "responses" else {"messages": [{"role": "user", "content": ASKED}]}
    body = {"model": "kutip", "max_tokens": 100, **turns, **fields}
    assert httpx2.post(f"{url}/v1/{route}", json=body).status_code == 200
    described.validate(body)
    without_schema = json.loads(json.dumps(body).replace('"schema"', '"scheme"'))
    assert httpx2.post(f"{url}/v1/{route}", json=without_schema).status_code == 400
    assert not described.is_valid(without_schema)


def test_a_refusal_is_json_too(url: str) -> None:
    body = {
        "messages": [{"role": "user", "content": "Apa itu zz?"}],
        "response_format": {"type": "json_object"},
    }
    reply = post(url, body).json()
    assert json.loads(reply["choices"][0]["message"]["content"]) == {
        "answer": reply["kutip"]["answer"],
        "citations": [],
    }
    assert reply["kutip"]["is_refusal"]


AGE = {"type": "object", "properties": {"tonase": {"type": "string"}}, "required": ["tonase"]}


@pytest.mark.parametrize("is_stream", [False, True])
def test_a_language_model_fills_the_schema_from_the_answer(tmp_path: Path, is_stream: bool) -> None:
    script = Script([f"{QUOTE} {{1}}"], rewriting=Script(['```json\n{"tonase": "1.500,5"}\n```']))
    body = {
        "messages": [
            {"role": "system", "content": "Tulis tonase."},
            {"role": "user", "content": ASKED},
        ],
        "response_format": schema_format(AGE),
        "stream": is_stream,
    }
    with writing(tmp_path, script) as url:
        response = post(url, body)
    content = of_stream(chunks_of(response)) if is_stream else response.json()["choices"][0]["message"]
    assert json.loads(content["content"]) == {"tonase": "1.500,5"}
    assert script.rewriting
    (request,) = script.rewriting.requests
    assert request["response_format"]["json_schema"]["schema"] == AGE
    assert "Tulis tonase." in request["messages"][1]["content"]
    assert f"{QUOTE} [1]" in request["messages"][1]["content"]
    if not is_stream:
        assert object_of(response.json()) == {"tonase": "1.500,5"}
        assert response.json()["usage"]["prompt_tokens"] == 14


@pytest.mark.parametrize("failing", [Script(["No JSON."]), Script(status=500), Script(["{]}"])])
def test_a_language_model_that_writes_no_json_is_replaced_where_the_schema_allows_it(
    tmp_path: Path, failing: Script
) -> None:
    with writing(tmp_path, Script([f"{QUOTE} {{1}}"], rewriting=failing)) as url:
        reply = post(url, {"response_format": {"type": "json_object"}}).json()
        refused = post(url, {"response_format": schema_format(AGE)})
    assert object_of(reply)["answer"] == f"{QUOTE} [1]"
    assert reply["kutip"]["degraded"].startswith("llm_")
    assert refused.status_code == 502
    assert refused.json()["error"]["type"] == "server_error"


def test_a_model_name_that_uses_no_language_model_needs_a_fitting_schema(tmp_path: Path) -> None:
    with writing(tmp_path, Script(["never"])) as url:
        refused = post(url, {"model": "kutip-extractive", "response_format": schema_format(AGE)})
    check_error(refused, 400, param="response_format", says="which this schema does not allow")


VALUES = st.sampled_from(
    [{"answer": "a"}, {"answer": "a", "citations": ["b"]}, {"answer": "a", "citations": [{"number": 1}]}]
)
SCHEMAS = st.recursive(
    st.sampled_from(
        [True, False, {}, {"type": "string"}, {"type": ["integer", "null"]}, {"$ref": "#/$defs/a"}]
    )
    | st.builds(lambda names: {"required": names}, st.lists(st.sampled_from(["answer", "citations", "x"]))),
    lambda inner: st.fixed_dictionaries(
        {},
        optional={
            "type": st.sampled_from(["object", "array", "string", "integer", "number"]),
            "properties": st.dictionaries(st.sampled_from(["answer", "citations", "number"]), inner),
            "additionalProperties": inner,
            "items": inner,
            "anyOf": st.lists(inner, min_size=1, max_size=3),
            "$defs": st.fixed_dictionaries({"a": inner}),
            "title": st.just("x"),
        },
    ),
    max_leaves=8,
)


@given(VALUES, SCHEMAS)
def test_what_fits_is_valid(value: Json, schema: Any) -> None:
    try:
        validator = jsonschema_rs.validator_for(schema)
    except ValueError:  # a reference to nothing
        return
    for one in (value, pruned(value, schema)):
        if fits(one, schema):
            assert validator.is_valid(one)


@pytest.mark.parametrize(
    "schema",
    [
        {"pattern": "(a+)+$"},
        {"$ref": "#/nothing"},
        {"$ref": 5},
        {"$ref": "#"},
        {"anyOf": [{"$ref": "#"}] * 1000},
        {"required": [["answer"]]},
        {"required": "answer"},
        {"properties": []},
        {"properties": {"answer": {"enum": ["x"]}}},
        {"type": "array"},
        {"anyOf": {}},
        {"items": False, "type": "string"},
        [],
        None,
    ],
)
def test_odd_schemas_fit_nothing(schema: Any) -> None:
    assert not fits({"answer": "a" * 50, "citations": ["b"]}, schema)
