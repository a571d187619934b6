"""What the tests of the doors for OpenAI's clients ask, and how they read the replies."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
from openai.types.chat import ChatCompletionMessageParam

from api.app import create_app
from embeddings.weights import FloatArray
from rag.language_model.openai_model import OpenAILanguageModel
from tests.chat_shapes import Json
from tests.openai_server import Script, serving
from tests.test_api import BUS, COFFEE, FLOOD, as_article, running_service, served, served_with
from tests.word_cross_encoder import WordCrossEncoder

ASKED = "Berapa ton panen kopi?"
QUOTE = "Panen kopi mencapai 1.500,5 ton pada Senin (3/6)."
BROKEN_OFF = f"{QUOTE} {{1}} Dan sesudah itu semua masih ditulis lagi "
BARE = {"id": "tanpa alamat", "title": "", "text": "Maraton dimulai pukul lima pagi.", "language": "id"}
SCRIPT_URL = {**FLOOD, "id": "jahat", "text": "Gempa terasa di tiga desa.", "url": "javascript:alert(1)"}


class TiringCrossEncoder(WordCrossEncoder):
    """Reads the hits, and breaks at the sentences of an answer."""

    def judge(self, pairs: Sequence[tuple[str, str]]) -> FloatArray:
        raise RuntimeError("too tired")


@contextmanager
def serving_articles(folder: Path) -> Iterator[str]:
    """Serve five articles without a language model."""
    with running_service(folder) as service:
        list(service.ingestion.ingest(map(as_article, [COFFEE, FLOOD, BUS, BARE, SCRIPT_URL])))
        with served(create_app(service)) as address:
            yield address


@contextmanager
def writing(folder: Path, script: Script) -> Iterator[str]:
    """Serve with a language model that follows a script."""
    with serving(script) as model_url:
        model = OpenAILanguageModel(
            "scripted", api_key="none", base_url=model_url, timeout_seconds=5, max_tokens=100
        )
        with served_with(folder, model=model) as address:
            yield address


def schema_format(schema: Json) -> Json:
    return {"type": "json_schema", "json_schema": {"name": "reply", "schema": schema}}


def asked(text: str = ASKED) -> list[ChatCompletionMessageParam]:
    return [{"role": "user", "content": text}]


def post(url: str, body: Json, **options: Any) -> httpx2.Response:
    body = {"model": "kutip", "messages": asked(), **body}
    headers = {"Content-Type": "application/json", **options.pop("headers", {})}
    # As escapes, so that half a surrogate can be sent as well.
    content = json.dumps(body).encode()
    return httpx2.post(f"{url}/v1/chat/completions", content=content, headers=headers, timeout=30, **options)


def chunks_of(response: httpx2.Response) -> list[Json]:
    """Read a stream, and hold it against what every client relies on."""
    assert response.status_code == 200, response.text
    assert response.headers["content-type"].startswith("text/event-stream")
    *lines, done, end = response.text.split("\n\n")
    assert (done, end) == ("data: [DONE]", "")
    chunks: list[Json] = [json.loads(line.removeprefix("data: ")) for line in lines]
    usage = [chunk for chunk in chunks if "usage" in chunk]
    assert all(len(chunk["choices"]) == 1 for chunk in chunks if chunk not in usage)
    assert all(chunk["choices"] == [] for chunk in usage)
    assert len({(chunk["id"], chunk["created"], chunk["model"], chunk["object"]) for chunk in chunks}) == 1
    assert chunks[0]["choices"][0]["delta"]["role"] == "assistant"
    return chunks


def check_error(response: httpx2.Response, status: int, *, param: str | None, says: str) -> Json:
    assert response.status_code == status, response.text[:300]
    assert response.headers["content-type"] == "application/json"
    error: Json = response.json()["error"]
    assert set(error) == {"message", "type", "param", "code"}
    assert error["param"] == param
    assert says in error["message"]
    return error
