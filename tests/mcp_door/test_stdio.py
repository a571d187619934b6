"""The tools over standard input and output: `kutip mcp` as a process of its own."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import mcp_types as protocol
import pytest
from mcp import Client
from mcp.client.stdio import StdioServerParameters, stdio_client

from embeddings.encoder import Encoder
from rag.corpus.local.corpus import LocalCorpus
from rag.corpus.protocol import EncoderIdentity
from rag.ingestion import Ingestion
from rag.settings import Settings, environment_name
from tests.mcp_door.messages import CALL, INITIALIZE, QUESTION, QUOTE, Json
from tests.test_api import COFFEE, as_article

ROOT = Path(__file__).resolve().parents[2]
RUN = "from api.commands import main; main()"
NOISE = (
    "import os, api.commands.mcp as command\n"
    "build_service = command.build_service\n"
    "def build_noisily(settings):\n"
    "    os.write(1, b'noise of a library\\n')\n"
    "    print('more noise')\n"
    "    return build_service(settings)\n"
    "command.build_service = build_noisily\n"
)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory, bundled_encoder: Encoder) -> Path:
    """Give a data folder with one article, encoded by the bundled model."""
    folder = tmp_path_factory.mktemp("stdio")
    encoder_identity = EncoderIdentity(bundled_encoder.name, bundled_encoder.dimension)
    with LocalCorpus(folder, encoder=encoder_identity) as corpus:
        list(Ingestion(corpus, bundled_encoder, passage_max_tokens=256).ingest([as_article(COFFEE)]))
    return folder


def environment(**values: str) -> dict[str, str]:
    names = set(map(environment_name, Settings.model_fields))
    kept = {name: value for name, value in os.environ.items() if name not in names}
    return {**kept, "PYTHONPATH": str(ROOT), **values}


def test_a_separate_process_answers_on_standard_output(filled: Path, tmp_path: Path) -> None:
    parameters = StdioServerParameters(
        command=sys.executable,
        args=["-c", NOISE + RUN, "mcp"],
        env=environment(KUTIP_DATA_DIR=str(filled), KUTIP_API_KEYS="kunci-rahasia-sekali"),
        cwd=tmp_path,
    )
    unreadable: list[object] = []

    async def note(message: object) -> None:
        unreadable.append(message)

    async def ask(errors: Any) -> protocol.CallToolResult:
        async with Client(stdio_client(parameters, errlog=errors), message_handler=note) as client:
            return await client.call_tool("ask", {"question": QUESTION})

    with (tmp_path / "stderr").open("w+", encoding="utf-8") as errors:
        result = asyncio.run(ask(errors))
        errors.seek(0)
        printed = errors.read()
    assert result.structured_content["citations"][0]["quote"] == QUOTE
    assert unreadable == []
    assert printed == "noise of a library\nmore noise\n"


# A service that is there at once, as the tests below call no tool.
AT_ONCE = (
    "import contextlib, api.commands.mcp as command\n"
    "command.build_service = lambda settings: contextlib.nullcontext()\n"
)


@contextmanager
def spoken_to(messages: Sequence[Json], code: str = "", **settings: str) -> Iterator["subprocess.Popen[str]"]:
    """Start `kutip mcp` after some code, and send it messages."""
    with subprocess.Popen(
        [sys.executable, "-c", code + RUN, "mcp"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(**settings),
    ) as process:
        say(process, messages)
        yield process


def say(process: "subprocess.Popen[str]", messages: Sequence[Json]) -> None:
    assert process.stdin
    process.stdin.write("".join(json.dumps(message) + "\n" for message in messages))
    process.stdin.flush()


def reply_of(process: "subprocess.Popen[str]") -> Json:
    assert process.stdout
    reply: Json = json.loads(process.stdout.readline())
    return reply


def test_an_interrupt_ends_the_process_cleanly(filled: Path) -> None:
    with spoken_to([INITIALIZE], AT_ONCE, KUTIP_DATA_DIR=str(filled)) as process:
        assert reply_of(process)["result"]["serverInfo"]["name"] == "kutip"
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 130
        assert process.communicate() == ("", "Stopped. Nothing was changed.\n")


def test_an_invalid_line_is_ignored_and_the_end_of_input_ends_the_process() -> None:
    with spoken_to([INITIALIZE], AT_ONCE) as process:
        reply_of(process)
        assert process.stdin
        process.stdin.write("no message\n\n[" + "[" * 10_000 + "\n\ufffd\n")
        say(process, [{**INITIALIZE, "id": 3, "method": "ping", "params": {}}])
        assert reply_of(process)["id"] == 3
        out, err = process.communicate(timeout=20)
    assert (out, process.returncode) == ("", 0)
    assert "Traceback" not in err


def test_a_closed_output_ends_the_process(filled: Path) -> None:
    with spoken_to([INITIALIZE], AT_ONCE, KUTIP_DATA_DIR=str(filled)) as process:
        reply_of(process)
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        say(process, [{**INITIALIZE, "id": 2, "method": "tools/list", "params": {}}])
        assert process.wait(60) == 0
        assert process.stderr.read() == ""


def test_a_service_that_cannot_be_built_is_reported_to_the_model_and_at_the_end(filled: Path) -> None:
    messages = [INITIALIZE, {"jsonrpc": "2.0", "method": "notifications/initialized"}, CALL]
    with spoken_to(messages, KUTIP_DATA_DIR=str(filled), KUTIP_LLM_MODEL="scripted") as process:
        replies = [reply_of(process) for _ in range(2)]
        out, err = process.communicate()
    said = replies[1]["result"]["content"][0]["text"]
    assert replies[1]["result"]["isError"] is True
    assert said.startswith("KUTIP_LLM_MODEL is 'scripted', but neither OPENAI_API_KEY nor OPENAI_BASE_URL")
    assert (out, err) == ("", f"kutip: {said}\n")
    assert process.returncode == 2
