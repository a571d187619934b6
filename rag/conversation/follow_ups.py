"""What was said before a question: does the question depend on it, and on which of its words?

The rule knows no language of a question, because a follow-up is too short to tell: its lists hold the words
of all languages together.
"""

import re
from collections.abc import Iterable, Sequence

from rag.datatypes import Turn
from rag.prompts import REFUSALS, USUAL_REFUSALS
from rag.text.function_words import FUNCTION_WORDS
from rag.text.languages import sentence_spans, written_words

# A longer question says enough of its own.
_LONGEST_FOLLOW_UP = 200

# A follow-up names little: at most so many words with a meaning of their own beside a word that points
# back, and fewer where nothing points back. Measured by `python -m benchmarks.follow_ups`.
_WORDS_BESIDE_POINTER = 4
_WORDS_WITHOUT_POINTER = 1

# Of a topic no more than this is put before a follow-up, so that the follow-up still counts.
_TOPIC_CHARACTERS = 300


def _listed(words: str) -> frozenset[str]:
    return frozenset(words.split())


# How far back a language model is shown a conversation, and how much of an answer the rule reads.
_RECENT_TURNS = 10
_ANSWER_CHARACTERS = 500

# A citation's marker as an answer shows it: "[1]", or as a Markdown link.
_MARKER = re.compile(r"\[\d+\](\([^)\s]*\))?")

# A follow-up may begin with these: what comes before them is what they add to.
_OPENERS = _listed(
    """
    dan lalu terus kemudian kalau bagaimana gimana tapi tetapi jadi selain atau and but so then or what
    how also y e o pero entonces qué et mais ou alors und aber oder còn thế vậy và rồi nhưng at eh pero
    那 那么 那麼 那么说 然后 然後 还有 還有 以及 而 而且 それで では じゃあ じゃ そして でも 그럼 그러면
    그리고 แล้ว และ ส่วน แต่ แล้วก็ และก็ और तो लेकिन फिर و ومن وما وماذا ومتى وأين وكم وكيف ولماذا وهل
    لكن ثم إذن
    """
)

# These open a follow-up only together: "what about", "bagaimana dengan".
_WEAK_OPENERS = {
    "what": {"about", "else", "of"},
    "how": {"about", "so", "come"},
    "bagaimana": {"dengan", "kalau", "jika"},
    "gimana": {"dengan", "kalau"},
    "so": {"when", "who", "what", "where", "why", "how"},
    "qué": {"hay", "pasa", "tal"},
    "selain": {"itu", "dia", "mereka", "ini"},
    "o": {"qué", "quién", "cuándo", "dónde"},
    "e": {"quando", "quem", "onde", "quanto", "o", "a"},
    "at": {"kailan", "sino", "saan", "bakit", "ilan", "ano"},
    "thế": {"còn", "thì"},
}

# These stand for a person or thing named before, in this question or an earlier one.
_PRONOUNS = _listed(
    """
    dia ia mereka beliau nya he she they him her his hers them their theirs its it él ella ellos ellas
    su sus suyo il elle ils elles lui leur leurs er sie ihm ihn ihr ihre sein seine nó họ ấy 他 她 它
    他是 她是 它是 他有 她有 它有 他在 她在 它在 他的 她的 它的 他们 她们 它们 他們 她們 牠 其 彼 彼女
    彼ら 그는 그가 그녀 그녀는 그들은 그의 เขา เธอ มัน พวกเขา ท่าน वह वे उसका उसकी उसके उसने उन्होंने
    उनका उनकी उनके siya sila niya nila له لها لهم عنه عنها عنهم
    """
)

# Those of them that stand for a person, and the words that ask for one.
_PERSONS = _listed(
    """
    dia ia beliau nya he she him her his él ella su il elle er nó ấy 他 她 彼 彼女 เขา เธอ siya niya
    """
)
_ASKS_WHO = _listed("siapa siapakah who whom whose quién quiénes qui wer quem sino ai 谁 誰 ใคร كون من")

# These point at something said before.
_DEMONSTRATIVES = _listed(
    """
    itu ini tersebut tadi situ sana sini begitu demikian that this those these there then ese esa eso
    esos esas este esta esto estos estas aquel aquella aquello allí allá ahí ce cet cette ces cela ça
    celui celle dort das dies diese dieser dieses đó này kia đấy vậy 那 这 這 那是 这是 這是 那个 那個
    这个 這個 那里 那裡 那儿 这里 這裡 该 該 此 那年 那时 那時 这些 那些 這些 それ その そこ そのとき
    これ この ここ あれ あの 그것 그것은 그 거기 이것 그건 그게 그때 거기서 นั้น นี้ นั่น นี่ อันนั้น
    ที่นั่น ตอนนั้น यह ये वहाँ वहां यहाँ उस उन इस इन iyon iyan ito doon niyon هذا هذه ذلك تلك هؤلاء هناك
    هنا
    """
)

# An Indonesian noun with its owner: "istrinya" is "dia punya istri". The second list only looks like one.
_OWNED = re.compile(r"\w{3,}nya")
_NOT_OWNED = _listed(
    """
    hanya tanya punya biasanya sebenarnya akhirnya misalnya khususnya umumnya seharusnya adanya
    banyaknya bertanya mempunyai sesungguhnya selanjutnya sebelumnya sepenuhnya setidaknya
    """
)

# "Apa itu fotosintesis?", "what is it that", "how long does it take": no word of these points back.
_IDIOM = re.compile(
    r"\b(apa|siapa)(kah)? (itu|ini) (?=\w)"
    r"|\bit takes?\b|\b(is|was) it (true|possible|that)\b"
    r"|\b(is|are|was|were|be|been) there\b|\bthere (is|are|was|were)\b"
    r"|\b(saat|hari|masa|tahun|bulan|minggu|abad|dunia|kini) ini\b",
    re.IGNORECASE,
)

# A question for a meaning is whole with one word: "What is photosynthesis?"
_ASKS_FOR_MEANING = re.compile(
    r"^\W*(apa(kah)?( (itu|arti|artinya|yang dimaksud( dengan)?|definisi))?|siapa(kah)?( itu)?"
    r"|(what|who)('s|’s| is| are| was| were)|define|qué (es|son|fue)|quién (es|fue)|qu'est-ce qu\w*"
    r"|was ist|wer (ist|war)|ما (هو|هي)|من (هو|هي))\b|^\W*(什么是|什麼是|อะไรคือ)",
    re.IGNORECASE,
)
_ASKS_FOR_MEANING_AT_END = re.compile(
    r"(là (gì|ai)|是(什么|什麼|谁|誰)|とは(何|なん)?(ですか)?|คืออะไร|คือใคร|क्या है|कौन (है|था))\W*$"
)


def follows_up(question: str, turns: Sequence[Turn]) -> bool:
    """Whether a question cannot be understood without the turns before it.

    >>> before = [Turn(role="user", text="Siapa juara maraton?")]
    >>> follows_up("Dan kapan itu?", before), follows_up("Berapa harga kopi di Toraja?", before)
    (True, False)
    """
    return any(turn.role == "user" for turn in turns) and _depends(question)


def stands_alone(question: str) -> bool:
    """Whether a question surely needs nothing before it: it says much, and nothing in it points back."""
    text = _IDIOM.sub(" ", question)
    tokens = [token.casefold() for token in written_words(text)]
    is_long = len(_content(tokens)) > _WORDS_BESIDE_POINTER
    return is_long and not _points_back(tokens) and not _opens_with_connective(tokens)


def _depends(question: str) -> bool:
    if len(question) > _LONGEST_FOLLOW_UP:
        return False
    text = _IDIOM.sub(" ", question)
    written = written_words(text)
    tokens = [token.casefold() for token in written]
    content = _content(tokens)
    if not content:
        return True
    if _opens_with_connective(tokens) or _points_back(tokens, has_name=_has_name(written)):
        return len(content) <= _WORDS_BESIDE_POINTER
    is_whole = _has_name(written) or _asks_for_meaning(question)
    return len(content) <= _WORDS_WITHOUT_POINTER and not is_whole


def _asks_for_meaning(question: str) -> bool:
    return bool(_ASKS_FOR_MEANING.search(question) or _ASKS_FOR_MEANING_AT_END.search(question))


def _opens_with_connective(tokens: Sequence[str]) -> bool:
    if len(tokens) < 2 or tokens[0] not in _OPENERS:
        return tokens[:1] == ["dan"]
    return tokens[0] not in _WEAK_OPENERS or tokens[1] in _WEAK_OPENERS[tokens[0]]


def _points_back(tokens: Sequence[str], *, has_name: bool = False) -> bool:
    """Whether a word points at something outside; a pronoun beside a name stands for the name."""
    demonstrative = any(
        token in _DEMONSTRATIVES and not _is_relative(tokens, place) for place, token in enumerate(tokens)
    )
    return demonstrative or (not has_name and any(map(_is_pronoun, tokens)))


def _is_relative(tokens: Sequence[str], place: int) -> bool:
    """Tell "the river that flows" from "when was that": the former stands behind a noun."""
    return tokens[place] == "that" and place > 0 and tokens[place - 1] not in FUNCTION_WORDS


def _is_pronoun(token: str) -> bool:
    return token in _PRONOUNS or _is_owned(token)


def _is_owned(token: str) -> bool:
    return _OWNED.fullmatch(token) is not None and token not in _NOT_OWNED


def _has_name(written: Sequence[str]) -> bool:
    """Whether a word behind the first is written as a name or number, or the first as an abbreviation."""
    return bool(_names(written)) or any(word.isupper() and len(word) > 1 for word in written[:1])


def _content(tokens: Sequence[str]) -> list[str]:
    """Return the words that carry a topic."""
    empty = FUNCTION_WORDS | _PRONOUNS | _DEMONSTRATIVES | _OPENERS
    return [token for token in tokens if token not in empty]


def with_topic(question: str, turns: Sequence[Turn]) -> str:
    """Put the topic of the turns before a follow-up: the rule that makes it self-contained.

    The topic is taken from the last question that stood on its own and the follow-ups since: its names where
    the follow-up says what it wants to know, otherwise all its words with a meaning. More than that would
    find the passage of the earlier question once more. What an answer named is taken only where a "who" was
    asked and the follow-up speaks of a person. No topic: the question as it is.

    >>> with_topic("Dan kapan itu?", [Turn(role="user", text="Siapa juara maraton Bali?")])
    'juara maraton Bali: Dan kapan itu?'
    >>> with_topic("Berapa pesertanya?", [Turn(role="user", text="Siapa juara maraton Bali?")])
    'Bali: Berapa pesertanya?'
    """
    chain = _chain([turn.text for turn in turns if turn.role == "user"])
    named = [word for text in chain for word in _names(written_words(text))]
    own = _content(_folded(question))
    topic = named if named and own else [word for text in chain for word in meaningful_words(text)]
    if _ASKS_WHO.intersection(_folded(chain[0] if chain else "")) and _PERSONS.intersection(
        _spoken(question)
    ):
        topic += _names(["", *meaningful_words(_last_answer(turns))])
    shown = _shortened(_without_repeats(topic, known=_folded(question)))
    return f"{shown}: {question}" if shown else question


def recent(turns: Sequence[Turn], *, max_characters: int) -> list[Turn]:
    """Return the newest turns that fit, whole and in order; one that does not fit is left out."""
    kept: list[Turn] = []
    left = max_characters
    for turn in reversed(turns[-_RECENT_TURNS:]):
        if len(turn.text) <= left:
            kept.append(turn)
            left -= len(turn.text)
    return kept[::-1]


def _chain(questions: Sequence[str]) -> Sequence[str]:
    """Return the last question that stood on its own, and the follow-ups since."""
    whole = [place for place, text in enumerate(questions) if not _depends(text)]
    return questions[whole[-1] if whole else 0 :]


def meaningful_words(text: str) -> list[str]:
    """Return the words that carry a topic, as they are written.

    >>> meaningful_words("Berapa luas terumbu karang itu?")
    ['luas', 'terumbu', 'karang']
    """
    return [word for word in written_words(text) if _content([word.casefold()])]


def _names(written: Sequence[str]) -> list[str]:
    """Return the words behind the first that are written as names or numbers."""
    return [word for word in written[1:] if word[0].isupper() or word[0].isdigit()]


def _folded(text: str) -> list[str]:
    return [word.casefold() for word in written_words(text)]


def _spoken(question: str) -> list[str]:
    """Return the words of a question, the owner in "istrinya" as one of them."""
    words = _folded(question)
    return [*words, *("nya" for word in words if _is_owned(word))]


def _last_answer(turns: Sequence[Turn]) -> str:
    """Return the first sentence of the last answer, without markers; nothing where it refused."""
    answers = [turn.text for turn in turns if turn.role == "assistant"]
    text = _MARKER.sub("", answers[-1][:_ANSWER_CHARACTERS]) if answers else ""
    if text.strip() in {*REFUSALS.values(), *USUAL_REFUSALS}:
        return ""
    spans = sentence_spans(text, language="und")
    return text[slice(*spans[0])] if spans else ""


def _without_repeats(words: Iterable[str], *, known: Iterable[str]) -> list[str]:
    left = {word.casefold(): word for word in reversed(list(words))}
    order = dict.fromkeys(word.casefold() for word in reversed(left.values()))
    return [left[word] for word in order if word not in set(known)]


def _shortened(words: Sequence[str]) -> str:
    """Join as many words as a topic may have."""
    text = ""
    for word in words:
        if len(text) + len(word) >= _TOPIC_CHARACTERS:
            break
        text = f"{text} {word}".strip()
    return text
