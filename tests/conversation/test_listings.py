"""Which questions ask for several articles, and what about."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rag.conversation.listings import Listing, listing_of, unknown_words, without_count_frame

DIGESTS = {
    "Ringkas berita tentang banjir": "banjir",
    "Tolong rangkum berita terbaru tentang kopi Toraja": "kopi Toraja",
    "Apa saja berita tentang gempa?": "gempa",
    "Berita terbaru tentang AI": "AI",
    "Buatkan ringkasan berita banjir di Lembah Arum": "banjir di Lembah Arum",
    "Daftar artikel mengenai bus listrik": "bus listrik",
    "Ringkaskan berita mengenai jambatan": "jambatan",
    "Apakah berita terkini tentang banjir?": "banjir",
    "Summarize the news about the flood": "flood",
    "List all articles about coffee": "coffee",
    "What news is there about coral reefs?": "coral reefs",
    "Give me a summary of the latest news on Shanghai": "Shanghai",
    "¿Qué noticias hay sobre la inundación?": "inundación",
    "Resume las noticias sobre China": "China",
    "Résume les actualités sur Port-Galène": "Port Galène",
    "Quelles sont les dernières nouvelles sur la Chine ?": "Chine",
    "لخص الأخبار عن الفيضانات": "الفيضانات",
    "ما هي آخر الأخبار عن الذكاء الاصطناعي؟": "الذكاء الاصطناعي",
    "总结关于洪水的新闻": "洪水",
    "关于人工智能的新闻有哪些？": "人工智能",
    "Resumo das notícias sobre o café": "café",
    "AIに関するニュースを教えて": "AI",
    "커피에 대한 뉴스 알려줘": "커피",
    "Tóm tắt tin tức về cà phê": "cà phê",
    "Kahve ile ilgili haberler": "Kahve",
}
COUNTS = {
    "Berapa banyak berita tentang banjir?": "banjir",
    "Ada berapa artikel?": "",
    "How many articles are there?": "",
    "How many articles about coffee are there?": "coffee",
    "¿Cuántas noticias hay sobre China?": "China",
    "Wie viele Artikel über Kaffee gibt es?": "Kaffee",
    "有多少篇关于洪水的文章？": "洪水",
    "كم عدد المقالات عن القهوة؟": "القهوة",
    "Berapa bilangan artikel tentang badminton?": "badminton",
}
QUESTIONS = [
    "Siapa presiden pertama Indonesia?",
    "Ringkas",
    "Ringkas artikel itu",
    "What is the story about the whale?",
    "What are the reports about?",
    "Menurut berita tentang banjir, berapa korbannya?",
    "Laporan apa yang dirilis KPK?",
    "Berapa laporan tentang korupsi yang diterima KPK?",
    "What is on the menu of the summit?",
    "Who reported on the flood?",
    "Apa isi pasal 5?",
]
OF_OTHER_THINGS = [
    "Berapa berita bohong yang ditemukan polisi?",
    "How many news outlets closed?",
    "How many articles are in the treaty?",
]


@pytest.mark.parametrize(("question", "topic"), DIGESTS.items())
def test_a_digest_of_a_topic_is_recognised_in_many_languages(question: str, topic: str) -> None:
    listing = listing_of(question)
    assert listing is not None
    assert (listing.kind, listing.topic) == ("digest", topic)


@pytest.mark.parametrize(("question", "topic"), COUNTS.items())
def test_a_question_for_the_number_of_articles_is_recognised(question: str, topic: str) -> None:
    listing = listing_of(question)
    assert listing is not None
    assert (listing.kind, without_count_frame(listing.topic)) == ("count", topic)
    assert unknown_words(listing.rest) == []


@pytest.mark.parametrize("question", QUESTIONS)
def test_other_questions_are_no_listings(question: str) -> None:
    assert listing_of(question) is None


@pytest.mark.parametrize("question", OF_OTHER_THINGS)
def test_a_number_of_something_else_has_unknown_words(question: str) -> None:
    listing = listing_of(question)
    assert listing is None or unknown_words(listing.rest)


@pytest.mark.parametrize(
    "question",
    [
        "Siapa saja juara lomba?",
        "List all winners",
        "Apa saja gejalanya?",
        "列出印尼的火山",
        "列举三个原因",
        "有哪些国家参加了会议？",
    ],
)
def test_a_list_without_a_word_for_articles_may_be_in_one_passage(question: str) -> None:
    listing = listing_of(question)
    assert listing is not None
    assert listing.kind == "list"


@given(st.text())
@example("SEARCH;THE;ARTICLES")
@example("berita")
def test_any_text_can_be_asked(text: str) -> None:
    """Only a text of known words, such as "berita", asks for a digest without a topic."""
    listing_of(text)
    listing = listing_of(f"{text} zzqx")
    assert listing is None or listing.topic or listing.kind == "count"


@pytest.mark.parametrize(
    ("text", "kind", "topic"),
    [
        ("apa aja berita soal banjir demak", "digest", "banjir demak"),
        ("ringkasin berita tentang banjir", "digest", "banjir"),
        ("brp artikel ttg banjir", "count", "banjir"),
        ("ada berapa berita banjir?", "count", "banjir"),
        ("siapa aja yg kena", "list", "yg kena"),
        ("daerah mana saja yang banjir", "list", "yang banjir"),
        ("关于洪水有什么新闻？", "digest", "洪水"),
        ("洪水のニュースをまとめて", "digest", "洪水"),
        ("홍수 뉴스 알려줘", "digest", "홍수"),
        ("ano ang mga balita tungkol sa baha", "digest", "baha"),
        ("có tin gì về lũ lụt", "digest", "lũ lụt"),
        ("Ada berita apa?", "digest", ""),
        ("brita apa aja ttg gempa", "digest", "gempa"),
        ("kasih berita2 tentang kopi", "digest", "kopi"),
        ("daftar berita banjir jakarta", "digest", "banjir jakarta"),
        ("apa berita pasal banjir", "digest", "banjir"),
        ("whats the news about floods", "digest", "floods"),
        ("was gibt es Neues über Kaffee", "digest", "Kaffee"),
        ("اخبار عن القهوة", "digest", "القهوة"),
        ("ข่าวเกี่ยวกับกาแฟ", "digest", "กาแฟ"),
        ("有没有关于洪水的新闻", "digest", "洪水"),
        ("cuantas noticias hay sobre cafe", "count", "cafe"),
        ("berapa banyak berita pasal banjir", "count", "banjir"),
        ("Siapa sajakah pemenangnya", "list", "pemenangnya"),
        ("who are all the winners", "list", "winners"),
        ("mau tau berita soal timnas", "digest", "timnas"),
        ("I'm looking for articles about coffee", "digest", "coffee"),
        ("busca artículos sobre café", "digest", "café"),
        ("zeige mir Artikel über Kaffee", "digest", "Kaffee"),
        ("有没有咖啡的新闻", "digest", "咖啡"),
        ("最近有什么关于咖啡的新闻", "digest", "咖啡"),
        ("コーヒーのニュースはありますか", "digest", "コーヒー"),
        ("커피 기사 찾아줘", "digest", "커피"),
        ("هل هناك أخبار عن القهوة؟", "digest", "القهوة"),
        ("có bài báo nào về cà phê không", "digest", "cà phê"),
        ("may balita ba tungkol sa kape?", "digest", "kape"),
        ("ilan ang balita tungkol sa kape", "count", "kape"),
        ("warta babagan kopi", "digest", "kopi"),
        ("有什么新闻", "digest", ""),
        ("你有多少篇文章", "count", ""),
    ],
)
def test_listings_as_people_type_them(text: str, kind: str, topic: str) -> None:
    found = listing_of(text)
    assert found is not None
    assert (found.kind, found.topic) == (kind, topic)


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("kahve haberleri", "kahve"),
        ("haber kahve", "kahve"),
        ("coffee news", "coffee"),
        ("latest coffee news", "coffee"),
        ("news jakarta", "jakarta"),
        ("berita kopi", "kopi"),
        ("berita banjir demak", "banjir demak"),
        ("cari berita banjir dong", "banjir"),
        ("noticias de café", "café"),
        ("actualités café", "café"),
        ("Kaffee-Nachrichten", "Kaffee"),
        ("notizie caffè", "caffè"),
        ("новости кофе", "кофе"),
        ("أخبار القهوة", "القهوة"),
        ("ข่าวกาแฟ", "กาแฟ"),
        ("咖啡新闻", "咖啡"),
        ("咖啡的新闻", "咖啡"),
        ("コーヒーのニュース", "コーヒー"),
        ("커피 뉴스", "커피"),
        ("कॉफी की खबर", "कॉफी"),
        ("berita tentang kopi dong", "kopi"),
        ("ada berita soal kopi ga", "kopi"),
    ],
)
def test_a_topic_beside_a_word_for_news_asks_for_a_digest(text: str, topic: str) -> None:
    assert listing_of(text) == Listing(kind="digest", topic=topic)


@pytest.mark.parametrize(
    "text",
    [
        "fake news", "news anchor", "breaking news", "berita bohong", "berita acara", "berita duka",
        "artikel 27", "berita itu", "noticias del día", "siapa penulis berita", "siapa pembaca berita kopi",
        "假新闻",
        "berita KPK tangkap bupati Demak kemarin", "nouvelles technologies",
        "judul berita", "sumber berita", "agencia de noticias", "artikel 5 nato", "news source",
        "haber ajansı", "harga kopi", "info loker",
        "berapa balita stunting", "berapa jumlah balita", "articles of association", "新闻自由", "ข่าวปลอม",
    ],
)  # fmt: skip
def test_other_words_beside_news_ask_for_no_digest(text: str) -> None:
    assert listing_of(text) is None


@pytest.mark.parametrize(
    ("text", "kind", "topic"),
    [
        ("sebutin 3 penyebab banjir", "list", "3 penyebab banjir"),
        ("siapa je yang menang", "list", "yang menang"),
        ("siapa2 aja yg ditangkap", "list", "yg ditangkap"),
        ("sino-sino ang nanalo", "list", "nanalo"),
        ("sapa wae sing menang", "list", "sing menang"),
        ("saha wae nu meunang", "list", "nu meunang"),
        ("who are the winners", "list", "winners"),
        ("what are the causes of the flood", "list", "causes of the flood"),
        ("quiénes son los ganadores", "list", "ganadores"),
        ("qui sont les gagnants", "list", "gagnants"),
        ("wer sind die Gewinner", "list", "Gewinner"),
        ("name three causes", "list", "causes"),
        ("give me 5 reasons", "list", "reasons"),
        ("kahve hakkında kaç haber var", "count", "kahve"),
        ("コーヒーの記事は何件", "count", "コーヒー"),
        ("커피 기사 몇 개", "count", "커피"),
    ],
)
def test_lists_and_counts_in_more_words(text: str, kind: str, topic: str) -> None:
    found = listing_of(text)
    assert found is not None
    assert (found.kind, found.topic) == (kind, topic)
