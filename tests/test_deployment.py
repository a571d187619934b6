"""The files and the guide for deployment: what they name exists, and what can be run here is run.

No image is built, as that needs a Docker engine and a registry; nginx and Caddy run where they are installed.
"""

import os
import re
import shlex
import shutil
import socket
import ssl
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import httpx2
import pytest
import yaml
from packaging.specifiers import SpecifierSet

from api.app import create_app
from api.commands import cli
from rag.corpus.local.corpus import LocalCorpus
from rag.language_model.openai_model import OpenAILanguageModel
from rag.settings import Settings, environment_name, load_settings
from tests.guides import ADDRESS, Block
from tests.guides import blocks as blocks_of
from tests.openai_server import Script, serving
from tests.test_api import COFFEE, as_article, running_service, served

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "deployment.md"
HASH = "sha256:" + "0" * 64


def dockerfile() -> list[tuple[str, str]]:
    """Return the instructions with their arguments."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [(line.split(" ", 1)[0], line.split(" ", 1)[1].strip()) for line in lines]


def arguments(instruction: str) -> list[str]:
    return [given for name, given in dockerfile() if name == instruction]


def compose(path: str = "compose.yaml") -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load((ROOT / path).read_text(encoding="utf-8"))
    return read


def blocks(*languages: str) -> list[Block]:
    return [block for block in blocks_of(PAGE.parent, "deployment") if block.language in languages]


# The container


def test_the_image_contains_only_the_package() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    packages = set(project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"])
    named = {project["project"]["readme"], *project["project"]["license-files"]}
    copied = {source for given in arguments("COPY") for source in given.split()[:-1]}
    assert copied == packages | named | {"pyproject.toml", "constraints.txt"}
    assert all((ROOT / source).exists() for source in copied)
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert ignored[0] == "*"
    assert {line[1:] for line in ignored if line.startswith("!")} == copied


def test_the_image_runs_a_valid_command_unprivileged_with_valid_settings() -> None:
    assert arguments("FROM") == ["${BASE}"]
    (base,) = arguments("ARG")
    pinned = re.fullmatch(r"BASE=python:(\d+\.\d+\.\d+)-slim@sha256:([0-9a-f]{64})", base)
    assert pinned is not None, base
    assert len(set(pinned[2])) > 10  # a digest, not a placeholder
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert pinned[1] in SpecifierSet(project["requires-python"])
    assert arguments("CMD") == ['["kutip", "serve"]']
    assert parses("kutip serve")
    (install,) = arguments("RUN")
    (user,) = arguments("USER")
    assert user == "kutip"
    assert f"useradd --system --uid 10001 --home-dir /data {user}" in install
    (variables,) = arguments("ENV")
    values = dict(pair.split("=", 1) for pair in variables.split())
    settings = {environment_name(name): name for name in Settings.model_fields}
    given = load_settings(**{settings[name]: value for name, value in values.items()})
    assert given.data_dir == Path("/data")
    assert arguments("EXPOSE") == [str(given.port)]
    (volumes,) = arguments("VOLUME")
    assert all(f" {volume}" in install for volume in yaml.safe_load(volumes))


def healthcheck(address: str) -> int:
    """Run the image's health check against a server; return its exit status."""
    (check,) = arguments("HEALTHCHECK")
    command = yaml.safe_load(check[check.index("CMD") + 3 :])
    assert command[:2] == ["python", "-c"]
    environment = {**os.environ, "KUTIP_PORT": address.rpartition(":")[2]}
    return subprocess.run(
        [sys.executable, "-c", command[2]], env=environment, capture_output=True, check=False
    ).returncode


def test_the_health_check_detects_whether_a_server_answers(tmp_path: Path) -> None:
    with running_service(tmp_path / "data") as service, served(create_app(service)) as address:
        assert healthcheck(address) == 0
        (tmp_path / "data" / "corpus.sqlite3").rename(tmp_path / "gone")
        for file in (tmp_path / "data").glob("corpus.sqlite3-*"):
            file.unlink()
        assert isinstance(service.corpus, LocalCorpus)
        service.corpus._database.close()
        (tmp_path / "data" / "corpus.sqlite3").write_bytes(b"This is no database. " * 400)
        assert httpx2.get(f"{address}/health/ready").status_code == 503
        assert healthcheck(address) == 1
        (tmp_path / "data" / "corpus.sqlite3").unlink()
    assert healthcheck(address) == 1


def test_compose_agrees_with_the_image_and_drops_privileges() -> None:
    (name, service), *others = compose()["services"].items()
    assert (name, others) == ("kutip", [])
    mounted = dict(volume.split(":") for volume in service["volumes"])
    assert set(compose()["volumes"]) == set(mounted)
    assert sorted(mounted.values()) == sorted(yaml.safe_load(arguments("VOLUME")[0]))
    assert service["ports"] == [f"127.0.0.1:8000:{arguments('EXPOSE')[0]}"]
    assert (service["read_only"], service["tmpfs"], service["cap_drop"]) == (True, "/tmp", ["ALL"])  # noqa: S108
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert f"`{service['env_file']}`" in PAGE.read_text(encoding="utf-8")
    grace = int(service["stop_grace_period"].removesuffix("s"))
    assert grace > load_settings().shutdown_seconds


# The guide


def test_the_guide_s_settings_exist(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (block,) = blocks("dotenv")
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text(block.text.replace("sha256:…", HASH), encoding="utf-8")
    settings = load_settings()
    assert settings.admin_keys is not None
    assert (settings.rate_limit, settings.log_format) == (120, "json")
    assert settings.public_url == "https://kutip.example.org"


def parses(command: str) -> bool:
    """Whether Kutip's command line takes a command with its options."""
    words = shlex.split(command)
    assert words[0].endswith("kutip")
    group: click.Command = cli
    context = click.Context(cli)
    words = words[1:]
    while isinstance(group, click.Group):
        found = group.get_command(context, words.pop(0))
        assert found is not None, command
        group = found
    group.make_context("kutip", words)  # raises what a user would be told
    return True


_KUTIP = re.compile(
    r"(?<![\w/.-])(?:/opt/kutip/bin/)?kutip (?:serve|ingest|doctor|backup|restore|key)[^|<'\"`#\n]*"
)


def test_the_guide_s_commands_are_valid() -> None:
    text = PAGE.read_text(encoding="utf-8")
    code = "\n".join(block.text for block in blocks("sh", "systemd")) + "\n".join(
        re.findall(r"`([^`\n]+)`", text)
    )
    found = [command.strip() for command in _KUTIP.findall(code.replace("$$(date +%%u)", "1"))]
    assert {command.split()[1] for command in found} == {
        "serve",
        "ingest",
        "doctor",
        "backup",
        "restore",
        "key",
    }
    complete = [command for command in found if command not in ("kutip backup", "kutip restore")]
    assert all(parses(command) for command in complete)


def test_the_guide_s_metrics_exist(tmp_path: Path) -> None:
    with running_service(tmp_path) as service, served(create_app(service)) as address:
        measured = httpx2.get(f"{address}/metrics").text
    names = set(re.findall(r"\bkutip_\w+", PAGE.read_text(encoding="utf-8")))
    assert len(names) > 4
    assert [name for name in names if f"# TYPE {name.removesuffix('_total')}" not in measured] == []


def test_the_guide_s_links_work() -> None:
    for link in re.findall(r"\]\(([^)#]+)(?:#[\w-]+)?\)", PAGE.read_text(encoding="utf-8")):
        assert (PAGE.parent / link).exists(), link


def installed(program: str, package: str) -> str:
    found = shutil.which(program) or shutil.which(program, path="/usr/sbin")
    if found is None:
        pytest.skip(f"{program} is not installed: apt-get install {package}")
    return found


def test_systemd_accepts_the_units(tmp_path: Path) -> None:
    verify = installed("systemd-analyze", "systemd")
    units = dict(
        zip(("kutip.service", "kutip-backup.service", "kutip-backup.timer"), blocks("systemd"), strict=True)
    )
    text = PAGE.read_text(encoding="utf-8")
    for name, block in units.items():
        assert f"`/etc/systemd/system/{name}`" in text
        here = block.text.replace("/opt/kutip/bin/kutip", sys.executable).replace("User=kutip", "User=root")
        (tmp_path / name).write_text(here, encoding="utf-8")
    done = subprocess.run(
        [verify, "verify", "--man=no", *(str(tmp_path / name) for name in units)],
        capture_output=True,
        text=True,
        check=False,
    )
    told = [line for line in done.stderr.splitlines() if str(tmp_path) in line or "kutip" in line]
    assert (done.returncode, told) == (0, []), done.stderr


def test_a_unit_s_stop_timeout_is_longer_than_that_of_running_answers() -> None:
    (seconds,) = re.findall(r"TimeoutStopSec=(\d+)", blocks("systemd")[0].text)
    assert int(seconds) > load_settings().shutdown_seconds


# Proxies


@dataclass(frozen=True)
class Proxy:
    """A proxy that runs before a server: where it listens, and what its certificate is checked by."""

    url: str
    verify: ssl.SSLContext | bool
    public_url: str


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@contextmanager
def running(command: list[str], folder: Path, port: int) -> Iterator[None]:
    """Run a proxy until it is done with, from when it listens."""
    environment = {"HOME": str(folder), "PATH": "/usr/sbin:/usr/bin:/bin"}
    with (
        (folder / "log").open("w") as log,
        subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log) as process,
    ):
        try:
            deadline = time.monotonic() + 60
            while True:
                try:
                    socket.create_connection(("127.0.0.1", port), timeout=1).close()
                    break
                except OSError:
                    assert process.poll() is None, (folder / "log").read_text()
                    assert time.monotonic() < deadline, (folder / "log").read_text()
                    time.sleep(0.05)
            yield
        finally:
            process.terminate()


@contextmanager
def nginx(upstream: str, folder: Path) -> Iterator[Proxy]:
    program, port = installed("nginx", "nginx-light"), free_port()
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    subprocess.run(
        [
            *(installed("openssl", "openssl"), "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1"),
            *("-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"),
            *("-keyout", str(key), "-out", str(certificate)),
        ],
        capture_output=True,
        check=True,
    )
    (block,) = blocks("nginx")
    server = re.sub(r"ssl_certificate .*", f"ssl_certificate {certificate};", block.at(upstream))
    server = re.sub(r"ssl_certificate_key .*", f"ssl_certificate_key {key};", server)
    server = server.replace("listen 443 ssl", f"listen 127.0.0.1:{port} ssl")
    temporary = "".join(
        f"{name}_temp_path {folder}/{name};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(
        f"daemon off; pid {folder}/pid; error_log stderr; user root; events {{}}\n"
        f"http {{ access_log off; {temporary}\n{server}}}\n"
    )
    command = [program, "-p", str(folder), "-e", "stderr", "-c", str(folder / "nginx.conf")]
    with running(command, folder, port):
        context = ssl.create_default_context(cafile=certificate)
        yield Proxy(f"https://127.0.0.1:{port}", context, "https://127.0.0.1")


@contextmanager
def caddy(upstream: str, folder: Path) -> Iterator[Proxy]:
    program, port = installed("caddy", "caddy"), free_port()
    (block,) = blocks("caddyfile")
    url = f"http://127.0.0.1:{port}"
    site = block.text.replace("kutip.example.org", url)
    site = site.replace(ADDRESS.removeprefix("http://"), upstream.removeprefix("http://"))
    (folder / "Caddyfile").write_text("{\n\tadmin off\n}\n" + site)
    command = [program, "run", "--config", str(folder / "Caddyfile"), "--adapter", "caddyfile"]
    with running(command, folder, port):
        yield Proxy(url, True, url)


@pytest.mark.parametrize("proxy", [nginx, caddy])
def test_a_proxy_passes_on_streams_large_bodies_and_client_addresses(
    tmp_path: Path, proxy: Callable[[str, Path], Any]
) -> None:
    # The language model says nothing until the test is over: what arrives meanwhile was not held back.
    with serving(Script(["Kopi."], hang_seconds=3600)) as model_url:
        model = OpenAILanguageModel(
            "scripted", api_key="none", base_url=model_url, timeout_seconds=600, max_tokens=400
        )
        with running_service(tmp_path / "data", model=model) as service:
            list(service.ingestion.ingest([as_article({**COFFEE, "url": None})]))
            with (
                served(create_app(service)) as upstream,
                proxy(upstream, tmp_path) as before,
                httpx2.Client(base_url=before.url, verify=before.verify, timeout=60) as client,
            ):
                assert client.get("/metrics").status_code == 404
                article = {"id": "besar", "paragraphs": ["Kopi."], "metadata": {"pad": "x" * 3_000_000}}
                assert client.post("/v1/articles", json=article).status_code == 200
                chat = {
                    "model": "kutip-extractive",
                    "messages": [{"role": "user", "content": "Berapa ton panen kopi?"}],
                }
                reply = client.post("/v1/chat/completions", json=chat).json()
                assert reply["citations"][0].startswith(f"{before.public_url}/?article=")
                question = {"question": "Berapa ton panen kopi?", "stream": True}
                with client.stream("POST", "/v1/ask", json=question) as stream:
                    assert next(stream.iter_lines()) == "event: hits"


def test_milvus_requires_a_user_and_listens_only_locally() -> None:
    described, values = compose("deploy/milvus/compose.yaml"), compose("deploy/milvus/values.yaml")
    (milvus,) = described["services"].values()
    assert milvus["environment"]["COMMON_SECURITY_AUTHORIZATIONENABLED"] == "true"
    assert [port.partition(":")[0] for port in milvus["ports"]] == ["127.0.0.1"]
    assert {config["source"] for config in milvus["configs"]} == set(described["configs"])
    assert {volume.partition(":")[0] for volume in milvus["volumes"]} == set(described["volumes"])
    assert milvus["image"].partition(":")[2] == values["image"]["all"]["tag"]


def test_the_container_and_the_units_limit_what_a_process_may_use() -> None:
    (service,) = compose()["services"].values()
    assert (service["mem_limit"], service["pids_limit"], service["ulimits"]) == ("4g", 512, {"nofile": 16384})
    server, backup, _ = (block.text for block in blocks("systemd"))
    assert "LimitNOFILE=16384\n" in server
    hardening = {line for line in server.splitlines() if line.startswith(("Protect", "Private", "NoNew"))}
    for unit in (server, backup):
        assert "UMask=0077\n" in unit
        assert hardening <= set(unit.splitlines())
