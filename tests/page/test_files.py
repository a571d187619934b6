"""The page's files as they are sent: headers, policies, nothing that could turn a text into markup."""

import graphlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.routes.page import FOLDER, POLICY
from tests.test_api import check_problem, client_of, running_service

FILES = sorted(path.name for path in FOLDER.iterdir())


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """Give a client of an empty service."""
    with running_service(tmp_path_factory.mktemp("files")) as service:
        yield client_of(create_app(service))


def source(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")


SCRIPTS = {name: source(name) for name in FILES if name.endswith(".js")}


@pytest.mark.parametrize("path", ["/", *(f"/page/{name}" for name in FILES)])
def test_every_file_is_sent_under_a_strict_policy(client: TestClient, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 200
    headers = response.headers
    assert headers["content-security-policy"] == POLICY.format(frame_ancestors="'none'")
    assert (headers["x-content-type-options"], headers["referrer-policy"]) == ("nosniff", "no-referrer")
    again = client.get(path, headers={"If-None-Match": headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == headers["etag"]
    assert client.get(path, headers={"If-None-Match": '"other"'}).status_code == 200


def test_the_policy_allows_only_the_page_itself() -> None:
    policy = dict(
        directive.split(" ", 1) for directive in POLICY.format(frame_ancestors="'none'").split("; ")
    )
    assert policy == {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self' data:",
        "connect-src": "'self'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "require-trusted-types-for": "'script'",
        "trusted-types": "'none'",
        "frame-ancestors": "'none'",
    }


@pytest.mark.parametrize("name", ["nothing.js", "..%2Fapp.py", "%2e%2e%2fapp.py", ".", "page.py", "<b>"])
def test_there_are_no_other_files(client: TestClient, name: str) -> None:
    check_problem(client.get(f"/page/{name}"), 404)


def test_the_page_may_be_framed_where_the_setting_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KUTIP_FRAME_ANCESTORS", "https://example.org  https://*.example.net:8443")
    with running_service(tmp_path) as service:
        response = client_of(create_app(service)).get("/")
    policy = response.headers["content-security-policy"]
    assert policy.endswith("; frame-ancestors https://example.org https://*.example.net:8443")


@pytest.mark.parametrize("name", FILES)
def test_no_text_becomes_markup_or_code(name: str) -> None:
    sinks = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function|DOMParser|srcdoc"
    assert re.findall(sinks, source(name)) == []


def test_the_page_has_no_inline_code_and_no_external_urls() -> None:
    page = source("index.html")
    assert (
        re.findall(
            r"<style|\sstyle=|\son\w+=|<script(?! type=\"module\" src=\"page/page.js\"></script>)", page
        )
        == []
    )
    addresses = {address for name in FILES for address in re.findall(r"https?://[^\s\"'`]+", source(name))}
    assert addresses == {"http://www.w3.org/2000/svg"}  # the name of a language, which nobody opens


def test_the_page_s_modules_have_no_import_cycle() -> None:
    imported = {name: set(re.findall(r"from '\./(\w+\.js)'", text)) for name, text in SCRIPTS.items()}
    order = list(graphlib.TopologicalSorter(imported).static_order())  # a CycleError names the modules
    assert sorted(order) == sorted(SCRIPTS)
    assert order[-1] == "page.js"


def words(language: str) -> set[str]:
    table = re.search(rf"^  {language}: {{\n(.*?)^  }},", SCRIPTS["words.js"], re.S | re.M)
    assert table is not None
    return set(re.findall(r"^    (\w+):", table[1], re.M))


def test_both_languages_have_the_same_entries() -> None:
    assert words("id") == words("en")
    assert len(words("en")) > 60


# Said by the name that the service gives them.
FROM_THE_SERVICE = {
    *("supported", "unsupported", "contradicted", "unchecked"),
    *("empty_corpus", "filters_leave_nothing", "nothing_relevant", "evidence_does_not_answer"),
    *("llm_unavailable", "llm_timeout", "llm_rate_limited", "llm_cut_off"),
    *("llm_context_exceeded", "llm_uncited", "llm_paused", "llm_error"),
}


def test_every_text_is_used_and_none_is_missing() -> None:
    scripts = "\n".join(text for name, text in SCRIPTS.items() if name != "words.js")
    asked_for = set(re.findall(r"say\('(\w+)'", scripts))
    asked_for |= set(re.findall(r'data-word(?:-\w+)?="(\w+)"', source("index.html")))
    assert asked_for <= words("en")
    quoted = set(re.findall(r"'(\w+)'", scripts))
    assert words("en") - asked_for - quoted - FROM_THE_SERVICE == set()
    assert words("en") >= FROM_THE_SERVICE
