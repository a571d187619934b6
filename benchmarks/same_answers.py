"""Check that answers stay the same: send many questions to `kutip serve`, and compare two runs.

    python -m benchmarks.same_answers --data ../shared/eval --out FILE
    python -m benchmarks.same_answers --compare FILE FILE

The command uses only the command line and HTTP, so that it works before and after any change to the code. A
scripted language model writes claims from the evidence in its prompt, supported and unsupported ones.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice, pairwise, zip_longest
from pathlib import Path
from typing import Any

import httpx

from benchmarks.scripted_writer import compose
from tests.openai_server import Script, serving

Json = dict[str, Any]

_KUTIP = Path(sys.executable).with_name("kutip")

# Which articles: of a set, these languages. Fewer than 5,000 passages, so that the keyword index stays in
# memory: a larger one is written by several threads, and passages that are equally good at the end of its
# list are not the same ones each time.
_ARTICLES = {
    "facqa-dev": ("id",),
    "xquad-dev": ("id", "en", "es", "zh-Hans", "ar", "th"),
    "ntrex-dev": ("id", "en", "ja"),
}

# The questions to ask: set, language, whether they are answerable, number.
_QUESTIONS = (
    ("facqa-dev", "id", True, 50),
    ("xquad-dev", "id", True, 15),
    ("xquad-dev", "id", False, 15),
    ("xquad-dev", "en", True, 15),
    ("xquad-dev", "es", True, 8),
    ("xquad-dev", "zh-Hans", True, 10),
    ("xquad-dev", "ar", True, 8),
    ("xquad-dev", "th", True, 8),
    ("xquad-dev", "vi", True, 5),
    ("ntrex-qa-dev", "id", True, 14),
    ("ntrex-qa-dev", "en", True, 10),
    ("ntrex-qa-dev", "id", False, 6),
    ("ntrex-qa-dev", "en", False, 6),
    ("ntrex-dev", "ja", True, 5),
    ("ntrex-dev", "fr", True, 5),
)

# Questions that follow a question about the same article.
_FOLLOW_UPS = {
    "id": ("Dan kapan itu?", "Siapa dia?", "Bagaimana dengan tahun itu?", "Berapa jumlahnya?"),
    "en": ("And when was that?", "Who was he?", "What about the others?", "How many of them?"),
}
_FOLLOW_UPS_ASKED = 10  # per language

_STREAMED_EVERY = 4
_FILTERED_EVERY = 13
_SHORT_EVERY = 9

# The fields that differ from run to run, at any depth of a reply.
_CHANGING = {"id", "request_id", "timings_ms"}
_DIFFERENCES_SHOWN = 5


def main() -> None:
    """Ask the questions and write the replies, or compare two files and exit with 1 if a reply differs."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, help="folder of the evaluation sets")
    parser.add_argument("--out", type=Path, help="file for the replies")
    parser.add_argument("--compare", type=Path, nargs=2, metavar="FILE", help="two files of replies")
    options = parser.parse_args()
    if options.compare:
        sys.exit(compare(*options.compare))
    if not (options.data and options.out):
        parser.error("give --data and --out, or --compare")
    with options.out.open("w", encoding="utf-8") as file:
        for reply in replies(options.data):
            file.write(json.dumps(reply, ensure_ascii=False, sort_keys=True) + "\n")


def compare(before: Path, after: Path) -> int:
    """Print the number of equal replies and the first differences, and return the exit code."""
    pairs = list(zip_longest(_lines(before), _lines(after)))
    different = [(old, new) for old, new in pairs if old != new]
    print(f"equal: {len(pairs) - len(different)} of {len(pairs)}")
    for old, new in different[:_DIFFERENCES_SHOWN]:
        if old is None or new is None:
            print("a reply that only one file has:", json.dumps(old or new, ensure_ascii=False)[:300])
            continue
        print(json.dumps(old["request"], ensure_ascii=False))
        for place, one, other in islice(_differences(old["reply"], new["reply"], "reply"), 3):
            print(f"  {place}:\n    {one!r}\n    {other!r}")
    return 1 if different else 0


def _differences(old: Any, new: Any, place: str) -> Iterator[tuple[str, Any, Any]]:
    if isinstance(old, dict) and isinstance(new, dict):
        for key in sorted({*old, *new}):
            yield from _differences(old.get(key), new.get(key), f"{place}.{key}")
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for number, (one, other) in enumerate(zip(old, new, strict=True)):
            yield from _differences(one, other, f"{place}[{number}]")
    elif old != new:
        yield place, old, new


def replies(data: Path) -> Iterator[Json]:
    """Start a service with the articles, ask every question in both modes, and yield requests and replies."""
    bodies = list(_bodies(data))
    with tempfile.TemporaryDirectory() as name, serving(Script(compose=compose, tear=23)) as model_url:
        folder = Path(name)
        environment = {
            key: value for key, value in os.environ.items() if not key.startswith(("KUTIP_", "OPENAI_"))
        }
        environment |= {
            "KUTIP_DATA_DIR": str(folder / "corpus"),
            "KUTIP_LLM_MODEL": "scripted",
            "OPENAI_API_KEY": "none",
            "OPENAI_BASE_URL": model_url,
            "KUTIP_LOG_LEVEL": "warning",
        }
        _ingest(data, folder, environment)
        with _running(folder, environment) as client:
            seen: Counter[str] = Counter()
            for body in bodies:
                reply = _ask(client, body)
                seen[_kind(reply)] += 1
                yield {"request": body, "reply": reply}
    print(dict(seen), file=sys.stderr)


def _bodies(data: Path) -> Iterator[Json]:
    """Yield the request bodies in a fixed order. Some have filters or streams; the last are follow-ups."""
    asked = [{"question": question["question"]} for question in _questions(data)]
    asked += [{"messages": messages} for messages in _conversations(data)]
    for number, question in enumerate(asked):
        body: Json = dict(question)
        if number % _FILTERED_EVERY == 1:
            body["filters"] = {"language": "id" if number % 2 else ["en", "ar"]}
        if number % _SHORT_EVERY == 2:
            body["top_k"] = 3
        for mode in ("llm", "extractive"):
            yield {**body, "mode": mode}
            if number % _STREAMED_EVERY == 3:
                yield {**body, "mode": mode, "stream": True}


def _questions(data: Path) -> Iterator[Json]:
    for name, language, is_answerable, count in _QUESTIONS:
        lines = _lines(data / f"{name}.questions.jsonl")
        found = [
            line for line in lines if (line["language"], line["answerable"]) == (language, is_answerable)
        ]
        yield from found[:: max(1, len(found) // count)][:count]


def _conversations(data: Path) -> Iterator[list[Json]]:
    for language, follow_ups in _FOLLOW_UPS.items():
        lines = [line for line in _lines(data / "xquad-dev.questions.jsonl") if line["language"] == language]
        pairs = [
            pair
            for pair in pairwise(lines)
            if pair[0]["article_id"] == pair[1]["article_id"] and pair[0]["answers"]
        ]
        for number, (before, after) in enumerate(
            pairs[:: len(pairs) // _FOLLOW_UPS_ASKED][:_FOLLOW_UPS_ASKED]
        ):
            last = follow_ups[number % 4] if number % 3 else after["question"]
            yield [
                {"role": "user", "content": before["question"]},
                {"role": "assistant", "content": f"{before['answers'][0]} [1]."},
                {"role": "user", "content": last},
            ]


def _ingest(data: Path, folder: Path, environment: dict[str, str]) -> None:
    for name, languages in _ARTICLES.items():
        path = folder / f"{name}.jsonl"
        chosen = [line for line in _lines(data / f"{name}.articles.jsonl") if line["language"] in languages]
        path.write_text("".join(json.dumps(line) + "\n" for line in chosen), encoding="utf-8")
        subprocess.run([_KUTIP, "ingest", path], cwd=folder, env=environment, check=True)  # noqa: S603


@contextmanager
def _running(folder: Path, environment: dict[str, str]) -> Iterator[httpx.Client]:
    command = [str(_KUTIP), "serve", "--port", "0"]
    with subprocess.Popen(command, cwd=folder, env=environment, stderr=subprocess.PIPE, text=True) as process:  # noqa: S603
        assert process.stderr is not None
        try:
            line = next(line for line in process.stderr if "listens on" in line)
            with httpx.Client(base_url=line.split("listens on ")[1].split()[0], timeout=300) as client:
                while client.get("/health/ready").status_code != 200:
                    time.sleep(0.2)
                yield client
        finally:
            process.terminate()


def _ask(client: httpx.Client, body: Json) -> Any:
    response = client.post("/v1/ask", json=body)
    if body.get("stream"):
        return [_event(text) for text in response.text.split("\n\n") if text.strip()]
    return _comparable(response.json())


def _event(text: str) -> list[Any]:
    fields = dict(line.split(": ", 1) for line in text.splitlines() if ": " in line)
    return [fields.get("event"), _comparable(json.loads(fields["data"])) if "data" in fields else None]


def _comparable(value: Any) -> Any:
    """Return a reply without the fields that differ from run to run."""
    if isinstance(value, dict):
        return {key: _comparable(item) for key, item in value.items() if key not in _CHANGING}
    return [_comparable(item) for item in value] if isinstance(value, list) else value


def _kind(reply: Any) -> str:
    answer = reply[-2][1] if isinstance(reply, list) else reply
    verdicts = {claim["verdict"] for claim in answer.get("claims", ())}
    kind = "refused" if answer.get("is_refusal") else answer.get("degraded") or answer.get("mode", "error")
    return f"{kind} {'+'.join(sorted(verdicts))}".strip()


def _lines(path: Path) -> Iterable[Json]:
    with path.open(encoding="utf-8") as file:
        return [json.loads(line) for line in file]


if __name__ == "__main__":
    main()
