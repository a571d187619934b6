"""The log of a service: one line a request, its id in every line, texts only where told to."""

import io
import json
import logging
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx2
from hypothesis import given
from hypothesis import strategies as st

from api.app import create_app
from api.observability.log_lines import JsonLines, TextLines, fields
from rag.language_model.openai_model import OpenAILanguageModel
from tests.guards.test_access import service_app
from tests.openai_server import Script, serving
from tests.test_api import running_service, served

Json = dict[str, Any]

QUESTION = "Berapa ton panen kopi?"


@contextmanager
def logged(formatter: logging.Formatter, *, level: int = logging.INFO) -> Iterator[io.StringIO]:
    """Give what is logged meanwhile by us and by the server."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter)
    loggers = [logging.getLogger(name) for name in ("api", "rag", "uvicorn.error")]
    before = [logger.level for logger in loggers]
    for logger in loggers:
        logger.addHandler(handler)
        logger.setLevel(level if logger.name != "uvicorn.error" else logging.WARNING)
    try:
        yield stream
    finally:
        for logger, former in zip(loggers, before, strict=True):
            logger.removeHandler(handler)
            logger.setLevel(former)


def json_lines(stream: io.StringIO) -> list[Json]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def record(message: str, **values: Any) -> logging.LogRecord:
    made = logging.LogRecord("api.some", logging.WARNING, __file__, 1, message, (), None)
    made.__dict__.update(fields(**values))
    return made


def test_each_request_is_one_log_line_with_its_route_but_not_its_path(tmp_path: Path) -> None:
    with running_service(tmp_path) as service, logged(JsonLines()) as stream:
        with served(create_app(service)) as url:
            httpx2.get(f"{url}/v1/articles/rahasia?version=rahasia", headers={"X-Request-ID": "kopi-1"})
            httpx2.post(f"{url}/v1/search", json={"query": "rahasia"}, headers={"X-Request-ID": "kopi-2"})
            secret = {"X-Request-ID": "kopi-3", "Authorization": "Bearer rahasia"}
            httpx2.get(f"{url}/rahasia", headers=secret)
        lines = json_lines(stream)
    assert "rahasia" not in stream.getvalue()
    assert [(line["request_id"], line["method"], line["route"], line["status"]) for line in lines] == [
        ("kopi-1", "GET", "/v1/articles/{article_id:path}", 404),
        ("kopi-2", "POST", "/v1/search", 200),
        ("kopi-3", "GET", "none", 404),
    ]
    assert list(lines[0]) == [
        *("time", "level", "process", "logger", "request_id", "message"),
        *("method", "route", "status", "milliseconds"),
    ]
    assert datetime.fromisoformat(lines[0]["time"]).tzinfo is not None
    assert all(0 < line["milliseconds"] < 60_000 for line in lines)


def test_an_unexpected_error_is_logged_once_with_its_traceback_and_id(tmp_path: Path) -> None:
    with running_service(tmp_path) as service:
        app = create_app(service)

        @app.get("/fails")
        def fails() -> None:
            raise RuntimeError("what only the log tells")

        # In this order, as the server sets up its loggers when it starts.
        with served(app) as url, logged(JsonLines()) as stream:
            reply = httpx2.get(f"{url}/fails", headers={"X-Request-ID": "kopi-17"})
            deadline = time.monotonic() + 10
            while stream.getvalue().count("\n") < 2 and time.monotonic() < deadline:
                time.sleep(0.01)  # the server logs it behind the reply
    assert reply.status_code == 500
    assert "what only the log tells" not in reply.text
    assert str(Path(__file__).parent.parent) not in reply.text
    lines = json_lines(stream)
    assert [line["request_id"] for line in lines] == ["kopi-17", "kopi-17"]
    assert [(line["level"], line.get("status")) for line in lines] == [("info", 500), ("error", None)]
    assert lines[1]["traceback"].endswith("RuntimeError: what only the log tells")
    assert stream.getvalue().count("RuntimeError: what only the log tells") == 1


def test_errors_in_threads_and_streams_are_logged_with_the_request_id(tmp_path: Path) -> None:
    with serving(Script(status=500)) as model_url:
        model = OpenAILanguageModel(
            "scripted", api_key="kunci-rahasia", base_url=model_url, timeout_seconds=20, max_tokens=100
        )
        with service_app(tmp_path, model=model) as app, logged(JsonLines()) as stream, served(app) as url:
            for stream_it in (False, True):
                body = {"question": QUESTION, "stream": stream_it}
                httpx2.post(f"{url}/v1/ask", json=body, headers={"X-Request-ID": f"kopi-{stream_it}"})
    found = [(line["level"], line["request_id"]) for line in json_lines(stream)]
    assert found == [
        *(("warning", "kopi-False"), ("info", "kopi-False")),
        *(("warning", "kopi-True"), ("info", "kopi-True")),
    ]
    assert "kunci-rahasia" not in stream.getvalue()
    assert QUESTION not in stream.getvalue()


def test_texts_are_logged_only_if_configured(tmp_path: Path) -> None:
    with service_app(tmp_path, log_texts="true") as app, logged(JsonLines()) as stream, served(app) as url:
        answer = httpx2.post(f"{url}/v1/ask", json={"question": QUESTION}).json()
        httpx2.post(f"{url}/v1/search", json={"query": "harga kopi"})
    lines = json_lines(stream)
    assert [line["message"] for line in lines] == ["answered", "request", "searched", "request"]
    assert (lines[0]["question"], lines[0]["answer"]) == (QUESTION, answer["answer"])
    assert (lines[2]["query"], lines[2]["hits"]) == ("harga kopi", 2)
    assert lines[0]["request_id"] == lines[1]["request_id"] != lines[3]["request_id"]


def test_the_format_of_a_text_line() -> None:
    line = TextLines().format(record("kopi", route="/v1/ask", status=200))
    time, rest = line.split(" ", 1)
    assert rest == f'WARNING {os.getpid()} api.some - kopi route="/v1/ask" status=200'
    assert datetime.fromisoformat(time).tzinfo is not None


@given(st.text(), st.text())
def test_any_message_is_logged_as_one_line(message: str, value: str) -> None:
    text = TextLines().format(record(message.replace("%", "%%"), told=value))
    assert len(text.splitlines()) == 1
    assert "\x1b" not in text
    line = JsonLines().format(record(message.replace("%", "%%"), told=value))
    assert "\n" not in line
    assert json.loads(line)["told"] == value


def test_a_lone_surrogate_can_be_logged() -> None:
    for formatter in (TextLines(), JsonLines()):
        assert formatter.format(record("kopi \ud83d", told="\ud83d")).encode()
