"""BM25 worked out by hand."""

import math

import pytest

from rag.keyword_ranking import Statistics, rank_by_bm25

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


def test_bm25_worked_out_by_hand() -> None:
    # "kopi" is in 2 of 4: rarity = ln(1 + 2.5 / 2.5) = ln 2 = .693147.
    # Passage 1, 4 words, twice: length 1;  .693147 × 2 × 1.9 / (2 + .9 × 1) = .908262.
    # Passage 2, 2 words, once: length .6 + .4 × 2 / 4 = .8;  .693147 × 1.9 / (1 + .9 × .8) = .765686.
    known = statistics("kopi")
    assert known.rarity("kopi") == pytest.approx(math.log(2))
    matches = rank_by_bm25(["kopi"], {2: PASSAGES[2], 1: PASSAGES[1]}, statistics=known)
    assert [passage.passage_id for passage in matches.passages] == [1, 2]
    assert [passage.score for passage in matches.passages] == pytest.approx([0.908262, 0.765686], abs=1e-6)
    assert matches.coverage == pytest.approx(1.0)


def test_the_score_of_several_words_is_their_sum() -> None:
    # "panen" is in 1 of 4: ln(1 + 3.5 / 1.5) = 1.203973; once in passage 1: × 1.9 / 1.9.
    matches = rank_by_bm25(["kopi", "panen"], {1: PASSAGES[1]}, statistics=statistics("kopi", "panen"))
    assert matches.passages[0].score == pytest.approx(0.908262 + 1.203973, abs=1e-6)


def test_coverage_is_the_share_of_rarity_that_the_best_passage_holds() -> None:
    # kopi ln 2, panen 1.203973, and "harga", known nowhere: ln(1 + 4.5 / .5) = ln 10 = 2.302585.
    query = ["kopi", "panen", "harga"]
    candidates = {1: PASSAGES[1], 2: PASSAGES[2]}
    matches = rank_by_bm25(query, candidates, statistics=statistics(*query))
    assert matches.coverage == pytest.approx(
        (0.693147 + 1.203973) / (0.693147 + 1.203973 + 2.302585), abs=1e-6
    )


def test_a_word_that_is_nearly_everywhere_still_ranks() -> None:
    # "dan" is in 3 of 4: ln(1 + 1.5 / 3.5) = .356675, above zero.
    assert statistics("dan").rarity("dan") == pytest.approx(math.log(10 / 7))
    matches = rank_by_bm25(
        ["kopi", "dan"], {1: PASSAGES[1], 2: PASSAGES[2]}, statistics=statistics("kopi", "dan")
    )
    assert [passage.passage_id for passage in matches.passages] == [2, 1]


def test_no_rarity_is_negative_or_zero() -> None:
    everywhere = Statistics(passages=1000, words_a_passage=5, passages_with={"dan": 1000})
    assert 0 < everywhere.rarity("dan") < 0.001


def test_unknown_words_find_nothing() -> None:
    unknown = statistics("harga", "naga")
    assert unknown.known_words() == []
    matches = rank_by_bm25(["harga", "naga"], {}, statistics=unknown)
    assert (matches.passages, matches.coverage) == ([], 0.0)


def test_no_words_find_nothing() -> None:
    matches = rank_by_bm25([], {}, statistics=statistics())
    assert (matches.passages, matches.coverage) == ([], 0.0)


def test_equal_scores_are_ordered_by_id() -> None:
    matches = rank_by_bm25(["bus"], {7: ["bus"], 3: ["bus"], 5: ["bus"]}, statistics=statistics("bus"))
    assert [passage.passage_id for passage in matches.passages] == [3, 5, 7]
