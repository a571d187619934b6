"""The language of a question, which is often too short to be detected from its letters alone."""

from collections import Counter
from collections.abc import Callable, Sequence

from rag.conversation.question import Question
from rag.prompts import REFUSALS
from rag.text.languages import UNDETERMINED, chinese_script, language_scores, written_words

# A longer text is detected reliably, except that Malay and Indonesian differ in few words.
_RELIABLE_CHARACTERS = 60

# What a hint is worth, in nats, beside the detector's score.
_CONVERSATION = 8.0
_PREFERRED = 5.0
_CORPUS = 2.0
_TELLING_WORD = 15.0
_RARE_LANGUAGE = -8.0

# Most short questions that may be Malay or Indonesian are Indonesian, unless the corpus is Malay only.
_INDONESIAN = 12.0

# Words that only one of the two neighbours has, or has in this sense.
_TELLING = {
    "id": frozenset(
        [
            "bahwa",
            "karena",
            "kapan",
            "kapankah",
            "gimana",
            "kenapa",
            "uang",
            "kantor",
            "mobil",
            "gubernur",
            "bupati",
            "walikota",
            "provinsi",
            "kabupaten",
            "kecamatan",
            "kelurahan",
            "rumah",
            "sakit",
            "bisa",
            "polisi",
            "mahasiswa",
            "universitas",
            "senin",
            "kamis",
            "jumat",
            "minggu",
            "maret",
            "juli",
            "agustus",
            "desember",
            "rupiah",
            "presiden",
            "anda",
            "kalian",
            "enggak",
            "nggak",
            "gak",
            "banget",
            "perusahaan",
            "bandara",
            "listrik",
            "pemilu",
        ]
    ),
    "ms": frozenset(
        [
            "bahawa",
            "kerana",
            "bilakah",
            "bila",
            "lepas",
            "awak",
            "wang",
            "pejabat",
            "kereta",
            "api",
            "polis",
            "universiti",
            "muzium",
            "isnin",
            "khamis",
            "jumaat",
            "ahad",
            "mac",
            "julai",
            "ogos",
            "disember",
            "ringgit",
            "sekretariat",
            "kejohanan",
            "hujung",
            "baharu",
            "kerajaan",
            "dijangka",
            "ialah",
            "mengandungi",
            "jawapan",
            "soalan",
            "syarikat",
            "hospital",
            "lapangan",
            "terbang",
            "elektrik",
            "pilihan",
            "raya",
            "seramai",
        ]
    ),
}
_SHARED = frozenset(
    {"rumah", "api", "raya", "hospital", "lapangan", "ialah", "bila", "ahad", "minggu", "bisa"}
)

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
    hints = _hints(question, corpus_languages()) if is_short or among else Counter()
    if among:
        return max(among, key=lambda tag: hints[tag.split("-")[0]])
    if not scores:
        return max(hints, key=lambda tag: hints[tag], default=UNDETERMINED)
    for tag, words in _TELLING.items():
        hints[tag] += _TELLING_WORD * len(
            (words - _SHARED).intersection(map(str.casefold, written_words(text)))
        )
    if is_short:
        for tag in scores:
            hints[tag] += 0.0 if _has_texts(tag) else _RARE_LANGUAGE
    best = max(scores, key=lambda tag: scores[tag] + hints[tag])
    return chinese_script(text) if best == "zh" else best


def _hints(question: Question, corpus_languages: Sequence[str]) -> Counter[str]:
    hints: Counter[str] = Counter()
    primary = [tag.split("-")[0] for tag in corpus_languages]
    for tag in dict.fromkeys(primary):
        hints[tag] += _CORPUS
    hints["ms" if "ms" in primary and "id" not in primary else "id"] += _INDONESIAN
    for place, tag in enumerate(question.preferred_languages[:2]):
        hints[tag.split("-")[0]] += _PREFERRED / (place + 1)
    for tag in _languages_of_turns(question):
        hints[tag] += _CONVERSATION
    return hints


def _languages_of_turns(question: Question) -> list[str]:
    """Return the language of the questions before, if they are long enough to tell it."""
    text = " ".join(turn.text for turn in question.turns if turn.role == "user")
    scores = language_scores(text[-500:])
    if len(text) < 15 or not scores:
        return []
    if "id" in scores and "ms" in scores:
        scores["id"] += _INDONESIAN if len(text) < 2 * _RELIABLE_CHARACTERS else 0.0
    return [max(scores, key=lambda tag: scores[tag])]


def _has_texts(tag: str) -> bool:
    return tag == "zh" or tag in REFUSALS
