"""Which models judge claims, by the settings, and what works without the cross-encoder."""

import asyncio
import logging
from pathlib import Path

import pytest

from embeddings import adapter
from rag.answering.reviewer import ClaimReviewer
from rag.errors import CrossEncoderError, SettingsError
from rag.pipeline import Question
from rag.search.reranking import Reranking
from rag.service import build_service, load_claim_judge, load_language_model, load_reranking, load_reviewer
from rag.settings import Settings, load_settings
from tests.commands.running import kutip
from tests.conftest import article
from tests.contract import check_answer
from tests.embeddings.test_claim_model import LABELS, named
from tests.embeddings.test_cross_encoder import write
from tests.tiny_model import save_tiny_cross_encoder
from tests.word_cross_encoder import WordCrossEncoder

WORDS = WordCrossEncoder()


def with_model(**values: object) -> Settings:
    return load_settings(llm_model="kopi-1", openai_base_url="http://127.0.0.1:9/v1", **values)


@pytest.mark.parametrize(
    ("verifier", "has_judge", "has_reviewer"),
    [("auto", True, True), ("bundled", True, False), ("llm", False, True), ("off", False, False)],
)
def test_the_setting_chooses_the_judges(verifier: str, has_judge: bool, has_reviewer: bool) -> None:
    settings = with_model(verifier=verifier)
    assert load_claim_judge(settings, WORDS) is (WORDS if has_judge else None)
    reviewer = load_reviewer(settings, load_language_model(settings))
    assert isinstance(reviewer, ClaimReviewer) is has_reviewer


def test_the_reviewer_is_the_model_that_writes_unless_another_is_named() -> None:
    settings = with_model()
    writer = load_language_model(settings)
    reviewer = load_reviewer(settings, writer)
    other = load_reviewer(with_model(verifier_model="kopi-2"), writer)
    assert reviewer is not None
    assert other is not None
    assert reviewer.language_model is writer
    assert other.language_model.name == "kopi-2"


def test_without_a_language_model_nothing_reviews() -> None:
    assert load_reviewer(load_settings(), None) is None
    with pytest.raises(SettingsError, match="KUTIP_VERIFIER is 'llm', but no language model is set"):
        load_reviewer(load_settings(verifier="llm"), None)


def test_another_choice_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUTIP_VERIFIER", "maybe")
    with pytest.raises(SettingsError, match="KUTIP_VERIFIER"):
        load_settings()


@pytest.mark.parametrize("cross_encoder", [WORDS, None])
def test_the_claim_model_judges_with_and_without_the_cross_encoder(
    tmp_path: Path, cross_encoder: WordCrossEncoder | None
) -> None:
    folder = str(named(save_tiny_cross_encoder(tmp_path, labels=3), *LABELS))
    judge = load_claim_judge(load_settings(claim_model=folder), cross_encoder)
    assert judge is not None
    assert judge.name == folder
    assert load_claim_judge(load_settings(claim_model=folder, verifier="off"), WORDS) is None
    with pytest.raises(CrossEncoderError, match=r"^KUTIP_CLAIM_MODEL is '.*nowhere', which cannot be loaded"):
        load_claim_judge(load_settings(claim_model=str(tmp_path / "nowhere")), WORDS)


@pytest.mark.parametrize("fault", ["missing", "cut short"])
def test_without_the_adapter_verbatim_answers_are_unchecked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, fault: str
) -> None:
    path = tmp_path / "adapter.safetensors"
    if fault == "cut short":
        write(path).write_bytes(path.read_bytes()[:-100])
    monkeypatch.setattr(adapter.read_adapter, "__defaults__", (path,))
    with caplog.at_level(logging.WARNING), build_service(load_settings(data_dir=tmp_path)) as service:
        (record,) = [record for record in caplog.records if "adapter.safetensors" in record.getMessage()]
        assert record.getMessage().endswith("claims are `unchecked`, and no question is refused.")
        list(service.ingestion.ingest([article("kopi", "Harga kopi naik. Bus mogok.")]))
        assert service.pipeline.search(Question(text="Harga kopi?")).hits
        answer = asyncio.run(service.pipeline.answer(Question(text="Bagaimana harga kopi?")))
        check_answer(answer, service.corpus)
        assert {claim.verdict for claim in answer.claims} == {"unchecked"}


def test_the_reranking_has_no_cross_encoder_if_it_cannot_be_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adapter.read_adapter, "__defaults__", (tmp_path / "nowhere",))
    assert load_reranking(load_settings()) == Reranking()


def test_doctor_reports_the_cross_encoder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUTIP_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setattr(adapter.read_adapter, "__defaults__", (tmp_path / "nowhere",))
    ill = kutip("doctor")
    failed = [line for line in ill.out.splitlines() if line.startswith("failed")]
    assert ill.code == 1
    assert len(failed) == 1
    assert failed[0].startswith(f"failed  Cross-encoder: {tmp_path / 'nowhere'} cannot be read")
