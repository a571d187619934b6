"""What remains of a sentence when its Markdown and the names of its sources are removed for checking."""

import pytest

from rag.verification.attribution import without_markup


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Suhu <5 derajat dan naik >3 derajat.", "Suhu <5 derajat dan naik >3 derajat."),
        ("Harga <Rp5.000 tetapi >Rp3.000.", "Harga <Rp5.000 tetapi >Rp3.000."),
        ("> # **Harga** ~~turun~~ naik", " Harga turun naik"),
        ("Luas hutan itu 120 km².", "Luas hutan itu 120 km²."),
        ("Waduk itu memuat 50 m<sup>3</sup>.", "Waduk itu memuat 50 m³."),
        ("Harga naik¹.", "Harga naik."),
        ("Harga naik di malam<sup>2</sup>.", "Harga naik di malam."),
        ("[Jokowi] akan mundur.", "Jokowi akan mundur."),
        ("The deal was [not] signed.", "The deal was not signed."),
        ("Naik [1][2], turun 【3】 [Sumber: Antara] [Sumber 4]", "Naik , turun "),
        ("Naik [Antara] [[q0000:1]] [tahun 2024].", "Naik ] tahun 2024."),
        ("Naik [Reuters, 3 Juni 2024]; kata [Reuters membantah].", "Naik ; kata Reuters membantah."),
        ("Naik <b>12</b> persen<br/>", "Naik 12 persen"),
        ("Naik <a href='x'>12</a> persen <https://example.org/a>", "Naik 12 persen "),
        ("Naik 12 persen [Reuters]", "Naik 12 persen "),
        ("[Sebanyak 500 orang tewas.]", "Sebanyak 500 orang tewas."),
        ("【五百人死亡。】", "五百人死亡。"),
        ("Naik 4 kg.[perlu rujukan]", "Naik 4 kg. perlu rujukan"),
        ("Para prajurit[nya] mundur.", "Para prajuritnya mundur."),
        ("Naik 12 \u00a0 persen.", "Naik 12 persen."),
        ("Inflasi [12%] pada [2 Mei 2024], [Rp2,3 triliun]", "Inflasi 12% pada 2 Mei 2024, Rp2,3 triliun"),
        ("[F-16] dan [COVID-19] di [G20] [500.000]", "F-16 dan COVID-19 di G20 500.000"),
        ("Naik [1,2] [doc_1] [ref-2] [S1] [p. 3] [1-3] [*] 【3†L5-L9】", "Naik "),
        ("Naik. [[q", "Naik. "),
        ("Naik. [[q3fa1:1", "Naik. "),
        ("Naik. [not", "Naik. [not"),
    ],
)
def test_names_of_sources_and_markdown_are_removed_and_facts_stay(text: str, left: str) -> None:
    assert without_markup(text, sources=["reuters"]) == left
