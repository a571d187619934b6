"""Recognises that a turn asks for an answer in another language: "in English, please"."""

import re
from dataclasses import dataclass
from functools import cache

from babel import Locale

from rag.conversation.short_turns import without_politeness
from rag.reply_texts import REFUSALS
from rag.text.function_words import word_set
from rag.text.languages import written_words
from rag.text.tags import primary_language

# A longer part of a turn asks something else.
_LONGEST = 80

# The last words of a turn without a comma are a request if they begin with a verb such as "jawab".
_MOST_WORDS = 8

# A verb, and often a topic, stand before the language; "in" and "bahasa" may stand before its name.
_SHORTEST_TOLD = 3
_LONGEST_PHRASE = 5

# What stands between the parts of a turn. The quantity is bounded, so that no text takes long.
_BETWEEN_PARTS = re.compile(r"[.?!,;:\n。？！，；：؟،]{1,5}")

# What is said about a language in each language; "{}" is its name in CLDR, in small letters.
_PHRASES = {
    "ar": ("بال{}", "باللغة ال{}", "إلى ال{}", "الى ال{}", "إلى اللغة ال{}"),
    "de": ("auf {}", "in {}", "ins {}e"),
    "en": ("in {}", "into {}", "to {}", "in {} language"),
    "es": ("en {}", "al {}", "en idioma {}"),
    "fil": ("sa {}", "sa wikang {}"),
    "fr": ("en {}", "en langue {}"),
    "hi": ("{} में",),
    "id": (
        "dalam bahasa {}",
        "dlm bahasa {}",
        "pakai bahasa {}",
        "pake bahasa {}",
        "menggunakan bahasa {}",
        "dengan bahasa {}",
        "ke bahasa {}",
        "ke dalam bahasa {}",
        "bahasa {}",
        "nganggo basa {}",
        "nganggo boso {}",
        "ku basa {}",
    ),
    "it": ("in {}", "in lingua {}"),
    "ja": ("{}で", "{}に", "{}を"),
    "ko": ("{}로", "{}으로"),
    "ms": ("dalam bahasa {}", "guna bahasa {}", "ke bahasa {}", "bahasa {}"),
    "nl": ("in het {}", "in {}", "naar het {}"),
    "pt": ("em {}", "para {}", "para o {}"),
    "ru": ("на {}", "по {}"),
    "th": ("เป็นภาษา{}", "ด้วยภาษา{}", "ภาษา{}"),
    "tr": ("{} olarak", "{} diliyle"),
    "vi": ("bằng {}", "sang {}", "dịch sang {}"),
    "zh": ("用{}", "请用{}", "請用{}", "以{}", "成{}", "为{}", "為{}"),
}

# Names that people use beside that of CLDR.
_OTHER_NAMES = {
    "ar": (
        "عربي:ar انجليزي:en إنجليزي:en العربية:ar "
        "الإنجليزية:en الانجليزية:en الإندونيسية:id الاندونيسية:id الصينية:zh-Hans"
    ),
    "en": "bahasa_indonesia:id bahasa:id mandarin:zh-Hans tagalog:fil",
    "es": "castellano:es mandarín:zh-Hans",
    "fil": "ingles:en english:en tagalog:fil",
    "hi": "अंग्रेजी:en हिंदी:hi",
    "id": "inggris:en english:en cina:zh-Hans tionghoa:zh-Hans mandarin:zh-Hans tagalog:fil",
    "ja": "日本語:ja インドネシア語:id",
    "ko": "한국말:ko",
    "ms": "inggeris:en cina:zh-Hans mandarin:zh-Hans",
    "ru": "английском:en английски:en русском:ru русски:ru индонезийском:id индонезийски:id английский:en",
    "pt": "português_do_brasil:pt",
    "zh": (
        "繁體中文:zh-Hant 繁体中文:zh-Hant 简体中文:zh-Hans 簡體中文:zh-Hans "
        "英文:en 英语:en 英語:en 印尼文:id 印尼语:id 印尼語:id 中文:zh-Hans 日文:ja 漢語:zh-Hant"
    ),
}

_VERBS = word_set(
    """
    jawab jawabnya jawablah jawabkan jawapan tulis tuliskan terjemahkan terjemahin terjemah translate balas
    sampaikan jelaskan answer reply respond write translated say responde responda respondé contesta traduce
    traduza traduz escribe escreva réponds répondez répondre traduis traduisez traduire écris écrivez antworte
    antworten übersetze übersetzen schreib rispondi traduci scrivi antwoord vertaal 回答 翻译 翻譯 译
    譯 说 說 写 寫 答え 答えて 訳し 訳して 翻訳 翻訳して 言って 書いて أجب ترجم اكتب جاوب ตอบ แปล เขียน
    dịch viết trả lời 답 답해 대답 대답해 번역 번역해 말해 ответь ответьте переведи переведите напиши напишите
    yanıtla cevapla responder contestar decir traducir dizer traduzir dire répondre traduire sagen schreiben
    rispondere tradurre zeggen terjemahake wangsulana
    cevap çevir yaz sagutin isalin जवाब अनुवाद
    """
)
# Behind other words, these ask what was said: "What did he say in English?"
_SAYS = word_set("say decir dire dizer sagen zeggen")

# With one of the verbs, the name of a language without "bahasa" is enough: "terjemahkan ke Indonesia".
_BEFORE_NAMES = word_set("ke pakai pake dalam in to into en em auf ins sa ku nganggo по на เป็น sang bằng")

# A request such as "explain … in English" ends in one of these and the name of a language.
_TELLS = word_set(
    """
    jelaskan ceritakan ringkas ringkaskan rangkum rangkumkan sebutkan uraikan terangkan explain describe
    summarize summarise list tell explica describe resume cuéntame explique résume décris erkläre beschreibe
    fasse resuma conte
    """
)
_LEADS_TO_NAME = word_set("dalam dlm pakai pake menggunakan dengan in into en auf em")

# Behind one of these, the language is that of a text or of a lesson: "a novel written in English".
_IN_LANGUAGE = word_set(
    """
    ditulis tertulis berjudul mengajar diajarkan belajar berbicara bicara berpidato terbit diterbitkan written
    published spoken speaking taught teaching made sung song songs novel novels book books speech film films
    buku pidato lagu puisi kata istilah word words term terms
    """
)

_BESIDE_VERBS = word_set(
    """
    it that this them everything text version instead now saja aja juga semuanya teks versi ini itu kan nya
    て くだ さい ます し する して 해 해줘 줘 하세요 ver दो दीजिए करो करें 给 給 我 告诉 告訴
    que lo la le o isso ça cela
    das es i want need nochmal bitte lagi ulang again back thank thanks
    """
)


@dataclass(frozen=True)
class AskedLanguage:
    """The BCP 47 tag of the language that a turn asks for, and the rest of the turn, which may be empty."""

    tag: str
    rest: str


def asked_language(text: str) -> AskedLanguage | None:
    """Return the language in which a turn wants its answer, or None if it asks for none.

    >>> asked_language("In English, please"), asked_language("Berapa penutur bahasa Inggris?")
    (AskedLanguage(tag='en', rest=''), None)
    >>> asked_language("Kapan gempa terjadi? Jawab dalam bahasa Inggris.")
    AskedLanguage(tag='en', rest='Kapan gempa terjadi?')
    """
    whole = _tag_of(text, is_alone=True)
    if whole:
        return AskedLanguage(whole, "")
    ends = [match.end() for match in _BETWEEN_PARTS.finditer(text.rstrip(" .!?。！？"))]
    for start in ends[-1:]:
        tag = _tag_of(text[start:])
        if tag:
            return AskedLanguage(tag, text[:start].rstrip(" ,;:\n，；：،"))
    for end in ends[:1]:
        tag = _tag_of(text[:end])
        if tag:
            return AskedLanguage(tag, text[end:].strip())
    return _at_the_end(text)


def _at_the_end(text: str) -> AskedLanguage | None:
    """Return the language that the last words ask for: "siapa bupatinya jawab dalam bahasa inggris"."""
    tail = text[-_LONGEST:]
    for word in re.finditer(r"\w+", tail):
        is_verb = word[0].casefold() in _VERBS - _SAYS
        few = len(tail[word.start() :].split()) <= _MOST_WORDS
        if is_verb and few and (tag := _tag_of(tail[word.start() :])):
            return AskedLanguage(tag, text[: len(text) - len(tail) + word.start()].strip())
    return _told_at_the_end(text)


def _told_at_the_end(text: str) -> AskedLanguage | None:
    """Return the language of a request such as "jelaskan banjir Demak dalam bahasa Inggris"."""
    words = list(re.finditer(r"\w+", text))
    folded = [word[0].casefold() for word in words]
    if len(words) < _SHORTEST_TOLD or folded[0] not in _TELLS:
        return None
    for place in range(max(1, len(words) - _LONGEST_PHRASE), len(words)):
        is_led = folded[place] in _LEADS_TO_NAME and folded[place - 1] not in _IN_LANGUAGE
        if is_led and (tag := _tag_of(text[words[place].start() :])):
            return AskedLanguage(tag, text[: words[place].start()].strip())
    return None


def _tag_of(text: str, *, is_alone: bool = False) -> str | None:
    """Return the language that a text asks for if it asks for nothing else.

    A name alone is a request only if the turn `is_alone` and polite: "English, please".
    """
    if len(text) > _LONGEST:
        return None
    written = written_words(text)
    words = [word for word in without_politeness(text) if word not in _VERBS and word not in _BESIDE_VERBS]
    key, all_words = "".join(words), "".join(word.casefold() for word in written)
    phrases = _phrases()
    tag = phrases.get(key) or phrases.get(all_words)
    if tag is None and is_alone and len(words) < len(written):
        tag = _names().get(key)
    if tag is None and not _VERBS.isdisjoint(word.casefold() for word in written):
        tag = _names().get("".join(word for word in words if word not in _BEFORE_NAMES))
    return tag


@cache
def _phrases() -> dict[str, str]:
    """Return the tag for each phrase, without the spaces, because the words of some languages have none."""
    found: dict[str, str] = {}
    for language, phrases in _PHRASES.items():
        for name, tag in _names_in(language).items():
            for phrase in phrases:
                found.setdefault("".join(without_politeness(phrase.format(name))), tag)
    return found


@cache
def _names() -> dict[str, str]:
    return {
        "".join(written_words(name)): tag
        for language in _PHRASES
        for name, tag in _names_in(language).items()
    }


def _names_in(language: str) -> dict[str, str]:
    """Return the names of the languages of replies in a language, in small letters, with their tags."""
    of_locale = Locale.parse(language).languages
    names: dict[str, str] = {}
    for tag in REFUSALS:
        name = of_locale.get(primary_language(tag))
        if name:
            names.setdefault(name.casefold().removeprefix("ال"), tag)
    for pair in _OTHER_NAMES.get(language, "").split():
        name, tag = pair.split(":")
        names[name.replace("_", " ").removeprefix("ال")] = tag
    return names
