"""A verdict `supported` comes only from the cross-encoder or from the review of a language model."""

import ast
import asyncio
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from embeddings.cross_encoder import CrossEncoder, Reading
from embeddings.weights import FloatArray
from rag.corpus.local.corpus import LocalCorpus
from rag.datatypes import Answer, AnswerMode, UnsupportedPolicy
from rag.ingestion import Ingestion
from rag.pipeline import Pipeline, Question
from rag.search.reranking import Reranking
from tests.conftest import TopicEncoder, article
from tests.contract import check_answer
from tests.language_model.test_openai_model import model_at
from tests.openai_server import Script, serving
from tests.word_cross_encoder import WordCrossEncoder

ROOT = Path(__file__).parents[2]
SENTENCES = ["Panen kopi mencapai 1.500 ton.", "Harga kopi naik.", "Harga kopi naik."]
WRITTEN = "Panen kopi mencapai 1.500 ton. {1} Harga kopi naik [1]. Harga kopi turun. Bus mogok di jalan."

# The modules that give a verdict: from the cross-encoder's probabilities, or from a review.
GIVING = {"rag/verification/judgement.py", "rag/answering/extractive_method.py"}


class Doubter(WordCrossEncoder):
    """Finds every claim unsupported, and reads questions by their words."""

    def judge(self, pairs: Sequence[tuple[str, str]]) -> FloatArray:
        return np.array([[0.0, 1.0, 0.0]] * len(pairs), np.float32).reshape(-1, 3)

    def read(self, question: str, passages: Sequence[Sequence[str]]) -> list[Reading]:
        return super().read(question, passages)


def ask(
    corpus: LocalCorpus, cross_encoder: CrossEncoder | None, question: Question, policy: UnsupportedPolicy
) -> Answer:
    async def answer(url: str) -> Answer:
        model = model_at(url, timeout_seconds=20.0)
        pipeline = Pipeline(
            corpus=corpus,
            encoder=TopicEncoder(),
            language_model=model,
            claim_judge=cross_encoder,
            reranking=Reranking(cross_encoder=cross_encoder),
            unsupported=policy,
        )
        return await pipeline.answer(question)

    with serving(Script([WRITTEN])) as url:
        return asyncio.run(answer(url))


@pytest.mark.parametrize("cross_encoder", [None, Doubter()], ids=["none", "doubter"])
@pytest.mark.parametrize("mode", ["auto", "llm", "extractive"])
@pytest.mark.parametrize("policy", ["flag", "drop"])
@pytest.mark.parametrize("is_append_only", [False, True])
def test_nothing_is_supported_unless_the_cross_encoder_says_so(
    ingestion: Ingestion,
    corpus: LocalCorpus,
    cross_encoder: CrossEncoder | None,
    mode: AnswerMode,
    policy: UnsupportedPolicy,
    is_append_only: bool,
) -> None:
    list(ingestion.ingest([article("kopi", " ".join(SENTENCES)), article("salinan", SENTENCES[0])]))
    question = Question(text="Berapa panen kopi?", mode=mode, is_append_only=is_append_only)
    answer = ask(corpus, cross_encoder, question, policy)
    check_answer(answer, corpus)
    assert answer.is_refusal or answer.claims
    found = [claim.verdict for claim in answer.claims]
    assert "supported" not in [*found, *(citation.verdict for citation in answer.citations)]


def test_the_cross_encoder_gives_support(ingestion: Ingestion, corpus: LocalCorpus) -> None:
    list(ingestion.ingest([article("kopi", " ".join(SENTENCES))]))
    for mode in ("llm", "extractive"):
        answer = ask(corpus, WordCrossEncoder(), Question(text="Berapa panen kopi?", mode=mode), "flag")
        assert answer.claims[0].verdict == "supported"


def test_few_modules_give_the_verdict_supported() -> None:
    found = {
        str(path.relative_to(ROOT))
        for package in ("rag", "api")
        for path in (ROOT / package).rglob("*.py")
        if _gives_support(ast.parse(path.read_text(encoding="utf-8")))
    }
    assert found == GIVING


def _gives_support(tree: ast.Module) -> bool:
    """Whether the literal is assigned, or passed to a call; comparisons and types only mention it."""
    values: list[ast.expr] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            values += [*node.args, *(keyword.value for keyword in node.keywords)]
        if isinstance(node, ast.Assign | ast.AnnAssign | ast.Return | ast.Yield) and node.value:
            values.append(node.value)
    chosen = [part for value in values for part in _choices(value)]
    return any(isinstance(part, ast.Constant) and part.value == "supported" for part in chosen)


def _choices(value: ast.expr) -> list[ast.expr]:
    if isinstance(value, ast.IfExp):
        return [*_choices(value.body), *_choices(value.orelse)]
    return (
        [part for one in value.values for part in _choices(one)] if isinstance(value, ast.BoolOp) else [value]
    )
