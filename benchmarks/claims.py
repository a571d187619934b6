"""Verification of claims: false claims caught, true claims kept, time per claim, and the fit of meaning."""

import itertools
import random
import statistics
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from benchmarks.alterations import Gold, change_month, change_name, change_number, is_name, rewrites
from benchmarks.data import (
    bundled_cross_encoder,
    bundled_encoder,
    evaluation_records,
    folder_argument,
    hit_of,
)
from rag.text.languages import sentence_spans
from rag.verification.attribution import attribute
from rag.verification.claims import Sentence
from rag.verification.comparison import Statement, coverage
from rag.verification.evidence import Evidence
from rag.verification.meaning import THRESHOLD

_SETS = ("facqa-dev", "idk-mrc-dev", "xquad-dev")
_GOLD = 1500
_CLAIMS = 500  # compared with whole paragraphs
_OTHERS = 4  # passages beside the gold one in the evidence
_SEED = 5


@dataclass(frozen=True)
class Pair:
    """A claim and a sentence, and whether the sentence supports the claim."""

    claim: str
    claim_language: str
    sentence: str
    language: str
    is_support: bool


def main() -> None:
    """Print the tables."""
    folder = folder_argument(__doc__)
    rng = random.Random(_SEED)  # noqa: S311 - the same sentences in every run
    gold = list(gold_sentences(folder))
    rng.shuffle(gold)
    gold = gold[:_GOLD]
    _print_verdicts(gold, rng)
    _print_auroc(gold, rng)
    _print_fit([*_statement_pairs(gold, rng), *_translation_pairs(folder, rng)])


def gold_sentences(folder: Path) -> Iterator[Gold]:
    """Yield each sentence that answers a question once."""
    seen = set()
    for name in _SETS:
        paragraphs = {record["id"]: record for record in evaluation_records(folder, f"{name}.articles")}
        for question in evaluation_records(folder, f"{name}.questions"):
            article = paragraphs.get(question["article_id"])
            if article is None or not question["answerable"] or not question["answers"]:
                continue
            paragraph = article["paragraphs"][question["paragraph_index"]]
            found = _sentence_at(paragraph, question["answer_start"], article["language"])
            if found is None or (paragraph, found[0]) in seen:
                continue
            seen.add((paragraph, found[0]))
            start, end = found
            place, answer = question["answer_start"] - start, question["answers"][0]
            if paragraph[start:end][place:].startswith(answer):
                language = article["language"]
                yield Gold(paragraph[start:end], paragraph, language, question["question"], answer, place)


def _sentence_at(paragraph: str, place: int, language: str) -> tuple[int, int] | None:
    spans = sentence_spans(paragraph, language=language)
    return next(((start, end) for start, end in spans if start <= place < end), None)


def _print_verdicts(gold: Sequence[Gold], rng: random.Random) -> None:
    by_language = _by_language(gold)
    names = {
        language: [each.answer for each in some if is_name(each.answer, language)]
        for language, some in by_language.items()
    }
    verdicts: dict[tuple[str, str], list[bool]] = defaultdict(list)
    times: list[float] = []
    for each in gold:
        evidence = _evidence(each, rng.sample(by_language[each.language], _OTHERS))
        for kind, claim in _claims(each, rng, names):
            started = time.perf_counter()
            verdicts[kind, each.language].append(_is_supported(claim, each.language, evidence))
            times.append((time.perf_counter() - started) * 1000)
    for (kind, language), supported in sorted(verdicts.items()):
        print(f"{kind:15} {language:8} {len(supported):5}  supported {np.mean(supported):.3f}")
    altered = _all(verdicts, ("number", "date", "name"))
    print(f"altered, all             {len(altered):5}  caught {1 - np.mean(altered):.3f}  (at least .97)")
    same = _all(verdicts, ("other format",))
    print(f"same facts, other format {len(same):5}  wrongly flagged {1 - np.mean(same):.3f}  (at most .03)")
    print(f"time per claim, p50      {statistics.median(times):.1f} ms  (at most 40)")


def _claims(gold: Gold, rng: random.Random, names: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, str]]:
    """Yield a sentence unchanged, with one fact changed, and in other formats, each with its kind."""
    yield "unchanged", gold.sentence
    changes = {
        "number": change_number(gold, rng),
        "date": change_month(gold, rng),
        "name": change_name(gold, rng, names),
    }
    yield from ((kind, text) for kind, text in changes.items() if text and text != gold.sentence)
    yield from (("other format", text) for text in itertools.islice(rewrites(gold), 3))


def _all(verdicts: Mapping[tuple[str, str], list[bool]], kinds: Sequence[str]) -> list[bool]:
    return [verdict for (kind, _), some in verdicts.items() if kind in kinds for verdict in some]


def _by_language(gold: Sequence[Gold]) -> dict[str, list[Gold]]:
    groups: dict[str, list[Gold]] = defaultdict(list)
    for each in gold:
        groups[each.language].append(each)
    return groups


def _evidence(gold: Gold, others: Sequence[Gold]) -> Evidence:
    texts = [
        gold.paragraph,
        *dict.fromkeys(each.paragraph for each in others if each.paragraph != gold.paragraph),
    ]
    hits = [hit_of(text, gold.language, rank) for rank, text in enumerate(texts, start=1)]
    evidence = Evidence(hits, encoder=bundled_encoder())
    evidence.prepare()
    return evidence


def _is_supported(text: str, language: str, evidence: Evidence) -> bool:
    attribution = attribute(
        Sentence("", text, (1,)), evidence=evidence, language=language, claim_judge=bundled_cross_encoder()
    )
    return attribution.verdict == "supported"


def _print_auroc(gold: Sequence[Gold], rng: random.Random) -> None:
    """Compare claims made of question and answer with their own paragraph, a random one and the nearest."""
    by_language = _by_language(gold)
    own, others, near = [], [], []
    nearest = {language: _ParagraphSearch(of_language) for language, of_language in by_language.items()}
    for each in gold[:_CLAIMS]:
        claim = Statement(_statement(each), each.language)
        other = rng.choice([one for one in by_language[each.language] if one.paragraph != each.paragraph])
        own.append(_probability(claim, each.paragraph))
        others.append(_probability(claim, other.paragraph))
        near.append(_probability(claim, nearest[each.language].most_similar(claim, without=each.answer)))
    print(f"own paragraph against a random one, AUROC {_auroc(own, others):.3f}  (at least .95)")
    print(f"own paragraph against the nearest without the answer, AUROC {_auroc(own, near):.3f}")


def _probability(claim: Statement, paragraph: str) -> float:
    evidence = Evidence([hit_of(paragraph, claim.language, 1)], encoder=bundled_encoder())
    return evidence.candidates(claim, evidence.encode(claim.text), depth=1)[0].probability


def _auroc(positives: Sequence[float], negatives: Sequence[float]) -> float:
    truths = [True] * len(positives) + [False] * len(negatives)
    return float(roc_auc_score(truths, [*positives, *negatives]))


class _ParagraphSearch:
    """Finds the paragraph of one language that is most similar to a claim."""

    def __init__(self, gold: Sequence[Gold]) -> None:
        encoder = bundled_encoder()
        paragraphs = list(dict.fromkeys(one.paragraph for one in gold))
        lengths = encoder.count_tokens(paragraphs)
        fitting = [length <= encoder.max_tokens for length in lengths]
        self._paragraphs = list(itertools.compress(paragraphs, fitting))
        self._vectors = encoder.encode_passages(self._paragraphs)

    def most_similar(self, claim: Statement, *, without: str) -> str:
        """Return the most similar paragraph that does not contain `without`."""
        (vector,) = bundled_encoder().encode_queries([claim.text])
        order = np.argsort(-(self._vectors @ vector))
        ordered: Iterator[str] = (self._paragraphs[at] for at in order)
        return next(paragraph for paragraph in ordered if without not in paragraph)


def _statement(gold: Gold) -> str:
    return f"{gold.question.rstrip('?？ ')} {gold.answer}"


def _statement_pairs(gold: Sequence[Gold], rng: random.Random) -> Iterator[Pair]:
    by_language = _by_language(gold)
    for each in gold:
        language, claim = each.language, _statement(each)
        spans = sentence_spans(each.paragraph, language=language)
        others = [each.paragraph[start:end] for start, end in spans]
        others = [text for text in others if text != each.sentence and each.answer not in text]
        yield Pair(claim, language, each.sentence, language, is_support=True)
        for text in [*rng.sample(others, min(2, len(others))), rng.choice(by_language[language]).sentence]:
            yield Pair(claim, language, text, language, is_support=text == each.sentence)
        words = each.sentence.split(" ")
        if len(words) > 12:
            half = " ".join(words[: len(words) * 2 // 3])
            yield Pair(half, language, each.sentence, language, is_support=True)
        if others:
            yield Pair(each.sentence, language, others[0], language, is_support=False)


def _translation_pairs(folder: Path, rng: random.Random) -> Iterator[Pair]:
    articles = {record["id"]: record for record in evaluation_records(folder, "ntrex-dev.articles")}
    by_number: dict[str, list[dict[str, object]]] = {}
    for key, record in articles.items():
        by_number.setdefault(key.rsplit("-", 1)[1], []).append(record)
    for parallel in by_number.values():
        for _ in range(6):
            left, right = rng.sample(parallel, 2)
            yield from _line_pairs(left, right, rng)


def _line_pairs(left: dict[str, object], right: dict[str, object], rng: random.Random) -> Iterator[Pair]:
    ours, theirs = list(left["paragraphs"]), list(right["paragraphs"])  # type: ignore[call-overload]
    if len(ours) != len(theirs):
        return
    languages = str(left["language"]), str(right["language"])
    for place in rng.sample(range(len(ours)), min(4, len(ours))):
        other = rng.randrange(len(ours))
        for line in {place, other}:
            yield Pair(ours[place], languages[0], theirs[line], languages[1], is_support=line == place)


def _print_fit(pairs: Sequence[Pair]) -> None:
    encoder = bundled_encoder()
    texts = sorted({text for pair in pairs for text in (pair.claim, pair.sentence)})
    fitting = [text for text, length in zip(texts, encoder.count_tokens(texts), strict=True) if length < 500]
    vectors = dict(zip(fitting, encoder.encode_passages(fitting), strict=True))
    for is_same in (True, False):
        rows, truths = [], []
        for pair in pairs:
            if (pair.language == pair.claim_language) == is_same and {
                pair.claim,
                pair.sentence,
            } <= vectors.keys():
                claim, sentence = (
                    Statement(pair.claim, pair.claim_language),
                    Statement(pair.sentence, pair.language),
                )
                similarity = float(vectors[pair.claim] @ vectors[pair.sentence])
                rows.append([similarity, coverage(claim, sentence) if is_same else 0.0])
                truths.append(pair.is_support)
        _print_logistic("one language" if is_same else "across languages", np.array(rows), np.array(truths))


def _print_logistic(name: str, rows: np.ndarray, truths: np.ndarray) -> None:
    model = LogisticRegression(C=1e4, class_weight="balanced", max_iter=1000).fit(rows, truths)
    probabilities = model.predict_proba(rows)[:, 1]
    kept = probabilities >= THRESHOLD
    similarity, share = model.coef_[0]
    print(
        f"meaning, {name}: {similarity:.1f} similarity {share:+.1f} coverage {model.intercept_[0]:+.1f}; "
        f"{len(rows)} pairs, AUROC {roc_auc_score(truths, probabilities):.3f}; "
        f"above the threshold: {kept[truths].mean():.3f} of the supported pairs, "
        f"{kept[~truths].mean():.3f} of the others"
    )


if __name__ == "__main__":
    main()
