"""The examples for training: their sources, and the mixture in which they are drawn.

Each time a row is drawn, its source makes a different example from it: with evidence in another language,
with another passage beside the evidence, or with another passage instead of the evidence.
"""

import itertools
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from embeddings.bundled_cross_encoder import CLAIM_PREFIX, QUESTION_PREFIX
from embeddings.encoder import Encoder
from rag.text.languages import sentence_spans
from training.alterations import alter, replace_word, respell_numbers
from training.data import (
    Articles,
    ClaimRow,
    Place,
    QuestionRow,
    in_language,
    is_held_out,
    read_all_own_claims,
    read_all_own_questions,
    read_authored_questions,
    read_claims,
    read_questions,
)
from training.hard_negatives import CACHE, mine, other_passages
from training.public_claims import SETS, read_public_set
from training.public_questions import QUESTION_SETS, read_public_questions

# Languages of the parallel news that are drawn more often, because users of Kutip ask and read in them.
_FREQUENT_LANGUAGES = ("en", "id", "ms", "zh-Hans", "ja", "ar", "es", "vi", "th")

_QUESTION_WEIGHTS = (0.06, 0.40, 0.22, 0.08, 0.04, 0.08, 0.01, 0.01, 0.005, 0.01)


@dataclass(frozen=True)
class Example:
    """Two texts, the first with its prefix, and their label.

    `label` is the label of a claim, or "answerable" or "unanswerable" for a question. `answer` is a span of
    characters in `second`.
    """

    first: str
    second: str
    label: str
    answer: tuple[int, int] | None = None


@dataclass(frozen=True)
class Source:
    """Rows, a function that makes an example from a row, and the weight of the source in the mixture."""

    name: str
    weight: float
    size: int
    make: Callable[[int, random.Random], Example]


def sources(shared: Path, public: Path, encoder: Callable[[], Encoder], *, cache: Path) -> list[Source]:
    """Read every training file; `encoder` finds the hard negatives once, and `cache` stores them."""
    articles = Articles(shared)
    train = shared / "train"
    return [
        *_claim_sources(train, articles),
        *_public_sources(public, articles),
        *_question_sources(shared, articles, encoder, cache),
        *_public_question_sources(public, articles),
    ]


def _claim_sources(train: Path, articles: Articles) -> list[Source]:
    authored = _Claims(read_claims(train / "authored-train.claims.jsonl"), articles)
    own = _Claims(read_all_own_claims(articles), articles)
    paraphrases = _Paraphrases([read_claims(path) for path in sorted(train.glob("pawsx-dev-*.claims.jsonl"))])
    indonli = _Claims(read_claims(train / "indonli-train.claims.jsonl"), articles)
    japanese = _Claims(
        [row for name in ("jnli-valid", "jnli-test") for row in read_claims(train / f"{name}.claims.jsonl")],
        articles,
    )
    korean = _Claims(read_claims(train / "klue-nli.claims.jsonl"), articles)
    cited = [
        row
        for name in ("wice-dev", "wice-test")
        for row in read_claims(train / f"{name}.claims.jsonl")
        if len(row.evidence) < 1500
    ]
    wice = _Claims(cited, articles)
    lines = _ParallelLines(articles)
    copies = _CopiedSentences([*authored.rows, *own.rows], articles)
    return [
        Source("authored claims", 0.10, len(authored.rows), authored.make),
        Source("own claims", 0.40, len(own.rows), own.make),
        Source("indonli", 0.04, len(indonli.rows), indonli.make),
        Source("pawsx", 0.03, paraphrases.size, paraphrases.make),
        Source("jnli", 0.01, len(japanese.rows), japanese.make),
        Source("klue", 0.01, len(korean.rows), korean.make),
        Source("wice", 0.01, len(wice.rows), wice.make),
        Source("parallel lines", 0.06, lines.size, lines.make),
        Source("copied sentences", 0.10, copies.size, copies.make),
    ]


def _public_sources(public: Path, articles: Articles) -> list[Source]:
    drawn_from = []
    for public_set in SETS:
        claims = _Claims(read_public_set(public, public_set), articles)
        drawn_from.append(Source(public_set.name, public_set.weight, len(claims.rows), claims.make))
    return drawn_from


def _question_sources(
    shared: Path, articles: Articles, encoder: Callable[[], Encoder], cache: Path
) -> list[Source]:
    sets = _question_sets(shared, articles)
    all_rows = [row for rows in sets.values() for row in rows]
    negatives = iter(mine(all_rows, articles, encoder, cache=cache / CACHE))
    result = []
    for (name, rows), weight in zip(sets.items(), _QUESTION_WEIGHTS, strict=True):
        questions = _Questions(rows, list(itertools.islice(negatives, len(rows))), articles)
        result.append(Source(name, weight, len(rows), questions.make))
    return result


def question_rows(shared: Path, articles: Articles) -> list[QuestionRow]:
    """Return all questions but the public ones."""
    return [row for rows in _question_sets(shared, articles).values() for row in rows]


def _question_sets(shared: Path, articles: Articles) -> dict[str, list[QuestionRow]]:
    train = shared / "train"
    return {
        "authored questions": read_authored_questions(train / "authored-train.questions.jsonl"),
        "own questions": read_all_own_questions(articles, are_short=False),
        "short questions": read_all_own_questions(articles, are_short=True),
        "idk-mrc": read_questions(shared / "eval" / "idk-mrc-train.questions.jsonl", articles),
        "facqa": read_questions(shared / "eval" / "facqa-dev.questions.jsonl", articles),
        "xquad": read_questions(shared / "eval" / "xquad-dev.questions.jsonl", articles),
        "jaquad": read_questions(train / "jaquad-dev.questions.jsonl", articles),
        "cmrc": read_questions(train / "cmrc2018-dev.questions.jsonl", articles),
        "drcd": read_questions(train / "drcd-dev.questions.jsonl", articles),
        "arcd": read_questions(train / "arcd-dev.questions.jsonl", articles),
    }


def _public_question_sources(public: Path, articles: Articles) -> list[Source]:
    drawn_from = []
    for public_set in QUESTION_SETS:
        rows = read_public_questions(public, public_set, articles)
        questions = _Questions(rows, [[]] * len(rows), articles)
        drawn_from.append(Source(public_set.name, public_set.weight, len(rows), questions.make))
    return drawn_from


class _Claims:
    """Claims as they were written, with evidence that varies."""

    def __init__(self, rows: Sequence[ClaimRow], articles: Articles) -> None:
        self.rows = rows
        self._articles = articles

    def make(self, number: int, rng: random.Random) -> Example:
        row = self.rows[number]
        if row.place is None:
            return claim_example(row.claim, row.evidence, row.label)
        translations = self._articles.translations(row.place.article_id)
        if len(translations) > 1 and rng.random() < 0.45:
            row = in_language(row, _draw_language(translations, self._articles, rng), self._articles)
        chance = rng.random()
        if chance < 0.06:
            other = self._other_passage(row, rng)
            return claim_example(row.claim, other, "unsupported") if other else self._plain(row)
        if chance < 0.25:
            other = self._other_passage(row, rng)
            parts = [row.evidence, other] if rng.random() < 0.5 else [other, row.evidence]
            return claim_example(row.claim, " ".join(filter(None, parts)), row.label)
        return self._plain(row)

    def _plain(self, row: ClaimRow) -> Example:
        return claim_example(row.claim, row.evidence, row.label)

    def _other_passage(self, row: ClaimRow, rng: random.Random) -> str:
        """Return another paragraph of the article, or evidence of another row, or an empty text."""
        assert row.place is not None
        used = range(row.place.index - 1, row.place.index + row.place.count + 1)
        paragraphs = self._articles.paragraphs(row.place.article_id)
        others = [text for number, text in enumerate(paragraphs) if number not in used]
        if others:
            return rng.choice(others)
        other = self.rows[rng.randrange(len(self.rows))]
        same = other.place is not None and other.place.article_id[-3:] == row.place.article_id[-3:]
        return "" if same else other.evidence


class _Paraphrases:
    """Pairs of paraphrases and pairs that only look like paraphrases, each in several languages.

    If a pair has the same label in two languages, its claim and evidence may come from different languages.
    """

    def __init__(self, languages: Sequence[Sequence[ClaimRow]]) -> None:
        self._languages = languages
        self._pairs = len(languages[0])
        self.size = self._pairs * len(languages)

    def make(self, number: int, rng: random.Random) -> Example:
        language, pair = divmod(number, self._pairs)
        row = self._languages[language][pair]
        other = rng.choice(self._languages)[pair]
        evidence = other.evidence if other.label == row.label and rng.random() < 0.5 else row.evidence
        claim = row.claim
        if rng.random() < 0.5 and evidence is row.evidence:  # the label holds in both directions
            claim, evidence = evidence, claim
        return claim_example(claim, evidence, row.label)


class _ParallelLines:
    """A line of news as the claim, and some lines of the same story in any language as the evidence.

    A third of the lines stay unchanged (true), a third are made false by rule, and a third get evidence from
    another part of the story.
    """

    def __init__(self, articles: Articles) -> None:
        self._articles = articles
        self._lines = [
            (article_id, number)
            for article_id in articles.ids("ntrex-")
            if articles.language(article_id) in _FREQUENT_LANGUAGES
            for number, line in enumerate(articles.paragraphs(article_id))
            if len(line) > 25
        ]
        self.size = len(self._lines)

    def make(self, number: int, rng: random.Random) -> Example:
        article_id, line = self._lines[number]
        claim = self._articles.paragraphs(article_id)[line]
        article = article_id
        if rng.random() < 0.7:
            article = _draw_language(self._articles.translations(article_id), self._articles, rng)
        lines = self._articles.paragraphs(article)
        first = max(0, line - rng.randrange(3))
        evidence = lines[first : line + 1 + rng.randrange(2)]
        chance = rng.random()
        if chance < 0.33:
            distant = [text for place, text in enumerate(lines) if abs(place - line) > 3]
            if distant:
                start = rng.randrange(len(distant))
                return claim_example(claim, " ".join(distant[start : start + 2]), "unsupported")
        if chance < 0.67:
            other = " ".join(self._articles.paragraphs(article_id))
            changed = _altered(claim, other, language=self._articles.language(article_id), rng=rng)
            if changed is not None:
                return claim_example(changed, " ".join(evidence), "not_supported")
        return claim_example(claim, " ".join(evidence), "supported")


class _CopiedSentences:
    """A sentence of an article as the claim, and the same sentence as the evidence, alone or in its passage.

    Half of the claims are copies, some of them with numbers in another notation. The others are made false by
    rule. Without the copies, the model learns that a claim that looks like its evidence contradicts it.
    """

    def __init__(self, rows: Sequence[ClaimRow], articles: Articles) -> None:
        self._passages = [
            (articles.text(place), articles.language(place.article_id))
            for place in dict.fromkeys(row.place for row in rows if row.place)
        ]
        self.size = len(self._passages)

    def make(self, number: int, rng: random.Random) -> Example:
        text, language = self._passages[number]
        spans = sentence_spans(text, language=language)
        place = rng.randrange(len(spans))
        first, last = rng.choice([(place, place), (max(0, place - 1), place), (0, len(spans) - 1)])
        evidence = text[spans[first][0] : spans[last][1]]
        sentence = text[slice(*spans[place])]
        chance = rng.random()
        changed = _altered(sentence, text, language=language, rng=rng) if chance < 0.5 else None
        if changed is not None:
            return claim_example(changed, evidence, "not_supported")
        return claim_example(respell_numbers(sentence) if chance > 0.85 else sentence, evidence, "supported")


def _altered(sentence: str, other: str, *, language: str, rng: random.Random) -> str | None:
    """Return the sentence made false by rule, in two of five cases with a word of another text."""
    if rng.random() < 0.4:
        return replace_word(sentence, other, language=language, rng=rng)
    return alter(sentence, language=language, rng=rng)


class _Questions:
    """Questions with their passage, with its translation, or with a passage that does not answer them.

    Some questions get a number, a name, a negation or another word changed, so that the passage does not
    answer them.
    """

    def __init__(
        self, rows: Sequence[QuestionRow], negatives: Sequence[Sequence[Place]], articles: Articles
    ) -> None:
        self._rows = rows
        self._negatives = [
            [one for one in places or other_passages(row, articles) if not is_held_out(one.article_id)]
            for row, places in zip(rows, negatives, strict=True)
        ]
        self._articles = articles
        self._everywhere = [one for one in articles.ids("") if not is_held_out(one)]

    def make(self, number: int, rng: random.Random) -> Example:
        row = self._rows[number]
        chance = rng.random()
        if row.answers and chance < 0.45:
            place = self._other_place(row, self._negatives[number] if chance < 0.36 else (), rng)
            title = self._articles.title(place.article_id)
            return question_example(row.question, self._articles.text(place), _sometimes(title, rng))
        if row.place is not None and rng.random() < 0.5:
            row = self._translated(row, rng)
        if row.answers and rng.random() < 0.12:
            other = _altered(row.question, self._in_own_language(row), language=row.language, rng=rng)
            if other is not None:
                return question_example(other, row.passage, _sometimes(row.title, rng))
        return question_example(
            row.question, row.passage, _sometimes(row.title, rng), answers=row.answers, start=row.answer_start
        )

    def _in_own_language(self, row: QuestionRow) -> str:
        """Return the passage if it is in the language of the question, or an empty text."""
        assert row.place is not None
        return row.passage if self._articles.language(row.place.article_id) == row.language else ""

    def _other_place(self, row: QuestionRow, negatives: Sequence[Place], rng: random.Random) -> Place:
        """Return a negative, or a passage about something else; half of the time its translation."""
        place = rng.choice(negatives) if negatives else self._anywhere(row, rng)
        if rng.random() < 0.5:
            translations = self._articles.translations(place.article_id)
            return replace(place, article_id=_draw_language(translations, self._articles, rng))
        return place

    def _anywhere(self, row: QuestionRow, rng: random.Random) -> Place:
        """Return a passage of an article that is not the question's, in any language."""
        own = self._articles.translations(row.place.article_id) if row.place else ()
        while True:
            article_id = rng.choice(self._everywhere)
            if article_id not in own:
                return Place(article_id, rng.randrange(len(self._articles.paragraphs(article_id))))

    def _translated(self, row: QuestionRow, rng: random.Random) -> QuestionRow:
        """Return the question with a translation of its passage."""
        assert row.place is not None
        translations = self._articles.translations(row.place.article_id)
        if len(translations) == 1:
            return row
        article_id = _draw_language(translations, self._articles, rng)
        if article_id == row.place.article_id:
            return row
        place = replace(row.place, article_id=article_id)
        return replace(row, place=place, passage=self._articles.text(place), answer_start=None)


def claim_example(claim: str, evidence: str, label: str) -> Example:
    """Return the example of a claim and its evidence."""
    return Example(CLAIM_PREFIX + claim, evidence, label)


def question_example(
    question: str, passage: str, title: str, *, answers: Sequence[str] = (), start: int | None = None
) -> Example:
    """Return the example of a question and a passage, which answers it if there are answers."""
    lead = f"{title}. " if title else ""
    answer = None
    if answers and start is not None:
        answer = (len(lead) + start, len(lead) + start + len(answers[0]))
    label = "answerable" if answers else "unanswerable"
    return Example(QUESTION_PREFIX + question, lead + passage, label, answer)


def _sometimes(title: str, rng: random.Random) -> str:
    return title if rng.random() < 0.6 else ""


def _draw_language(article_ids: Sequence[str], articles: Articles, rng: random.Random) -> str:
    often = [article_id for article_id in article_ids if articles.language(article_id) in _FREQUENT_LANGUAGES]
    return rng.choice(often if often and rng.random() < 0.85 else list(article_ids))


class Mixture:
    """Draws examples: sources at random by weight; all rows of a source once before any is drawn again."""

    def __init__(self, drawn_from: Sequence[Source], *, seed: int) -> None:
        self._sources = [source for source in drawn_from if source.size]
        self._rng = random.Random(seed)  # noqa: S311 — not a secret
        self._orders: list[list[int]] = [[] for _ in self._sources]

    def draw(self, count: int) -> list[Example]:
        """Return `count` examples."""
        weights = [source.weight for source in self._sources]
        drawn = self._rng.choices(range(len(self._sources)), weights, k=count)
        return [self._draw_one(number) for number in drawn]

    def _draw_one(self, number: int) -> Example:
        source, order = self._sources[number], self._orders[number]
        if not order:
            order.extend(self._rng.sample(range(source.size), source.size))
        return source.make(order.pop(), self._rng)
