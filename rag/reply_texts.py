"""The texts that Kutip itself writes to readers: refusals, replies to what is no question, and counts."""

from collections.abc import Mapping, Sequence
from typing import TypeVar

T = TypeVar("T")

# What Kutip says when it refuses.
REFUSALS = {
    "ar": "المقالات المتاحة لا تجيب عن هذا السؤال.",
    "de": "Die vorhandenen Artikel beantworten diese Frage nicht.",
    "en": "The available articles don't answer this question.",
    "es": "Los artículos disponibles no responden a esta pregunta.",
    "fil": "Hindi sinasagot ng mga artikulo ang tanong na ito.",
    "fr": "Les articles disponibles ne répondent pas à cette question.",
    "hi": "उपलब्ध लेखों में इस सवाल का जवाब नहीं है।",
    "id": "Artikel yang tersedia tidak menjawab pertanyaan ini.",
    "it": "Gli articoli disponibili non rispondono a questa domanda.",
    "ja": "記事の中に、この質問の答えは見つかりませんでした。",
    "jv": "Artikel sing ana ora njawab pitakonan iki.",
    "ko": "기사에서 이 질문의 답을 찾을 수 없습니다.",
    "ms": "Artikel yang tersedia tidak menjawab soalan ini.",
    "nl": "De beschikbare artikelen geven geen antwoord op deze vraag.",
    "pt": "Os artigos disponíveis não respondem a esta pergunta.",
    "ru": "В доступных статьях нет ответа на этот вопрос.",
    "su": "Artikel nu aya teu ngajawab patarosan ieu.",
    "th": "ไม่พบคำตอบของคำถามนี้ในบทความที่มีอยู่",
    "tr": "Mevcut yazılarda bu sorunun yanıtı yok.",
    "vi": "Các bài viết hiện có không trả lời câu hỏi này.",
    "zh-Hans": "现有文章没有回答这个问题。",
    "zh-Hant": "現有文章沒有回答這個問題。",
}

# How language models word a refusal. A sentence is recognised as a refusal if its vector is similar to one of
# these; the threshold in rag/verification/meaning.py was calibrated on exactly these sentences.
USUAL_REFUSALS = (
    "لا تتضمن المقالات المتاحة إجابة عن هذا السؤال.",
    "Die vorhandenen Artikel enthalten keine Antwort auf diese Frage.",
    "The articles available do not hold an answer to this question.",
    "Los artículos disponibles no contienen una respuesta a esta pregunta.",
    "Walang sagot sa tanong na ito sa mga artikulong mayroon.",
    "Les articles disponibles ne contiennent pas de réponse à cette question.",
    "उपलब्ध लेखों में इस प्रश्न का उत्तर नहीं है।",
    "Artikel yang tersedia tidak memuat jawaban atas pertanyaan ini.",
    "Gli articoli disponibili non contengono una risposta a questa domanda.",
    "利用できる記事には、この質問への答えがありません。",
    "Artikel sing ana ora ngemot wangsulan kanggo pitakonan iki.",
    "이용할 수 있는 기사에는 이 질문에 대한 답이 없습니다.",
    "Artikel yang tersedia tidak mengandungi jawapan kepada soalan ini.",
    "De beschikbare artikelen bevatten geen antwoord op deze vraag.",
    "Os artigos disponíveis não contêm uma resposta a esta pergunta.",
    "В доступных статьях нет ответа на этот вопрос.",
    "Artikel nu aya teu ngandung jawaban pikeun patarosan ieu.",
    "บทความที่มีอยู่ไม่มีคำตอบสำหรับคำถามนี้",
    "Mevcut makaleler bu sorunun yanıtını içermiyor.",
    "Các bài viết hiện có không chứa câu trả lời cho câu hỏi này.",
    "现有文章中没有这个问题的答案。",
    "現有文章中沒有這個問題的答案。",
)

# `{times}` is a list of years, months or days.
OTHER_TIMES = {
    "ar": "المقالات التي تتناول هذا الموضوع تعود إلى: {times}.",
    "de": "Die Artikel zu diesem Thema sind aus anderer Zeit: {times}.",
    "en": "The articles about this are from another time: {times}.",
    "es": "Los artículos sobre este tema son de otra fecha: {times}.",
    "fil": "Ang mga artikulo tungkol dito ay mula sa ibang panahon: {times}.",
    "fr": "Les articles sur ce sujet datent d'une autre époque : {times}.",
    "hi": "इस विषय के लेख किसी और समय के हैं: {times}।",
    "id": "Artikel tentang hal ini berasal dari waktu lain: {times}.",
    "it": "Gli articoli su questo argomento sono di un altro periodo: {times}.",
    "ja": "この件に関する記事は別の時期のものです：{times}。",
    "jv": "Artikel bab iki saka wektu liya: {times}.",
    "ko": "이에 관한 기사는 다른 시기의 것입니다: {times}.",
    "ms": "Artikel tentang perkara ini adalah dari masa yang lain: {times}.",
    "nl": "De artikelen hierover zijn uit een andere tijd: {times}.",
    "pt": "Os artigos sobre este tema são de outra data: {times}.",
    "ru": "Статьи на эту тему относятся к другому времени: {times}.",
    "su": "Artikel ngeunaan ieu asalna ti waktu séjén: {times}.",
    "th": "บทความเกี่ยวกับเรื่องนี้เป็นของช่วงเวลาอื่น: {times}",
    "tr": "Bu konudaki yazılar başka bir zamana ait: {times}.",
    "vi": "Các bài viết về việc này thuộc thời gian khác: {times}.",
    "zh-Hans": "有关此事的文章来自其他时间：{times}。",
    "zh-Hant": "有關此事的文章來自其他時間：{times}。",
}

# What can be asked. `{n}` is the number of articles, `{first}` and `{last}` are days, and `{topics}` are
# titles. The plural forms are those of ICU.
ARTICLES = {
    "ar": "مرحبا! اسألني عما ورد في "
    "{n, plural, one {مقال واحد} two {مقالين} few {# مقالات} many {# مقالا} other {# مقال}}",
    "de": "Hallo! Fragen Sie mich etwas zu {n, plural, one {# Artikel} other {# Artikeln}}",
    "en": "Hello! Ask me anything about {n, plural, one {# article} other {# articles}}",
    "es": "¡Hola! Pregúntame sobre {n, plural, one {# artículo} other {# artículos}}",
    "fil": "Kumusta! Magtanong tungkol sa {n} artikulo",
    "fr": "Bonjour ! Posez-moi une question sur {n, plural, one {# article} other {# articles}}",
    "hi": "नमस्ते! मुझसे {n, plural, one {# लेख} other {# लेखों}} के बारे में पूछें",
    "id": "Halo! Silakan bertanya tentang isi {n} artikel",
    "it": "Ciao! Chiedimi qualcosa su {n, plural, one {# articolo} other {# articoli}}",
    "ja": "こんにちは。{n}件の記事について質問できます",
    "jv": "Halo! Mangga takon bab isi {n} artikel",
    "ko": "안녕하세요! 기사 {n}건에 대해 물어보세요",
    "ms": "Helo! Sila tanya tentang kandungan {n} artikel",
    "nl": "Hallo! Stel een vraag over {n, plural, one {# artikel} other {# artikelen}}",
    "pt": "Olá! Pergunte-me algo sobre {n, plural, one {# artigo} other {# artigos}}",
    "ru": "Здравствуйте! Задайте вопрос по {n, plural, one {# статье} other {# статьям}}",
    "su": "Halo! Mangga naros ngeunaan eusi {n} artikel",
    "th": "สวัสดี ถามเกี่ยวกับบทความ {n} บทความได้",
    "tr": "Merhaba! {n} yazı hakkında soru sorabilirsiniz",
    "vi": "Xin chào! Bạn có thể hỏi về {n} bài viết",
    "zh-Hans": "您好！您可以就{n}篇文章提问",
    "zh-Hant": "您好！您可以就{n}篇文章提問",
}
DAYS = {
    "ar": "، من {first} إلى {last}", "de": " vom {first} bis {last}", "en": ", from {first} to {last}",
    "es": ", del {first} al {last}", "fil": ", mula {first} hanggang {last}", "fr": ", du {first} au {last}",
    "hi": " ({first} से {last} तक)", "id": ", dari {first} sampai {last}", "it": ", dal {first} al {last}",
    "ja": "（{first}から{last}まで）", "jv": ", saka {first} tekan {last}", "ko": "({first}부터 {last}까지)",
    "ms": ", dari {first} hingga {last}", "nl": ", van {first} tot {last}", "pt": ", de {first} a {last}",
    "ru": " с {first} по {last}", "su": ", ti {first} nepi ka {last}", "th": " ตั้งแต่ {first} ถึง {last}",
    "tr": " ({first} - {last})", "vi": ", từ {first} đến {last}", "zh-Hans": "（{first}至{last}）",
    "zh-Hant": "（{first}至{last}）",
}  # fmt: skip
TOPICS = {
    "ar": " على سبيل المثال: {topics}.", "de": " Zum Beispiel: {topics}.", "en": " For example: {topics}.",
    "es": " Por ejemplo: {topics}.", "fil": " Halimbawa: {topics}.", "fr": " Par exemple : {topics}.",
    "hi": " उदाहरण के लिए: {topics}।", "id": " Misalnya: {topics}.", "it": " Per esempio: {topics}.",
    "ja": "例えば：{topics}。", "jv": " Umpamane: {topics}.", "ko": " 예를 들면: {topics}.",
    "ms": " Contohnya: {topics}.", "nl": " Bijvoorbeeld: {topics}.", "pt": " Por exemplo: {topics}.",
    "ru": " Например: {topics}.", "su": " Contona: {topics}.", "th": " เช่น {topics}",
    "tr": " Örneğin: {topics}.", "vi": " Ví dụ: {topics}.", "zh-Hans": "例如：{topics}。",
    "zh-Hant": "例如：{topics}。",
}  # fmt: skip
NO_ARTICLES = {
    "ar": "مرحبا! لا توجد مقالات بعد، فلا يمكنني الإجابة عن الأسئلة.",
    "de": "Hallo! Es gibt noch keine Artikel, aus denen ich antworten könnte.",
    "en": "Hello! There are no articles yet, so I can't answer questions.",
    "es": "¡Hola! Todavía no hay artículos, así que no puedo responder preguntas.",
    "fil": "Kumusta! Wala pang mga artikulo, kaya hindi pa ako makasasagot.",
    "fr": "Bonjour ! Il n'y a pas encore d'articles, je ne peux donc pas répondre.",
    "hi": "नमस्ते! अभी कोई लेख नहीं है, इसलिए मैं सवालों के जवाब नहीं दे सकता।",
    "id": "Halo! Belum ada artikel, jadi saya belum bisa menjawab pertanyaan.",
    "it": "Ciao! Non ci sono ancora articoli, quindi non posso rispondere.",
    "ja": "こんにちは。まだ記事がないため、質問に答えられません。",
    "jv": "Halo! Durung ana artikel, mula aku durung bisa njawab pitakon.",
    "ko": "안녕하세요! 아직 기사가 없어 질문에 답할 수 없습니다.",
    "ms": "Helo! Belum ada artikel, jadi saya belum boleh menjawab soalan.",
    "nl": "Hallo! Er zijn nog geen artikelen, dus ik kan geen vragen beantwoorden.",
    "pt": "Olá! Ainda não há artigos, por isso não posso responder.",
    "ru": "Здравствуйте! Статей пока нет, поэтому я не могу отвечать на вопросы.",
    "su": "Halo! Tacan aya artikel, janten kuring tacan tiasa ngajawab patarosan.",
    "th": "สวัสดี ยังไม่มีบทความ จึงยังตอบคำถามไม่ได้",
    "tr": "Merhaba! Henüz yazı yok, bu yüzden soruları yanıtlayamıyorum.",
    "vi": "Xin chào! Chưa có bài viết nào nên tôi chưa thể trả lời câu hỏi.",
    "zh-Hans": "您好！目前还没有文章，所以我无法回答问题。",
    "zh-Hant": "您好！目前還沒有文章，所以我無法回答問題。",
}

# How counts and digests say how many articles there are: the number of articles, the same on a topic, and the
# number of articles left out.
_ARTICLE_COUNTS = {
    "ar": ("عدد المقالات: {number}", "عدد المقالات عن «{topic}»: {number}", "مقالات أخرى: {number}"),
    "de": (
        "Zahl der Artikel: {number}",
        "Zahl der Artikel über „{topic}“: {number}",
        "Weitere Artikel: {number}",
    ),
    "en": ("Articles: {number}", "Articles about “{topic}”: {number}", "More articles: {number}"),
    "es": (
        "Número de artículos: {number}",
        "Número de artículos sobre «{topic}»: {number}",
        "Otros artículos: {number}",
    ),
    "fil": (
        "Bilang ng mga artikulo: {number}",
        "Bilang ng mga artikulo tungkol sa “{topic}”: {number}",
        "Iba pang artikulo: {number}",
    ),
    "fr": (
        "Nombre d'articles : {number}",
        "Nombre d'articles sur « {topic} » : {number}",
        "Autres articles : {number}",
    ),
    "hi": ("लेखों की संख्या: {number}", "“{topic}” पर लेखों की संख्या: {number}", "और लेख: {number}"),
    "id": (
        "Jumlah artikel: {number}",
        "Jumlah artikel tentang “{topic}”: {number}",
        "Artikel lain: {number}",
    ),
    "it": (
        "Numero di articoli: {number}",
        "Numero di articoli su «{topic}»: {number}",
        "Altri articoli: {number}",
    ),
    "ja": ("記事の数: {number}", "「{topic}」に関する記事の数: {number}", "ほかの記事: {number}"),
    "jv": ("Cacahe artikel: {number}", "Cacahe artikel bab “{topic}”: {number}", "Artikel liyane: {number}"),
    "ko": ("기사 수: {number}", "‘{topic}’ 관련 기사 수: {number}", "다른 기사: {number}"),
    "ms": (
        "Bilangan artikel: {number}",
        "Bilangan artikel tentang “{topic}”: {number}",
        "Artikel lain: {number}",
    ),
    "nl": (
        "Aantal artikelen: {number}",
        "Aantal artikelen over “{topic}”: {number}",
        "Meer artikelen: {number}",
    ),
    "pt": (
        "Número de artigos: {number}",
        "Número de artigos sobre “{topic}”: {number}",
        "Outros artigos: {number}",
    ),
    "ru": ("Число статей: {number}", "Число статей о «{topic}»: {number}", "Другие статьи: {number}"),
    "su": (
        "Jumlah artikel: {number}",
        "Jumlah artikel ngeunaan “{topic}”: {number}",
        "Artikel séjénna: {number}",
    ),
    "th": ("จำนวนบทความ: {number}", "จำนวนบทความเกี่ยวกับ “{topic}”: {number}", "บทความอื่น: {number}"),
    "tr": ("Yazı sayısı: {number}", "“{topic}” hakkındaki yazı sayısı: {number}", "Diğer yazılar: {number}"),
    "vi": ("Số bài viết: {number}", "Số bài viết về “{topic}”: {number}", "Bài viết khác: {number}"),
    "zh-Hans": ("文章数: {number}", "关于“{topic}”的文章数: {number}", "其他文章: {number}"),
    "zh-Hant": ("文章數: {number}", "關於「{topic}」的文章數: {number}", "其他文章: {number}"),
}

# The question with which articles are searched for a digest. A topic alone is no question, and the
# cross-encoder has learned from questions.
_ABOUT_TOPIC = {
    "ar": "ماذا حدث بشأن {topic}؟",
    "de": "Was ist mit {topic} geschehen?",
    "en": "What happened with {topic}?",
    "es": "¿Qué pasó con {topic}?",
    "fil": "Ano ang nangyari sa {topic}?",
    "fr": "Que s'est-il passé avec {topic} ?",
    "hi": "{topic} के साथ क्या हुआ?",
    "id": "Apa yang terjadi dengan {topic}?",
    "it": "Che cosa è successo con {topic}?",
    "ja": "{topic}について何がありましたか？",
    "jv": "Apa sing kedadeyan karo {topic}?",
    "ko": "{topic}에 대해 무슨 일이 있었나요?",
    "ms": "Apa yang berlaku dengan {topic}?",
    "nl": "Wat is er gebeurd met {topic}?",
    "pt": "O que aconteceu com {topic}?",
    "ru": "Что произошло с {topic}?",
    "su": "Naon anu kajadian jeung {topic}?",
    "th": "เกิดอะไรขึ้นกับ{topic}",
    "tr": "{topic} ile ilgili ne oldu?",
    "vi": "Chuyện gì đã xảy ra với {topic}?",
    "zh-Hans": "{topic}怎么样了？",
    "zh-Hant": "{topic}怎麼樣了？",
}

# Regions where Chinese is written in the traditional script, so that the language tag need not say so.
_TRADITIONAL_REGIONS = {"HK", "MO", "TW"}


def refusal_sentence(language: str) -> str:
    """Return the refusal in `language`, or in English if there is none in `language`.

    >>> refusal_sentence("zh-TW") == REFUSALS["zh-Hant"]
    True
    """
    return in_language(REFUSALS, language)


def in_language(texts: Mapping[str, T], language: str) -> T:
    """Return the text in `language`, or in English if there is none in `language`."""
    parts = language.split("-")
    if parts[0] == "zh" and not {"Hans", "Hant"}.intersection(parts):
        parts.insert(1, "Hant" if _TRADITIONAL_REGIONS.intersection(parts) else "Hans")
    tags = ["-".join(parts[:length]) for length in range(len(parts), 0, -1)]
    return next((texts[tag] for tag in tags if tag in texts), texts["en"])


def question_about(topic: str, language: str) -> str:
    """Return the question for which articles on a topic are searched.

    >>> question_about("banjir", "id")
    'Apa yang terjadi dengan banjir?'
    """
    return in_language(_ABOUT_TOPIC, language).format(topic=topic)


def count_sentence(number: str, topic: str, conditions: Sequence[str], language: str) -> str:
    """Return the sentence that says how many articles there are, with the filters in brackets.

    >>> count_sentence("3", "banjir", ["ANTARA"], "id")
    'Jumlah artikel tentang “banjir” (ANTARA): 3'
    """
    total, about, _ = in_language(_ARTICLE_COUNTS, language)
    sentence = (about if topic else total).format(topic=topic, number="{number}")
    limits = f" ({', '.join(conditions)})" if conditions else ""
    label, colon, _ = sentence.rpartition(":")
    return f"{label.rstrip()}{limits}{colon} {number}"


def more_articles_sentence(number: str, language: str) -> str:
    """Return the sentence that says how many more articles there are.

    >>> more_articles_sentence("2", "en")
    'More articles: 2'
    """
    return in_language(_ARTICLE_COUNTS, language)[2].format(number=number)
