"""Digests of news: which of the shown articles are on the topic, and how many of those that are get shown.

Topics are asked in Indonesian and English of the NTREX stories in one language after the other. `precision`
is the share of the shown articles that are on the topic, `recall` the share of the articles on the topic that
are shown, of five at most. `none` counts topics with articles but without a digest, and `absent` topics
without articles but with one.
"""

import argparse
import asyncio
from collections.abc import Iterator
from pathlib import Path

from benchmarks.data import articles, bundled_encoder, bundled_readers, open_corpus
from rag.answering.listing import MOST_ARTICLES
from rag.pipeline import Pipeline, Question

_LANGUAGES = ("id", "en", "zh-Hans", "th", "ar", "ja")

_ASKED = {"id": "Ringkas berita tentang {}", "en": "Summarise the news about {}"}

# A topic in Indonesian and in English, and the numbers of the stories about it.
_TOPICS = (
    ("gempa dan tsunami di Indonesia", "the earthquake in Indonesia", "007 009 027 028 066 097 099 107"),
    ("Brexit", "Brexit", "015 078 101"),
    ("Korea Utara", "North Korea", "041 048 116"),
    ("Badai Rosa", "Hurricane Rosa", "013 024"),
    ("referendum Makedonia", "the referendum in Macedonia", "001 033"),
    ("Kanye West", "Kanye West", "030 053"),
    ("Suriah", "Syria", "089 120"),
    ("Partai Buruh Inggris", "the Labour Party", "037 059"),
    ("keluarga Sarah Palin", "Sarah Palin's family", "064 098"),
    ("HIV dan AIDS", "HIV and AIDS", "056"),
    ("vaksin kanker", "cancer vaccines", "052"),
    ("kelelawar", "bats", "076"),
    ("serangan hiu", "shark attacks", "003"),
    ("kecelakaan pesawat", "plane crashes", "108"),
    ("kerusuhan penjara", "prison disorder", "023"),
    ("pencurian ATM", "ATM theft", "029"),
    ("LeBron James", "LeBron James", "044"),
    ("pencegahan bunuh diri", "suicide prevention", "114"),
    ("hukuman mati", "the death penalty", "100"),
    ("pompa ASI", "breast pumps", "087"),
    ("akun media sosial anak-anak", "children's social media accounts", "085"),
    ("pajak pembelian rumah oleh orang asing", "house purchase taxes for foreigners", "082"),
    ("kebijakan suaka", "asylum policy", "065"),
    ("peragaan busana Paris", "Paris fashion shows", "042"),
    ("penemu World Wide Web", "the inventor of the World Wide Web", "069"),
    ("pesepeda tewas", "cyclists killed", "022"),
    ("harga kopi", "coffee prices", ""),
    ("letusan gunung berapi", "volcanic eruptions", ""),
    ("panen padi", "rice harvests", ""),
    ("pembangkit listrik tenaga surya", "solar power plants", ""),
    ("bulu tangkis", "badminton", ""),
    ("banjir di Jakarta", "floods in Jakarta", ""),
    ("kereta cepat", "high-speed trains", ""),
    ("tumpahan minyak", "oil spills", ""),
)


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the evaluation sets")
    parser.add_argument("--languages", default=",".join(_LANGUAGES), help="of the stories")
    options = parser.parse_args()
    print("| asked in | articles in | precision | recall | none | absent |")
    print("| --- " * 6 + "|")
    for language in options.languages.split(","):
        corpus = open_corpus(
            f"ntrex-{language}",
            lambda: articles(options.data, ["ntrex-dev"], language=language),  # noqa: B023
            encoder=bundled_encoder(),
        )
        pipeline = Pipeline(corpus=corpus, encoder=bundled_encoder(), **bundled_readers())
        for asked_in in _ASKED:
            print(f"| {asked_in} | {language} | {' | '.join(_figures(pipeline, asked_in))} |", flush=True)


def _figures(pipeline: Pipeline, asked_in: str) -> Iterator[str]:
    right = shown = wanted = none = absent = 0
    for in_indonesian, in_english, numbers in _TOPICS:
        text = _ASKED[asked_in].format({"id": in_indonesian, "en": in_english}[asked_in])
        answer = asyncio.run(pipeline.answer(Question(text=text)))
        found = {citation.article_id[-3:] for citation in answer.citations}
        on_topic = frozenset(numbers.split())
        right += len(found & on_topic)
        shown += len(found)
        wanted += min(MOST_ARTICLES, len(on_topic))
        none += bool(on_topic and not found)
        absent += bool(found and not on_topic)
    yield f"{right / max(1, shown):.2f}"
    yield f"{right / wanted:.2f}"
    yield f"{none} of {sum(bool(numbers) for *_, numbers in _TOPICS)}"
    yield f"{absent} of {sum(not numbers for *_, numbers in _TOPICS)}"


if __name__ == "__main__":
    main()
