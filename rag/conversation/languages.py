"""The language of a question, which is often too short to be detected from its letters alone."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from itertools import pairwise

from rag.conversation.question import Question
from rag.reply_texts import REFUSALS
from rag.text.function_words import word_set
from rag.text.languages import UNDETERMINED, chinese_script, language_scores, written_words
from rag.text.tags import primary_language

# A longer text is detected reliably, except that Malay and Indonesian differ in few words.
_RELIABLE_CHARACTERS = 60
_SHORT_CHARACTERS = 200

# What a hint is worth, in nats, beside the detector's score.
_CONVERSATION = 8.0
_PREFERRED = 5.0
_CORPUS = 2.0
_RARE_LANGUAGE = -8.0

# Malay and other languages share most words with Indonesian. A short question is taken for Indonesian, or for
# Malay if the corpus has only Malay, unless its score is lower by more.
_NEIGHBOURS = ("id", "ms", "jv", "su", "fil")
_MARGIN = 12.0


# Words that only one of the two neighbours has; two words that stand together have a line between them.
_TELLING = {
    "id": word_set(
        """
        bahwa karena kapan kapankah gimana kenapa uang kantor mobil gubernur bupati walikota provinsi
        kabupaten kecamatan kelurahan polisi mahasiswa universitas senin kamis jumat maret juli agustus
        desember rupiah kalian enggak nggak gak banget perusahaan bandara listrik pemilu
        """
    ),
    "ms": word_set(
        """
        bahawa kerana bilakah awak wang pejabat polis universiti muzium isnin khamis jumaat mac julai ogos
        disember ringgit kejohanan baharu dijangka mengandungi jawapan soalan syarikat seramai tahun_lepas
        bulan_lepas minggu_lepas
        """
    ),
}

CorpusLanguages = Callable[[], Sequence[str]]


def question_language(
    question: Question, *, query: str, corpus_languages: CorpusLanguages, among: Sequence[str] = ()
) -> str:
    """Return the language of a question, or `und` if nothing tells it.

    A short question is also judged by the turns before it, the languages that the asker prefers and those of
    the articles. `query` is the completed question, which may be longer. If the words tell that the language
    is `among` some, it is one of them.
    """
    if len(among) == 1:
        return among[0]
    text = question.text
    scores = language_scores(text) or language_scores(query)
    is_short = len(text) < _RELIABLE_CHARACTERS
    hints = _hints(question, corpus_languages()) if is_short or among else defaultdict(float)
    if among:
        return max(among, key=lambda tag: hints[primary_language(tag)])
    if not scores:
        return max(hints, key=lambda tag: hints[tag], default=UNDETERMINED)
    for tag in scores:
        scores[tag] += hints[tag] + (_RARE_LANGUAGE if is_short and not _has_texts(tag) else 0.0)
    best = max(scores, key=lambda tag: scores[tag])
    if best in _NEIGHBOURS:
        best = _neighbour(best, scores, text, is_malay_corpus=hints["ms"] > 0 and hints["id"] <= 0)
    return chinese_script(text) if best == "zh" else best


def _neighbour(best: str, scores: dict[str, float], text: str, *, is_malay_corpus: bool) -> str:
    """Choose between Indonesian and the languages near it, by telling words if there are any."""
    words = [word.casefold() for word in written_words(text)]
    words += ["_".join(pair) for pair in pairwise(words)]
    told = {tag: len(telling.intersection(words)) for tag, telling in _TELLING.items()}
    if told["id"] != told["ms"]:
        return max(told, key=lambda tag: told[tag])
    if len(text) >= _SHORT_CHARACTERS:
        return best
    usual = "ms" if is_malay_corpus else "id"
    return usual if scores[usual] >= scores[best] - _MARGIN else best


def _hints(question: Question, corpus_languages: Sequence[str]) -> defaultdict[str, float]:
    hints: defaultdict[str, float] = defaultdict(float)
    primary = [primary_language(tag) for tag in corpus_languages]
    for tag in dict.fromkeys(primary):
        hints[tag] += _CORPUS
    for place, tag in enumerate(question.preferred_languages[:2]):
        hints[primary_language(tag)] += _PREFERRED / (place + 1)
    for tag in _languages_of_turns(question):
        hints[tag] += _CONVERSATION
    return hints


def _languages_of_turns(question: Question) -> list[str]:
    """Return the language of the questions before, if they are long enough to tell it."""
    text = " ".join(turn.text for turn in question.turns if turn.role == "user")
    scores = language_scores(text[-500:])
    if len(text) < 15 or not scores:
        return []
    best = max(scores, key=lambda tag: scores[tag])
    return [_neighbour(best, scores, text, is_malay_corpus=False) if best in _NEIGHBOURS else best]


def _has_texts(tag: str) -> bool:
    return tag == "zh" or tag in REFUSALS
