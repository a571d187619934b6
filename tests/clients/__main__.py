"""Run real clients against a server with the seeds: `python -m tests.clients [NAME ...]`.

Each program in `programs/` asks a question, asks it again as a stream, and asks a follow-up. It also asks for
something that the server refuses. It prints the texts, what its library shows of the citations, and its
message of the error. The table in docs/clients.md says which clients passed.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import venv
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import distributions
from pathlib import Path

from api.app import create_app
from tests.guides import REEF, REEF_PAGE
from tests.test_api import running_service, served
from tests.test_seeds import ARTICLES

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = Path(__file__).parent / "programs"
PAGE = ROOT / "docs" / "clients.md"
START, END = "<!-- written by make clients -->", "<!-- end -->"

INSTALL_TRIES = 3


# What the server says of a model that it does not have, of a mode, and of a question without words.
REFUSALS = ("There is no model 'kutip-lain'", "mode: Input should be", "contains no word")


@dataclass(frozen=True)
class Client:
    """A client: its program, the environment it runs in, and the package whose version counts."""

    program: str
    environment: str
    package: str
    name: str
    api: str
    timeout_seconds: float = 300.0

    @property
    def is_node(self) -> bool:
        """Whether the program runs in Node, with packages of npm."""
        return self.program.endswith(".mjs")


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
    "anyllm": ("any-llm-sdk[openai]",),
    "aisuite": ("aisuite[openai]",),
    "mirascope": ("mirascope[openai]",),
    "magentic": ("magentic",),
    "smolagents": ("smolagents[openai]",),
    "strands": ("strands-agents[openai]",),
    "agno": ("agno", "openai"),
    "autogen": ("autogen-agentchat", "autogen-ext[openai]"),
    "agentframework": ("agent-framework-core", "agent-framework-openai"),
    "semantic": ("semantic-kernel",),
    "griptape": ("griptape[drivers-prompt-openai]",),
    "outlines": ("outlines[openai]",),
    "langroid": ("langroid",),
    "shellgpt": ("shell-gpt", "click"),
    "openwebui": ("open-webui", "playwright"),
    "mcp": ("mcp",),
    "fastmcp": ("fastmcp",),
    "adapters": ("langchain-mcp-adapters",),
    "npm-sdks": ("openai", "@anthropic-ai/sdk"),
    "npm-ai": ("ai", "@ai-sdk/openai-compatible", "@ai-sdk/openai", "@ai-sdk/anthropic"),
    "npm-langchain": ("@langchain/openai", "@langchain/core"),
    "npm-agents": ("@openai/agents",),
    "npm-mcp": ("@modelcontextprotocol/sdk",),
    "claude-code": ("@anthropic-ai/claude-code",),
    "codex": ("@openai/codex",),
    "opencode": ("opencode-ai",),
}
CHAT, RESPONSES, MESSAGES, MCP = "chat completions", "responses", "messages", "MCP"
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
    Client("any_llm_chat", "anyllm", "any-llm-sdk", "any-llm", CHAT),
    Client("aisuite_chat", "aisuite", "aisuite", "aisuite", CHAT),
    Client("mirascope_chat", "mirascope", "mirascope", "Mirascope", CHAT),
    Client("magentic_chat", "magentic", "magentic", "Magentic", CHAT),
    Client("smolagents_chat", "smolagents", "smolagents", "smolagents, `OpenAIModel`", CHAT),
    Client("strands_chat", "strands", "strands-agents", "Strands Agents", CHAT),
    Client("agno_chat", "agno", "agno", "Agno", CHAT),
    Client("autogen_chat", "autogen", "autogen-ext", "AutoGen", CHAT),
    Client("agent_framework_chat", "agentframework", "agent-framework-openai", "Agent Framework", CHAT),
    Client("semantic_kernel_chat", "semantic", "semantic-kernel", "Semantic Kernel", CHAT),
    Client("griptape_chat", "griptape", "griptape", "Griptape", CHAT),
    Client("outlines_chat", "outlines", "outlines", "Outlines", CHAT),
    Client("langroid_chat", "langroid", "langroid", "Langroid", CHAT),
    Client("shell_gpt_command", "shellgpt", "shell-gpt", "shell-gpt", CHAT),
    Client(
        "open_webui_chromium",
        "openwebui",
        "open-webui",
        "Open WebUI in Chromium, with files, knowledge and web search",
        CHAT,
        timeout_seconds=1800.0,
    ),
    Client("mcp_ask", "mcp", "mcp", "MCP Python", MCP),
    Client("fastmcp_ask", "fastmcp", "fastmcp", "FastMCP", MCP),
    Client("langchain_mcp_ask", "adapters", "langchain-mcp-adapters", "LangChain", MCP),
    Client("openai_npm.mjs", "npm-sdks", "openai", "OpenAI npm", CHAT),
    Client("openai_npm_responses.mjs", "npm-sdks", "openai", "OpenAI npm", RESPONSES),
    Client("anthropic_npm.mjs", "npm-sdks", "@anthropic-ai/sdk", "Anthropic npm", MESSAGES),
    Client("ai_sdk_compatible.mjs", "npm-ai", "@ai-sdk/openai-compatible", "AI SDK, OpenAI-compatible", CHAT),
    Client("ai_sdk_chat.mjs", "npm-ai", "@ai-sdk/openai", "AI SDK, `.chat()`", CHAT),
    Client("ai_sdk_responses.mjs", "npm-ai", "@ai-sdk/openai", "AI SDK", RESPONSES),
    Client("ai_sdk_anthropic.mjs", "npm-ai", "@ai-sdk/anthropic", "AI SDK", MESSAGES),
    Client("langchain_npm.mjs", "npm-langchain", "@langchain/openai", "LangChain npm", CHAT),
    Client("openai_agents_npm.mjs", "npm-agents", "@openai/agents", "OpenAI Agents npm", RESPONSES),
    Client("mcp_npm.mjs", "npm-mcp", "@modelcontextprotocol/sdk", "MCP npm", MCP),
    Client("claude_code_command.mjs", "claude-code", "@anthropic-ai/claude-code", "Claude Code", MESSAGES),
    Client("codex_command.mjs", "codex", "@openai/codex", "Codex", RESPONSES),
    Client("opencode_command.mjs", "opencode", "opencode-ai", "opencode", CHAT),
)


def main() -> None:
    """Run the clients and write the table; exit with 1 if one of them failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="programs to run; all by default")
    parser.add_argument("--environments", type=Path, default=ROOT / "build" / "clients")
    options = parser.parse_args()
    chosen = [client for client in CLIENTS if not options.names or client.program in options.names]
    faults = 0
    with serving_seeds() as url:
        for client in chosen:
            version, fault = try_client(client, options.environments, url)
            sys.stdout.write(f"{client.program}: {fault or 'passed'}\n")
            sys.stdout.flush()
            faults += fault is not None
            write_row(client, version, fault)
    sys.exit(bool(faults))


def try_client(client: Client, environments: Path, url: str) -> tuple[str, str | None]:
    """Install a client if it is not installed, and run it; return its version and what is wrong, or None."""
    folder = environments / client.environment
    install = install_from_npm if client.is_node else install_from_pypi
    try:
        complete_environment(folder, ENVIRONMENTS[client.environment], install)
    except subprocess.CalledProcessError as error:
        return "", f"not installed: the installation ended with status {error.returncode}"
    return version_of(client, folder), fault_of(client, folder, url)


@contextmanager
def serving_seeds() -> Iterator[str]:
    """Give the address of a server with the seeds and no language model."""
    with tempfile.TemporaryDirectory() as folder, running_service(Path(folder)) as service:
        list(service.ingestion.ingest(ARTICLES.values()))
        with served(create_app(service)) as url:
            yield url


def complete_environment(
    folder: Path, packages: Sequence[str], install: Callable[[Path, Sequence[str]], None]
) -> None:
    """Install packages in a new folder, unless it has them all. Downloads break off, so that is repeated.

    Raises:
        subprocess.CalledProcessError: the last attempt failed, too.
    """
    complete, wanted = folder / ".installed", "\n".join(packages)
    if complete.exists() and complete.read_text(encoding="utf-8") == wanted:
        return
    for left in reversed(range(INSTALL_TRIES)):
        shutil.rmtree(folder, ignore_errors=True)
        try:
            install(folder, packages)
            break
        except subprocess.CalledProcessError as error:
            sys.stderr.write(f"{folder.name}: status {error.returncode}, {left} more attempts\n")
            if not left:
                raise
    complete.write_text(wanted, encoding="utf-8")


def install_from_pypi(folder: Path, packages: Sequence[str]) -> None:
    """Install packages in a new virtual environment."""
    venv.create(folder, with_pip=True)
    pip = ["pip", "install", "--quiet", *packages]
    subprocess.run([str(folder / "bin" / "python"), "-m", *pip], check=True)


def install_from_npm(folder: Path, packages: Sequence[str]) -> None:
    """Install packages in a new folder."""
    folder.mkdir(parents=True)
    (folder / "package.json").write_text("{}", encoding="utf-8")
    npm = [_program("npm"), "install", "--silent", "--no-audit", "--no-fund", *packages]
    subprocess.run(npm, cwd=folder, check=True)


def command_of(client: Client, folder: Path) -> list[str]:
    """Return the command that runs a client's program."""
    if not client.is_node:
        return [str(folder / "bin" / "python"), str(PROGRAMS / f"{client.program}.py")]
    for name in ("asking.mjs", client.program):  # Node looks for packages beside the program
        shutil.copy(PROGRAMS / name, folder)
    return [_program("node"), str(folder / client.program)]


def _program(name: str) -> str:
    return shutil.which(name) or name


def fault_of(client: Client, folder: Path, url: str) -> str | None:
    """Run a client's program; return what is wrong with its report, or None."""
    environment = {**os.environ, "KUTIP_URL": url, "OPENAI_API_KEY": "any", "PYTHONPATH": ""}
    try:
        done = subprocess.run(
            command_of(client, folder),
            env=environment,
            capture_output=True,
            text=True,
            timeout=client.timeout_seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"not finished after {client.timeout_seconds:.0f} seconds"
    if done.returncode:
        sys.stderr.write(done.stderr[-2000:])
        return "failed: " + (done.stderr.strip().splitlines() or ["no output"])[-1][:100]
    return fault_in(json.loads(done.stdout.strip().splitlines()[-1]))


def fault_in(report: dict[str, str | None]) -> str | None:
    """Return what is wrong with a report, or None."""
    asked, streamed, in_stream = report["asked"], report["streamed"], report["cited_in_stream"]
    if not (asked or "").startswith(f"{REEF} [1]"):
        return f"answered {asked!r:.100}"
    if streamed is not None and streamed != asked:
        return f"streamed {streamed!r:.100}"
    if not report["continued"]:
        return "did not continue"
    if REEF_PAGE not in (report["cited"] or ""):
        return "shows no citation of the article"
    if streamed is not None and REEF_PAGE not in (in_stream or ""):
        return "shows no citation of the article while streaming"
    is_explained = any(reason in (report["refused"] or "") for reason in REFUSALS)
    return None if is_explained else f"does not tell why it was refused: {report['refused']!r:.100}"


def version_of(client: Client, folder: Path) -> str:
    """Return the installed version of a client's package."""
    if client.is_node:
        described = folder / "node_modules" / client.package / "package.json"
        return str(json.loads(described.read_text(encoding="utf-8"))["version"])
    places = [str(place) for place in folder.glob("lib/python*/site-packages")]
    return next(iter(distributions(name=client.package, path=places))).version


def write_row(client: Client, version: str, fault: str | None) -> None:
    """Write the row of a client in the page."""
    PAGE.write_text(with_row(PAGE.read_text(encoding="utf-8"), client, version, fault), encoding="utf-8")


def with_row(page: str, client: Client, version: str, fault: str | None) -> str:
    """Return a page with the row of a client in its table, which is in the order of the clients."""
    before, _, rest = page.partition(START)
    table, _, after = rest.partition(END)
    rows = rows_in(table)
    result = (fault or "passed").replace("|", "/")
    rows[client.name, client.api] = f"| {client.name} | {version} | {client.api} | {result} |"
    ordered = [rows[each.name, each.api] for each in CLIENTS if (each.name, each.api) in rows]
    head = ["| client | version | API | result |", "| --- | --- | --- | --- |"]
    return before + "\n".join([START, "", *head, *ordered, "", END]) + after


def rows_in(table: str) -> dict[tuple[str, str], str]:
    """Return the rows of a table by the name of the client and the API."""
    rows = [line for line in table.splitlines() if line.startswith("| ")][2:]
    cells = ([cell.strip() for cell in row.strip("|").split("|")] for row in rows)
    return {(name, api): row for (name, _, api, _), row in zip(cells, rows, strict=True)}


if __name__ == "__main__":
    main()
