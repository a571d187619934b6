"""Recognises questions for several articles: a digest or list of them, or their number.

The words of all languages stand together. A question is one of these only if all words around its topic are
known, so that "Berapa berita bohong yang ditemukan polisi?" stays a question.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from rag.conversation.chat_words import usual_words
from rag.text.function_words import FUNCTION_WORDS, word_set
from rag.text.languages import written_words

# "list" asks for several answers ("siapa saja"), which one passage may contain.
ListingKind = Literal["digest", "list", "count"]


@dataclass(frozen=True, kw_only=True)
class Listing:
    """A question for several articles, or for their number. `topic` is empty if it may be any.

    `rest` are the words of a count that name neither articles nor a topic, such as an outlet.
    """

    kind: ListingKind
    topic: str
    rest: str = ""


# Articles in the plural, and news. What "berapa" counts must be one of these.
_NEWS = """
berita artikel warta pemberitaan news articles stories noticias artículos nouvelles actualités infos info
notícias artigos notizie articoli nachrichten artikeln nieuws artikelen haber haberler haberleri makale
makaleler tin tức bài báo artikulo neues neuigkeiten meldungen novedades novità actus новости
новостей статьи статей headline headlines أخبار الأخبار مقالات المقالات مقالة خبر اخبار الاخبار مقال ข่าว
บทความ
"""

# "Balita" are news in Filipino and small children in Indonesian. One of these stands beside the news.
_FILIPINO_NEWS = "balita"
_FILIPINO = "ang mga ng tungkol ano ba po may ilan ilang sa lahat listahan buod ibuod pinakabagong"

# These name articles too, but also other things.
_REPORTS = """
semua everything anything todo tout alles tutto semuanya apapun
kabar liputan laporan beritanya artikelnya reports coverage headlines reportajes actualité reportagens
berichte meldungen berichten viết
"""

# Without a verb or a word such as "about", only these stand beside a topic: "berita kopi", "coffee news".
_BESIDE_TOPIC = """
berita warta artikel news articles noticias notícias actualités notizie articoli nachrichten artikeln nieuws
artikelen haber haberler haberleri новости أخبار اخبار ข่าว 新闻 新聞 ニュース 뉴스 समाचार खबर खबरें
"""
# Those of them that may stand behind it. "Judul berita" and "agencia de noticias" have no topic.
_BEHIND_TOPIC = """
news articles nachrichten nieuws haber haberleri 新闻 新聞 ニュース 뉴스 समाचार खबर खबरें
"""
_LONGEST_TOPIC_BESIDE = 3

# Beside these, news are a kind of news, an outlet or something else.
_NO_TOPIC = """
bohong palsu hoax hoaks acara duka viral fake breaking good bad anchor anchors corp feed outlet outlets agency
conference channel paper portal app fox bbc cnn falsas falsa fausses beste yanlış yalan 假 虚假 फेक 가짜
ajansı spikeri spiker kota agencies association confederation incorporation 自由 发言人 發言人 ลือ ปลอม
var source sources room site ilmiah itu ini tersebut tadi that this tages дня jour día dia giorno
"""

# Words between the topic and the news, and courtesies behind a topic.
_LINKS = "de del da do dos das du des d di della ng sa na の 의 का की के 的 最新 最近 cari"
_COURTESIES = "dong ya yah deh sih nih kak min please tidak tak nggak por favor không ไหม มั้ย"

# One article. A summary of it is wanted, but a question about it is no question for several.
_ONE = "article story report noticia artículo notícia artigo articolo bericht"

_ABOUT = """
membahas memuat menyebut membicarakan mention mentions mentioning discuss discussing discusses
covering mencionan hablan mentionnent parlent erwähnen menzionano
tentang ttg mengenai soal seputar perkara tungkol terkait perihal about on regarding concerning sobre acerca
sur concernant su sul sulla über zu zum zur over về tungkol о об про عن حول بشأن เกี่ยวกับ เกี่ยว กับ เรื่อง babagan
ngeunaan
"""

_SUMMARISE = """
ringkas ringkaskan ringkasan rangkum rangkumkan rangkuman ikhtisar ikhtisarkan rumuskan summarize summarise
summary digest overview roundup recap resume resuma resumir resumen résume résumez résumer résumé resumo
riassumi riassunto fasse zusammenfassung samenvatting özetle özet tóm tắt buod ibuod обобщи сводка لخص ملخص
สรุป รวม
"""

_ENUMERATE = """
daftar sebutkan senaraikan tampilkan tunjukkan kumpulkan carikan list show enumerate name enumera lista
liste listez énumère enumere elenca zähle nenne auflisten lijst noem listele ilista перечисли список اذكر
قائمة اعرض
"""

# Words that may stand around these: articles, question words, courtesies, words for "all" and "newest".
_FRAME = """
apa saja sajakah whats what's apakah ada tidak dong ya yang kasih list s semua seluruh segala para dari
untuk tolong mohon coba bisa dong saya aku kami beri berikan buat buatkan sebuah singkat terbaru terkini
terakhir lainnya lain dan ke bagi cari itu sahaja mana adakah me us a an the all any some of is are there
what which please can could you give find get tell latest recent newest new current do have make every
summary short brief to up sum in be published written exist available hay qué cuáles cuál son las los la
el todas todos últimas últimos recientes un una de del dame haz quelles quels quel sont les le des du
toutes tous dernières derniers récentes récents moi fais une donne d l y il quais são as os o recentes um
uma faça quali sono gli ultime tutte tutti i ein eine die der das alle aktuellen neuesten gibt es welche
was mir gib van het laatste nieuwste welke zijn er geef een tüm bütün bana lütfen tất cả các những mới
nhất có gì cho tôi lahat ng mga ang ano sa tungkol pinakabagong ba po mau tau baca lihat punya update search
looking for i i'm top main biggest important utama penting
want need see read busca buscar muestra muéstrame montre montrez t zeige zeig suche há mostre procure هل أريد
nào все последние какие есть мне что جميع كل
آخر أحدث هناك ما هي لي من فضلك ทั้งหมด ล่าสุด มี อะไร บ้าง
"""

_COUNT = """
berapa berapakah bilangan jumlah banyak banyaknya seberapa how many number cuántos cuántas número cuantos
cuantas combien nombre quantos quantas quanti quante viele wie anzahl hoeveel aantal kaç sayısı bao nhiêu
ilan ilang сколько كم عدد กี่ total
pira sabaraha
"""

# Words that may follow the articles in a question for their number.
_COUNT_FRAME = """
sini here yang ada di dalam korpus corpus tersedia dimiliki kamu anda punya milikmu tersimpan terbit
diterbitkan dimuat semuanya total totalnya pada oleh dari berbahasa bahasa are there do you have is in the
exist stored available published were was from by altogether this collection hay tienes en existen d de y
il a avez vous du dans est há tem ci sono gibt es hast er zijn var có mayroon есть هناك لديك في ni itu
"""

_LIST_OPENINGS = re.compile(
    r"^\W*((daerah|kota|negara|provinsi|wilayah|desa|kecamatan|kabupaten|sekolah|pihak)"
    r" (mana|apa) (saja|aja|sahaja)(?= )|(mana|di ?mana|dmn|kapan) (saja|aja)"
    r"|(siapa|apa)(kah)? (saja|sahaja|aja)(kah)?"
    r"|(sebutkan|sebutin|daftar|senaraikan|tampilkan)( semua| seluruh)?|list( all| every| the)?"
    r"|(name|give me|tell me) (all|two|three|four|five|ten|[2-9]|10)(?= )"
    r"|(siapa|apa) je(?= )|(siapa2|apa2) (aja|saja)|sapa wae|saha wae|si[nu][uo]-sino ang|anu-?ano ang"
    r"|(who|what|which) (are|were) all( the)?|who (are|were) the(?= [\w-]+s\b)|enumera( todos| todas)?"
    r"|what (are|were) the(?= (causes|reasons|effects|symptoms|steps|conditions|requirements|names)\b)"
    r"|(quiénes|quienes|cuáles) (son|fueron) (todos|los|las)|qui (sont|étaient) les|wer (sind|waren) die"
    r"|énumère[rz]?|liste[rz]?( tous| toutes)?"
    r")\b\s*|^\W*(列出(所有)?|列举|列舉|有哪些|都有谁)\s*",
    re.IGNORECASE,
)

_LONGEST_TOPIC_BEHIND = 2

# "Halo kak, ringkas berita banjir"; and "TL;DR" for a summary.
_GREETING = re.compile(
    r"^\W{0,5}(?:(?:halo|hai|hay|hello|hi|hey|permisi|punten|nuwun sewu|(?:as)?salam(?:u?'?alaikum)?|hola"
    r"|buenas|buenos días|bonjour|salut|hallo|oi|olá|ciao|merhaba|kumusta"
    r"|selamat (?:pagi|siang|sore|malam|petang)|good (?:morning|afternoon|evening)"
    r"|kak|kakak|min|admin|gan|bang|mas|mbak|pak|bu|bro|sis|bot|there)\b\W{1,5}){1,4}",
    re.IGNORECASE,
)
_TOO_LONG = re.compile(r"\btl;? ?dr\b", re.IGNORECASE)
# "berita olahraga apa aja?"
_WHICH = re.compile(r"(?<=\w)\s{1,5}apa\s(?:saja|aja|sahaja|je|sih)\W{0,5}$", re.IGNORECASE)

# "What news are there?" in languages without spaces.
_ANY_NEWS = re.compile(
    r"(最近)?(有)?(什么|什麼|哪些|啥)?(最新)?的?(新闻|新聞)(有哪些|有什么|有什麼|吗|嗎)?[\s?？。]*$"
    r"|(最新の)?ニュース(は|を教えて|はありますか)?(ください)?[\s?？。]*$"
    r"|(최신 )?뉴스(는|(를)? ?알려줘)?[\s?]*$"
)

# In Malay, "pasal" means "about"; in Indonesian, it is an article of a law.
_NEWS_ABOUT = re.compile(r"\b(berita|artikel|cerita) pasal\b", re.IGNORECASE)

# The article or preposition that French and Italian write together with the next word.
_ELISION = re.compile(r"\b([dl])['’](?=\w)", re.IGNORECASE)

# Languages that name the topic before the articles.
_TOPIC_FIRST = re.compile(
    r"^(请|請|帮我|給我|给我|麻烦){0,4}(有(什么|什麼|哪些|没有|沒有)(?=关于|關於|有关|有關))?"
    r"(?P<verb>有没有|有沒有|(?:最近)?有(?:什么|什麼)(?!新|消)|总结|總結|概括|概述|汇总|彙總|归纳|列出|介绍)?(一下)?(所有|全部|最近|最新|一些){0,3}的?"
    r"(?P<about>关于|關於|有关|有關)?(?P<topic>.+?)(方面|相关|相關)?的?(最新|全部|所有)?的?"
    r"(有(什么|什麼|哪些))?(新闻|新聞|报道|報導|報道|文章|消息)"
    r"(?P<end>有哪些|有什么|有什麼|是什么|都有哪些|汇总|总结|摘要)?[\s?？。！!]*$"
    r"|^(?=.*$)((?P<ja>.+?)(について|に関する|関連)の?(最新)?の?(ニュース|記事)"
    r"|(?P<ja2>[^のはを]+?)の(最新)?の?(ニュース|記事)[をは]?(まとめて|要約して|教えて|一覧|見せて|ありますか|ある)(ください|下さい)?[。？?]?$"
    r"|(?>(?P<ko>.+?)\s?(에 대한|에 관한|관련)\s?(최신 )?(뉴스|기사))(?!.*(몇|얼마나))"
    r"|(?P<ko2>\S+( \S+)?) (뉴스|기사)(를|을)? (요약|정리|알려|찾아|보여|있)\S{0,4}[.?]?$"
    r"|(?>(?P<tr>.+?) (hakkında(ki)?|ile ilgili) (?!kaç )(\w+ )?(haber|makale))(?!.*kaç)"
    r"|(?>(?P<hi>.+?) (के बारे में|से जुड़ी|पर) )(?>(.* )?(समाचार|खबरें|ख़बरें|लेख))(?!.*कितने))"
)
_COUNT_TOPIC_FIRST = re.compile(
    r"^(你们?|你們|您|这里|這裡)?(一共|总共|總共)?(有)?(多少|几|幾)(篇|条|條|个|個|则|則)?(关于|關於|有关|有關)?(?P<zh>.*?)的?"
    r"(新闻|新聞|报道|報導|報道|文章|消息)[\s?？。]*$"
    r"|^(关于|關於|有关|有關)?(?P<zh2>.*?)的?(新闻|新聞|报道|報導|報道|文章|消息)(一共|总共|總共)?有(多少|几|幾)(篇|条|條|个|個)?[\s?？。]*$"
    r"|^((?P<ja>.+?)((について|に関する)の?|の))?(ニュース|記事)は?(いくつ|何件|何本)(ありますか|あります|ある)?[\s?？。]*$"
    r"|^(?=.*$)((?P<ko>.+?)\s?(에 대한|에 관한|관련|\s)\s?)?(뉴스|기사)(는|가|은)?\s?(몇|얼마나)"
    r"|^((?P<tr>.+?) (hakkında|ile ilgili) )?kaç (haber|makale)"
)


def listing_of(question: str) -> Listing | None:
    """Return which articles a question asks for, or None if it asks for something else.

    >>> listing_of("Ringkas berita tentang banjir")
    Listing(kind='digest', topic='banjir', rest='')
    >>> listing_of("How many articles about coffee are there?").topic
    'coffee are there'
    >>> listing_of("Ringkas") is None, listing_of("Ada berita apa?")
    (True, Listing(kind='digest', topic='', rest=''))
    """
    if _ANY_NEWS.match(question.strip()):
        return Listing(kind="digest", topic="")
    question = _TOO_LONG.sub("summary", _GREETING.sub("", question))
    question = _NEWS_ABOUT.sub(r"\1 tentang", _ELISION.sub(r"\1 ", question))
    written = written_words(_WHICH.sub("", question))
    while len(written) > 1 and usual_words([written[-1].casefold()])[0] in word_set(_COURTESIES):
        written.pop()
    written = _in_usual_filipino(written)
    found = _topic_first(question) or _count(written) or _digest(written) or _enumeration(question)
    return found or _beside_news(written, " " if " " in question.strip() else "")


def _in_usual_filipino(written: list[str]) -> list[str]:
    """Return words with "artikulo" for the news of Filipino: "may balita ba tungkol sa baha"."""
    folded = [word.casefold() for word in written]
    if _FILIPINO_NEWS not in folded or word_set(_FILIPINO).isdisjoint(folded):
        return written
    usual = ["artikulo" if word.casefold() == _FILIPINO_NEWS else word for word in written]
    return usual[1:] if folded[0] == "may" else usual


def _topic_first(question: str) -> Listing | None:
    counted = _COUNT_TOPIC_FIRST.match(question.strip())
    if counted:
        return Listing(kind="count", topic=_first_group(counted))
    match = _TOPIC_FIRST.match(question.strip())
    if match is None:
        return None
    is_chinese = match["topic"] is not None
    is_asked = not is_chinese or any(match[name] for name in ("verb", "about", "end"))
    return Listing(kind="digest", topic=_first_group(match)) if is_asked else None


def _first_group(match: re.Match[str]) -> str:
    names = ("topic", "zh", "zh2", "ja", "ja2", "ko", "ko2", "tr", "hi")
    groups = match.groupdict()
    return next((groups[name].strip() for name in names if groups.get(name)), "")


def _digest(written: Sequence[str]) -> Listing | None:
    """Return a digest: known words with one for articles or a summary, then the topic."""
    folded = usual_words(word.casefold() for word in written)
    place = _end_of_frame(folded, _SUMMARISE, _NEWS, _REPORTS, _ONE, _FRAME, _ENUMERATE, _ABOUT)
    head, topic = folded[:place], " ".join(written[place:])
    has_news = not (word_set(_NEWS) | word_set(_REPORTS)).isdisjoint(head)
    has_verb = not word_set(_SUMMARISE).isdisjoint(head)
    is_about = not word_set(_ABOUT).isdisjoint(head)
    is_any = not is_about and not word_set(_NEWS).isdisjoint(head) and "itu" not in head
    if topic and not word_set(_ENUMERATE).isdisjoint(head) and _is_topic_behind(folded, place):
        return Listing(kind="digest", topic=topic)
    if not (is_any if not topic else has_verb or (has_news and is_about)):
        return None
    return Listing(kind="digest", topic=topic)


def _beside_news(written: Sequence[str], joint: str) -> Listing | None:
    """Return a digest if a question is only a word for news and a short topic beside it: "coffee news"."""
    folded = usual_words(word.casefold() for word in written)
    news, ignored = word_set(_BESIDE_TOPIC), word_set(_FRAME) | word_set(_LINKS)
    kept = [place for place, word in enumerate(folded) if word in news or word not in ignored]
    if not 1 < len(kept) <= 1 + _LONGEST_TOPIC_BESIDE:
        return None
    is_behind = folded[kept[0]] not in news
    topic = kept[:-1] if is_behind else kept[1:]
    words = [folded[place] for place in topic]
    is_beside = len(news.intersection(folded)) == 1 and news.isdisjoint(words)
    asks_more = word_set(_NO_TOPIC) | word_set(_SUMMARISE) | word_set(_ENUMERATE)
    is_topic = FUNCTION_WORDS.isdisjoint(words) and not words[0].isdigit()
    is_placed = not is_behind or folded[kept[-1]] in word_set(_BEHIND_TOPIC)
    if not (is_beside and is_placed and is_topic and asks_more.isdisjoint(folded)):
        return None
    return Listing(kind="digest", topic=joint.join(written[topic[0] : topic[-1] + 1]))


def _count(written: Sequence[str]) -> Listing | None:
    """Return a count: words for "how many", then one for articles, then a topic or other known words."""
    folded = usual_words(word.casefold() for word in written)
    place = _end_of_frame(folded, _COUNT, _FRAME)
    if not 0 < place < len(folded) or word_set(_COUNT).isdisjoint(folded[:place]):
        return None
    after = _end_of_frame(folded[place:], _NEWS) + place
    if after == place:
        return None
    if _is_topic_behind(folded, after):
        return Listing(kind="count", topic=" ".join(written[after:]))
    abouts = (spot for spot in range(after, len(folded)) if folded[spot] in word_set(_ABOUT))
    about = next(abouts, len(folded))
    topic = written[about + 2 if folded[about + 1 : about + 2] == ["sa"] else about + 1 :]
    return Listing(kind="count", topic=" ".join(topic), rest=" ".join(written[after:about]))


def _is_topic_behind(folded: Sequence[str], place: int) -> bool:
    """Whether the rest of a question is a short topic behind the articles: "ada berapa berita banjir"."""
    rest = folded[place:]
    known = FUNCTION_WORDS | word_set(_COUNT_FRAME) | word_set(_ABOUT)
    is_malay = folded[place - 1] in ("berita", "artikel")
    return is_malay and 0 < len(rest) <= _LONGEST_TOPIC_BEHIND and known.isdisjoint(rest)


def _enumeration(question: str) -> Listing | None:
    match = _LIST_OPENINGS.match(question)
    topic = question[match.end() :].strip(" ?.!") if match else ""
    return Listing(kind="list", topic=topic) if topic else None


def _end_of_frame(folded: Sequence[str], *lists: str) -> int:
    known = frozenset().union(*map(word_set, lists))
    return next((place for place, word in enumerate(folded) if word not in known), len(folded))


def unknown_words(rest: str) -> list[str]:
    """Return the words of a count's `rest` that say nothing known about articles."""
    return [word for word in written_words(rest) if word.casefold() not in word_set(_COUNT_FRAME)]


def without_count_frame(topic: str) -> str:
    """Return a topic without the known words at its end: "coffee" for "coffee are there"."""
    kept = written_words(topic)
    while kept and kept[-1].casefold() in word_set(_COUNT_FRAME):
        kept.pop()
    return " ".join(kept)
