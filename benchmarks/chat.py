"""The citations of OpenAI's and Anthropic's routes on a warm `kutip serve`, and the time to the first words.

The benchmark checks every citation format of each answer, whole and streamed, with plain markers and with
links, against Kutip's own objects. A difference ends the run. `benchmarks.doors` compares the times of whole
answers.
"""

import json
import random
import statistics
import time
from pathlib import Path
from typing import Any

import httpx

from benchmarks.data import folder_argument, indonesian_pool
from benchmarks.serving import serving
from tests.chat_shapes import check_message, check_shapes, of_stream

_SETS = ("facqa-dev", "idk-mrc-dev", "xquad-dev", "ntrex-qa-dev")
_QUESTIONS = 300
_WARM_UP = 20

Json = dict[str, Any]


def main() -> None:
    """Print the time to the first words, and the number of answers that agreed in every format."""
    folder = folder_argument(__doc__)
    indonesian_pool(folder).close()
    asked = _sample(folder)
    first, cited = [], 0
    with serving("indonesian") as (client, _):
        for number, text in enumerate(asked):
            seconds = _seconds_to_first_words(client, text)
            cited += _check(client, text)
            if number >= _WARM_UP:
                first.append(seconds)
    print(
        f"first words of a streamed verbatim answer, p50   {statistics.median(first) * 1000:6.1f} ms  (≤ 150)"
    )
    print(f"answers equal in every format                    {len(asked):6}, {cited} citations")


def _sample(folder: Path) -> list[str]:
    texts = set()
    for name in _SETS:
        lines = (folder / f"{name}.questions.jsonl").read_text(encoding="utf-8").splitlines()
        texts |= {json.loads(line)["question"] for line in lines}
    return random.Random(0).sample(sorted(texts), _QUESTIONS + _WARM_UP)  # noqa: S311


def _chat(text: str, **fields: object) -> Json:
    return {"model": "kutip", "messages": [{"role": "user", "content": text}], **fields}


def _seconds_to_first_words(client: httpx.Client, text: str) -> float:
    started = time.perf_counter()
    with client.stream("POST", "/v1/chat/completions", json=_chat(text, stream=True)) as response:
        for line in response.iter_lines():
            chunk = json.loads(line.removeprefix("data: ")) if line.startswith("data: {") else None
            if chunk and chunk["choices"][0]["delta"].get("content"):
                return time.perf_counter() - started
    raise ValueError(f"The answer to {text!r} has no words.")


def _check(client: httpx.Client, text: str) -> int:
    """Compare the formats of one answer, and return the number of its citations."""
    sources = {"X-Kutip-Sources": "open-webui"}
    for markers in ("plain", "links"):
        body = _chat(text, kutip={"markers": markers})
        whole = client.post("/v1/chat/completions", json=body).json()
        message = whole["choices"][0]["message"]
        shapes = {name: whole[name] for name in ("citations", "search_results", "kutip")}
        check_shapes(message["content"], annotations=message["annotations"], **shapes)
        body = {**body, "stream": True}
        streamed = of_stream(_chunks(client.post("/v1/chat/completions", json=body)))
        check_shapes(**streamed)
        events = of_stream(_chunks(client.post("/v1/chat/completions", json=body, headers=sources)))
        check_shapes(**{**events, "annotations": streamed["annotations"]})
        assert streamed["content"] == events["content"] == message["content"]
        assert streamed["annotations"] == message["annotations"]
        _check_response(client, text, markers, message)
    body = {"max_tokens": 1000, **_chat(text)}
    check_message(client.post("/v1/messages", json=body).raise_for_status().json())
    return len(whole["kutip"]["citations"])


def _check_response(client: httpx.Client, text: str, markers: str, message: Json) -> None:
    body = {"model": "kutip", "input": text, "kutip": {"markers": markers}}
    (part,) = client.post("/v1/responses", json=body).json()["output"][0]["content"]
    assert part["text"] == message["content"]
    expected = [{"type": "url_citation", **item["url_citation"]} for item in message["annotations"]]
    assert part["annotations"] == expected


def _chunks(response: httpx.Response) -> list[Json]:
    lines = [line for line in response.text.split("\n\n") if line.startswith("data: {")]
    return [json.loads(line.removeprefix("data: ")) for line in lines]


if __name__ == "__main__":
    main()
