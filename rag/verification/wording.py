"""Compares the words of two texts that are nearly the same: which ones differ, and whether that matters."""

import re
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher

from rag.text.function_words import FUNCTION_WORDS, word_set
from rag.text.tags import primary_language

# A claim that repeats a sentence but for one place has at least this number of words of the sentence.
FEWEST_SAME = 4

# A claim counts as covered by a sentence if it has this share of its words in common with the sentence. A
# difference between the two is then an error.
COVERED = 0.6

# In scripts without capitals, replaced words are taken for a changed name up to this number of replacements
# and this number of words in each. A paraphrase changes more.
_MOST_REPLACEMENTS = 2
_MOST_LONGER = 2
LONGEST_NAME = 8

# One of these in the place of the other is a difference, although most of them are function words.
_OPPOSED = word_set(
    """
    first/last before/after most/least more/less more/fewer up/down above/below with/without
    higher/lower pertama/terakhir sebelum/sesudah sebelum/setelah sebelum/usai atas/bawah dengan/tanpa
    akan/telah akan/sudah bakal/telah bakal/sudah sadurunge/sawise antes/después primer/último
    primera/última primero/último más/menos con/sin antes/depois antes/após primeiro/último
    primeira/última mais/menos com/sem avant/après premier/dernier première/dernière plus/moins
    avec/sans vor/nach ersten/letzten erste/letzte mehr/weniger mit/ohne voor/na eerste/laatste
    meer/minder met/zonder trước/sau до/после больше/меньше первый/последний önce/sonra ilk/son
    hired/fired opened/closed open/closed bought/sold won/lost accepted/rejected approved/rejected
    began/ended started/ended arrived/left gained/lost allowed/banned confirmed/denied supported/opposed
    born/died acquitted/convicted succeeded/failed
    membuka/menutup dibuka/ditutup buka/tutup membeli/menjual dibeli/dijual menang/kalah
    menerima/menolak diterima/ditolak menyetujui/menolak disetujui/ditolak masuk/keluar
    dimulai/berakhir mulai/berakhir mengizinkan/melarang diizinkan/dilarang mendukung/menentang
    didukung/ditentang membenarkan/membantah merekrut/memecat direkrut/dipecat datang/pergi untung/rugi
    laba/rugi hidup/mati lahir/meninggal berhasil/gagal sukses/gagal
    abrió/cerró abrieron/cerraron compró/vendió ganó/perdió aceptó/rechazó aprobó/rechazó empezó/terminó
    contrató/despidió permitió/prohibió confirmó/negó apoyó/rechazó nació/murió
    abriu/fechou comprou/vendeu ganhou/perdeu aceitou/rejeitou aprovou/rejeitou contratou/demitiu
    ouvert/fermé acheté/vendu gagné/perdu accepté/rejeté approuvé/rejeté embauché/licencié
    geöffnet/geschlossen gekauft/verkauft gewonnen/verloren angenommen/abgelehnt eingestellt/entlassen
    geopend/gesloten gekocht/verkocht gewonnen/verloren aangenomen/afgewezen aangenomen/ontslagen
    """
)
# A claim with the first word goes beyond a sentence with the second. The other way round, it may follow.
_STRONGER = word_set(
    """
    all/some all/most all/many all/several every/some must/may must/can must/could semua/sebagian
    seluruh/sebagian semua/beberapa semua/banyak harus/boleh harus/dapat harus/bisa wajib/boleh
    wajib/dapat todos/algunos todas/algunas todos/alguns tous/certains toutes/certaines alle/einige
    alle/manche alle/sommige alle/enkele все/некоторые tất/một bütün/bazı
    """
)
_PAIRS = {(left, right) for left, _, right in (pair.partition("/") for pair in [*_OPPOSED, *_STRONGER])}
_PAIRS |= {(right, left) for left, _, right in (pair.partition("/") for pair in _OPPOSED)}

# The words of a group say the same.
_SAME = [
    word_set(group)
    for group in (
        "said stated says states added noted remarked",
        "but however yet though although and while whereas",
        "mengatakan menyebutkan menyatakan mengungkapkan menuturkan berkata menyampaikan menyebut",
        "kata ujar tutur ucap ungkap katanya ujarnya",
        "namun tetapi tapi dan lalu kemudian sedangkan sementara melainkan",
        "one nobody none",
        "akan bakal hendak",
        "tidak tak",
        "karena lantaran sebab akibat gara-gara",
        "setelah sesudah usai seusai selepas",
        "untuk guna demi agar supaya",
        "beberapa sejumlah",
        "meninggal wafat",
        "menangkap meringkus membekuk mencokok",
        "ditangkap diringkus dibekuk dicokok",
        "senang gembira",
        "pria laki-laki lelaki",
        "wanita perempuan",
        "murid siswa pelajar",
        "dijo afirmó señaló declaró indicó",
        "disse afirmou declarou",
        "dit déclaré affirmé indiqué",
        "sagte erklärte betonte",
        "zei verklaarde meldde",
        "pero aunque mas porém mais cependant aber jedoch doch maar echter y e et und en",
    )
]

_SHORT_FORMS = {
    "can't": ("can", "not"), "cannot": ("can", "not"), "won't": ("will", "not"), "shan't": ("shall", "not"),
    "it's": ("it", "is"), "that's": ("that", "is"), "there's": ("there", "is"), "he's": ("he", "is"),
    "she's": ("she", "is"),
}  # fmt: skip
_SHORT_ENDINGS = {"n't": "not", "'re": "are", "'ll": "will", "'ve": "have"}
_BRITISH = (
    (re.compile(r"(?<=\w\w)our(s|ed|ing|ful|able|ite|hood|ly)?$"), r"or\1"),
    (re.compile(r"(?<=\w\w)([iy])s(e|es|ed|ing|er|ers|ation|ations)$"), r"\1z\2"),
    (re.compile(r"(?<=\w)(en|ea|i)tre(s)?$"), r"\1ter\2"),
    (re.compile(r"(?<=\w\w)ll(ed|ing|er|ers)$"), r"l\1"),
    (re.compile(r"(?<=fen)ce$"), "se"),
)


def in_full(words: Sequence[str], language: str) -> list[str]:
    """Return English words without short forms and with American spelling; other words as they are.

    >>> in_full(["they", "can't", "see", "the", "harbour"], "en")
    ['they', 'can', 'not', 'see', 'the', 'harbor']
    """
    if primary_language(language) != "en":
        return list(words)
    return [_american(word) for short in words for word in _long_form(short)]


def _long_form(word: str) -> tuple[str, ...]:
    ending = _SHORT_ENDINGS.get(word[-3:])
    return _SHORT_FORMS.get(word) or ((word[:-3], ending) if ending else (word,))


def _american(word: str) -> str:
    for pattern, spelling in _BRITISH:
        word = pattern.sub(spelling, word)
    return word


def changed(stated: Sequence[str], given: Sequence[str]) -> tuple[Sequence[str], Sequence[str], int]:
    """Return the words of two texts between their common beginning and end, and the number of common words.

    >>> changed("the boy is well".split(), "the boy is very ill".split())
    (['well'], ['very', 'ill'], 3)
    """
    before = _common(stated, given)
    ours, theirs = stated[before:], given[before:]
    behind = _common(ours[::-1], theirs[::-1])
    return ours[: len(ours) - behind], theirs[: len(theirs) - behind], before + behind


def _common(left: Sequence[str], right: Sequence[str]) -> int:
    """Return how many words two lists have in common at their beginning."""
    pairs = enumerate(zip(left, right, strict=False))
    return next((place for place, (own, given) in pairs if own != given), min(len(left), len(right)))


def are_opposed(stated: Sequence[str], given: Sequence[str]) -> bool:
    """Whether the only new word of a text is the opposite of one of the other: "after" for "before".

    The text may leave words out.

    >>> are_opposed("it was the last of five".split(), "it was the first of five men".split())
    True
    """
    parts = SequenceMatcher(None, stated, given, autojunk=False).get_opcodes()
    kept = sum(end - start for kind, start, end, _, _ in parts if kind == "equal")
    changes = [(stated[a:b], given[c:d]) for kind, a, b, c, d in parts if kind != "equal" and a < b]
    if kept < FEWEST_SAME or len(changes) != 1:
        return False
    ours, theirs = changes[0]
    return len(ours) == len(theirs) == 1 and (ours[0], theirs[0]) in _PAIRS


def are_interchangeable(ours: Iterable[str], theirs: Iterable[str]) -> bool:
    """Whether two differing words say the same, such as "said" and "stated"."""
    both = {*ours, *theirs}
    return any(both <= group for group in _SAME)


def gives_numbers_to_others(stated: Sequence[str], given: Sequence[str]) -> bool:
    """Whether two words have changed places, and with it their numbers: "12 hurt, 30 dead".

    Between the words stands a number, and another one before or behind both.

    >>> gives_numbers_to_others("12 hurt and 30 dead".split(), "12 dead and 30 hurt".split())
    True
    """
    if len(stated) != len(given):
        return False
    places = [place for place, (own, other) in enumerate(zip(stated, given, strict=True)) if own != other]
    if len(places) != 2:
        return False
    first, second = places
    is_exchange = stated[first] == given[second] and stated[second] == given[first]
    if not is_exchange or stated[first][0].isdigit() or stated[second][0].isdigit():
        return False
    between = set(_amounts(stated[first:second]))
    around = set(_amounts([*stated[:first], *stated[second:]]))
    return bool(between) and bool(around - between)


def _amounts(words: Iterable[str]) -> Iterator[str]:
    """Yield numbers that are not years."""
    for word in words:
        if word[0].isdigit() and not (len(word) == 4 and word.isdigit()):
            yield word


def replaces_words(stated: Sequence[str], given: Sequence[str], *, verbs_at_end: int = 0) -> bool:
    """Whether a text replaces a few words of another: a name, in a script without capitals.

    A name stands for about as many words. It is no function word, and in some languages, the last words are
    a verb.

    >>> replaces_words("李 访问 上海 了".split(), "李 访问 北京 了".split())
    True
    """
    matcher = SequenceMatcher(None, stated, given, autojunk=False)
    replaced = [
        (stated[start:end], given[first:last])
        for kind, start, end, first, last in matcher.get_opcodes()
        if kind == "replace" and end <= len(stated) - verbs_at_end
    ]
    replaced = [parts for parts in replaced if not any(map(FUNCTION_WORDS.issuperset, parts))]
    covered = sum(block.size for block in matcher.get_matching_blocks())
    if covered < COVERED * len(stated) or not 1 <= len(replaced) <= _MOST_REPLACEMENTS:
        return False
    lengths = [sorted(map(len, parts)) for parts in replaced]
    return all(longer <= min(_MOST_LONGER * shorter, LONGEST_NAME) for shorter, longer in lengths)
