"""Decides by rule whether a question depends on the turns before it, and completes it with their topic.

The rule does not use the language of a question, because a follow-up is too short to detect it. The word
lists contain the words of all languages together.
"""

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

from rag.conversation.asked_language import asked_language
from rag.conversation.chat_words import usual_words
from rag.conversation.short_turns import is_remark, request_of
from rag.conversation.small_talk import small_talk
from rag.datatypes import Turn
from rag.reply_texts import REFUSALS, USUAL_REFUSALS
from rag.text.function_words import FUNCTION_WORDS, word_set
from rag.text.languages import sentence_spans, written_words

# A longer question is taken to be complete.
_LONGEST_FOLLOW_UP = 200

# The most content words of a follow-up with a word that refers back, and of a follow-up without such a word.
# Measured by `python -m benchmarks.follow_ups`.
_WORDS_WITH_REFERENCE = 4
_WORDS_WITHOUT_REFERENCE = 1

# The longest topic that is put before a follow-up. A longer topic would outweigh the follow-up.
_TOPIC_CHARACTERS = 300


# How many turns a language model reads, and how many characters of an answer the rule reads.
_RECENT_TURNS = 10
_ANSWER_CHARACTERS = 500

# A citation's marker as an answer shows it: "[1]", or as a Markdown link.
_MARKER = re.compile(r"\[\d+\](\([^)\s]*\))?")

# A follow-up may begin with one of these words. They add to the turn before.
_OPENERS = word_set(
    """
    dan lalu terus kemudian kalau bagaimana gimana tapi tetapi jadi selain atau and but so then or what
    bandingkan dibandingkan compare compared
    how also y e o pero entonces qué et mais ou alors und aber oder còn thế vậy và rồi nhưng at eh pero
    那 那么 那麼 那么说 然后 然後 还有 還有 以及 而 而且 それで では じゃあ じゃ そして でも 그럼 그러면
    그리고 แล้ว และ ส่วน แต่ แล้วก็ และก็ और तो लेकिन फिर و ومن وما وماذا ومتى وأين وكم وكيف ولماذا وهل
    لكن ثم إذن а peki ve en
    """
)

# These words open a follow-up only before one of the words listed: "what about", "bagaimana dengan".
_WEAK_OPENERS = {
    "what": {"about", "else", "of"},
    "how": {"about", "so", "come"},
    "bagaimana": {"dengan", "kalau", "jika"},
    "gimana": {"dengan", "kalau"},
    "so": {"when", "who", "what", "where", "why", "how"},
    "qué": {"hay", "pasa", "tal"},
    "selain": {"itu", "dia", "mereka", "ini"},
    "bandingkan": {"dengan", "sama"},
    "dibandingkan": {"dengan", "sama"},
    "compare": {"with", "to", "it", "that"},
    "compared": {"with", "to"},
    "o": {"qué", "quién", "cuándo", "dónde"},
    "e": word_set("quando quem onde quanto o a no na nos nas em chi dove come"),
    "en": {"in", "op", "bij", "hoe", "wanneer", "wie", "waar", "wat", "waarom", "hoeveel"},
    "at": {"kailan", "sino", "saan", "bakit", "ilan", "ano"},
    "thế": {"còn", "thì"},
}

# These stand for a person or thing named before, in this question or an earlier one.
_PRONOUNS = word_set(
    """
    dia ia mereka beliau nya he she they him her his hers them their theirs its it él ella ellos ellas
    su sus suyo il elle ils elles lui leur leurs er sie ihm ihn ihr ihre sein seine nó họ ấy 他 她 它
    他是 她是 它是 他有 她有 它有 他在 她在 它在 他的 她的 它的 他们 她们 它们 他們 她們 牠 其 彼 彼女
    彼ら 그는 그가 그녀 그녀는 그들은 그의 เขา เธอ มัน พวกเขา ท่าน वह वे उसका उसकी उसके उसने उन्होंने
    उनका उनकी उनके ele ela eles elas dele dela hij zij hem lui loro он она они его её их onun onlar siya sila
    niya nila له لها لهم عنه عنها عنهم
    """
)

# The pronouns that stand for a person, and the words that ask for a person.
_PERSONS = word_set(
    """
    dia ia beliau nya he she him her his él ella su il elle er nó ấy 他 她 彼 彼女 เขา เธอ siya niya
    """
)
_ASKS_WHO = word_set("siapa siapakah who whom whose quién quiénes qui wer quem sino ai 谁 誰 ใคร كون من")

# What a person has, so that the "nya" of "istrinya" stands for a person.
_OF_PERSONS = word_set(
    """
    istri suami anak ayah ibu orangtua kakak adik keluarga umur usia asal pekerjaan profesi jabatan nama gelar
    karier rumah agama pendidikan
    """
)

# These refer to something said before.
_DEMONSTRATIVES = word_set(
    """
    itu ini tersebut tadi situ sana sini begitu demikian that this those these there then ese esa eso
    esos esas este esta esto estos estas aquel aquella aquello allí allá ahí ce cet cette ces cela ça
    celui celle dort das dies diese dieser dieses đó này kia đấy vậy 那 这 這 那是 这是 這是 那个 那個
    这个 這個 那里 那裡 那儿 这里 這裡 该 該 此 那年 那时 那時 这些 那些 這些 それ その そこ そのとき
    これ この ここ あれ あの 그것 그것은 그 거기 이것 그건 그게 그때 거기서 นั้น นี้ นั่น นี่ อันนั้น
    ที่นั่น ตอนนั้น यह ये वहाँ वहां यहाँ उस उन इस इन isso isto aquilo disso dat daar questo quello ciò bunu bunun
    orada там тогда iyon iyan ito doon niyon هذا هذه ذلك تلك هؤلاء هناك
    هنا
    """
)

# An Indonesian noun with a possessive ending: "istrinya" is "dia punya istri". The words in the list only
# look like such nouns.
_POSSESSIVE = re.compile(r"\w{3,}nya")
_NOT_POSSESSIVE = word_set(
    """
    hanya tanya punya biasanya sebenarnya akhirnya misalnya khususnya umumnya seharusnya adanya
    banyaknya bertanya mempunyai sesungguhnya selanjutnya sebelumnya sepenuhnya setidaknya
    """
)

# In "Apa itu fotosintesis?", "what is it that" and "how long does it take", no word refers back.
_IDIOM = re.compile(
    r"\b(apa|siapa)(kah)? (itu|ini) (?=\w)"
    r"|\bit takes?\b|\b(is|was) it (true|possible|that)\b"
    r"|\b(is|are|was|were|be|been) there\b|\bthere (is|are|was|were)\b"
    r"|\b(saat|hari|masa|tahun|bulan|minggu|abad|dunia|kini) ini\b",
    re.IGNORECASE,
)

# A question for a definition is complete with one content word: "What is photosynthesis?"
_ASKS_FOR_DEFINITION = re.compile(
    r"^\W*(apa(kah)?( (itu|arti|artinya|yang dimaksud( dengan)?|definisi))?|siapa(kah)?( itu)?"
    r"|(what|who)('s|’s| is| are| was| were)|define|qué (es|son|fue)|quién (es|fue)|qu'est-ce qu\w*"
    r"|was ist|wer (ist|war)|ما (هو|هي)|من (هو|هي)|o que (é|são)|quem (é|foi)|(che )?cos'è|chi è"
    r"|wat (is|zijn)|wie is|что такое|кто так(ой|ая))\b|^\W*(什么是|什麼是|อะไรคือ)",
    re.IGNORECASE,
)
_ASKS_FOR_DEFINITION_AT_END = re.compile(
    r"(là (gì|ai)|是(什么|什麼|谁|誰)|とは(何|なん)?(ですか)?|คืออะไร|คือใคร|क्या है|कौन (है|था)|nedir|kimdir"
    r"|(이|가)? ?(뭐야|뭔가요|무엇인가요|누구야|누구인가요))\W*$"
)


def follows_up(question: str, turns: Sequence[Turn]) -> bool:
    """Whether a question cannot be understood without the turns before it.

    >>> before = [Turn(role="user", text="Siapa juara maraton?")]
    >>> follows_up("Dan kapan itu?", before), follows_up("Berapa harga kopi di Toraja?", before)
    (True, False)
    """
    return any(turn.role == "user" for turn in turns) and _is_dependent(question)


def may_follow_up(question: str, turns: Sequence[Turn]) -> bool:
    """Whether a question may be about what the turns before it are about, because it names nothing else.

    >>> before = [Turn(role="user", text="Siapa juara maraton?")]
    >>> may_follow_up("Who took second place?", before), may_follow_up("Who won in Bali?", before)
    (True, False)
    """
    is_not_first = any(turn.role == "user" for turn in turns)
    return is_not_first and (_is_dependent(question) or _names_nothing(question))


def last_exchange(turns: Sequence[Turn]) -> tuple[int, str] | None:
    """Return the place of the last turn that asked about a topic, and the text of its answer.

    Remarks, and requests for the answer in another form, have no topic. The answer is the last one, to that
    turn or to such a request, without markers. It is empty if there is no answer but a refusal. None if no
    turn asked about a topic.
    """
    places = [place for place, turn in enumerate(turns) if turn.role == "user" and has_topic(turn.text)]
    if not places:
        return None
    answers = [
        answer.text
        for place, (asked, answer) in enumerate(pairwise(turns[places[-1] :]))
        if (asked.role, answer.role) == ("user", "assistant")
        and (place == 0 or request_of(asked.text) or is_on_answer(asked.text))
    ]
    text = "" if not answers or _is_refusal(answers[-1]) else _MARKER.sub("", answers[-1]).strip()
    return places[-1], text


def has_topic(text: str) -> bool:
    """Whether a turn asks about a topic, and is no remark and no request for the answer in another form."""
    is_aside = is_remark(text) or small_talk(text) is not None
    return not is_aside and not is_on_answer(text)


def is_on_answer(text: str) -> bool:
    """Whether a turn wants the last answer again: longer, shorter or in another language."""
    asked = asked_language(text)
    return request_of(text) in ("more", "less") or (asked is not None and not asked.rest)


def _is_refusal(text: str) -> bool:
    """Whether a text begins with a refusal and cites nothing.

    The times of the articles, or a note that the language model failed, may follow the refusal.
    """
    is_cited = _MARKER.search(text) is not None
    return not is_cited and text.strip().startswith((*REFUSALS.values(), *USUAL_REFUSALS))


def stands_alone(question: str) -> bool:
    """Whether a question clearly needs no earlier turn: it has enough words, and none of them refers back."""
    if request_of(question) is not None:
        return False
    text = _IDIOM.sub(" ", question)
    tokens = _folded(text)
    is_long = len(_content_words(tokens)) > _WORDS_WITH_REFERENCE
    return is_long and not _refers_back(tokens) and not _opens_with_connective(tokens)


def _is_dependent(question: str) -> bool:
    if len(question) > _LONGEST_FOLLOW_UP:
        return False
    if request_of(question) is not None:
        return True
    text = _IDIOM.sub(" ", question)
    written = written_words(text)
    tokens = usual_words(token.casefold() for token in written)
    content = _content_words(tokens)
    if not content:
        return True
    if _opens_with_connective(tokens) or _refers_back(tokens, has_name=_has_name(written)):
        return len(content) <= _WORDS_WITH_REFERENCE
    is_complete = _has_name(written) or _asks_for_definition(question)
    return len(content) <= _WORDS_WITHOUT_REFERENCE and not is_complete


def _asks_for_definition(question: str) -> bool:
    return bool(_ASKS_FOR_DEFINITION.search(question) or _ASKS_FOR_DEFINITION_AT_END.search(question))


def _opens_with_connective(tokens: Sequence[str]) -> bool:
    if len(tokens) < 2 or tokens[0] not in _OPENERS:
        return tokens[:1] == ["dan"]
    return tokens[0] not in _WEAK_OPENERS or tokens[1] in _WEAK_OPENERS[tokens[0]]


def _refers_back(tokens: Sequence[str], *, has_name: bool = False) -> bool:
    """Whether a word refers to something said before; a pronoun beside a name stands for that name."""
    demonstrative = any(
        token in _DEMONSTRATIVES and not _is_relative(tokens, place) for place, token in enumerate(tokens)
    )
    return demonstrative or (not has_name and any(map(_is_pronoun, tokens)))


def _is_relative(tokens: Sequence[str], place: int) -> bool:
    """Whether a "that" follows a noun, as in "the river that flows" but not in "when was that"."""
    return tokens[place] == "that" and place > 0 and tokens[place - 1] not in FUNCTION_WORDS


def _is_pronoun(token: str) -> bool:
    return token in _PRONOUNS or _is_possessive(token)


def _is_possessive(token: str) -> bool:
    return _POSSESSIVE.fullmatch(token) is not None and token not in _NOT_POSSESSIVE


def _has_name(written: Sequence[str]) -> bool:
    """Whether a word after the first is written as a name or number, or the first as an abbreviation."""
    return bool(_capitalised_words(written)) or any(word.isupper() and len(word) > 1 for word in written[:1])


def _content_words(tokens: Sequence[str]) -> list[str]:
    """Return the words that carry a topic."""
    empty = FUNCTION_WORDS | _PRONOUNS | _DEMONSTRATIVES | _OPENERS
    return [token for token in tokens if token not in empty]


def with_topic(question: str, turns: Sequence[Turn], *, has_all_words: bool = False) -> str:
    """Make a follow-up self-contained by rule: put the topic of the turns before it in front.

    The topic comes from the last question that stood on its own and the follow-ups since. If the follow-up
    has content words, the topic is the names in those questions; otherwise, or without names, it is all their
    content words. Numbers are with the names, but alone they are no topic. A longer topic would find the
    passage of the earlier question again. `has_all_words` asks for all content words in any case. Names from
    the last answer are added only if the question that stood on its own asked "who" and the follow-up refers
    to a person. Without a topic, the question is unchanged.

    >>> with_topic("Dan kapan itu?", [Turn(role="user", text="Siapa juara maraton Bali?")])
    'juara maraton Bali: Dan kapan itu?'
    >>> with_topic("Berapa pesertanya?", [Turn(role="user", text="Siapa juara maraton Bali?")])
    'Bali: Berapa pesertanya?'
    """
    chain = _chain([turn.text for turn in turns if turn.role == "user" and has_topic(turn.text)])
    named = [word for text in chain for word in _capitalised_words(written_words(text))]
    own = _content_words(_folded(question))
    has_name = any(word[0].isalpha() for word in named)  # in Chinese and Arabic, only numbers are found
    is_named = has_name and bool(own) and not has_all_words
    topic = named if is_named else [word for text in chain for word in meaningful_words(text)]
    if _ASKS_WHO.intersection(_folded(chain[0] if chain else "")) and _PERSONS.intersection(
        _words_and_possessors(question)
    ):
        names = _capitalised_words(["", *meaningful_words(_last_answer(turns))])
        topic += [name for name in names if name[0].isalpha() and not name.isupper()]
    shown = _shortened(_without_repeats(topic, known=_folded(question)))
    return f"{shown}: {question}" if shown else question


def recent(turns: Sequence[Turn], *, max_characters: int) -> list[Turn]:
    """Return the newest turns that fit, in order; a turn that does not fit as a whole is left out."""
    kept: list[Turn] = []
    left = max_characters
    for turn in reversed(turns[-_RECENT_TURNS:]):
        if len(turn.text) <= left:
            kept.append(turn)
            left -= len(turn.text)
    return kept[::-1]


def _chain(questions: Sequence[str]) -> Sequence[str]:
    """Return the last question that stood on its own, and the questions since; remarks do not count.

    A question that names nothing may be on the topic of the one before it. So that one counts too.
    """
    complete = [place for place, text in enumerate(questions) if not _is_dependent(text)]
    named = [place for place in complete if not _names_nothing(questions[place])]
    return questions[(named or complete or [0])[-1] :]


def _names_nothing(question: str) -> bool:
    """Whether a question has no name, and does not clearly need no earlier turn either."""
    return not _has_name(written_words(question)) and not stands_alone(question)


def meaningful_words(text: str) -> list[str]:
    """Return the words that carry a topic, as they are written.

    >>> meaningful_words("Berapa luas terumbu karang itu?")
    ['luas', 'terumbu', 'karang']
    """
    return [word for word in written_words(text) if _content_words(usual_words([word.casefold()]))]


def _capitalised_words(written: Sequence[str]) -> list[str]:
    """Return the words after the first that are written as names or numbers."""
    return [word for word in written[1:] if word[0].isupper() or word[0].isdigit()]


def _folded(text: str) -> list[str]:
    return usual_words(word.casefold() for word in written_words(text))


def _words_and_possessors(question: str) -> list[str]:
    """Return the words of a question, with "nya" added for each possessive of a person such as "istrinya"."""
    words = _folded(question)
    return [*words, *("nya" for word in words if word.removesuffix("nya") in _OF_PERSONS)]


def _last_answer(turns: Sequence[Turn]) -> str:
    """Return the first sentence of the last answer, without markers; empty if the answer was a refusal."""
    exchange = last_exchange(turns)
    text = exchange[1][:_ANSWER_CHARACTERS] if exchange else ""
    spans = sentence_spans(text, language="und")
    return text[slice(*spans[0])] if spans else ""


def _without_repeats(words: Iterable[str], *, known: Iterable[str]) -> list[str]:
    left = {word.casefold(): word for word in reversed(list(words))}
    order = dict.fromkeys(word.casefold() for word in reversed(left.values()))
    return [left[word] for word in order if word not in set(known)]


def _shortened(words: Sequence[str]) -> str:
    """Join words up to the maximum length of a topic."""
    text = ""
    for word in words:
        if len(text) + len(word) >= _TOPIC_CHARACTERS:
            break
        text = f"{text} {word}".strip()
    return text
