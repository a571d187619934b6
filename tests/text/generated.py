"""Texts of signs that are hard to split, for hypothesis."""

from hypothesis import strategies as st

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
