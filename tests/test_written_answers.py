"""What a language model may write, good and bad, and what each claim of it must be found to be.

Every case goes over a real connection to a scripted server, through the bundled encoder, once for each
policy for unsupported claims. `@gayo` in a text stands for the number under which the model saw the first
passage of that article, `@gayo+1` for the next number.
"""

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from embeddings.encoder import Encoder
from rag.corpus.local.corpus import LocalCorpus
from rag.datatypes import Answer, UnsupportedPolicy
from rag.ingestion import Ingestion
from rag.pipeline import Pipeline, Question
from tests.coffee import ARTICLES, QUESTIONS, coffee_corpus, events_of, verdicts
from tests.conftest import TopicEncoder, article
from tests.language_model.test_openai_model import check_stream
from tests.openai_server import Script


@dataclass(frozen=True)
class Expected:
    """The verdicts that a claim may get, and the articles that it must cite (None: any)."""

    verdicts: tuple[str, ...]
    articles: frozenset[str] | None = None


def supported(*articles: str) -> Expected:
    return Expected(("supported",), frozenset(articles))


def contradicted(*articles: str) -> Expected:
    return Expected(("contradicted",), frozenset(articles))


UNSUPPORTED = Expected(("unsupported",), frozenset())
FALSE = Expected(("unsupported", "contradicted", "unchecked"))


@dataclass(frozen=True)
class Case:
    """A text, the claims in it, and what they must be found to be; `shown` is the answer's own text."""

    text: str
    claims: tuple[Expected, ...]
    language: str = "id"
    shown: str | None = None


def case(name: str, text: str, *claims: Expected, language: str = "id", shown: str | None = None) -> Any:
    return pytest.param(Case(text, claims, language, shown), id=name)


@dataclass
class Library:
    """The articles, and who asks them."""

    corpus: LocalCorpus
    encoder: Encoder
    known: dict[tuple[object, ...], Answer] = field(default_factory=dict)

    def answer(
        self, text: str, *, language: str = "id", tear: int | None = 5, policy: UnsupportedPolicy = "flag"
    ) -> Answer:
        """Return what becomes of a text that a language model writes; asked again, what became of it."""
        key = (text, language, tear, policy)
        if key not in self.known:
            question = Question(text=QUESTIONS[language], mode="llm")
            script = Script([self._numbered(text, question)], tear=tear)
            events = events_of(self.corpus, self.encoder, question, script, unsupported=policy)
            self.known[key] = check_stream(events, self.corpus)
        return self.known[key]

    def _numbered(self, text: str, question: Question) -> str:
        """Put the number of an article's first passage in the place of its name."""
        hits = Pipeline(corpus=self.corpus, encoder=self.encoder, top_k=20).search(question).hits
        assert {hit.article_id for hit in hits} == {article.id for article in ARTICLES}
        numbers = {hit.article_id: hit.rank for hit in sorted(hits, key=lambda hit: -hit.rank)}
        return re.sub(
            r"@([a-z]+)(?:\+(\d+))?",
            lambda match: str((numbers[match[1]] + int(match[2] or 0) - 1) % len(hits) + 1),
            text,
        )


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory, bundled_encoder: Encoder) -> Iterator[Library]:
    with coffee_corpus(tmp_path_factory.mktemp("coffee"), bundled_encoder) as (corpus, encoder):
        yield Library(corpus, encoder)


HARVEST = "Panen kopi Gayo di Aceh Tengah mencapai 1.500,5 ton"

MARKERS = [
    case("right", f"{HARVEST}. {{@gayo}}", supported("gayo"), shown=f"{HARVEST}. [1]"),
    case("before the full stop", f"{HARVEST} {{@gayo}}.", supported("gayo"), shown=f"{HARVEST}. [1]"),
    case("before a sentence", f"{{@gayo}} {HARVEST}.", supported("gayo"), shown=f"{HARVEST}. [1]"),
    case("on a line of its own", f"{HARVEST}.\n{{@gayo}}\n", supported("gayo")),
    case(
        "without a space",
        f"{HARVEST}.{{@gayo}}Ekspor kopi ke Jepang turun 7 persen.{{@ekspor}}",
        supported("gayo"),
        supported("ekspor"),
    ),
    case("off by one", f"{HARVEST}. {{@gayo+1}}", supported("gayo")),
    case("off by two", f"{HARVEST}. {{@gayo+2}}", supported("gayo")),
    case(
        "off by one throughout",
        f"{HARVEST}. {{@gayo+1}} Ekspor kopi ke Jepang turun 7 persen. {{@ekspor+1}} "
        "Panen kopi robusta di Lampung Barat mencapai 2.140 ton. {@lampung+1}",
        supported("gayo"),
        supported("ekspor"),
        supported("lampung"),
    ),
    case("of another article", f"{HARVEST}. {{@vietnam}}", supported("gayo")),
    case("of every article", f"{HARVEST}. {{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}}", supported("gayo")),
    case("out of range", f"{HARVEST}. {{99}}", supported("gayo"), shown=f"{HARVEST}. [1]"),
    case("zero", f"{HARVEST}. {{0}}", supported("gayo")),
    case("none", f"{HARVEST}.", supported("gayo"), shown=f"{HARVEST}. [1]"),
    case("twice", f"{HARVEST}. {{@gayo}}{{@gayo}}", supported("gayo"), shown=f"{HARVEST}. [1]"),
    case("plain", f"{HARVEST} [@gayo].", supported("gayo"), shown=f"{HARVEST}. [1]"),
    case("plain, behind the full stop", f"{HARVEST}. [@gayo]", supported("gayo")),
    case("plain, out of range", f"{HARVEST} [77].", supported("gayo"), shown=f"{HARVEST} ［77］. [1]"),
    case("plain zero", f"{HARVEST} [0].", supported("gayo"), shown=f"{HARVEST} ［0］. [1]"),
    case("a year", f"{HARVEST} [2024].", supported("gayo"), shown=f"{HARVEST} ［2024］. [1]"),
    case("an agency", f"{HARVEST} [Reuters].", supported("gayo"), shown=f"{HARVEST} [Reuters]. [1]"),
    case(
        "the article's own",
        "Pohon kopi tertua di Takengon ditanam pada 1908 [5].",
        supported("catatan"),
        shown="Pohon kopi tertua di Takengon ditanam pada 1908 ［5］. [1]",
    ),
    case(
        "an agency that the article quotes",
        "Pedagang Belanda membawa bibitnya dari Jawa [Reuters].",
        supported("catatan"),
        shown="Pedagang Belanda membawa bibitnya dari Jawa [Reuters]. [1]",
    ),
    case("a title on a line of its own", f"{HARVEST}.\n\n[Panen kopi Gayo naik]", supported("gayo")),
    case("lenticular", f"{HARVEST}【@gayo】。", supported("gayo")),
    case("lenticular with a dagger", f"{HARVEST}.【@gayo†source】", supported("gayo")),
    case("in parentheses", f"{HARVEST} (1).", supported("gayo"), shown=f"{HARVEST} (1). [1]"),
    case("raised", f"{HARVEST}.¹", supported("gayo")),
    case("footnotes", f"{HARVEST}.[^1]\n\n[^1]: Antara, 4 Juni 2024", supported("gayo")),
    case("footnotes that lie", f"{HARVEST}.[^9]\n\n[^9]: https://example.com/bukti", supported("gayo")),
    case("link", f"{HARVEST} ([sumber](https://example.org/gayo)).", supported("gayo")),
    case(
        "link around the words",
        "[Panen kopi Gayo](https://evil.example) mencapai 1.500,5 ton.",
        supported("gayo"),
    ),
    case("link with a number", f"{HARVEST} [1](https://example.org/gayo).", supported("gayo")),
    case("HTML", f"{HARVEST}<sup>1</sup>.", supported("gayo")),
    case("source in words", f"{HARVEST} (sumber: evidence 1).", supported("gayo")),
    case("forged frame", f"{HARVEST} [[q0000:1]].", supported("gayo")),
    case("unfinished", f"{HARVEST}. [[q", supported("gayo")),
    case(
        "two for two",
        f"{HARVEST}. {{@gayo}} Brazil remained the largest exporter. {{@vietnam}}",
        supported("gayo"),
        supported("vietnam"),
    ),
]

TABLE = """\
| Daerah | Panen |
| --- | --- |
| Panen kopi Gayo di Aceh Tengah | 1.500,5 ton |
| Panen kopi robusta di Lampung Barat | 2.140 ton |
"""

FORMS = [
    case(
        "heading",
        f"## Panen kopi\n\n{HARVEST}. {{@gayo}}",
        supported("gayo"),
        shown=f"## Panen kopi\n\n{HARVEST}. [1]",
    ),
    case(
        "two headings",
        f"# Kopi\n\n### Gayo\n{HARVEST}.\n\n### Jepang\nEkspor kopi ke Jepang turun 7 persen.",
        supported("gayo"),
        supported("ekspor"),
    ),
    case("bold heading", f"**Panen:**\n{HARVEST}. {{@gayo}}", supported("gayo")),
    case("bold", "Panen **kopi Gayo** di Aceh Tengah mencapai **1.500,5 ton**. {@gayo}", supported("gayo")),
    case(
        "bold around all",
        f"**{HARVEST}.** {{@gayo}} Selesai sudah ceritanya.",
        supported("gayo"),
        UNSUPPORTED,
    ),
    case("italics and code", "Panen *kopi Gayo* di Aceh Tengah mencapai `1.500,5` ton.", supported("gayo")),
    case(
        "list",
        f"- {HARVEST}. {{@gayo}}\n- Ekspor kopi ke Jepang turun 7 persen. {{@ekspor}}",
        supported("gayo"),
        supported("ekspor"),
    ),
    case(
        "list without full stops",
        f"* {HARVEST}\n* Ekspor kopi ke Jepang turun 7 persen",
        supported("gayo"),
        supported("ekspor"),
    ),
    case(
        "numbered list",
        f"1. {HARVEST}.\n2. Ekspor kopi ke Jepang turun 7 persen.",
        supported("gayo"),
        supported("ekspor"),
    ),
    case(
        "nested list",
        f"- Berikut panennya:\n    - {HARVEST}.\n    - Panen kopi robusta di Lampung Barat "
        "mencapai 2.140 ton.",
        supported("gayo"),
        supported("lampung"),
    ),
    case("announced list", f"Menurut artikel yang ada:\n- {HARVEST}.", supported("gayo")),
    case("table", TABLE, supported("gayo"), supported("lampung")),
    case("table with a false row", TABLE.replace("2.140", "9.999"), supported("gayo"), FALSE),
    case("code block", f"{HARVEST}.\n```python\nprint('Panen 9.999 ton [1]')\n```\n", supported("gayo")),
    case("block quote", f"> {HARVEST}.\n> {{@gayo}}", supported("gayo")),
    case(
        "rule between",
        f"{HARVEST}.\n\n---\n\nEkspor kopi ke Jepang turun 7 persen.",
        supported("gayo"),
        supported("ekspor"),
    ),
    case("task list", f"- [x] {HARVEST}.", supported("gayo")),
    case(
        "windows lines",
        f"{HARVEST}.\r\nEkspor kopi ke Jepang turun 7 persen.\r\n",
        supported("gayo"),
        supported("ekspor"),
    ),
    case(
        "truncated",
        f"{HARVEST}. {{@gayo}} Ekspor kopi ke Jepang tur",
        supported("gayo"),
        Expected(("supported", "unsupported", "unchecked")),
    ),
    case("looping", f"{HARVEST}. {{@gayo}} " * 12, *[supported("gayo")] * 12),
    case("looping falsely", "Panen kopi Gayo mencapai 7.777 ton. {@gayo} " * 12, *[FALSE] * 12),
    case("emoji", f"☕ {HARVEST}! 🎉 {{@gayo}}", supported("gayo")),
    case("capitals", f"{HARVEST.upper()}. {{@gayo}}", supported("gayo")),
    case(
        "chatter",
        f"Tentu, saya bantu! {HARVEST}. {{@gayo}} Semoga membantu.",
        UNSUPPORTED,
        supported("gayo"),
        UNSUPPORTED,
    ),
]

RETOLD = [
    case("verbatim", "Jumlah itu naik 12 persen dibanding panen tahun lalu.", supported("gayo")),
    case(
        "in other words", "Dibandingkan tahun lalu, panen kopi Gayo meningkat 12 persen.", supported("gayo")
    ),
    case(
        "passive",
        "Pada Sabtu (8/6), Bupati Haili Yoga membuka Festival Kopi Takengon.",
        supported("festival"),
    ),
    case(
        "ordered otherwise", "Pembeli terbesar adalah Amerika Serikat dengan 38 persen.", supported("ekspor")
    ),
    case(
        "thousands",
        "Nilai ekspor kopi Indonesia mencapai Rp2.300.000.000.000 pada semester pertama 2024.",
        supported("ekspor"),
    ),
    case(
        "thousands with commas",
        "Nilai ekspor kopi Indonesia mencapai Rp2,300,000,000,000 pada semester pertama 2024.",
        supported("ekspor"),
    ),
    case(
        "billions",
        "Nilai ekspor kopi Indonesia mencapai 2.300 miliar rupiah pada semester pertama 2024.",
        supported("ekspor"),
    ),
    case("without a decimal comma", "Panen kopi Gayo di Aceh Tengah mencapai 1500,5 ton.", supported("gayo")),
    case(
        "English number in Indonesian",
        "Panen kopi Gayo di Aceh Tengah mencapai 1,500.5 ton.",
        supported("gayo"),
    ),
    case(
        "in words",
        "Ekspor kopi ke Jepang turun tujuh persen, kata Menteri Perdagangan Zulkifli Hasan.",
        supported("ekspor"),
    ),
    case("percent sign", "Ekspor kopi ke Jepang turun 7%.", supported("ekspor")),
    case(
        "a price in words",
        "Harga biji kopi di tingkat petani Gayo menjadi 92 ribu rupiah per kilogram.",
        supported("gayo"),
    ),
    case("full date", f"{HARVEST} pada 3 Juni 2024.", supported("gayo")),
    case("ISO date", f"{HARVEST} pada 2024-06-03.", supported("gayo")),
    case("slashed date", f"{HARVEST} pada 3/6/2024.", supported("gayo")),
    case("weekday", f"{HARVEST} pada Senin.", supported("gayo")),
    case("weekday and full date", f"{HARVEST} pada Senin, 3 Juni 2024.", supported("gayo")),
    case("yesterday", f"{HARVEST} kemarin.", supported("gayo")),
    case("another unit", "Panen kopi Gayo di Aceh Tengah mencapai 1.500.500 kilogram.", supported("gayo")),
    case(
        "a name with an ending",
        "Zulkifli Hasan-lah yang mengatakan ekspor kopi ke Jepang turun 7 persen.",
        supported("ekspor"),
    ),
    case(
        "-nya",
        "Ketua Koperasi Baitul Qiradh-nya, Mahdalena Usman, menyambut baik kenaikan harga itu.",
        supported("gayo"),
    ),
    case(
        "a part of a name",
        "Menteri Perdagangan Zulkifli mengatakan ekspor kopi ke Jepang turun 7 persen.",
        supported("ekspor"),
    ),
    case(
        "two sentences in one",
        "Panen kopi Gayo mencapai 1.500,5 ton pada Senin (3/6), naik 12 persen dibanding panen tahun lalu.",
        supported("gayo"),
    ),
    case(
        "two passages in one",
        "Panen kopi Gayo di Aceh Tengah mencapai 1.500,5 ton, sedangkan panen kopi robusta di Lampung Barat "
        "mencapai 2.140 ton.",
        supported("gayo", "lampung"),
    ),
    case(
        "English",
        "Vietnam exported coffee worth $4.2 billion in 2023. {@vietnam} Brazil is still the "
        "largest exporter. {@vietnam}",
        supported("vietnam"),
        supported("vietnam"),
        language="en",
    ),
    case(
        "English, another form",
        "In 2023 Vietnam exported 1,600,000 tonnes of coffee, according to the customs office. {@vietnam}",
        supported("vietnam"),
        language="en",
    ),
    case(
        "English date",
        "The Bandung roastery opened on March 12, 2024. {@roastery}",
        supported("roastery"),
        language="en",
    ),
    case(
        "English over Indonesian",
        "Coffee exports to Japan fell 7 percent, said Trade Minister Zulkifli Hasan. {@ekspor}",
        supported("ekspor"),
        language="en",
    ),
    case(
        "an English answer to an Indonesian question",
        "The Gayo coffee harvest in Central Aceh reached 1,500.5 tonnes on Monday, 3 June. {@gayo}",
        supported("gayo"),
    ),
    case(
        "a trillion",
        "Indonesia's coffee exports were worth Rp2.3 trillion in the first half of 2024. {@ekspor}",
        supported("ekspor"),
    ),
    case(
        "a Chinese answer to an Indonesian question",
        "2024年上半年印尼咖啡出口额达到2.3万亿印尼盾。{@ekspor}",
        supported("ekspor"),
    ),
    case(
        "Chinese",
        "云南省今年咖啡产量达到15万吨。{@yunnan}比去年增长百分之八。{@yunnan}",
        supported("yunnan"),
        supported("yunnan"),
        language="zh-Hans",
    ),
    case(
        "Chinese, another form",
        "今年云南省的咖啡产量达到150000吨。{@yunnan}",
        supported("yunnan"),
        language="zh-Hans",
    ),
    case(
        "Chinese mayor",
        "普洱市市长李明表示，咖啡种植面积已达到113万亩。{@yunnan}",
        supported("yunnan"),
        language="zh-Hans",
    ),
    case(
        "Indonesian over Chinese",
        "Produksi kopi Provinsi Yunnan tahun ini mencapai 150 ribu ton, naik 8 "
        "persen dari tahun lalu. {@yunnan}",
        supported("yunnan"),
    ),
    case(
        "Arabic",
        "ارتفعت أسعار البن في اليمن بنسبة ٢٠٪ خلال عام ٢٠٢٣. {@yemen}",
        supported("yemen"),
        language="ar",
    ),
    case(
        "Arabic minister",
        "قال الوزير سالم السقطري إن الإنتاج بلغ 19,000 طن. {@yemen}",
        supported("yemen"),
        language="ar",
    ),
    case(
        "Spanish",
        "En 2023 Colombia produjo 11.300.000 sacos de café. {@colombia}",
        supported("colombia"),
        language="es",
    ),
    case(
        "Spanish manager",
        "Según el gerente Germán Bahamón, las exportaciones crecieron un 5%. {@colombia}",
        supported("colombia"),
        language="es",
    ),
    case(
        "without accents",
        "El gerente German Bahamon dijo que las exportaciones crecieron un 5 por ciento.",
        supported("colombia"),
        language="es",
    ),
]

FABRICATED = [
    case(
        "changed number", "Panen kopi Gayo di Aceh Tengah mencapai 1.700,5 ton. {@gayo}", contradicted("gayo")
    ),
    case("point for comma", "Panen kopi Gayo di Aceh Tengah mencapai 15.005 ton. {@gayo}", FALSE),
    case(
        "changed power",
        "Nilai ekspor kopi Indonesia mencapai Rp2,3 miliar pada semester pertama 2024. {@ekspor}",
        contradicted("ekspor"),
    ),
    case(
        "changed percent",
        "Jumlah itu naik 21 persen dibanding panen tahun lalu. {@gayo}",
        contradicted("gayo"),
    ),
    case("changed day", f"{HARVEST} pada Senin (10/6). {{@gayo}}", FALSE),
    case("changed weekday", f"{HARVEST} pada Kamis (3/6). {{@gayo}}", FALSE),
    case("changed year", f"{HARVEST} pada 3 Juni 2022. {{@gayo}}", FALSE),
    case("changed month", f"{HARVEST} pada 3 Juli 2024. {{@gayo}}", FALSE),
    case(
        "changed name",
        "Menteri Perdagangan Budi Santoso mengatakan ekspor kopi ke Jepang turun 7 persen. {@ekspor}",
        FALSE,
    ),
    case("changed place", "Panen kopi Gayo di Toraja Utara mencapai 1.500,5 ton. {@gayo}", FALSE),
    case("changed unit", "Panen kopi Gayo di Aceh Tengah mencapai 1.500,5 kilogram. {@gayo}", FALSE),
    case(
        "changed currency",
        "Harga biji kopi di tingkat petani Gayo menjadi US$92.000 per kilogram. {@gayo}",
        FALSE,
    ),
    case(
        "names of two articles crossed",
        "Bupati Nukman Hadi membuka Festival Kopi Takengon pada Sabtu (8/6). {@festival}",
        FALSE,
    ),
    case(
        "a number of the near passage", "Panen kopi Gayo di Aceh Tengah mencapai 2.140 ton. {@lampung}", FALSE
    ),
    case(
        "a place of the near passage",
        "Panen kopi robusta di Lampung Barat mencapai 1.500,5 ton. {@gayo}",
        FALSE,
    ),
    case("buyers crossed", "Jepang menjadi pembeli terbesar dengan 38 persen. {@ekspor}", FALSE),
    case(
        "an invented quote", "“Kami akan menutup koperasi tahun depan,” kata Mahdalena Usman. {@gayo}", FALSE
    ),
    case(
        "an invented quote in the article's words",
        "Mahdalena Usman berkata, “Pemerintah harus memberi kami pupuk gratis.” {@gayo}",
        FALSE,
    ),
    case(
        "an invented minister",
        "Presiden Prabowo Subianto meresmikan pabrik kopi baru di Gayo. {@gayo}",
        FALSE,
    ),
    case("an invented number", "Sebanyak 4.500 petani Gayo menerima bantuan bibit kopi. {@gayo}", FALSE),
    case(
        "an invented study",
        "Penelitian Universitas Syiah Kuala menemukan kopi Gayo mengurangi kanker. {@gayo}",
        FALSE,
    ),
    case("known otherwise", "Kopi berasal dari Ethiopia dan menyebar lewat Yaman. {@catatan}", FALSE),
    case(
        "of something else",
        "Gempa berkekuatan 6,2 mengguncang Cianjur dan merusak ratusan rumah. {@gayo}",
        FALSE,
    ),
    case(
        "first true then false",
        f"{HARVEST}. {{@gayo}} Angka itu rekor tertinggi sejak 1998. {{@gayo}}",
        supported("gayo"),
        FALSE,
    ),
    case(
        "false with every marker",
        "Panen kopi Gayo mencapai 9.000 ton. {1}{2}{3}{4}{5}{6}{7}{8}{9}{10}",
        FALSE,
    ),
    case(
        "added number",
        "Festival Kopi Takengon dihadiri 4.200 pengunjung dari 14 provinsi. {@festival}",
        FALSE,
    ),
    case(
        "added name",
        "Festival Kopi Takengon dibuka Bupati Haili Yoga bersama Gubernur Muzakir Manaf. {@festival}",
        FALSE,
    ),
    case(
        "attendance of another day",
        "Festival Kopi Takengon dibuka pada Sabtu (8/6) dan dihadiri 42.000 pengunjung. {@festival}",
        contradicted("festival"),
    ),
    case(
        "English, changed",
        "Vietnam exported 1.6 million tonnes of coffee worth $2.4 billion in 2023. {@vietnam}",
        contradicted("vietnam"),
        language="en",
    ),
    case(
        "English, another exporter",
        "Colombia remained the largest exporter. {@vietnam}",
        FALSE,
        language="en",
    ),
    case(
        "English, spelled out",
        "The roastery reopened after repairs that took eighteen weeks. {@roastery}",
        FALSE,
        language="en",
    ),
    case(
        "English over Indonesian, changed",
        "Coffee exports to Japan fell 17 percent, said Trade Minister Zulkifli Hasan. {@ekspor}",
        FALSE,
        language="en",
    ),
    case("Chinese, changed", "云南省今年咖啡产量达到25万吨。{@yunnan}", FALSE, language="zh-Hans"),
    case("Chinese, another power", "云南省今年咖啡产量达到15亿吨。{@yunnan}", FALSE, language="zh-Hans"),
    case(
        "Chinese, another mayor",
        "普洱市市长王强表示，种植面积已达到113万亩。{@yunnan}",
        FALSE,
        language="zh-Hans",
    ),
    case(
        "Arabic, changed",
        "ارتفعت أسعار البن في اليمن بنسبة 30 في المئة خلال عام 2023. {@yemen}",
        FALSE,
        language="ar",
    ),
    case(
        "Spanish, changed",
        "Colombia produjo 13,1 millones de sacos de café en 2023. {@colombia}",
        FALSE,
        language="es",
    ),
    case(
        "Spanish, another year",
        "Colombia produjo 11,3 millones de sacos de café en 2021. {@colombia}",
        FALSE,
        language="es",
    ),
    case("turned round", "Ekspor kopi ke Jepang naik 7 persen. {@ekspor}", FALSE),
    case(
        "turned round in English",
        "Coffee exports to Japan rose 7 percent. {@ekspor}",
        FALSE,
        language="en",
    ),
    case(
        "negated",
        "Bupati Nukman Hadi menyebut hujan tidak memperlambat penjemuran. {@lampung}",
        FALSE,
    ),
    case(
        "negated in English",
        "Vietnam did not export 1.6 million tonnes of coffee in 2023. {@vietnam}",
        FALSE,
        language="en",
    ),
    case("an opposite verb", "Ratna Wijaya fired 36 workers. {@roastery}", FALSE, language="en"),
    case(
        "an opposite verb with a date",
        "The roastery in Bandung closed on 12 March 2024. {@roastery}",
        FALSE,
        language="en",
    ),
    case(
        "an opposite verb in Spanish",
        "Las exportaciones cayeron un 5 %. {@colombia}",
        FALSE,
        language="es",
    ),
    case("another thing done", "Pohon kopi tertua di Takengon ditebang pada 1908. {@catatan}", FALSE),
    case("turned round in Chinese", "云南省今年咖啡产量比去年减少8%。{@yunnan}", FALSE, language="zh-Hans"),
    case("bare of facts", "Panen kopi gagal total. {@gayo}", FALSE),
    case("bare of facts, of people", "Petani Gayo merugi. {@gayo}", FALSE),
    case("a number of another thing", "Harga kopi naik 12 persen. {@gayo}", FALSE),
    case(
        "a doer of another thing, across languages",
        "Brasil mengekspor 1,6 juta ton kopi pada 2023. {@vietnam}",
        FALSE,
    ),
    case(
        "a name from an article of another language",
        "Pemenang lomba seduh adalah Ratna Wijaya. {@festival}",
        FALSE,
    ),
    case(
        "a sum with the number of tonnes",
        "Vietnam exported coffee worth $1.6 million in 2023. {@vietnam}",
        FALSE,
        language="en",
    ),
    case("a doer of another article", "Ratna Wijaya membuka Festival Kopi Takengon. {@festival}", FALSE),
    case("a prize for somebody else", "Mahdalena Usman menerima hadiah sepeda motor. {@festival}", FALSE),
    case("places exchanged", "Pedagang Jepang membawa bibitnya dari Belanda. {@catatan}", FALSE),
    case("another city", "The roastery is in Jakarta. {@roastery}", FALSE, language="en"),
    case(
        "another unit of the same size",
        "Panen kopi Gayo di Aceh Tengah mencapai 1.500.500 ton. {@gayo}",
        FALSE,
    ),
    case(
        "a reason invented",
        "Panen kopi Gayo naik 12 persen berkat pupuk gratis dari pemerintah. {@gayo}",
        FALSE,
    ),
]


@pytest.mark.parametrize("written", [*MARKERS, *FORMS])
def test_every_claim_gets_the_expected_verdict(library: Library, written: Case) -> None:
    answer = library.answer(written.text, language=written.language)
    assert (answer.mode, answer.degraded, answer.is_refusal) == ("llm", None, False)
    assert differences(answer, written) == []
    assert written.shown in (None, answer.answer)


# The cross-encoder reads these claims, so some verdicts are wrong. The shares are somewhat below what was
# measured: a gate against regressions, not a goal.
@pytest.mark.parametrize(
    ("cases", "least"), [(RETOLD, 0.75), (FABRICATED, 0.95)], ids=["retold", "fabricated"]
)
def test_most_claims_in_other_words_get_the_expected_verdict(
    library: Library, cases: list[Any], least: float
) -> None:
    wrong = {
        case.id: found
        for case in cases
        for written in case.values
        if (found := differences(library.answer(written.text, language=written.language), written))
    }
    assert len(wrong) <= (1 - least) * len(cases), wrong


def differences(answer: Answer, written: Case) -> list[object]:
    """Return what was found of claims that got another verdict or cite another article than expected."""
    found = verdicts(answer)
    if len(found) != len(written.claims):
        return [found]
    cited = [(claim, {article_id for article_id, *_ in claim[2]}) for claim in found]
    return [
        claim
        for (claim, articles), expected in zip(cited, written.claims, strict=True)
        if claim[1] not in expected.verdicts or expected.articles not in (None, articles)
    ]


TORN = (
    f"**Panen**\n- {HARVEST} [[q0000:1]] {{@gayo}}. "
    "Pohon kopi tertua di Takengon ditanam pada 1908 [5].{@catatan}\n"
    "- Ekspor kopi ke Jepang turun 7 persen 【@ekspor†sumber】。 Panen robusta 9.999 ton [^1]. {99}"
)


@pytest.mark.parametrize("tear", range(1, 8))
def test_verdicts_do_not_depend_on_how_the_stream_is_split(library: Library, tear: int) -> None:
    torn, whole = library.answer(TORN, tear=tear), library.answer(TORN, tear=None)
    assert (torn.answer, torn.claims, torn.citations) == (whole.answer, whole.claims, whole.citations)
    assert [claim.verdict for claim in torn.claims][:3] == ["supported"] * 3


@pytest.mark.parametrize(
    "written", [case.values[0] for case in (*FORMS, *FABRICATED)], ids=lambda case: case.text[:40]
)
def test_unsupported_claims_are_dropped_with_the_policy_drop(library: Library, written: Case) -> None:
    flagged = library.answer(written.text, language=written.language)
    answer = library.answer(written.text, language=written.language, policy="drop")
    kept = [claim for claim in verdicts(flagged) if claim[1] in ("supported", "unchecked")]
    if kept:
        assert (answer.mode, answer.degraded) == ("llm", None)
        assert verdicts(answer) == kept
    else:
        assert (answer.mode, answer.degraded) == ("extractive", "llm_uncited")
    assert {claim.verdict for claim in answer.claims} <= {"supported", "unchecked"}


REFUSALS = {
    "id": "Maaf, artikel yang tersedia tidak memuat informasi tentang pertanyaan ini.",
    "en": "I'm sorry, but the provided articles do not contain an answer to this question.",
    "zh-Hans": "抱歉，所提供的文章中没有关于这个问题的答案。",
    "ar": "عذرا، المقالات المتاحة لا تحتوي على إجابة عن هذا السؤال.",
    "es": "Lo siento, los artículos disponibles no contienen la respuesta a esta pregunta.",
}


@pytest.mark.parametrize("policy", ["flag", "drop"])
@pytest.mark.parametrize("language", REFUSALS)
def test_a_reworded_refusal_is_recognised(library: Library, language: str, policy: UnsupportedPolicy) -> None:
    answer = library.answer(REFUSALS[language], language=language, policy=policy)
    assert (answer.mode, answer.refusal_reason) == ("llm", "evidence_does_not_answer")


def test_a_refusal_after_supported_claims_does_not_remove_them(library: Library) -> None:
    answer = library.answer(f"{HARVEST}. {{@gayo}} {REFUSALS['id']}")
    assert not answer.is_refusal
    assert [claim.verdict for claim in answer.claims] == ["supported"]


@pytest.mark.parametrize(
    "text", ["", " \n", "\n\n---\n", "# Kopi", "{@gayo}", "[1]", "![kopi](https://evil.example)"]
)
def test_an_answer_without_claims_is_replaced_by_verbatim_sentences(library: Library, text: str) -> None:
    answer = library.answer(text)
    assert (answer.mode, answer.degraded) == ("extractive", "llm_uncited" if text else "llm_error")


@pytest.mark.parametrize("unit", ["panen kopi 5 ", "[", "[a](", "价格", "(1)", "Budi "])
def test_a_huge_line_is_checked_quickly(library: Library, unit: str) -> None:
    started = time.process_time()
    library.answer(f"{HARVEST}. {{@gayo}} " + (unit * 200_000)[:200_000], tear=20_000)
    assert time.process_time() - started < 5


def test_an_endless_stream_is_abandoned(library: Library) -> None:
    script = Script([f"{HARVEST}. " * 20] * 100_000)
    question = Question(text=QUESTIONS["id"], mode="llm")
    started = time.monotonic()
    events = events_of(library.corpus, library.encoder, question, script, timeout_seconds=1)
    assert time.monotonic() - started < 10
    assert check_stream(events, library.corpus).degraded == "llm_timeout"


@pytest.mark.parametrize(
    ("max_prompt_tokens", "longest_prompt_characters"), [(700, None), (1, None), (100_000, 3000)]
)
def test_evidence_too_long_for_the_context_loses_whole_passages(
    library: Library, max_prompt_tokens: int, longest_prompt_characters: int | None
) -> None:
    script = Script([f"{HARVEST}."], longest_prompt_characters=longest_prompt_characters)
    question = Question(text="Berapa ton panen kopi Gayo di Aceh Tengah?", mode="llm")
    events = events_of(library.corpus, library.encoder, question, script, max_prompt_tokens=max_prompt_tokens)
    answer = check_stream(events, library.corpus)
    prompt = script.requests[-1]["messages"][1]["content"]
    shown = [hit for hit in answer.hits if f"\n{hit.text}\n" in prompt]
    assert 1 <= len(shown) < len(answer.hits)
    assert answer.evidence_left_out == len(answer.hits) - len(shown)
    assert [hit.rank for hit in shown] == list(range(1, len(shown) + 1))
    assert all(hit.text[:20] not in prompt for hit in answer.hits[len(shown) :])
    assert [verdict for _, verdict, _ in verdicts(answer)] == ["supported"]


def test_titles_and_headings_count_for_the_length_of_the_prompt(
    corpus: LocalCorpus, ingestion: Ingestion, encoder: TopicEncoder
) -> None:
    # Each passage takes 40 tokens for its frame, 5 for its title, 5 for its heading and 30 of its own.
    articles = [
        article(
            f"kopi-{number}",
            f"Bagian tentang kopi nomor {number}",
            f"Kopi {number} ditanam di Aceh Tengah, " + "sangat " * 23 + "luas.",
            headings=(1,),
            title=f"Kabar kebun kopi nomor {number}",
        )
        for number in range(8)
    ]
    list(ingestion.ingest(articles))
    question = Question(text="Di mana kopi ditanam?", mode="llm")
    fits_all = 350 + 4 + 8 * 80
    for most, left_out in ((fits_all, 0), (fits_all - 1, 1), (fits_all - 81, 2)):
        script = Script(["Kopi ditanam lagi."])
        events = events_of(corpus, encoder, question, script, max_prompt_tokens=most)
        assert check_stream(events, corpus).evidence_left_out == left_out


def test_a_context_too_short_for_one_passage_gives_verbatim_sentences(library: Library) -> None:
    script = Script([f"{HARVEST}."], longest_prompt_characters=10)
    question = Question(text=QUESTIONS["id"], mode="llm")
    answer = check_stream(events_of(library.corpus, library.encoder, question, script), library.corpus)
    assert (answer.mode, answer.degraded) == ("extractive", "llm_context_exceeded")
