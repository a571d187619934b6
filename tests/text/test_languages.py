"""Language, sentences and words of texts in many scripts."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.text.languages import detect_language, sentence_spans, words

SENTENCES = {
    "id": "Pemerintah akan membangun jembatan baru di kota itu tahun depan.",
    "en": "The government will build a new bridge in the city next year.",
    "zh-Hans": "政府明年将在该市修建一座新桥，预计三年完工。",
    "zh-Hant": "政府明年將在該市興建一座新橋，預計三年完工。",
    "ja": "政府は来年、その都市に新しい橋を建設する予定だ。",
    "ko": "정부는 내년에 그 도시에 새 다리를 건설할 계획이다.",
    "th": "รัฐบาลจะสร้างสะพานใหม่ในเมืองนั้นในปีหน้า",
    "vi": "Chính phủ sẽ xây một cây cầu mới trong thành phố vào năm tới.",
    "ar": "ستبني الحكومة جسرا جديدا في المدينة العام المقبل.",
    "ur": "حکومت اگلے سال شہر میں ایک نیا پل تعمیر کرے گی۔",
    "hi": "सरकार अगले साल शहर में एक नया पुल बनाएगी।",
    "bn": "সরকার আগামী বছর শহরে একটি নতুন সেতু নির্মাণ করবে।",
    "ta": "அரசு அடுத்த ஆண்டு நகரில் புதிய பாலம் கட்டும்.",
    "ru": "Правительство построит новый мост в городе в следующем году.",
    "es": "El gobierno construirá un nuevo puente en la ciudad el próximo año.",
    "fr": "Le gouvernement construira un nouveau pont dans la ville l'année prochaine.",
    "de": "Die Regierung wird nächstes Jahr eine neue Brücke in der Stadt bauen.",
    "pt": "O governo vai construir uma nova ponte na cidade no próximo ano.",
    "tr": "Hükümet gelecek yıl şehirde yeni bir köprü inşa edecek.",
    "km": "រដ្ឋាភិបាលនឹងសាងសង់ស្ពានថ្មីនៅក្នុងទីក្រុងនៅឆ្នាំក្រោយ។",
    "fil": "Magtatayo ang pamahalaan ng bagong tulay sa lungsod sa susunod na taon.",
}


def sentences(text: str, language: str) -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text, language=language)]


# detect_language


@pytest.mark.parametrize("language", SENTENCES)
def test_detects_the_language_of_a_sentence(language: str) -> None:
    assert detect_language(SENTENCES[language]) == language


@pytest.mark.parametrize(
    "question",
    [
        "Berapa harga kopi?",
        "Kapan banjir terjadi?",
        "Siapa gubernur Jawa Barat?",
        "Apa itu AI?",
        "Di mana gempa?",
        "Mengapa sekolah tutup?",
        "Siapa dia?",
        "Jam berapa bus berangkat?",
        "Berapa jumlah korban?",
        "banjir jakarta",
        "Anggaran sekolah 2025",
    ],
)
def test_a_short_indonesian_question_is_not_malay(question: str) -> None:
    assert detect_language(question) == "id"


def test_a_long_malay_text_is_malay() -> None:
    text = (
        "Kerajaan Malaysia akan membina sebuah jambatan baharu di bandar raya itu pada tahun hadapan, kata "
        "Perdana Menteri dalam satu kenyataan kepada pemberita di Putrajaya hari ini, sambil menambah bahawa "
        "kos projek berkenaan dianggarkan berjumlah RM500 juta."
    )
    assert detect_language(text) == "ms"


@pytest.mark.parametrize("text", ["", "  ", "123", "?!…", "😀", "2025-07-27 13:27", "Rp 1.500,5"[3:]])
def test_a_text_without_letters_has_no_language(text: str) -> None:
    assert detect_language(text) == "und"


# sentence_spans


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("id", "Satu. Dua? Tiga! Empat…", ["Satu.", "Dua?", "Tiga!", "Empat…"]),
        ("id", "Rapat di Jl. Merdeka No. 5 usai. Pulang.", ["Rapat di Jl. Merdeka No. 5 usai.", "Pulang."]),
        ("id", "Kata Dr. Budi dari PT. Kopi. Ia setuju.", ["Kata Dr. Budi dari PT. Kopi.", "Ia setuju."]),
        ("id", "Gudang Tbk. naik 1.500,5 poin. Turun.", ["Gudang Tbk. naik 1.500,5 poin.", "Turun."]),
        ("vi", "UBND TP. Hồ Chí Minh họp. Mọi người đến.", ["UBND TP. Hồ Chí Minh họp.", "Mọi người đến."]),
        ("en", "Mr. Smith paid $2.5 million. He left.", ["Mr. Smith paid $2.5 million.", "He left."]),
        ("zh-Hans", "他说：“你好。”然后走了。她笑了！", ["他说：“你好。”", "然后走了。", "她笑了！"]),
        ("ja", "雨が降った。川があふれた。", ["雨が降った。", "川があふれた。"]),
        ("hi", "पुल बनेगा। लोग खुश हैं।", ["पुल बनेगा।", "लोग खुश हैं।"]),
        ("ar", "مرحبا. كيف؟ نعم.", ["مرحبا.", "كيف؟", "نعم."]),
        ("ur", "پل بنے گا۔ لوگ خوش ہیں۔", ["پل بنے گا۔", "لوگ خوش ہیں۔"]),
        ("id", "Satu!\r\nDua?  Tiga\r\n\r\nEmpat", ["Satu!", "Dua?", "Tiga", "Empat"]),
        ("id", "Hai 😀. Apa 👨‍👩‍👧? Ya.", ["Hai 😀.", "Apa 👨‍👩‍👧?", "Ya."]),
        ("id", "  Satu.  ", ["Satu."]),
        ("id", "...", ["..."]),
        ("id", "", []),
        ("id", " \n\t\u3000", []),
        ("tlh", "Satu. Dua.", ["Satu.", "Dua."]),
        ("und", "Satu. Dua.", ["Satu.", "Dua."]),
    ],
)  # fmt: skip
def test_splits_into_sentences(language: str, text: str, expected: list[str]) -> None:
    assert sentences(text, language) == expected


def test_a_thai_paragraph_is_split_at_spaces_into_runs_of_clauses() -> None:
    clause = "กรุงเทพมหานครประกาศเตือนน้ำท่วม"  # 30 characters
    text = " ".join([clause] * 9)
    spans = sentences(text, "th")
    assert len(spans) == 5  # each ends at the first space from its 60th character on
    assert spans[0] == f"{clause} {clause}"
    assert max(map(len, spans)) < 100
    assert " ".join(spans) == text


def test_a_short_thai_paragraph_stays_whole() -> None:
    assert sentences("น้ำท่วม กรุงเทพ วันนี้", "th") == ["น้ำท่วม กรุงเทพ วันนี้"]


SIGNS = st.sampled_from(
    [
        *"aZé1 9.,;:!?…\"'“”«»()[]-—/%$\n\r\t。！？、।۔؟",
        *"\u00a0\u3000\u200b\u200d\u200f\u202e\u0301\u0e33\u0940",
        *("\r\n", "\n\n", "😀", "👨‍👩‍👧", "🇮🇩", "e\u0301", "Dr. ", "Jl. ", "No. ", "e.g. ", "3.5 "),
        *("שלום ", "مرحبا ", "กรุงเทพ ", "中文", "한국어 "),
    ]
)
TEXTS = st.lists(SIGNS, max_size=60).map("".join) | st.text(
    st.characters(exclude_categories=["Cs"]), max_size=60
)
LANGUAGES = st.sampled_from(
    ["id", "en", "vi", "zh-Hans", "ja", "th", "lo", "ar", "hi", "he", "fr", "de", "ru", "und", "xx"]
)


@given(text=TEXTS, language=LANGUAGES)
def test_spans_are_ordered_disjoint_trimmed_and_cover_every_character(text: str, language: str) -> None:
    spans = sentence_spans(text, language=language)
    covered: set[int] = set()
    end_before = 0
    for start, end in spans:
        assert end_before <= start < end <= len(text)
        assert text[start:end] == text[start:end].strip()
        covered.update(range(start, end))
        end_before = end
    assert [place for place, sign in enumerate(text) if place not in covered and not sign.isspace()] == []


@given(text=TEXTS, language=LANGUAGES)
def test_no_letter_is_separated_from_its_combining_marks(text: str, language: str) -> None:
    for start, _ in sentence_spans(text, language=language):
        follows_letter = start > 0 and text[start - 1].isalnum()
        assert not (follows_letter and unicodedata.combining(text[start]))


# words


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("id", "Pemerintah mengusulkan pembangunan", ["perintah", "usul", "bangun"]),
        ("ms", "Pemerintah mengusulkan", ["perintah", "usul"]),
        ("en", "Bridges were building", ["bridg", "were", "build"]),
        ("zh-Hans", "政府明年将在该市修建", ["政府", "明年", "将", "在", "该", "市", "修建"]),
        ("ja", "日本政府", ["日本", "政府"]),
        ("th", "รัฐบาลสร้างสะพาน", ["รัฐบาล", "สร้าง", "สะพาน"]),
        ("km", "រដ្ឋាភិបាលសាងសង់ស្ពាន", ["រដ្ឋាភិបាល", "សាងសង់", "ស្ពាន"]),
        ("id", "１２３ １．５００，５ ＡＢＣ", ["123", "1.500,5", "abc"]),
        ("id", "1.500,5 don't 3/6", ["1.500,5", "don't", "3", "6"]),
        ("id", "KOPI Kopi kopi", ["kopi", "kopi", "kopi"]),
        ("id", "Eugène Douwes Dekker", ["eugene", "douwes", "dekker"]),
        ("es", "¿Cuántos éxitos?", ["cuant", "exit"]),
        ("vi", "Má hà nội", ["má", "hà", "nội"]),
        ("ar", "الكِتابُ الأولى الـكتاب", ["كتاب", "اولي", "كتاب"]),
        ("ja", "ガス", ["ガス"]),
        ("ko", "서울에서 12일 비", ["서울", "울에", "에서", "12", "일", "비"]),
        ("de", "Straße STRASSE", ["strass", "strass"]),
        ("tlh", "Qapla' batlh", ["qapla", "batlh"]),
        ("id", "… — 😀 ?!", []),
        ("id", "", []),
    ],
)  # fmt: skip
def test_words_for_keyword_search(language: str, text: str, expected: list[str]) -> None:
    assert words(text, language=language) == expected


@given(text=TEXTS, language=LANGUAGES)
def test_words_do_not_depend_on_case_width_or_composition(text: str, language: str) -> None:
    expected = words(text, language=language)
    assert words(unicodedata.normalize("NFD", text), language=language) == expected
    assert words(unicodedata.normalize("NFKC", text), language=language) == expected


@given(text=TEXTS, language=LANGUAGES)
def test_no_word_contains_white_space(text: str, language: str) -> None:
    assert all(word and not any(map(str.isspace, word)) for word in words(text, language=language))
