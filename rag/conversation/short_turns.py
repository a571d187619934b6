"""Recognises short turns of a conversation that have no topic of their own.

These are remarks such as "thanks", requests for a longer or shorter answer, and the question "and when?".
The words of all languages are listed together, because a short turn is too short to detect its language.
"""

import re
import unicodedata
from functools import cache
from typing import Literal

from rag.conversation.chat_words import usual_words
from rag.text.function_words import word_set
from rag.text.languages import written_words

# What a short turn asks about the last answer: more of its evidence, less of it, or its time.
Request = Literal["more", "less", "when"]

# A longer turn is not a short turn.
_LONGEST = 80
_MOST_REMARK_WORDS = 8

# People often omit accents. Without them, a shorter phrase may be another word: "más" and "mas".
_LONG_ENOUGH = 6

# The words before what a question was meant to ask: "Bukan, maksud saya tarifnya".
_CORRECTION = re.compile(
    r"\W{0,3}(?:(?:bukan|bkn|no|nope|tidak|nggak|gak|salah|sorry|maaf|eh|ralat|不是|不|لا)\b"
    r"(?: (?:itu|begitu|that|yang itu|not that))?[\s,.;:!，。،–—-]{0,4})?"
    r"(?:yang )?(?:(?:maksud(?:ku| saya| aku| gue| gw| kami)|(?:saya|aku) maksud(?:kan)?"
    r"|i(?: actually)? mean(?:t)?(?: to ask)?)(?: (?:itu|adalah|ialah))?\b"
    r"|我(?:想问|的意思是|是说|是指|是想问)(?:的是)?|أقصد|قصدي)"
    r"[\s,:،，]{0,3}",
    re.IGNORECASE,
)

# A turn of these words alone is a remark on the last answer.
_REMARK_WORDS = """
wah wow woah oh ooh ah aha hmm menarik keren mantap mantul hebat bagus oke ok okay okey baik baiklah siap sip
makasih trims thx ty terima terimakasih kasih banyak ya iya yes yep yeah thanks thank you so much very nice
interesting cool great good awesome amazing perfect wonderful fascinating i see understood got it sekali
banget sangat begitu rupanya ternyata luar biasa sudah paham mengerti jelas noted gracias muchas vale
interesante bien perfecto merci beaucoup intéressant obrigado obrigada interessante danke schön interessant
grazie bedankt teşekkürler ilginç cảm ơn hay quá شكرا شكراً جزيلا رائع 谢谢 謝謝 谢 你 您 好 的 好的 有意思
有趣 明白 了 明白了 知道 哇 ありがとう ござい ます なるほど 面白い です ね 감사합니다 고마워요 흥미롭네요
ขอบคุณ ครับ ค่ะ น่าสนใจ धन्यवाद salamat po spasibo спасибо интересно ясно
"""

# These words change nothing about what a turn asks.
_POLITE_WORDS = """
please pls kindly can could would you me us the a an it that this your answer response again just tolong
mohon coba bisa dong ya deh sih donk nya itu ini jawaban jawabannya jawapan tadi saja aja sedikit lagi dan
lalu and then bit little por favor puedes la lo el respuesta s'il te plaît vous peux pouvez réponse bitte
antwort die kannst könntest du das dar dame tu stp svp porfa favore per plis kak bro min gan bang lütfen đi
po пожалуйста пж wae sikit exactly genau именно بالضبط لو سمحت お願い お願いします пожалуйста 请 請 你 一下
吧 再 能 可以 吗 把 ください 좀 주세요 من فضلك هل يمكنك
"""

_MORE = """
jelaskan; dijelaskan lebih lanjut; dijelaskan lebih rinci; dijelaskan; dijabarkan; jabarkan; diperjelas;
jelaskan lebih lanjut; jelaskan lebih rinci; jelaskan lebih detail; jelaskan lebih jelas; jelaskan lebih
banyak; jelaskan secara rinci; jelaskan detail; jelaskan detailnya; lebih lanjut; lebih rinci; lebih detail;
lebih lengkap; lebih lengkapnya; lebih jelas; lebih jelasnya; lebih panjang; lebih banyak; selengkapnya;
detailnya; rinciannya; rincian; detail; detail lebih lanjut; ceritakan lebih banyak; ceritakan lebih lanjut;
ceritakan; tambahkan detail; tambah detail; tambahkan rincian; beri detail; perinci; rincikan; uraikan;
uraikan lebih lanjut; elaborasi; lanjutkan; lanjut; ada lagi; apa lagi; info lebih lanjut; informasi lebih
lanjut; penjelasan lebih lanjut; terangkan; terangkan lebih lanjut; lebih terperinci; huraikan; perincian;
more; tell more; tell more about; explain; explain more; explain further; explain in detail; explain in more
detail; more detail; more details; add detail; add details; add more details; in detail; in more detail;
more info; more information; further details; elaborate; elaborate more; go on; continue; expand; expand on;
longer; make longer; say more; give more details; give more; give details; be more detailed; more detailed;
go deeper; más; más detalles; más detalle; dame más detalles; cuéntame más; explica más; explícame más;
amplía; sigue; continúa; más información; con más detalle; plus de détails; plus de détail; dis m'en plus;
dites m'en plus; en dire plus; explique; explique plus; expliquez; développe; développez; en détail; plus
d'informations; donne plus de détails; mais detalhes; explique mais; conte mais; mehr details; mehr; erzähl
mir mehr; erzähl mehr; genauer; ausführlicher; erkläre genauer; weiter; più dettagli; dimmi di più; spiega
meglio; continua; meer details; vertel meer; leg uit; daha fazla bilgi; daha fazla; daha ayrıntılı; ayrıntı
ver; devam et; المزيد; المزيد من التفاصيل; مزيد من التفاصيل; اشرح; اشرح أكثر; وضح أكثر; أكمل; بالتفصيل;
أخبرني المزيد; 详细; 详细说明; 详细说说; 更多; 更多细节; 更详细; 说详细点; 详细点; 详细一点; 详细一些; 继续;
继续说; 展开说说; 說明; 詳細說明; 更多細節; 詳細一點; 繼續; もっと詳しく; もっと詳しく教えて; 詳しく;
詳しく教えて; 続けて; もっと; 더 자세히; 자세히; 자세히 알려줘; 더 알려줘; 계속; chi tiết hơn; giải thích
thêm; nói thêm; kể thêm; thêm chi tiết; อธิบายเพิ่มเติม; ขอรายละเอียดเพิ่มเติม; รายละเอียดเพิ่มเติม; подробнее;
расскажи подробнее; ещё; और बताओ; और बताइए; विस्तार से; विस्तार से बताइए; ipaliwanag pa; magdagdag ng detalye;
higit pang detalye; lagi; terus; lalu; and then; then; ada lagi tidak; info lainnya; what else; anything
else; long version; 多说一点; 还有吗; 還有嗎; もっと教えて; 詳細を教えて; 더 자세히 말해줘; 자세하게
설명해줘; quiero saber más; plus d'infos; mehr infos; genauer erklären; nói rõ hơn; ขอรายละเอียด; اشرح
المزيد; تفاصيل أكثر; أعطني تفاصيل أكثر; расскажи больше; больше деталей; dê mais detalhes; और जानकारी;
dagdagan ang detalye; luwih rinci; jelasna luwih rinci; luwih jelas; detailnya gimana; lengkapi; luwih
cetha; luwih cetho; leuwih jelas; leuwih rinci; 详细点说; 说详细一点; 再详细; أكثر; ขยายความ; rõ hơn; 더
알려주세요; más info; daha fazla detay; detay ver; विस्तार से बताओ; поподробнее; ipaliwanag; mas detalyado;
もう少し詳しく; もう少し詳しく教えて; تفاصيل اكثر; nói chi tiết hơn; chi tiết; อธิบายเพิ่ม; daha detaylı;
detaylı anlat;
perjelas; diperjelas lagi; dijelasin; lebih banyak info; kasih tau lebih banyak; info lengkapnya;
perpanjang; jabarkan lebih luas; lanjutannya; cerita lagi; i want more details; keep going; go ahead; be
more specific; full story; full version; i need more info; dime más; profundiza; explicar más; más a
fondo; détailler; développe un peu; erzähl mir mehr darüber; mehr dazu; fala mais; conta mais sobre isso;
mais informações; detalhar; 多说点; 具体一点; 具体说说; 具体点; もっと教えてください; 詳しく説明して;
続きは; 具体的に教えて; 더 자세하게; 좀 더 설명해줘;
계속해줘; اشرح بالتفصيل; زدني; المزيد من المعلومات; معلومات أكثر; ขอเพิ่มเติม; ขยายความหน่อย; เล่าต่อ;
อธิบายอีก; kể tiếp; giải thích rõ hơn; cho thêm chi tiết; ещё подробнее; продолжай; продолжайте; можно
подробнее; больше информации; और विस्तार से; विस्तार से समझाओ; detaylı anlatır mısın; biraz daha açıkla;
devam; daha fazla anlat; dagdagan mo pa; ikwento mo pa; mas detalyado pa; ituloy mo; luwih lengkap;
terusna; teruskeun; leuwih lengkep
"""

_LESS = """
ringkas; diringkas; disingkat; dipersingkat; dirangkum; ringkasan; ringkaskan; ringkasnya; singkat;
singkatkan; singkatnya; persingkat; perpendek; lebih singkat; lebih ringkas; lebih pendek; rangkum;
rangkumkan; rangkuman; simpulkan; kesimpulannya; intinya; apa intinya; intinya apa; poinnya; secara singkat;
secara ringkas; buat lebih singkat; buat lebih ringkas; buat ringkas; dalam satu kalimat; pendekkan;
sederhanakan; lebih sederhana; terlalu panjang; concise; more concise; be concise; be more concise; make
more concise; make concise; shorter; make shorter; be shorter; shorten; short; brief; briefly; be brief;
more brief; in short; in brief; summarize; summarise; sum up; summary; tl dr; tl; dr; tldr; in one sentence;
one sentence; in a sentence; in a nutshell; simplify; simpler; too long; less detail; fewer details; less;
keep short; keep brief; resume; resúmelo; resumen; más corto; más breve; más conciso; en resumen;
brevemente; abrevia; hazlo más corto; menos; résume; résumez; résumé; plus court; plus concis; en bref; en
résumé; raccourcis; brièvement; resuma; resumo; mais curto; mais breve; em resumo; kürzer; kurz; fasse
zusammen; zusammenfassung; knapper; riassumi; più breve; più corto; in breve; korter; samenvatten; vat
samen; daha kısa; kısalt; özetle; kısaca; باختصار; لخص; لخصها; اختصر; الخلاصة; أقصر; 简短; 简短一点; 简短点;
简短些; 简单点; 简单说; 简洁; 更简洁; 更简短; 总结; 概括; 简要说明; 簡短; 簡短一點; 總結; 短く; もっと短く;
要約して; 要約; 簡潔に; まとめて; 짧게; 더 짧게; 요약해줘; 요약; 간단히; ngắn gọn; ngắn gọn hơn; ngắn hơn;
tóm tắt; tóm lại; สั้นๆ; สั้นลง; สรุป; короче; кратко; покороче; संक्षेप में; संक्षेप में बताओ; छोटा करो;
paikliin; paikliin mo; buod; mas maikli; kepanjangan; inti sarinya; intisarinya; simpulannya; kesimpulan;
cut down; to the point; 说简单点; 再短一点; 短一点; 短点; 一句话总结; もっと簡潔に; 短くして; 더 간단히;
짧게 말해줘; en una frase; resúmelo en una frase; fass zusammen; ngắn gọn thôi; สั้นกว่านี้; สั้นกว่านี้หน่อย; satu
paragraf; en corto; kurz und knapp; kısa kes; kısaca anlat; singkat we; छोटे में बताओ; iklian; iklian mo;
简单来说; สรุปสั้นๆ; ขอสั้นๆ; 簡単に; in simple words; explain like i'm 5; explain like im 5; ringkesan; luwih
cekak; kepanjangan jawabannya; too long didn't read; too long didnt read; eli5; 说短点; 短くまとめて; 짧게
요약해줘; tóm tắt lại; สรุปหน่อย; สั้นๆหน่อย; kısaca özetle;
jadikan poin; simpelnya; simpelnya gimana; bahasa sederhananya; sederhananya; kesimpulannya apa; jadi
intinya; jangan panjang panjang; give me the gist; the gist; gist; cut short; too wordy; in plain english;
en pocas palabras; demasiado largo; muy largo; en puntos; fais court; en une phrase; plus simple; trop
long; en quelques mots; in einem satz; zu lang; in kurzen worten; einfacher; resume aí; mais resumido; em
poucas palavras; em uma frase; muito longo; 简单说说; 长话短说; 太长了; 太长; 简短回答; 精简一下; 精简;
用一句话概括; 短くまとめてください; 一言で;
要点だけ; 簡単にお願いします; 長すぎる; 한 문장으로; 간단하게; 너무 길어; لخص لي; في جملة واحدة; بإيجاز;
طويل جدا; สรุปให้หน่อย;
ย่อหน่อย; ยาวไป; nói ngắn gọn; dài quá; tóm gọn lại; tóm gọn; вкратце; в двух словах; слишком длинно;
одним предложением; संक्षेप; संक्षिप्त में; बहुत लंबा; tek cümleyle; çok uzun; özet geç; ibuod mo;
masyadong mahaba; sa maikling salita; cekakna; ringkesna; pendek je; ringkas sahaja; panjang sangat
"""

# Each of these asks for a time by itself.
_WHEN = """
kapan; kapankah; bila; bilakah; sejak kapan; kapan terjadi; kapan terjadinya; kapan kejadiannya; kapan
peristiwanya; bila terjadi; when; when was; when is; when did happen; when happen; when happened; since
when; cuándo; cuando; cuándo fue; cuándo es; cuándo ocurrió; cuándo pasó; y cuándo; y cuándo fue eso; quand;
quand était ce; et quand; c'était quand; quand est ce; quando; quando foi; e quando; wann; wann war; und
wann; wanneer; wanneer was; متى; متى كان ذلك; ومتى; ومتى كان ذلك; متى حدث ذلك; 什么时候; 那是什么时候; 何时;
是什么时候; 什麼時候; 那是什麼時候; 何時; 哪天; 哪一天; いつ; いつですか; それはいつ; それはいつですか;
언제; 언제야; 언제예요; khi nào; bao giờ; lúc nào; เมื่อไร; เมื่อไหร่; ตอนไหน; когда; когда было; ne zaman; ne
zaman oldu; कब; kailan; kailan iyon; waktunya; kapan waktunya; kapan kejadian itu; terus kapan; tanggal
berapa; tahun berapa; bulan berapa; hari apa; what date; what year; which year; which day; on what date;
bila itu; bila ia berlaku; bila berlaku; 什么时候的事; 什么时候发生的; いつのこと; 언제였어; quand ça; wann
war das; kailan po; iraha; benjang naon; when exactly; exactly when; quando è successo; quand c'était;
什么时候的事情; 啥时候; いつの話; 언제요; متى حصل هذا; متى حصل; когда это было; what time; at what time;
什么时候的; 啥时候的事; 언제였지; cuándo fue eso; c'est quand; कब हुआ; kailan nangyari; kapan kuwi; iraha
eta; เมื่อไหร่คะ; เมื่อไหร่ครับ; khi nào vậy; bila jadi; bila tu jadi; bila ia jadi;
kapan tepatnya; tepatnya kapan; what year was that; what year was it; what day was it; what day was that;
en qué año; qué día fue; qué día; en qué fecha; cuándo pasó eso; cuándo pasó; à quelle date; en quelle
année; quel jour; in welchem jahr; an welchem tag; wann passierte das; wann ist das passiert; em que ano;
que dia foi; que dia; quando aconteceu; 哪一年; 几号; 哪年; 何年ですか; 何年; 何月何日; 몇 년도야; 몇 년도;
며칠이야; 며칠; في أي سنة; في
أي عام; في أي يوم; ปีไหน; วันไหน; ปีอะไร; năm nào; ngày nào; в каком году; какого числа; किस साल; किस दिन;
hangi yıl; hangi gün; anong taon; anong petsa; anong araw; taun pira; tanggal pira; taun sabaraha; bila
kejadian tu berlaku; in quale anno; che giorno; welk jaar; in welk jaar
"""

# A turn of such words alone is a request, too: one of the first or second list tells which.
_MORE_TOLD = """
jelaskan dijelaskan jelas penjelasan detail detailnya details detailed rinci dirinci rincian rincikan
terperinci lengkap selengkapnya lanjut lanjutkan panjang perpanjang ceritakan uraikan jabarkan tambah
tambahkan mendalam huraikan terangkan info informasi information explain explanation elaborate expand further
longer deeper depth add
"""
_LESS_TOLD = """
ringkas ringkaskan ringkasan ringkasannya rangkum rangkumkan rangkuman singkat singkatkan persingkat pendek
pendekkan perpendek kesimpulan kesimpulannya simpulkan intinya poin poinnya poin2 kalimat kurangi sederhanakan
terlalu concise short shorter shorten brief briefly briefer summarize summarise summary sum condense points
bullet sentence line liner simplify tldr less fewer
"""
_BESIDE_REQUESTS = """
lebih secara dengan dalam beri berikan minta 3 4 5 tiga three mau ingin saya aku buat buatkan jawab kurang
tambahan
versi yang ada tidak penting pentingnya utama inti satu dua 1 2 one two three in into more much less a
some bit better go get give be make keep tell version key main please to detailnya up down
"""


def is_remark(text: str) -> bool:
    """Whether a turn only comments on the last answer, such as "Thanks!" or "Wah menarik".

    >>> is_remark("Wow, menarik sekali, terima kasih!"), is_remark("Kopi menarik")
    (True, False)
    """
    words = _folded(text)
    is_short = 0 < len(words) <= _MOST_REMARK_WORDS and not text.rstrip().endswith(("?", "？", "؟"))
    return is_short and _remark_words().issuperset(words)


def request_of(text: str) -> Request | None:
    """Return what a turn asks about the last answer, or None if it asks something else.

    >>> request_of("Jelaskan lebih lanjut, tolong"), request_of("More concise"), request_of("Dan kapan itu?")
    ('more', 'less', 'when')
    >>> request_of("Ringkas berita tentang banjir") is None
    True
    """
    if len(text) > _LONGEST:
        return None
    phrases = _phrases()
    left = without_politeness(text)
    keys = [_key(words) for words in (_folded(text), left)]
    plain = [_without_accents(key) for key in keys if len(key) >= _LONG_ENOUGH]
    return next((phrases[key] for key in [*keys, *plain] if key in phrases), None) or _told(left)


def without_correction(text: str) -> str:
    """Return a turn without the words that say that the turn before it was misunderstood.

    >>> without_correction("Bukan, maksud saya tarifnya")
    'tarifnya'
    """
    found = _CORRECTION.match(text)
    return text[found.end() :] if found and found.end() < len(text) else text


def without_politeness(text: str) -> list[str]:
    """Return the words of a turn, without those that change nothing about what it asks."""
    polite = _polite_words()
    return [word for word in _folded(text) if word not in polite]


def _told(words: list[str]) -> Request | None:
    """Return what a turn asks by its words, if all of them are known: "kasih detailnya dong"."""
    more, less = word_set(_MORE_TOLD), word_set(_LESS_TOLD)
    if len(words) < 2 or not (more | less | word_set(_BESIDE_REQUESTS)).issuperset(words):
        return None
    if not less.isdisjoint(words):
        return "less"
    return None if more.isdisjoint(words) else "more"


def _folded(text: str) -> list[str]:
    return usual_words(word.casefold() for word in written_words(text))


def _key(words: list[str]) -> str:
    # Without spaces, because Chinese and Japanese phrases are divided differently in longer texts.
    return "".join(words)


def _without_accents(key: str) -> str:
    marked = unicodedata.normalize("NFD", key)
    return unicodedata.normalize("NFC", re.sub("[\u0300-\u036f]", "", marked))


@cache
def _phrases() -> dict[str, Request]:
    lists: tuple[tuple[Request, str], ...] = (("more", _MORE), ("less", _LESS), ("when", _WHEN))
    keys: dict[str, Request] = {}
    for request, phrases in lists:
        for phrase in phrases.split(";"):
            for words in (_folded(phrase), without_politeness(phrase)):
                key = _key(words)
                keys.setdefault(key, request)
                if len(key) >= _LONG_ENOUGH:
                    keys.setdefault(_without_accents(key), request)
    keys.pop("", None)
    return keys


@cache
def _remark_words() -> frozenset[str]:
    return frozenset(usual_words(_REMARK_WORDS.split()))


@cache
def _polite_words() -> frozenset[str]:
    return frozenset(usual_words(_POLITE_WORDS.split()))
