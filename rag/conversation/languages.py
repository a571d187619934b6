"""The language of a question, which is often too short to be detected from its letters alone."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from itertools import pairwise

from rag.conversation.question import Question
from rag.conversation.short_turns import request_of
from rag.reply_texts import REFUSALS
from rag.text.function_words import FUNCTION_WORDS, word_set
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
_ENGLISH = 4.5  # words such as "concise" and "growth" are near other languages
_EQUAL = 1e-6
_SHORTEST_TURNS = 15

# What the detector says of a text without words, and a language for which it takes Urdu and Persian.
_NO_LANGUAGES = ("zxx", "uzs")

# Malay and other languages share most words with Indonesian. A short question is taken for Indonesian, or for
# Malay if the corpus has only Malay, unless its score is lower by more.
_NEIGHBOURS = ("id", "ms", "jv", "su", "fil")
_MARGIN = 12.0

# One telling word alone decides for these, which the detector often takes for a far language.
_REGIONAL = ("jv", "su", "fil")


# Words that only one of the neighbours has; two words that stand together have a line between them.
_TELLING = {
    "id": word_set(
        """
        bahwa karena kapan kapankah gimana uang kantor mobil gubernur bupati walikota provinsi
        kabupaten kecamatan kelurahan polisi mahasiswa universitas senin kamis jumat maret juli agustus
        desember rupiah kalian enggak nggak gak banget perusahaan bandara listrik pemilu gmn kpn dmn pilpres
        pilkada dpr dprd ump umr kapolri timnas bisa dong sih butuh karyawan pabrik dokter pasien bus truk
        taksi rumah_sakit sepak_bola sepakbola pertandingan turnamen warga kecelakaan jembatan rapat pajak
        pensiun wali_kota kota_bandung ibu_kota besok obat januari juni pemerintah jadwal bbm bansos sembako
        honorer kuliah kampus asn pns cpns bpjs kpk tni polri bnpb bmkg basarnas ujian_nasional
        keuangan longsor narkoba pengacara apotek bioskop sepeda_motor
        """
    ),
    "ms": word_set(
        """
        bahawa kerana bilakah awak wang pejabat polis universiti muzium isnin khamis jumaat mac julai ogos
        disember ringgit kejohanan baharu dijangka mengandungi jawapan soalan syarikat seramai tahun_lepas
        bulan_lepas minggu_lepas pilihan_raya macam_mana nak berapa_ramai kemalangan senaraikan sahaja
        cuti_sekolah esok adakah jawatankuasa pengerusi
        kerajaan_negeri kerajaan_pusat lebuhraya lebuh_raya kenderaan bomba mangsa_banjir mangsa_kebakaran
        cikgu cukai pencen kempen bas lori teksi hospital pesakit jururawat belanjawan minggu_ni tahun_ni
        bulan_ni hari_ni punca bilangan perlawanan bola_sepak jurulatih ketua_menteri mesyuarat minyak_masak
        ubat jambatan peperiksaan tahun_hadapan minggu_hadapan bulan_hadapan sekolah_rendah spm umno
        kwsp rm khabar kat pru prn camne macamana kahwin elektrik kadar_faedah jawatan_kosong tabung_haji
        kewangan tanah_runtuh rasuah dadah jenayah peguam setiausaha timbalan_menteri parlimen
        bajet denggi jerebu lapangan_terbang kapal_terbang basikal pasar_raya telefon_bimbit
        """
    ),
    "jv": word_set(
        """
        pira piye kepiye sapa sopo ngendi ing kuwi amarga saka nalika regane kabare sebabe jenenge taun wulan
        wingi kapungkur kepungkur wong iki opo piro endi kepriye kenopo njeblug iku
        """
    ),
    "su": word_set(
        """
        sabaraha meunang saha iraha kunaon naon naha kumaha teh ieu kamari beas taun_kamari mana_wae jeung
        ayana
        """
    ),
    "fil": word_set("ang mga sino bakit kailan saan ilan magkano ano ng noong tungkol"),
}

# Sundanese and Javanese are written with accents or without: "téh".
_WITHOUT_ACCENTS = str.maketrans("éèê", "eee")

# So many of these words also outweigh the letters, which may look like those of a far language.
_MANY_TELLING = 2

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
    for tag in _NO_LANGUAGES:
        scores.pop(tag, None)
    if scores and max(scores.values()) - min(scores.values()) < _EQUAL:
        scores = {}  # no letters that the detector knows
    is_short = len(text) < _RELIABLE_CHARACTERS
    conversation = _language_of_turns(question)
    if conversation is not None and (request_of(text) in ("more", "less") or _is_name(text)):
        return conversation
    hints = _hints(question, corpus_languages(), conversation) if is_short or among else defaultdict(float)
    if among:
        return max(among, key=lambda tag: hints[primary_language(tag)])
    if not scores:
        best = max(hints, key=lambda tag: hints[tag], default=UNDETERMINED)
        return chinese_script(" ".join(turn.text for turn in question.turns)) if best == "zh" else best
    for tag in scores:
        scores[tag] += hints[tag] + (_RARE_LANGUAGE if is_short and not _has_texts(tag) else 0.0)
    best = max(scores, key=lambda tag: scores[tag])
    if (
        is_short
        and best not in _NEIGHBOURS
        and scores["en"] + max(0.0, _ENGLISH - hints["en"]) > scores[best]
    ):
        best = "en"
    if best in _NEIGHBOURS or _many_told(text):
        usual = "ms" if hints["ms"] > 0 and hints["id"] <= 0 else "id"
        best = _neighbour(best, scores, text, usual=conversation if conversation in _NEIGHBOURS else usual)
    return chinese_script(text) if best == "zh" else best


def _neighbour(best: str, scores: dict[str, float], text: str, *, usual: str) -> str:
    """Choose between Indonesian and the languages near it, by telling words if there are any.

    Names such as "Malaysia" alone would make a short text Malay, so only telling words do.
    """
    told = _told(text)
    most = max(told.values())
    if most and list(told.values()).count(most) == 1:
        return max(told, key=lambda tag: told[tag])
    if len(text) >= _SHORT_CHARACTERS:
        return best
    is_malay = {best, usual} <= {"id", "ms"}
    return usual if is_malay or scores[usual] >= scores[best] - _MARGIN else best


def _is_name(text: str) -> bool:
    """Whether a text is one name, which has no language of its own: "Jakarta?"."""
    words = written_words(text)
    is_one = len(words) == 1 and words[0][0].isupper()
    return is_one and words[0].casefold() not in FUNCTION_WORDS and not words[0].endswith("nya")


def _told(text: str) -> dict[str, int]:
    """Return how many telling words of each language a text has."""
    words = [word.casefold().translate(_WITHOUT_ACCENTS) for word in written_words(text)]
    words += ["_".join(pair) for pair in pairwise(words)]
    words += ["_".join(three) for three in zip(words, words[1:], words[2:], strict=False)]
    return {tag: len(telling.intersection(words)) for tag, telling in _TELLING.items()}


def _many_told(text: str) -> bool:
    """Whether a short text has many telling words, or is one such word of a language with few texts."""
    told = _told(text)
    is_one = len(written_words(text)) == 1 and any(told[tag] for tag in _REGIONAL)
    return is_one or (len(text) < _SHORT_CHARACTERS and max(told.values()) >= _MANY_TELLING)


def _hints(
    question: Question, corpus_languages: Sequence[str], conversation: str | None
) -> defaultdict[str, float]:
    hints: defaultdict[str, float] = defaultdict(float)
    primary = [primary_language(tag) for tag in corpus_languages]
    for tag in dict.fromkeys(primary):
        hints[tag] += _CORPUS
    for place, tag in enumerate(question.preferred_languages[:2]):
        hints[primary_language(tag)] += _PREFERRED / (place + 1)
    if conversation is not None:
        hints[primary_language(conversation)] += _CONVERSATION
    return hints


def _language_of_turns(question: Question) -> str | None:
    """Return the language of the questions before, or None if they are too short to tell it."""
    text = " ".join(turn.text for turn in question.turns if turn.role == "user")[-500:]
    scores = language_scores(text)
    is_spaced = text.isascii() or " " in text
    if not scores or (is_spaced and len(text) < _SHORTEST_TURNS):
        return None
    best = max(scores, key=lambda tag: scores[tag])
    if best == "zh":
        return chinese_script(text)
    return _neighbour(best, scores, text, usual="id") if best in _NEIGHBOURS or _many_told(text) else best


def _has_texts(tag: str) -> bool:
    return tag == "zh" or tag in REFUSALS
