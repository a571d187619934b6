"""The reasons for refusals are true of the passages shown, ten cases each."""

import asyncio
from datetime import datetime

import pytest

from rag.ingestion import Ingestion
from rag.pipeline import Pipeline, Question
from tests.conftest import article

NOW = datetime.fromisoformat("2024-08-17T09:00:00+07:00")

STORIES = [
    article(
        "upah",
        "Upah minimum pekerja kopi ditetapkan Gubernur Sastra sebesar Rp4.102 ribu.",
        title="Upah pekerja kopi",
        published_at=datetime.fromisoformat("2023-01-05T08:00:00+07:00"),
    ),
    article(
        "banjir",
        "Banjir merendam ratusan rumah dekat Sungai Lintang, sehingga warga mengungsi.",
        title="Banjir Sungai Lintang",
        published_at=datetime.fromisoformat("2023-03-07T08:00:00+07:00"),
    ),
]


@pytest.fixture(autouse=True)
def filled(ingestion: Ingestion) -> None:
    list(ingestion.ingest(STORIES))


def reason(pipeline: Pipeline, text: str) -> str | None:
    return asyncio.run(pipeline.answer(Question(text=text, now=NOW))).refusal_reason


@pytest.mark.parametrize(
    "text",
    [
        "Siapa juara turnamen tenis?",
        "Bagaimana cara menanam anggrek?",
        "Who invented the telephone?",
        "Kapan gerhana matahari terjadi?",
        "Berapa harga emas batangan?",
        "Siapa pelatih sepak bola itu?",
        "What is the capital of Norway?",
        "Apa obat sakit kepala?",
        "谁发明了电话？",
        "Mengapa pesawat jatuh?",
    ],
)
def test_nothing_was_found_about_another_subject(pipeline: Pipeline, text: str) -> None:
    assert reason(pipeline, text) == "nothing_relevant"


@pytest.mark.parametrize(
    "text",
    [
        "Siapa istri Gubernur Sastra?",
        "Berapa umur Gubernur Sastra?",
        "Berapa panjang Sungai Lintang?",
        "Siapa pemilik Sungai Lintang?",
        "Kapan Gubernur Sastra menikah?",
        "Mengapa rumah warga miring?",
        "Berapa jumlah pekerja kopi asing?",
        "Di mana Gubernur Sastra bersekolah?",
        "Apa bahasa pekerja kopi lokal?",
        "Berapa dalam Sungai Lintang?",
    ],
)
def test_passages_about_the_subject_are_not_said_to_be_missing(pipeline: Pipeline, text: str) -> None:
    assert reason(pipeline, text) in {"evidence_does_not_answer", None}


@pytest.mark.parametrize(
    "text",
    [
        "Berapa upah minimum pekerja kopi pada 2019?",
        "Berapa upah minimum pekerja kopi tahun ini?",
        "Berapa upah minimum pekerja kopi dua tahun lalu?",
        "Berapa upah minimum pekerja kopi bulan lalu?",
        "Berapa upah minimum pekerja kopi pada Juni 2023?",
        "Banjir merendam berapa ratusan rumah dekat Sungai Lintang pada 2021?",
        "Banjir merendam ratusan rumah dekat Sungai Lintang kemarin?",
        "Banjir merendam ratusan rumah dekat Sungai Lintang sejak Agustus?",
        "Menurut berita tahun 2020, banjir merendam ratusan rumah dekat Sungai Lintang?",
        "Banjir merendam ratusan rumah dekat Sungai Lintang sebelum 2022?",
    ],
)
def test_only_another_time_is_covered(pipeline: Pipeline, text: str) -> None:
    answer = asyncio.run(pipeline.answer(Question(text=text, now=NOW)))
    assert answer.refusal_reason == "other_time"
    assert "2023" in answer.answer
    assert "Artikel tentang hal ini berasal dari waktu lain" in answer.answer
