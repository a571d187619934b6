"""What the page is asked about: emoji before the quotes, right-to-left text, and articles that attack it."""

from datetime import datetime
from typing import Any

from rag.datatypes import Article


def _article(article_id: str, language: str, day: str | None, *paragraphs: str, **fields: Any) -> Article:
    published_at = datetime.fromisoformat(f"{day}T13:27:00+07:00") if day else None
    return Article(
        id=article_id, language=language, paragraphs=paragraphs, published_at=published_at, **fields
    )


QUOTE = "Panen kopi mencapai 1.500,5 ton pada Senin (3/6)."

COFFEE = _article(
    "kopi/1 #😀",
    "id",
    "2025-06-03",
    *("Pasar pagi 👩‍🌾 ramai." for _ in range(12)),
    f"Pasar ramai ☕😀𝔘. {QUOTE} 🎉 Petani menyambut baik kenaikan itu.",
    *("Hujan turun 🌧️ sepanjang malam di lereng." for _ in range(12)),
    title="Panen kopi naik",
    url="https://example.org/kopi",
    outlet="KABAR",
    author="Siti Aminah",
)
HARVEST = _article(
    "panen",
    "id",
    "2025-07-01",
    "Harga kopi di tingkat petani Rp92.000 per kilogram.",
    title="Harga kopi",
    url="https://example.org/harga",
    outlet="LINTANG",
)
BUS = _article(
    "bus",
    "en",
    None,
    "The electric bus began its first route on Monday. It carries 36 people.",
    title="Electric bus",
    outlet="LINTANG",
)
ARABIC_QUOTE = "ارتفعت أسعار البن في اليمن بنسبة 20 في المئة خلال عام 2023."
ARABIC = _article(
    "yaman",
    "ar",
    "2024-02-11",
    f"GPS 😀. {ARABIC_QUOTE} وقال الوزير سالم السقطري إن الإنتاج بلغ 19 ألف طن.",
    title="أسعار البن في اليمن",
    outlet="صحيفة البن",
    url="https://example.org/yaman",
)
ATTACK = '<img src=x onerror="alert(1)"><script>alert(2)</script>'
HOSTILE = _article(
    "<b>jahat</b>",
    "id",
    "2025-06-05",
    f"Gempa {ATTACK} mengguncang </p></mark><iframe src='javascript:alert(3)'></iframe> kota [5].",
    title=f"Gempa {ATTACK}",
    url="javascript:alert(document.domain)//https://example.org",
    outlet=f"KORAN {ATTACK}",
    author='"><svg onload=alert(4)>',
)

ARTICLES = [COFFEE, HARVEST, BUS, ARABIC, HOSTILE]
