"""OpenAI's and Anthropic's routes compared with `/v1/ask` on a warm `kutip serve`, whole and streamed.

The doors take turns with the same question, so that other work on the machine affects all of them.
"""

import itertools
import statistics
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx

from benchmarks.data import folder_argument, indonesian_pool, questions
from benchmarks.serving import serving

_QUESTIONS = 30
_WARM_UP = 5
_NATIVE = "/v1/ask"
_DOORS = (_NATIVE, "/v1/chat/completions", "/v1/messages")

Times = Mapping[str, Sequence[float]]


def main() -> None:
    """Print the median time of each door, and its ratio to that of `/v1/ask`."""
    folder = folder_argument(__doc__)
    indonesian_pool(folder).close()
    asked = list(_questions(folder))
    with serving("indonesian") as (client, _):
        for is_stream in (False, True):
            times = measured(client, asked, is_stream=is_stream)
            how = "streamed" if is_stream else "whole"
            for door in _DOORS:
                median = statistics.median(times[door]) * 1000
                compared = f"÷ {_NATIVE} {ratio(times, door):.3f}"
                print(f"{how:9} {door:21} p50 {median:7.1f} ms   {compared}  (≤ 1.05)", flush=True)


def _questions(folder: Path) -> Iterator[str]:
    found = questions(folder, "facqa-dev")
    return (question.text for question in itertools.islice(found, _WARM_UP + _QUESTIONS))


def measured(
    client: httpx.Client, asked: Sequence[str], *, is_stream: bool, warm_up: int = _WARM_UP
) -> dict[str, list[float]]:
    """Return the seconds of each door for each question after the first `warm_up`.

    Each question is sent once before it is measured, so that no door finds less in the caches than another.
    The order of the doors changes from question to question.
    """
    times: dict[str, list[float]] = {door: [] for door in _DOORS}
    orders = itertools.cycle(itertools.permutations(_DOORS))
    for number, (text, order) in enumerate(zip(asked, orders, strict=False)):
        _seconds(client, _NATIVE, text, is_stream=is_stream)
        for door in order:
            seconds = _seconds(client, door, text, is_stream=is_stream)
            if number >= warm_up:
                times[door].append(seconds)
    return times


def ratio(times: Times, door: str) -> float:
    """Return the median time of a door divided by that of `/v1/ask`."""
    return statistics.median(times[door]) / statistics.median(times[_NATIVE])


def _seconds(client: httpx.Client, door: str, text: str, *, is_stream: bool) -> float:
    body = _body(door, text) | {"stream": is_stream}
    started = time.perf_counter()
    client.post(door, json=body).raise_for_status()
    return time.perf_counter() - started


def _body(door: str, text: str) -> dict[str, Any]:
    if door == _NATIVE:
        return {"question": text, "mode": "extractive"}
    message = {"role": "user", "content": text}
    return {"model": "kutip-extractive", "messages": [message], "max_tokens": 1000}


if __name__ == "__main__":
    main()
