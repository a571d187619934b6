"""The sentences that claims are compared with."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from embeddings import bundled
from embeddings.weights import FloatArray
from rag.corpus.local.corpus import LocalCorpus
from rag.datatypes import Article, Hit
from rag.verification.attribution import attribute
from rag.verification.claims import Sentence
from rag.verification.comparison import Statement
from rag.verification.evidence import Evidence
from tests.conftest import TopicEncoder
from tests.corpora import ENCODER, TOPIC_IDENTITY, add, keyword_hits
from tests.word_cross_encoder import WordCrossEncoder

GUIDE = Article(
    id="panduan",
    title="Wisata",
    paragraphs=("Dibuka lagi.", "Kopi Gayo Tertinggi", "Buka setiap hari.", "Tiket dua ribu rupiah."),
    language="id",
    headings=(2,),
)


def hits_below_a_heading(folder: Path) -> list[Hit]:
    corpus = LocalCorpus(folder, encoder=TOPIC_IDENTITY)
    add(corpus, GUIDE)
    hits = keyword_hits(corpus, "setiap tiket")
    corpus.close()
    return hits


def test_a_heading_is_evidence_of_its_own(tmp_path: Path) -> None:
    evidence = Evidence(hits_below_a_heading(tmp_path), encoder=ENCODER)
    sentence = Sentence(lead="", text="Kopi Gayo tertinggi.", evidence=())
    found = attribute(sentence, evidence=evidence, language="id", claim_judge=WordCrossEncoder())
    assert found.verdict == "supported"
    quote = found.quotes[0]
    assert quote.text == GUIDE.text[quote.start : quote.end] == "Kopi Gayo Tertinggi"
    assert (quote.hit.paragraph, quote.hit.heading) == (2, None)


def test_a_quote_below_a_heading_names_it(tmp_path: Path) -> None:
    evidence = Evidence(hits_below_a_heading(tmp_path), encoder=ENCODER)
    sentence = Sentence(lead="", text="Tiket dua ribu rupiah.", evidence=())
    found = attribute(sentence, evidence=evidence, language="id", claim_judge=WordCrossEncoder())
    assert found.verdict == "supported"
    assert [(quote.hit.paragraph, quote.hit.heading) for quote in found.quotes] == [
        (4, "Kopi Gayo Tertinggi")
    ]


def test_a_heading_that_is_too_long_for_the_encoder_is_left_out(tmp_path: Path) -> None:
    hits = hits_below_a_heading(tmp_path)
    heading = replace(hits[0].headings[0], text="Kopi " * (ENCODER.max_tokens + 1))
    evidence = Evidence([replace(hits[0], headings=(heading,))], encoder=ENCODER)
    evidence.prepare()
    assert [sentence.statement.text for sentence in evidence.sentences] == [hits[0].text]


def test_a_heading_above_several_hits_is_one_candidate(tmp_path: Path) -> None:
    evidence = Evidence(hits_below_a_heading(tmp_path), encoder=ENCODER)
    claim = Statement("Kopi Gayo tertinggi.", "id")
    candidates = evidence.candidates(claim, evidence.encode(claim.text), depth=6)
    texts = [candidate.sentence.statement.text for candidate in candidates]
    assert sorted(texts) == ["Buka setiap hari.", "Kopi Gayo Tertinggi", "Tiket dua ribu rupiah."]


class RecordingEncoder(TopicEncoder):
    """Keeps the texts that it encodes. Its name is that of the bundled encoder, which recognises refusals."""

    name = bundled.NAME

    def __init__(self) -> None:
        self.encoded: list[str] = []

    def encode_passages(self, texts: Sequence[str]) -> FloatArray:
        self.encoded += texts
        return super().encode_passages(texts)


def test_once_the_evidence_is_prepared_only_the_claim_is_encoded(tmp_path: Path) -> None:
    encoder = RecordingEncoder()
    evidence = Evidence(hits_below_a_heading(tmp_path), encoder=encoder)
    evidence.prepare()
    encoder.encoded.clear()
    sentence = Sentence(lead="", text="Tiket dua ribu rupiah.", evidence=())
    attribute(sentence, evidence=evidence, language="id", claim_judge=WordCrossEncoder())
    assert encoder.encoded == ["Tiket dua ribu rupiah."]
