"""The language of texts in many scripts."""

import pytest

from rag.text.languages import decide_language, detect_language

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


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("що сталося", "uk"),
        ("коли вибори", "uk"),
        ("хто президент", "uk"),
        ("ціна кави", "uk"),
        ("что случилось", "ru"),
        ("кто президент", "ru"),
        ("хто гэта зрабіў", "be"),
        ("што здарылася ўчора", "be"),
        ("какво се случи", "bg"),
        ("кой спечели", "bg"),
        ("шта се десило", "sr"),
        ("што се случи", "mk"),
        ("қашан сайлау", "kk"),
    ],
)
def test_letters_and_words_tell_cyrillic_languages_apart(text: str, expected: str) -> None:
    assert detect_language(text) == expected


def test_a_long_malay_text_is_malay() -> None:
    text = (
        "Kerajaan Malaysia akan membina sebuah jambatan baharu di bandar raya itu pada tahun hadapan, kata "
        "Perdana Menteri dalam satu kenyataan kepada pemberita di Putrajaya hari ini, sambil menambah bahawa "
        "kos projek berkenaan dianggarkan berjumlah RM500 juta."
    )
    assert detect_language(text) == "ms"


@pytest.mark.parametrize(
    ("text", "hint", "expected"),
    [
        ("你好世界", "zh-CN", "zh-Hans"),
        ("你好世界", "zh-TW", "zh-Hant"),
        ("臺灣", "zh", "zh-Hant"),
        ("Selamat pagi", "id-ID", "id"),
        ("1 + 1", "und", "und"),
        ("Pemerintah kota menambah bus listrik.", "mul", "id"),
        (
            "Hakim Tolak Eksepsi Terdakwa. Majelis hakim menolak eksepsi terdakwa kasus Pasar Kembang dalam"
            " sidang putusan sela. Ketua majelis hakim menyatakan surat dakwaan telah disusun secara cermat,"
            " jelas, dan lengkap. Kuasa hukum terdakwa menyatakan keberatan.",
            "id",
            "id",
        ),
    ],
)
def test_a_stated_language_has_the_script_and_no_region(text: str, hint: str, expected: str) -> None:
    assert decide_language(text, hints=[hint]) == expected


@pytest.mark.parametrize("text", ["", "  ", "123", "?!…", "😀", "2025-07-27 13:27", "Rp 1.500,5"[3:]])
def test_a_text_without_letters_has_no_language(text: str) -> None:
    assert detect_language(text) == "und"
