"""Run real clients against a server with the seeds: `python -m tests.clients [NAME ...]`.

Each program in `programs/` asks a question, asks it again as a stream, and asks a follow-up. It prints the
texts and what its library shows of the citations. The table in docs/clients.md says which clients passed.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import venv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from api.app import create_app
from tests.guides import REEF, REEF_PAGE
from tests.test_api import running_service, served
from tests.test_seeds import ARTICLES

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = Path(__file__).parent / "programs"
PAGE = ROOT / "docs" / "clients.md"
START, END = "<!-- written by make clients -->", "<!-- end -->"

_TIMEOUT_SECONDS = 300.0


@dataclass(frozen=True)
class Client:
    """A client: its program, the environment it runs in, and the package whose version counts."""

    program: str
    environment: str
    package: str
    name: str
    api: str


# What each environment has installed.
ENVIRONMENTS = {
    "sdks": ("openai", "anthropic"),
    "langchain": ("langchain-openai", "langchain-anthropic"),
    "litellm": ("litellm",),
    "llamaindex": ("llama-index-llms-openai-like",),
    "agents": ("openai-agents",),
    "pydantic": ("pydantic-ai-slim[openai,anthropic]",),
    "instructor": ("instructor",),
    "dspy": ("dspy",),
    "haystack": ("haystack-ai",),
    "chatlas": ("chatlas", "openai"),
    "llm": ("llm",),
}
CHAT, RESPONSES, MESSAGES = "chat completions", "responses", "messages"
CLIENTS = (
    Client("openai_chat", "sdks", "openai", "OpenAI Python", CHAT),
    Client("openai_responses", "sdks", "openai", "OpenAI Python", RESPONSES),
    Client("anthropic_messages", "sdks", "anthropic", "Anthropic Python", MESSAGES),
    Client("langchain_openai_chat", "langchain", "langchain-openai", "LangChain, `bind_tools`", CHAT),
    Client("langchain_responses", "langchain", "langchain-openai", "LangChain", RESPONSES),
    Client("langchain_anthropic_chat", "langchain", "langchain-anthropic", "LangChain", MESSAGES),
    Client("litellm_chat", "litellm", "litellm", "LiteLLM", CHAT),
    Client("litellm_anthropic", "litellm", "litellm", "LiteLLM", MESSAGES),
    Client("llama_index_chat", "llamaindex", "llama-index-llms-openai-like", "LlamaIndex", CHAT),
    Client("openai_agents_chat", "agents", "openai-agents", "OpenAI Agents, tools and handoffs", CHAT),
    Client(
        "openai_agents_responses", "agents", "openai-agents", "OpenAI Agents, tools and handoffs", RESPONSES
    ),
    Client("pydantic_ai_openai_chat", "pydantic", "pydantic-ai-slim", "Pydantic AI, tools", CHAT),
    Client("pydantic_ai_openai_responses", "pydantic", "pydantic-ai-slim", "Pydantic AI, tools", RESPONSES),
    Client("pydantic_ai_anthropic", "pydantic", "pydantic-ai-slim", "Pydantic AI, tools", MESSAGES),
    Client("instructor_json", "instructor", "instructor", "Instructor, `Mode.JSON_SCHEMA`", CHAT),
    Client("dspy_predict", "dspy", "dspy", "DSPy", CHAT),
    Client("haystack_chat", "haystack", "haystack-ai", "Haystack", CHAT),
    Client("chatlas_chat", "chatlas", "chatlas", "chatlas", CHAT),
    Client("llm_command", "llm", "llm", "llm", CHAT),
)


def main() -> None:
    """Run the clients and write the table; exit with 1 if one of them failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="programs to run; all by default")
    parser.add_argument("--environments", type=Path, default=ROOT / "build" / "clients")
    options = parser.parse_args()
    chosen = [client for client in CLIENTS if not options.names or client.program in options.names]
    faults, rows = 0, []
    with serving_seeds() as url:
        for client in chosen:
            python = python_of(client, options.environments)
            fault = fault_of(client, python, url)
            sys.stdout.write(f"{client.program}: {fault or 'passed'}\n")
            sys.stdout.flush()
            faults += fault is not None
            rows.append(
                f"| {client.name} | {version_of(client, python)} | {client.api} | {fault or 'passed'} |"
            )
    if not options.names:
        write_table(rows)
    sys.exit(bool(faults))


@contextmanager
def serving_seeds() -> Iterator[str]:
    """Give the address of a server with the seeds and no language model."""
    with tempfile.TemporaryDirectory() as folder, running_service(Path(folder)) as service:
        list(service.ingestion.ingest(ARTICLES.values()))
        with served(create_app(service)) as url:
            yield url


def python_of(client: Client, environments: Path) -> Path:
    """Return the interpreter of a client's environment, which is made if it does not exist."""
    folder = environments / client.environment
    python = folder / "bin" / "python"
    if not python.exists():
        venv.create(folder, with_pip=True)
        install = [str(python), "-m", "pip", "install", "--quiet", *ENVIRONMENTS[client.environment]]
        subprocess.run(install, check=True)
    return python


def fault_of(client: Client, python: Path, url: str) -> str | None:
    """Run a client's program; return what is wrong with its report, or None."""
    environment = {**os.environ, "KUTIP_URL": url, "OPENAI_API_KEY": "any", "PYTHONPATH": ""}
    command = [str(python), str(PROGRAMS / f"{client.program}.py")]
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=_TIMEOUT_SECONDS, check=False
    )
    if done.returncode:
        sys.stderr.write(done.stderr[-2000:])
        return "failed: " + (done.stderr.strip().splitlines() or ["no output"])[-1][:100].replace("|", "/")
    return fault_in(json.loads(done.stdout.strip().splitlines()[-1]))


def fault_in(report: dict[str, str | None]) -> str | None:
    """Return what is wrong with a report, or None."""
    asked, streamed, continued, cited = (report[name] for name in ("asked", "streamed", "continued", "cited"))
    if not (asked or "").startswith(f"{REEF} [1]"):
        return f"answered {asked!r:.100}"
    if streamed is not None and streamed != asked:
        return f"streamed {streamed!r:.100}"
    if not continued:
        return "did not continue"
    return None if REEF_PAGE in (cited or "") else "shows no citation of the article"


def version_of(client: Client, python: Path) -> str:
    """Return the installed version of a client's package."""
    asking = f"import importlib.metadata as it; print(it.version({client.package!r}))"
    done = subprocess.run([str(python), "-c", asking], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def write_table(rows: Sequence[str]) -> None:
    """Replace the table in the page."""
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(START)
    _, _, after = rest.partition(END)
    head = ["| client | version | API | result |", "| --- | --- | --- | --- |"]
    table = "\n".join([START, "", *head, *rows, "", END])
    PAGE.write_text(before + table + after, encoding="utf-8")


if __name__ == "__main__":
    main()
