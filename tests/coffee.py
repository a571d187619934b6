"""Ten articles of nine places that all write of coffee, and a pipeline over them, to tempt a language model.

Near passages give other numbers, dates and names; one article holds brackets of its own, one has no date.
"""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from embeddings.encoder import Encoder
from embeddings.weights import FloatArray
from rag.answering.events import Event
from rag.corpus.local.corpus import LocalCorpus
from rag.corpus.protocol import EncoderIdentity
from rag.datatypes import Answer, Article, UnsupportedPolicy
from rag.ingestion import Ingestion
from rag.language_model.openai_model import OpenAILanguageModel
from rag.pipeline import Pipeline, Question
from tests.bundled_models import bundled_readers
from tests.openai_server import Script, serving


def _article(article_id: str, language: str, day: str | None, title: str, *paragraphs: str) -> Article:
    return Article(
        id=article_id,
        language=language,
        title=title,
        paragraphs=paragraphs,
        published_at=datetime.fromisoformat(f"{day}T09:00:00+07:00") if day else None,
        url=f"https://example.org/{article_id}",
    )


ARTICLES = [
    _article(
        "gayo",
        "id",
        "2024-06-04",
        "Panen kopi Gayo naik",
        "Panen kopi Gayo di Aceh Tengah mencapai 1.500,5 ton pada Senin (3/6). "
        "Jumlah itu naik 12 persen dibanding panen tahun lalu.",
        "Harga biji kopi di tingkat petani Gayo menjadi Rp92.000 per kilogram. "
        "Ketua Koperasi Baitul Qiradh, Mahdalena Usman, menyambut baik kenaikan harga itu.",
    ),
    _article(
        "lampung",
        "id",
        "2024-06-06",
        "Panen robusta di Lampung",
        "Panen kopi robusta di Lampung Barat mencapai 2.140 ton pada Rabu (5/6). "
        "Bupati Nukman Hadi menyebut hujan memperlambat penjemuran.",
    ),
    _article(
        "ekspor",
        "id",
        "2024-07-15",
        "Ekspor kopi semester pertama",
        "Nilai ekspor kopi Indonesia mencapai Rp2,3 triliun pada semester pertama 2024. "
        "Amerika Serikat menjadi pembeli terbesar dengan 38 persen.",
        "Menteri Perdagangan Zulkifli Hasan mengatakan ekspor kopi ke Jepang turun 7 persen.",
    ),
    _article(
        "festival",
        "id",
        "2024-06-10",
        "Festival Kopi Takengon",
        "Festival Kopi Takengon dibuka Bupati Haili Yoga pada Sabtu (8/6) dan dihadiri 4.200 pengunjung. "
        "Pemenang lomba seduh menerima hadiah sepeda motor.",
    ),
    _article(
        "catatan",
        "id",
        None,
        "Catatan tentang pohon tua",
        "Pohon kopi tertua di Takengon ditanam pada 1908 [5]. "
        "Pedagang Belanda membawa bibitnya dari Jawa [Reuters].",
    ),
    _article(
        "vietnam",
        "en",
        "2024-01-09",
        "Vietnam's coffee exports",
        "Vietnam exported 1.6 million tonnes of coffee worth $4.2 billion in 2023, the customs office said. "
        "Brazil remained the largest exporter.",
    ),
    _article(
        "roastery",
        "en",
        "2024-03-14",
        "A roastery for Bandung",
        "The roastery in Bandung opened on 12 March 2024 after repairs that took eighteen months. "
        "Its owner, Ratna Wijaya, hired 36 workers.",
    ),
    _article(
        "yunnan",
        "zh-Hans",
        "2024-05-20",
        "云南咖啡丰收",
        "云南省今年咖啡产量达到15万吨，比去年增长8%。普洱市市长李明表示，种植面积已达到113万亩。",
    ),
    _article(
        "yemen",
        "ar",
        "2024-02-11",
        "أسعار البن في اليمن",
        "ارتفعت أسعار البن في اليمن بنسبة 20 في المئة خلال عام 2023. "
        "وقال الوزير سالم السقطري إن الإنتاج بلغ 19 ألف طن.",
    ),
    _article(
        "colombia",
        "es",
        "2024-01-22",
        "La cosecha de café en Colombia",
        "Colombia produjo 11,3 millones de sacos de café en 2023, informó la federación de cafeteros. "
        "El gerente Germán Bahamón dijo que las exportaciones crecieron un 5 %.",
    ),
]

QUESTIONS = {
    "id": "Bagaimana panen, harga dan ekspor kopi?",
    "en": "How much coffee did Vietnam export?",
    "zh-Hans": "云南的咖啡产量是多少？",
    "ar": "كم بلغ إنتاج البن في اليمن وكم ارتفعت أسعاره؟",
    "es": "¿Cuánto café produjo Colombia?",
}


class CachingEncoder:
    """An encoder that encodes no text twice: many pipelines read the same articles."""

    def __init__(self, encoder: Encoder) -> None:
        self.name = encoder.name
        self.dimension = encoder.dimension
        self.max_tokens = encoder.max_tokens
        self._encoder = encoder
        self._remembered: dict[str, FloatArray] = {}

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return self._encoder.count_tokens(texts)

    def encode_queries(self, texts: Sequence[str]) -> FloatArray:
        return np.stack([self._vector("query", text) for text in texts])

    def encode_passages(self, texts: Sequence[str]) -> FloatArray:
        return np.stack([self._vector("passage", text) for text in texts])

    def _vector(self, kind: str, text: str) -> FloatArray:
        encode = self._encoder.encode_queries if kind == "query" else self._encoder.encode_passages
        key = f"{kind}: {text}"
        if key not in self._remembered:
            self._remembered[key] = encode([text])[0]
        return self._remembered[key]


@contextmanager
def coffee_corpus(folder: Path, encoder: Encoder) -> Iterator[tuple[LocalCorpus, CachingEncoder]]:
    """Hold the ten articles in a corpus, with the encoder that has read them."""
    caching = CachingEncoder(encoder)
    identity = EncoderIdentity(encoder.name, encoder.dimension)
    with LocalCorpus(folder, encoder=identity) as corpus:
        list(Ingestion(corpus, caching, passage_max_tokens=256).ingest(ARTICLES))
        yield corpus, caching


def events_of(
    corpus: LocalCorpus,
    encoder: Encoder,
    question: Question,
    script: Script | None = None,
    *,
    unsupported: UnsupportedPolicy = "flag",
    max_prompt_tokens: int = 100_000,
    top_k: int = 20,
    timeout_seconds: float = 20.0,
) -> list[Event]:
    """Ask; with a script over a real connection to a server that follows it."""

    async def collect(model: OpenAILanguageModel | None) -> list[Event]:
        pipeline = Pipeline(
            corpus=corpus,
            encoder=encoder,
            language_model=model,
            top_k=top_k,
            unsupported=unsupported,
            max_prompt_tokens=max_prompt_tokens,
            **bundled_readers(),
        )
        return [event async for event in pipeline.stream(question)]

    if script is None:
        return asyncio.run(collect(None))
    with serving(script) as url:
        model = OpenAILanguageModel(
            "scripted", api_key="none", base_url=url, timeout_seconds=timeout_seconds, max_tokens=400
        )
        return asyncio.run(collect(model))


def verdicts(answer: Answer) -> list[tuple[str, str, tuple[tuple[Any, ...], ...]]]:
    """Return what an answer claims, with each claim's verdict and quotes, whatever their numbers."""
    return [
        (
            claim.text,
            claim.verdict,
            tuple(
                (citation.article_id, citation.start, citation.end)
                for citation in answer.citations
                if citation.claim == place
            ),
        )
        for place, claim in enumerate(answer.claims)
    ]
