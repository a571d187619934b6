"""`/v1/chat/completions` compared with `/v1/ask` on a warm `kutip serve`: the time, and the citations.

The benchmark checks every citation format of each answer, whole and streamed, with plain markers and with
links, against Kutip's own objects. A difference ends the run.
"""

import json
import random
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

from benchmarks.data import folder_argument, indonesian_pool
from benchmarks.serving import serving
from tests.chat_shapes import check_shapes, of_stream

_SETS = ("facqa-dev", "idk-mrc-dev", "xquad-dev", "ntrex-qa-dev")
_QUESTIONS = 300
_WARM_UP = 20

Json = dict[str, Any]


def main() -> None:
    """Print the ratio, the time to the first words, and the number of answers that agreed in every format."""
    folder = folder_argument(__doc__)
    indonesian_pool(folder).close()
    asked = _sample(folder)
    native, door, first, cited = [], [], [], 0
    with serving("indonesian") as (client, _):
        for number, text in enumerate(asked):
            turns: list[Callable[[], float]] = [
                lambda text=text: _timed(client, "/v1/ask", {"question": text}),  # type: ignore[misc]
                lambda text=text: _timed(client, "/v1/chat/completions", _chat(text)),  # type: ignore[misc]
            ]
            # The two take turns, so that other work on the machine affects both.
            seconds = {turn: turns[turn]() for turn in ((0, 1) if number % 2 else (1, 0))}
            first_seconds = _seconds_to_first_words(client, text)
            cited += _check(client, text)
            if number >= _WARM_UP:
                native.append(seconds[0])
                door.append(seconds[1])
                first.append(first_seconds)
    print(
        f"first words of a streamed verbatim answer, p50   {statistics.median(first) * 1000:6.1f} ms  (≤ 150)"
    )
    print(f"/v1/chat/completions ÷ /v1/ask, p50              {_ratio(door, native):6.3f}     (≤ 1.05)")
    print(f"answers equal in every format                    {len(asked):6}, {cited} citations")


def _ratio(times: list[float], others: list[float]) -> float:
    """Return the median of the ratios of pairs. A slow moment affects both times of a pair."""
    return statistics.median(time / other for time, other in zip(times, others, strict=True))


def _sample(folder: Path) -> list[str]:
    texts = set()
    for name in _SETS:
        lines = (folder / f"{name}.questions.jsonl").read_text(encoding="utf-8").splitlines()
        texts |= {json.loads(line)["question"] for line in lines}
    return random.Random(0).sample(sorted(texts), _QUESTIONS + _WARM_UP)  # noqa: S311


def _chat(text: str, **fields: object) -> Json:
    return {"model": "kutip", "messages": [{"role": "user", "content": text}], **fields}


def _timed(client: httpx.Client, path: str, body: Json) -> float:
    started = time.perf_counter()
    client.post(path, json=body).raise_for_status()
    return time.perf_counter() - started


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
