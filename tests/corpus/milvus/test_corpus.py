"""The corpus in Milvus: what a server does to it, what killed workers leave, and what nobody ever sees."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, get_args

import grpc
import numpy as np
import pytest
from fastapi.testclient import TestClient
from pymilvus.grpc_gen import common_pb2, milvus_pb2

from api.app import create_app
from rag.corpus.milvus.corpus import MilvusCorpus
from rag.corpus.milvus.generations import Change
from rag.corpus.milvus.layout import Layout
from rag.corpus.milvus.rows import encoded_words, key_of, one_of
from rag.corpus.milvus.server import MilvusServer
from rag.corpus.protocol import EncoderIdentity
from rag.datatypes import Article, Counts, VectorIndexType
from rag.errors import (
    BadRequest,
    CorpusError,
    CorpusNotWritable,
    CorpusRefused,
    CorpusTimeout,
    CorpusTooNew,
    CorpusTooOld,
    EncoderMismatch,
)
from rag.ingestion import Ingestion
from rag.pipeline import Pipeline
from rag.service import Service
from rag.settings import load_settings
from tests.commands.running import kutip
from tests.conftest import article
from tests.corpora import (
    COFFEE,
    ENCODER,
    FLOOD,
    TOPIC_IDENTITY,
    add,
    check_against_brute_force,
    encoded,
    keyword_hits,
    keyword_ids,
    vector_hits,
    vector_ids,
)
from tests.milvus_link import Link
from tests.milvus_lite import free_port, start
from tests.missing import kutip_without
from tests.word_cross_encoder import reading_words

ROOT = Path(__file__).resolve().parents[3]


def open_corpus(uri: str, prefix: str, *, timeout_seconds: float = 30) -> MilvusCorpus:
    server = MilvusServer(uri, token=None, timeout_seconds=timeout_seconds)
    return MilvusCorpus(server, prefix=prefix, encoder=TOPIC_IDENTITY)


def changes_of(corpus: MilvusCorpus) -> list[Change]:
    return list(corpus._generations.changes())


def stored_in(corpus: MilvusCorpus) -> tuple[int, int, int]:
    """Return how many articles, documents and passages are stored, current or not."""
    collections, server = corpus._collections, corpus._server
    names = (collections.articles, collections.documents, collections.passages())
    articles, documents, passages = [server.count(name) if name else 0 for name in names]
    return articles, documents, passages


# Servers that fail


def client_of(corpus: MilvusCorpus) -> TestClient:
    service = Service(
        settings=load_settings(),
        corpus=corpus,
        pipeline=Pipeline(corpus=corpus, encoder=ENCODER, **reading_words()),
        ingestion=Ingestion(corpus, ENCODER, passage_max_tokens=40),
    )
    return TestClient(create_app(service))


def readiness(corpus: MilvusCorpus) -> tuple[int, str]:
    """Return the status of `GET /health/ready`, and what it says is wrong."""
    reply = client_of(corpus).get("/health/ready")
    return reply.status_code, reply.json().get("detail", "")


def test_an_unreachable_server_is_reported_and_used_when_it_is_back(tmp_path: Path, prefix: str) -> None:
    port = free_port()
    uri = f"http://127.0.0.1:{port}"
    with open_corpus(uri, prefix, timeout_seconds=2) as corpus:
        with pytest.raises(CorpusError, match=f"{uri} cannot be reached: start it, or correct KUTIP_MILVUS"):
            corpus.counts()
        client = client_of(corpus)
        reply = client.get("/health/ready")
        assert (reply.status_code, reply.json()["detail"]) == (
            503,
            "The server that stores the articles cannot be reached. See the service's log for details.",
        )
        assert client.get("/health/live").status_code == 200
        server = start(tmp_path, port)
        try:
            assert _eventually_ready(client) == {"articles": 0, "passages": 0}
            assert add(corpus, COFFEE, FLOOD) == ["created", "created"]
        finally:
            server.kill()
            server.wait()
        with pytest.raises(CorpusError, match="cannot be reached"):
            vector_hits(corpus, "kopi")
        assert client.get("/health/ready").status_code == 503
        server = start(tmp_path, port)  # what was acknowledged is there, although the server was killed
        try:
            assert _eventually_ready(client) == {"articles": 2, "passages": 3}
            assert vector_ids(corpus) == ["banjir", "kopi"]
            assert [hit.text for hit in keyword_hits(corpus, "harga")] == ["Harga kopi turun."]
        finally:
            server.kill()
            server.wait()


def _eventually_ready(client: TestClient) -> dict[str, int]:
    deadline = time.monotonic() + 60
    while True:
        reply = client.get("/health/ready")
        if reply.status_code == 200:
            return {name: reply.json()[name] for name in ("articles", "passages")}
        assert time.monotonic() < deadline, reply.text
        time.sleep(0.1)


def test_a_slow_server_is_waited_for_until_the_configured_timeout(
    link: tuple[str, Link], prefix: str
) -> None:
    uri, between = link
    with open_corpus(uri, prefix) as patient, open_corpus(uri, prefix, timeout_seconds=1) as corpus:
        add(patient, COFFEE)

        def slowly(request: bytes, passed_on: Any, context: Any) -> bytes:
            time.sleep(2)
            reply: bytes = passed_on()
            return reply

        between.faults |= dict.fromkeys(["Search", "Query"], slowly)
        with pytest.raises(
            CorpusError, match=r"did not answer within 1 seconds: .* raise KUTIP_MILVUS_TIMEOUT_SECONDS"
        ):
            vector_hits(corpus, "kopi")
        assert readiness(corpus) == (503, CorpusTimeout.public)
        del between.faults["Query"]
        assert [hit.article_id for hit in vector_hits(patient, "kopi", depth=1)] == ["kopi"]
        between.faults.clear()
        assert vector_ids(corpus) == ["kopi"]
        assert readiness(corpus)[0] == 200


def test_a_read_only_server_answers_searches(link: tuple[str, Link], prefix: str) -> None:
    uri, between = link
    with open_corpus(uri, prefix) as corpus:
        add(corpus, COFFEE)
        status = common_pb2.Status(code=9, error_code=50, reason="quota exceeded[reason=disk quota]")
        denied = milvus_pb2.MutationResult(status=status).SerializeToString()
        between.faults |= dict.fromkeys(["Upsert", "Delete"], lambda *_: denied)
        message = r"takes no writes \(quota exceeded\[reason=disk quota\]\): free memory or disk"
        with pytest.raises(CorpusNotWritable, match=message):
            add(corpus, FLOOD)
        with pytest.raises(CorpusNotWritable, match=message):
            corpus.remove("kopi")
        assert vector_ids(corpus) == ["kopi"]
        assert readiness(corpus) == (200, "")
        assert corpus.counts() == Counts(articles=1, passages=2)
        between.faults.clear()
        assert add(corpus, FLOOD) == ["created"]
        assert vector_ids(corpus) == ["banjir", "kopi"]


def test_a_server_of_another_version_is_refused(link: tuple[str, Link], prefix: str) -> None:
    uri, between = link
    old = milvus_pb2.GetVersionResponse(version="v2.4.15").SerializeToString()
    between.faults["GetVersion"] = lambda *_: old
    with open_corpus(uri, prefix) as corpus:
        with pytest.raises(CorpusError, match=r"is v2\.4\.15, Kutip needs 2\.5 or later: upgrade Milvus"):
            corpus.counts()
        assert readiness(corpus) == (503, CorpusTooOld.public)
        between.faults.clear()  # it was upgraded
        assert readiness(corpus)[0] == 200
        assert corpus.counts() == Counts(articles=0, passages=0)


def test_a_server_that_refuses_the_token_is_reported(link: tuple[str, Link], prefix: str) -> None:
    uri, between = link

    def refuse(request: bytes, passed_on: Any, context: Any) -> bytes:
        context.abort(grpc.StatusCode.UNAUTHENTICATED, "auth check failure, please check username")
        raise AssertionError

    with open_corpus(uri, prefix) as corpus:
        between.faults["Query"] = refuse
        with pytest.raises(CorpusError, match=r"refuses KUTIP_MILVUS_TOKEN \(auth check failure"):
            corpus.counts()
        assert readiness(corpus) == (503, CorpusRefused.public)
        between.faults.clear()  # the user was given the right
        assert readiness(corpus)[0] == 200


def test_a_corpus_of_another_format_is_refused(milvus_uri: str, prefix: str) -> None:
    with open_corpus(milvus_uri, prefix) as corpus:
        add(corpus, COFFEE)
        corpus._collections._write_state("format", 99)
    with pytest.raises(CorpusTooNew, match=r"format 99, but .* supports formats up to 1 in Milvus"):
        open_corpus(milvus_uri, prefix)


def test_readiness_reports_vectors_of_another_encoder(milvus_uri: str, prefix: str) -> None:
    with open_corpus(milvus_uri, prefix) as running:
        add(running, COFFEE)
        with MilvusCorpus(
            MilvusServer(milvus_uri, token=None, timeout_seconds=30), prefix=prefix, encoder=None
        ) as other:
            vectors = np.ones((2, 2), np.float32) / np.sqrt(2)
            other.encode_again(EncoderIdentity("other", 2), lambda source: (encoded(source)[0], vectors))
            assert readiness(running) == (503, EncoderMismatch.public)
            message = r"holds vectors of other \(2\); the configured encoder is topics \(7\): set KUTIP_EM"
            with pytest.raises(EncoderMismatch, match=message):
                running.counts()
            other.encode_again(TOPIC_IDENTITY, encoded)
        assert readiness(running) == (200, "")
        assert vector_ids(running) == ["kopi"]


def test_dropped_collections_are_created_again(milvus_uri: str, prefix: str) -> None:
    with open_corpus(milvus_uri, prefix) as corpus:
        add(corpus, COFFEE)
        collections = corpus._collections
        for name in (collections.articles, collections.documents, collections.state, collections.passages()):
            corpus._server.drop_collection(str(name))
        assert corpus.counts() == Counts(articles=0, passages=0)
        assert vector_ids(corpus) == []
        assert add(corpus, COFFEE) == ["created"]
        assert vector_ids(corpus) == ["kopi"]


def test_values_too_large_for_milvus_are_refused_before_anything_is_written(
    milvus_uri: str, prefix: str
) -> None:
    with open_corpus(milvus_uri, prefix) as corpus:
        add(corpus, COFFEE)
        for source, message in (
            (
                article("kopi", "Kopi.", title="T" * 70_000),
                r"'kopi' has a header of 70\d+ bytes, but Milvus can store at most 65535",
            ),
            (article("i" * 40_000, "Kopi."), "has an id of 80000 bytes, but Milvus can store at most 65535"),
            (
                article("kopi", "Kopi.", metadata={str(n): n for n in range(5000)}),
                "has 5000 metadata fields, but Milvus can store at most 4096",
            ),
        ):
            with pytest.raises(BadRequest, match=message):
                add(corpus, source)
        assert corpus.article("kopi") == COFFEE
        assert stored_in(corpus) == (1, 1, 2)
        assert [change.is_done for change in changes_of(corpus)] == [True]
        assert corpus.article("i" * 40_000) is None


def test_words_beyond_the_length_of_a_field_are_left_out() -> None:
    assert encoded_words(["kopi"] * 20_000) == " ".join(["kopi"] * 13_107)
    assert encoded_words([]) == "0x"


# Workers that are killed


def cut_after(link: Link, number: int) -> None:
    """Let `number` more writes through and nothing after them, as where a worker is killed."""
    left = [number]

    def write(request: bytes, passed_on: Any, context: Any) -> bytes:
        left[0] -= 1
        if left[0] < 0:
            refuse(request, passed_on, context)
        reply: bytes = passed_on()
        return reply

    def read(request: bytes, passed_on: Any, context: Any) -> bytes:
        if left[0] < 0:
            refuse(request, passed_on, context)
        reply: bytes = passed_on()
        return reply

    link.faults.update(Upsert=write, Delete=write, Query=read)


def refuse(request: bytes, passed_on: Any, context: Any) -> None:
    # Of the states that the client does not try again after.
    context.abort(grpc.StatusCode.RESOURCE_EXHAUSTED, "the worker is killed")


def swept(uri: str, prefix: str) -> MilvusCorpus:
    """Open a corpus of which everything unfinished has been given up, and clear it away."""
    server = MilvusServer(uri, token=None, timeout_seconds=30)
    corpus = MilvusCorpus(server, prefix=prefix, encoder=TOPIC_IDENTITY, abandoned_after_seconds=0)
    time.sleep(0.01)
    corpus.optimize()
    return corpus


EDITED = article("kopi", "Kopi satu.", "Kopi dua.", "Kopi tiga.", title="Panen")


def writes_of_an_edit(link: tuple[str, Link], prefix: str) -> int:
    """Return how many writes an edit is made of."""
    uri, between = link
    with open_corpus(uri, prefix) as corpus:
        add(corpus, COFFEE)
        between.sent.clear()
        add(corpus, EDITED)
        return sum(method in {"Upsert", "Delete"} for method in between.sent)


def test_a_worker_killed_at_any_write_leaves_a_complete_article_and_no_remains(
    link: tuple[str, Link], milvus_uri: str, prefix: str
) -> None:
    uri, between = link
    seen = set()
    writes = writes_of_an_edit(link, prefix)
    assert writes >= 6
    for number in range(writes):
        name = f"{prefix}_{number}"
        with open_corpus(milvus_uri, name) as other, open_corpus(uri, name) as killed:
            add(other, COFFEE, FLOOD)
            cut_after(between, number)
            with pytest.raises(CorpusError, match="the worker is killed"):
                add(killed, EDITED)
            between.faults.clear()
            for _ in range(2):  # before it is swept, and after
                current = other.article("kopi")
                assert current is not None
                assert current in [COFFEE, EDITED]
                texts = sorted(hit.text for hit in vector_hits(other, "kopi") if hit.article_id == "kopi")
                assert texts == sorted(current.paragraphs)
                assert sorted(passage.text for passage, _ in other.passages_of("kopi")) == texts
                assert {hit.article_id for hit in keyword_hits(other, "banjir")} == {"banjir"}
                swept(milvus_uri, name).close()
            is_edited = current == EDITED
            seen.add(is_edited)
            assert other.article("kopi", version=COFFEE.version) == COFFEE
            assert changes_of(other) == []
            assert stored_in(other) == ((2, 3, 4) if is_edited else (2, 2, 3))
            check_against_brute_force(other)
            assert add(other, EDITED) == ["unchanged" if is_edited else "updated"]
    assert seen == {False, True}


def test_a_worker_killed_at_any_write_of_a_removal_leaves_no_remains(
    link: tuple[str, Link], milvus_uri: str, prefix: str
) -> None:
    uri, between = link
    for number in range(4):
        name = f"{prefix}_{number}"
        with open_corpus(milvus_uri, name) as other, open_corpus(uri, name) as killed:
            add(other, COFFEE, EDITED, FLOOD)
            cut_after(between, number)
            with pytest.raises(CorpusError, match="the worker is killed"):
                killed.remove("kopi")
            between.faults.clear()
            is_removed = other.article("kopi") is None
            assert is_removed == (number >= 2)
            assert vector_ids(other) == (["banjir"] if is_removed else ["banjir", "kopi"])
            swept(milvus_uri, name).close()
            assert stored_in(other) == ((1, 1, 1) if is_removed else (2, 3, 4))
            assert changes_of(other) == []


def test_a_removed_article_stays_removed_while_another_worker_adds_it(
    link: tuple[str, Link], milvus_uri: str, prefix: str
) -> None:
    uri, between = link
    with open_corpus(milvus_uri, prefix) as other, open_corpus(uri, prefix) as slow:
        add(other, COFFEE, FLOOD)

        def while_it_adds(request: bytes, passed_on: Any, context: Any) -> bytes:
            reply: bytes = passed_on()
            if prefix.encode() + b"_articles" in request:
                between.faults.clear()
                assert other.remove("kopi") is True
            return reply

        between.faults["Upsert"] = while_it_adds
        assert add(slow, EDITED) == ["updated"]  # and was removed before that was said
        assert other.article("kopi") is None
        assert vector_ids(other) == ["banjir"]
        swept(milvus_uri, prefix).close()
        assert stored_in(other) == (1, 1, 1)
        assert changes_of(other) == []


def test_a_lost_reply_causes_no_duplicates(link: tuple[str, Link], milvus_uri: str, prefix: str) -> None:
    uri, between = link
    lost: list[bytes] = []

    def lose_the_reply(request: bytes, passed_on: Any, context: Any) -> bytes:
        reply: bytes = passed_on()
        if len(lost) % 2 == 0:
            lost.append(request)
            context.abort(grpc.StatusCode.UNAVAILABLE, "the connection broke")
        lost.append(request)
        return reply

    with open_corpus(uri, prefix) as corpus:
        corpus.counts()
        between.faults.update(Upsert=lose_the_reply, Delete=lose_the_reply)
        assert add(corpus, COFFEE, EDITED, EDITED) == ["created", "updated", "unchanged"]
        assert len(lost) > 10
        between.faults.clear()
        assert vector_ids(corpus) == ["kopi"]
    with swept(milvus_uri, prefix) as corpus:
        assert stored_in(corpus) == (1, 2, 3)
        check_against_brute_force(corpus)


# Several workers at once


def test_duplicates_of_two_unaware_workers_are_deleted_later(
    link: tuple[str, Link], milvus_uri: str, prefix: str
) -> None:
    uri, between = link
    with open_corpus(milvus_uri, prefix) as quick, open_corpus(uri, prefix) as slow:

        def before_it_is_current(request: bytes, passed_on: Any, context: Any) -> bytes:
            if prefix.encode() + b"_articles" in request:
                between.faults.clear()
                assert add(quick, COFFEE) == ["created"]  # and done, before the other's row is written
            reply: bytes = passed_on()
            return reply

        between.faults["Upsert"] = before_it_is_current
        assert add(slow, COFFEE) == ["created"]
        assert len(vector_hits(quick, "kopi")) == 2
        swept(milvus_uri, prefix).close()
        assert stored_in(quick) == (1, 1, 2)
        assert changes_of(quick) == []
        check_against_brute_force(quick)


def test_two_workers_that_add_the_same_articles_cause_no_duplicates(milvus_uri: str, prefix: str) -> None:
    articles = [article(f"{number}", f"Kopi {number}.", f"Banjir {number}.") for number in range(15)]

    def work() -> list[str]:
        with open_corpus(milvus_uri, prefix) as corpus:
            results = Ingestion(corpus, ENCODER, passage_max_tokens=40).ingest(articles)
            return [result.status for result in results]

    with ThreadPoolExecutor(3) as pool:
        done = [future.result() for future in [pool.submit(work) for _ in range(3)]]
    assert {status for statuses in done for status in statuses} <= {"created", "updated", "unchanged"}
    with swept(milvus_uri, prefix) as corpus:
        assert stored_in(corpus) == (15, 15, 30)
        assert changes_of(corpus) == []
        check_against_brute_force(corpus)


def test_of_two_concurrent_versions_one_becomes_current_and_both_are_kept(
    link: tuple[str, Link], milvus_uri: str, prefix: str
) -> None:
    uri, between = link
    other_edit = article("kopi", "Bus dan kopi.")
    with open_corpus(milvus_uri, prefix) as quick, open_corpus(uri, prefix) as slow:
        add(quick, COFFEE)

        def overtaken(request: bytes, passed_on: Any, context: Any) -> bytes:
            reply: bytes = passed_on()
            if prefix.encode() + b"_articles" in request:
                between.faults.clear()
                assert add(quick, other_edit) == ["updated"]
            return reply

        between.faults["Upsert"] = overtaken
        assert add(slow, EDITED) == ["updated"]
        assert quick.article("kopi") == other_edit
        for source in (COFFEE, EDITED, other_edit):
            assert quick.article("kopi", version=source.version) == source
        swept(milvus_uri, prefix).close()
        assert stored_in(quick) == (1, 3, 1)
        assert changes_of(quick) == []
        assert quick.article("kopi", version=EDITED.version) == EDITED


# What nobody ever sees


def test_an_article_that_changes_during_a_search_is_found_in_one_version(
    link: tuple[str, Link], milvus_uri: str, prefix: str
) -> None:
    uri, between = link
    with open_corpus(milvus_uri, prefix) as writer, open_corpus(uri, prefix) as reader:
        add(writer, COFFEE, FLOOD)
        versions = iter([EDITED, COFFEE])

        def edited_meanwhile(request: bytes, passed_on: Any, context: Any) -> bytes:
            reply: bytes = passed_on()
            if (version := next(versions, None)) is not None:
                add(writer, version)
            return reply

        between.faults["Search"] = edited_meanwhile
        texts = [hit.text for hit in vector_hits(reader, "kopi") if hit.article_id == "kopi"]
        assert sorted(texts) == sorted(COFFEE.paragraphs)
        assert between.sent.count("Search") >= 3


def test_passages_of_an_article_that_is_being_added_are_not_found(
    link: tuple[str, Link], milvus_uri: str, prefix: str
) -> None:
    uri, between = link
    seen: list[tuple[list[str], list[str], Article | None]] = []
    with open_corpus(milvus_uri, prefix) as reader, open_corpus(uri, prefix) as writer:
        add(reader, FLOOD)

        def look(request: bytes, passed_on: Any, context: Any) -> bytes:
            reply: bytes = passed_on()
            seen.append((vector_ids(reader), keyword_ids(reader, "harga"), reader.article("kopi")))
            return reply

        between.faults["Upsert"] = look
        add(writer, COFFEE)
    assert seen == [(["banjir"], [], None)] * 3 + [(["banjir", "kopi"], ["kopi"], COFFEE)] * 2


# Settings and commands


@pytest.fixture
def milvus_settings(milvus_uri: str, prefix: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Set what has commands use the server."""
    monkeypatch.setenv("KUTIP_CORPUS", "milvus")
    monkeypatch.setenv("KUTIP_MILVUS_URI", milvus_uri)
    monkeypatch.setenv("KUTIP_MILVUS_PREFIX", prefix)


@pytest.mark.usefixtures("milvus_settings")
def test_commands_use_the_corpus_that_the_settings_name(milvus_uri: str, prefix: str) -> None:
    empty = kutip("articles", "list")
    assert (empty.code, empty.out) == (3, "")
    assert f"There are no articles yet in {milvus_uri}, collections {prefix}_…. Add some with" in empty.err
    assert "or set KUTIP_MILVUS_PREFIX" in empty.err
    with open_corpus(milvus_uri, prefix) as corpus:
        add(corpus, COFFEE, FLOOD)
    listed = kutip("articles", "list", "--json")
    assert [each["id"] for each in json.loads(listed.out)["articles"]] == ["banjir", "kopi"]
    assert "Harga kopi turun." in kutip("articles", "show", "kopi").out
    assert kutip("articles", "delete", "kopi").code == 0
    assert kutip("articles", "show", "kopi").code == 1
    with open_corpus(milvus_uri, prefix) as corpus:
        assert corpus.counts() == Counts(articles=1, passages=1)


@pytest.mark.usefixtures("milvus_settings")
@pytest.mark.parametrize("command", ["backup", "restore"])
def test_backups_of_folders_are_refused(command: str, tmp_path: Path) -> None:
    result = kutip(command, str(tmp_path / "file"))
    assert result.code == 2
    assert "KUTIP_CORPUS is 'milvus', and this command works on the `local` corpus only" in result.err


def test_without_an_address_the_error_names_the_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUTIP_CORPUS", "milvus")
    result = kutip("articles", "list")
    assert result.code == 2
    assert "KUTIP_MILVUS_URI is not set. Set it to the address of the server" in result.err


def test_without_the_client_the_error_names_the_extra(tmp_path: Path) -> None:
    uri = "http://127.0.0.1:1"
    run = kutip_without("pymilvus", tmp_path, "articles", "list", corpus="milvus", milvus_uri=uri)
    assert run.returncode == 2
    assert "the Milvus client is not installed. Run `pip install 'kutip[milvus]'`" in run.stderr


def test_the_local_corpus_needs_no_client(tmp_path: Path) -> None:
    run = kutip_without("pymilvus", tmp_path, "articles", "list")
    assert (run.returncode, "Add some with `kutip ingest PATH`" in run.stderr) == (3, True)


def test_every_configurable_index_is_searched_deep_enough() -> None:
    for index in get_args(VectorIndexType):
        params = Layout(index=index).search_params(5000)
        assert all(value >= 5000 for name, value in params.items() if name != "nprobe")


# What is wrong with what is stored


def test_an_article_without_passages_is_found_and_repaired(milvus_uri: str, prefix: str) -> None:
    with open_corpus(milvus_uri, prefix) as corpus:
        add(corpus, COFFEE, FLOOD)
        name = corpus._collections.passages()
        assert name is not None
        (lost,) = (row["id"] for row in corpus._server.query(name, 'text == "Harga kopi turun."', ["id"]))
        corpus._server.delete(name, f"id in [{lost}]")
        (finding,) = corpus.check(on_progress=lambda done, total: None)
        assert finding.message == "1 articles with words outside all passages, or in two passages ('kopi')"
        corpus.repair([finding], encoded)
        assert corpus.check(on_progress=lambda done, total: None) == []
        assert stored_in(corpus)[2] == 3
        check_against_brute_force(corpus)


def test_an_article_without_its_document_is_found(milvus_uri: str, prefix: str) -> None:
    with open_corpus(milvus_uri, prefix) as corpus:
        add(corpus, COFFEE, FLOOD)
        corpus._server.delete(corpus._collections.documents, one_of("article", [key_of("kopi")]))
        (finding,) = corpus.check(on_progress=lambda done, total: None)
        assert finding.message == "1 articles that do not match their version ('kopi')"
        assert finding.problem.repair is None
