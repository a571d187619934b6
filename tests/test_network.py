"""Nothing is asked of the network but of the language model that is configured."""

import ast
import json
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from api.app import create_app
from tests.test_api import client_of, running_service
from tests.test_architecture import ROOT, TREES

# What can open a connection, of the standard library and of what is installed.
CONNECTING = frozenset(
    {
        *("ftplib", "http.client", "http.server", "imaplib", "poplib", "smtplib", "socket", "socketserver"),
        *("ssl", "urllib.request", "webbrowser", "xmlrpc"),
        *("aiohttp", "grpc", "httpcore", "httpcore2", "httpx", "httpx2", "huggingface_hub", "openai"),
        "opentelemetry.exporter",
        *("pymilvus", "ray", "requests", "urllib3", "websockets"),
    }
)
# Which modules import them, and why; one of ours that is not here opens none by itself.
ALLOWED = {
    "rag.language_model.bounded_replies": ({"httpx2"}, "limits what the client receives"),
    "rag.language_model.openai_model": ({"httpx2", "openai"}, "asks the language model that is configured"),
    "rag.fetching.fetcher": ({"httpcore2", "httpx2"}, "fetches the addresses that `kutip ingest` is given"),
    "rag.fetching.network": (
        {"httpcore2", "socket", "ssl"},
        "checks the addresses that the fetcher connects to",
    ),
    "api.observability.span_provider": (
        {"opentelemetry.exporter"},
        "sends traces to the collector that a setting names",
    ),
    "api.commands.serve": ({"socket"}, "listens"),
    "api.workers": ({"socket"}, "listens"),
    "rag.corpus.milvus.layout": ({"pymilvus"}, "says what is kept there"),
    "rag.corpus.milvus.server": ({"grpc", "pymilvus"}, "keeps articles in the Milvus that a setting names"),
    "rag.ray_ingestion": ({"ray"}, "gives work to a Ray of this machine, or of RAY_ADDRESS"),
    "embeddings.loading": (
        {"huggingface_hub"},
        "fetches a model that a setting names by its name on the hub",
    ),
}


def test_only_listed_modules_import_network_libraries() -> None:
    found = {module: names for module, tree in TREES.items() if (names := connecting(tree))}
    assert found == {module: names for module, (names, _) in ALLOWED.items()}


def connecting(tree: ast.AST) -> set[str]:
    imported: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            imported |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            imported |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return {name for name in CONNECTING if any(it == name or it.startswith(f"{name}.") for it in imported)}


# Python tells a hook of every connection and every look-up of a name, whoever makes it, before it is made.
WATCHED = """
import json, sys
noticed = []
# urllib3 binds, to see whether there is IPv6.
asking_nobody = ("socket.__new__", "socket.gethostname", "socket.bind")
def hook(event, arguments):
    if event.startswith("socket.") and event not in asking_nobody:
        noticed.append([event, repr(arguments[1:])])
sys.addaudithook(hook)
import asyncio
from rag.pipeline import Question
from rag.reading import Overrides, read_paths
from rag.service import build_service
from rag.settings import load_settings
with build_service(load_settings()) as service:
    results = list(service.ingestion.ingest(read_paths(sys.argv[1:], overrides=Overrides())))
    question = Question(text="Berapa potongan karang yang ditanam di Pulau Tebing Biru?")
    answer = asyncio.run(service.pipeline.answer(question))
statuses = [result.status for result in results]
print(json.dumps({"noticed": noticed, "statuses": statuses, "quotes": len(answer.citations)}))
"""


def test_reading_indexing_and_answering_open_no_connection(tmp_path: Path) -> None:
    seeds = ROOT / "seeds" / "articles"
    names = ("terumbu-karang-tebing-biru.html", "kelp-atlas.md", "banjir-lembah-arum.txt", "nusantara.jsonl")
    run = subprocess.run(
        [sys.executable, "-c", WATCHED, *(str(seeds / name) for name in names)],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT), "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    told = json.loads(run.stdout.splitlines()[-1])
    assert set(told["statuses"]) == {"created"}
    assert told["quotes"] > 0
    assert told["noticed"] == []


def test_adding_an_article_over_http_does_not_fetch_its_address(tmp_path: Path) -> None:
    with running_service(tmp_path) as service, socket.create_server(("127.0.0.1", 0)) as server:
        client = client_of(create_app(service))
        server.setblocking(False)
        url = f"http://127.0.0.1:{server.getsockname()[1]}/kabar"
        article = {"id": "kopi", "title": "Panen", "text": f"Panen kopi naik, tulis {url}.", "url": url}
        assert client.post("/v1/articles", json=article).status_code == 200
        for body in ({"url": url}, {"text": url, "url": url}, {"articles": [{"id": "b", "text": url}]}):
            client.post("/v1/articles", json=body)
        with pytest.raises(BlockingIOError):
            server.accept()
