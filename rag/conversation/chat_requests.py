"""Recognises texts that ask nothing of any article, such as tasks for a chat model, sums and code.

The words of all languages stand together. A text with a question word is never one of these.
"""

import re
from collections.abc import Sequence
from itertools import takewhile

from rag.conversation.short_turns import without_politeness
from rag.text.function_words import word_set

# Nothing longer is read: a question is shorter, too.
_LONGEST = 2000
_READ = 400

# What is asked for with one of the first verbs is a pastime, and with one of the others it may also be code.
_TELL = word_set(
    """
    tell make create sing buat ceritakan nyanyikan cuenta cuéntame cuentame canta haz conta conte cante
    faça raconte racontez chante fais erzähl erzähle racconta raccontami vertel zing söyle anlat kể
    расскажи спой احك احكي قل سناؤ सुनाओ सुनाइए बनाओ गाओ gumawa magkwento kumanta 만들어줘 불러줘 해줘 gawe
    """
)
_WRITE = word_set(
    """
    write compose generate tulis tuliskan buatkan karang karangkan escribe escribeme escríbeme compón
    escreva escreve écris écrivez schreib schreibe dichte scrivi scrivimi schrijf yaz viết напиши сочини
    придумай اكتب لکھو لکھیں بنویس लिखो लिखिए isulat sumulat 써줘 써주세요 지어줘 작성해줘 gaweke gawekna
    """
)

_PASTIME = word_set(
    """
    poem poems poetry haiku limerick sonnet lyrics joke jokes riddle riddles puisi pantun sajak syair
    lelucon tebakan dongeng poema poesía chiste piada poème blague gedicht witz poesia barzelletta mop
    şiir fıkra thơ стих стихи стихотворение анекдот قصيدة نكتة نظم لطیفہ कविता चुटकुला शायरी tula biro 시
    시를 농담 geguritan parikan guguritan sisindiran
    """
)
_WRITTEN = word_set(
    """
    rap essay esai code function script program regex python javascript java sql html kode skrip fungsi
    song lagu lirik canción chanson lied canzone песню lamaran cinta cover cv código codigo код कोड كود
    코드 코드를 email
    """
)
# What follows one of these is the topic of news: "Ceritakan tentang lomba puisi".
_ABOUT = word_set(
    """
    about on regarding tentang soal mengenai perihal ihwal seputar sobre acerca sur über von di su over
    hakkında про о об عن पर về tungkol 关于 關於
    """
)

# So many words may stand between the verb and what is made: "write me a short and funny poem". In Indonesian,
# what is made comes first: "Ceritakan lomba puisi" asks about a contest.
_BETWEEN = 4
_MADE_FIRST = word_set("ceritakan nyanyikan buat")
_BESIDE = word_set("me us for sebuah satu untukku aku saya mir uns ci mi nos nous moi cho tôi мне लिए लिये لي")

_ASKS = word_set(
    """
    apa siapa berapa kapan mana dimana gimana bagaimana kenapa mengapa who whom whose what when where
    which why how quién qué cuándo dónde cuánto cómo quem quando onde quanto como qui quand où combien
    comment wer wann wo wie chi dove kim ne zaman kaç nerede ai gì bao кто что когда где сколько من متى
    أين كم कौन क्या कब कहाँ कितने sino kailan saan ilan sapa pira saha iraha sabaraha
    """
)

_WITHOUT_SPACES = re.compile(
    r"^(?:请|請|帮我|幫我|给我|給我|你|能|可以){0,4}(?:写|寫|作|编|編|创作|讲|講|说|說|唱)(?:一|个|個|首|篇|段){1,3}"
    r"[^，。？?]{0,12}(?:诗|詩|歌|笑话|笑話|代码|程式|程序|情书|故事)[^谁誰几幾哪？?]{0,20}$"
    r"|^[^。？?]{0,20}(?:詩|歌|コード|プログラム|冗談|ジョーク|俳句|なぞなぞ)を?(?:書いて|作って|言って|歌って|出して|教えて)"
    r"(?:ください|下さい|くれ|ほしい|よ|ね){0,2}[。！]?$"
    r"|^(?:ช่วย|ขอ)?(?:แต่ง|เขียน|เล่า|ร้อง)(?:กลอน|เพลง|โค้ด|บทกวี|เรื่องตลก)(?!.{0,200}(?:ใคร|อะไร|ไหน|เมื่อ|กี่))"
)

_TO_THE_MODEL = re.compile(
    r"^(?:please |tolong |now )?(?:ignore[zs]?|disregard|forget|override|abaikan|lupakan|ignora|olvida|oublie"
    r"|ignoriere|vergiss|esqueça|dimentica|игнорируй|забудь|تجاهل|bỏ qua)\s"
    r"(?=.{0,80}\b(?:all|any|previous|prior|your|above|earlier|semua|segala|seluruh|sebelumnya|kamu|anteriores|tus|tes"
    r"|toutes|précédentes|alle|deine|vorherigen|todas|tutte|precedenti|все|предыдущие|جميع|السابقة|mọi|trước)\b)"
    r".{0,60}\b(?:instructions?|prompts?|rules|guidelines|instruksi\w{0,9}|perintah\w{0,9}|aturan"
    r"|instrucciones|consignes|anweisungen|instruções|istruzioni|инструкции|التعليمات|hướng dẫn)\b"
    r"|^(?:act as(?! of)|act like|role-?play (?:as|with)|pretend (?:to be|you|that)|you are now"
    r"|(?:berpura-pura(?:lah)?|pura-pura) (?:jadi|menjadi)|anggap dirimu|actúa como|agis comme"
    r"|spiel die rolle|aja como|finge (?:que|ser))\b"
    r"|\b(?:your system prompt|prompt sistem(?:mu| kamu| anda))\b"
    r"|^请?(?:忽略|无视|忘记).{0,10}(?:指令|提示|规则)"
)

# At the start of a conversation, there is nothing that "this" could be.
_TASK_ON_TEXT = re.compile(
    r"^(?:tolong |please |coba )?(?:translate|terjemahkan|terjemahin|correct|proofread"
    r"|paraphrase|parafrase(?:kan)?"
    r"|rewrite|perbaiki|traduce|traduis|übersetze|traduz|traduza|traduci|переведи|ترجم)\s"
    r"(?:this|it|the following|that|these|ini|itu|kalimat ini|teks ini|kalimat berikut|esto|ça|ceci"
    r"|das|isto|questo"
    r"|это|هذا)\b[^?]{0,60}$|^dịch câu này"
    r"|^请?(?:把|将).{0,10}(?:翻译|译)(?:成|为).{1,8}$|^(?:翻译|翻譯)(?:一下)?(?:这|這|下面|以下)"
)

# What Kutip itself likes and does: "do you like pizza", "kamu suka makan apa".
_YOUR_LIFE = re.compile(
    r"^(?:do|are|can|did|would|could|what do|where do|when do|why do) you (?:like|love|hate|sleep|eat|dream"
    r"|feel|see me|hear me|live|miss|prefer|cook|sing|dance|drink|cry)(?: [\w'’]{1,20}){0,4}\W{0,3}$"
    r"|^(?:apa(?:kah)? )?(?:kamu|anda|lu|lo|kau|awak|kowe) "
    r"(?:lebih |bisa |pernah |udah |sudah |wis )?(?:suka|sayang|cinta|benci|tidur|makan|minum|mangan|mandi"
    r"|mimpi|masak|nyanyi|kangen|takut|nangis)"
    r"(?: [\w'’]{1,20}){0,4}\W{0,3}$"
    r"|^\W?(?:te gusta|te gustan|você gosta|tu aimes|aimes-tu|magst du|liebst du|ti piace|hou je van"
    r"|ты любишь)(?: [\w'’]{1,20}){1,4}\W{0,3}$"
    r"|^(?:هل تحب|你喜欢|你喜歡|好きな)\w{0,10}(?:は何ですか|は何)?\W{0,3}$"
)

_NUMBER = r"\(?\d[\d.,]{0,15}(?:%| percent| persen)?\)?"
_SUM = re.compile(
    r"^\W{0,5}(?:(?:what(?:['’]?s| is)?|how much is|calculate|compute|solve|berapa(?:kah)?|hasil(?:nya)?|dari"
    r"|hitung(?:lah)?|cuánto|es|son|combien|font|fait|was|wie ?viel|ist|quanto|é|fa|сколько|будет"
    r"|كم|kaç)\s){0,3}"
    rf"{_NUMBER}(?:(?:\s?[+*×÷^]\s?|\s[-/:]\s|\s?x\s?|\s(?:plus|minus|times|divided by|kali|tambah|kurang"
    rf"|dibagi|of|dari|por|más|fois|mal|mais|vezes)\s){_NUMBER}){{1,8}}"
    r"\s?(?:(?:=|equals|sama dengan|berapa|hasilnya|sih|ya)\s?){0,4}[?!. ]{0,4}$"
)

_CODE = re.compile(
    r"^(?:[a-z_][\w.]{0,40}\((?:[\"'].*|[^()]{0,80}[=,][^()]{0,80})?\)\s?;?$|select\s.{1,200}\sfrom\s.{1,200};$"
    r"|def \w{1,40}\(|#include\b|<\?php|<script|<!doctype|(?:const|let|var) \w{1,40} ?=|function \w{0,40}\()",
    re.DOTALL,
)

_ADDRESS = re.compile(r"(?:(?:https?://|www\.)\S{1,1000}|[\w.+-]{1,64}@[\w.-]{1,200})")

_SIGNATURE = re.compile(
    r"(?:best|kind|warm|warmest) (?:regards|wishes)|regards,|sincerely|yours (?:sincerely|faithfully|truly)"
    r"|sent from my|get outlook for|hormat (?:kami|saya)|salam hormat"
    r"|(?:di|ter)kirim dari (?:iphone|android|yahoo|gmail|ponsel|hp|perangkat|samsung)|(?:bien )?cordialement"
    r"|mit freundlichen|viele grüße|atentamente|saludos cordiales|atenciosamente|cordiali saluti"
    r"|met vriendelijke|saygılarımla|с уважением|مع التحية|trân trọng|此致|敬具"
)


def asks_no_article(text: str, *, is_first: bool = True) -> bool:
    """Whether a text is a task for a chat model, a sum, code, an address or a signature.

    `is_first` tells whether it is the first turn, so that "this" is not the last answer.

    >>> asks_no_article("Write me a poem about the sea"), asks_no_article("Who wrote the poem?")
    (True, False)
    >>> asks_no_article("berapa 25 x 14?"), asks_no_article("Berapa biaya 24 bus?")
    (True, False)
    """
    folded = " ".join(text.casefold().split())
    if not 0 < len(folded) <= _LONGEST:
        return False
    if all(map(_ADDRESS.fullmatch, folded.split())) or _CODE.match(folded):
        return True
    if _SUM.match(folded) or (_SIGNATURE.match(folded) and "?" not in folded):
        return True
    return _is_task(folded) or (is_first and bool(_TASK_ON_TEXT.match(folded)))


def _is_task(folded: str) -> bool:
    if _TO_THE_MODEL.search(folded) or _WITHOUT_SPACES.match(folded) or _YOUR_LIFE.match(folded):
        return True
    words = [word for word in without_politeness(folded[:_READ]) if word not in _BESIDE]
    if len(words) < 2 or not _ASKS.isdisjoint(words):
        return False
    return any(
        verb in _TELL | _WRITE and not (_PASTIME | (_WRITTEN if verb in _WRITE else set())).isdisjoint(made)
        for verb, made in ((words[0], _made(words)), (words[-1], words[-1 - _BETWEEN : -1]))
    )


def _made(words: Sequence[str]) -> list[str]:
    """Return the words behind the verb, the first word, that may say what is made."""
    most = 1 if words[0] in _MADE_FIRST else _BETWEEN
    return list(takewhile(lambda word: word not in _ABOUT, words[1 : 1 + most]))
