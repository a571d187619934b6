"""BM25 worked out by hand."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.corpus.keyword_ranking import REDUCED_WEIGHT, Statistics, query_weights, rank_by_bm25
from rag.datatypes import ScoredPassage
from rag.text.languages import words

# Four passages of 4, 2, 6 and 4 words: 4 words on average.
PASSAGES = {
    1: ["panen", "kopi", "naik", "kopi"],
    2: ["kopi", "dan"],
    3: ["banjir", "dan", "gempa", "dan", "banjir", "lagi"],
    4: ["bus", "dan", "sekolah", "tutup"],
}


def statistics(*words: str) -> Statistics:
    counts = {word: sum(word in passage for passage in PASSAGES.values()) for word in words}
    return Statistics(passages=4, words_a_passage=4.0, passages_with=counts)


def rank(
    query: list[str], candidates: dict[int, list[str]], *, statistics: Statistics
) -> list[ScoredPassage]:
    joined = {passage_id: " ".join(held) for passage_id, held in candidates.items()}
    return rank_by_bm25(joined, weights=dict.fromkeys(query, 1.0), statistics=statistics)


def test_bm25_scores_equal_those_calculated_by_hand() -> None:
    # "kopi" is in 2 of 4: rarity = ln(1 + 2.5 / 2.5) = ln 2 = .693147.
    # Passage 1, 4 words, twice: length 1;  .693147 × 2 × 1.6 / (2 + .6 × 1) = .853104.
    # Passage 2, 2 words, once: length .4 + .6 × 2 / 4 = .7;  .693147 × 1.6 / (1 + .6 × .7) = .781011.
    known = statistics("kopi")
    assert known.rarity("kopi") == pytest.approx(math.log(2))
    matches = rank(["kopi"], {2: PASSAGES[2], 1: PASSAGES[1]}, statistics=known)
    assert [passage.passage_id for passage in matches] == [1, 2]
    assert [passage.score for passage in matches] == pytest.approx([0.853104, 0.781011], abs=1e-6)


def test_the_score_of_several_words_is_a_sum() -> None:
    # "panen" is in 1 of 4: ln(1 + 3.5 / 1.5) = 1.203973; once in passage 1: × 1.6 / 1.6.
    matches = rank(["kopi", "panen"], {1: PASSAGES[1]}, statistics=statistics("kopi", "panen"))
    assert matches[0].score == pytest.approx(0.853104 + 1.203973, abs=1e-6)


def test_a_word_in_nearly_every_passage_still_has_a_positive_score() -> None:
    # "dan" is in 3 of 4: ln(1 + 1.5 / 3.5) = .356675, above zero.
    assert statistics("dan").rarity("dan") == pytest.approx(math.log(10 / 7))
    matches = rank(["kopi", "dan"], {1: PASSAGES[1], 2: PASSAGES[2]}, statistics=statistics("kopi", "dan"))
    assert [passage.passage_id for passage in matches] == [2, 1]


def test_no_rarity_is_negative_or_zero() -> None:
    everywhere = Statistics(passages=1000, words_a_passage=5, passages_with={"dan": 1000})
    assert 0 < everywhere.rarity("dan") < 0.001


def test_unknown_words_find_nothing() -> None:
    unknown = statistics("harga", "naga")
    assert unknown.known_words() == []
    assert rank(["harga", "naga"], {}, statistics=unknown) == []


def test_no_words_find_nothing() -> None:
    assert rank([], {}, statistics=statistics()) == []


def test_equal_scores_are_ordered_by_id() -> None:
    matches = rank(["bus"], {7: ["bus"], 3: ["bus"], 5: ["bus"]}, statistics=statistics("bus"))
    assert [passage.passage_id for passage in matches] == [3, 5, 7]


def test_a_weight_reduces_the_score() -> None:
    # As above, "kopi" for half: .853104 / 2 + 1.203973.
    weights = {"kopi": 0.5, "panen": 1.0}
    passage = {1: " ".join(PASSAGES[1])}
    matches = rank_by_bm25(passage, weights=weights, statistics=statistics("kopi", "panen"))
    assert matches[0].score == pytest.approx(0.426552 + 1.203973, abs=1e-6)


def test_a_stem_of_another_language_scores() -> None:
    known = Statistics(passages=2, words_a_passage=1, passages_with={"panthers": 0, "panther": 1})
    weights = {"panthers": 1.0, "panther": 0.5}
    (match,) = rank_by_bm25({1: "panther"}, weights=weights, statistics=known)
    assert match.score == pytest.approx(math.log(2) / 2)  # ln(1 + 1.5 / 1.5) × .5


# query_weights


def weights_of(query: str, language: str, *passage_languages: str) -> dict[str, float]:
    return query_weights(query, language=language, passage_languages=passage_languages)


def test_question_words_count_less_than_other_words() -> None:
    # Snowball stems "berapa" to "apa".
    assert weights_of("Berapa harga kopi Gayo?", "id", "id") == {
        "apa": REDUCED_WEIGHT,
        "harga": 1.0,
        "kopi": 1.0,
        "gayo": 1.0,
    }


def test_a_query_of_function_words_alone_still_finds() -> None:
    assert weights_of("Who is who?", "en", "en") == {"who": REDUCED_WEIGHT, "is": REDUCED_WEIGHT}


@pytest.mark.parametrize(
    ("query", "language", "passage_language", "stem"),
    [
        ("Siapa pelatih Panthers?", "id", "en", "panther"),
        ("Kapan Elections 2018 diadakan?", "id", "en", "elect"),
        ("Who founded Perhimpunan Indonesia?", "en", "id", "himpun"),
        ("Berapa penduduk 서울에서?", "id", "ko", "서울"),
    ],
)
def test_a_word_is_also_stemmed_in_the_passages_languages(
    query: str, language: str, passage_language: str, stem: str
) -> None:
    assert stem not in weights_of(query, language, language)
    assert weights_of(query, language, language, passage_language)[stem] == REDUCED_WEIGHT


def test_function_words_are_not_stemmed_in_another_language() -> None:
    # Snowball's English takes "this" for "thi"; Indonesian leaves it.
    assert "thi" not in weights_of("this kopi", "id", "en")


LANGUAGES = st.sampled_from(["id", "en", "ar", "ko", "th", "vi", "zh-Hans", "und"])


@given(text=st.text(max_size=60), language=LANGUAGES, others=st.lists(LANGUAGES, max_size=4))
def test_every_word_of_the_query_is_looked_up(text: str, language: str, others: list[str]) -> None:
    weights = weights_of(text, language, *others)
    own = weights_of(text, language, language)
    assert own.keys() == set(words(text, language=language))
    assert {stem: weights[stem] for stem in own} == own
    assert all(weights[stem] == REDUCED_WEIGHT for stem in weights.keys() - own.keys())
    assert weights == weights_of(text, language, *reversed(others))
