"""The examples on which training measures its progress; it never trains on them.

`measure.py` measures the finished file as Kutip uses it. This is a quick look at the same sets, and at
questions across languages.
"""

import random
from collections.abc import Iterator
from pathlib import Path

from training.data import (
    HELD_OUT_XQUAD,
    Articles,
    Place,
    read_authored_questions,
    read_claims,
    read_jsonl,
)
from training.examples import Example, claim_example, question_example

_LANGUAGES = ("th", "zh-Hans", "ar", "es", "vi", "en")


def development_examples(shared: Path) -> list[tuple[str, Example]]:
    """Return the examples, each with the name of its set."""
    return [*_claims(shared), *_questions(shared)]


def _claims(shared: Path) -> Iterator[tuple[str, Example]]:
    for row in read_claims(shared / "train" / "authored-dev.claims.jsonl"):
        across = row.claim_language != row.evidence_language
        name = "claims across languages" if across else "claims in one language"
        yield name, claim_example(row.claim, row.evidence, row.label)
    for row in read_claims(shared / "train" / "indonli-val.claims.jsonl"):
        yield "indonli-val", claim_example(row.claim, row.evidence, row.label)


def _questions(shared: Path) -> Iterator[tuple[str, Example]]:
    for row in read_authored_questions(shared / "train" / "authored-dev.questions.jsonl"):
        example = question_example(row.question, row.passage, "", answers=row.answers)
        yield "questions, authored-dev", example
    articles = Articles(shared)
    for name in ("idk-mrc-dev", "xquad-dev"):
        texts = {
            row["id"]: row["paragraphs"] for row in read_jsonl(shared / "eval" / f"{name}.articles.jsonl")
        }
        for question in read_jsonl(shared / "eval" / f"{name}.questions.jsonl"):
            article_id, index = question["article_id"], question["paragraph_index"]
            is_held_out = name != "xquad-dev" or (article_id or "")[-2:] in HELD_OUT_XQUAD
            if question["language"] != "id" or index is None or not is_held_out:
                continue
            answers = question["answers"] if question["answerable"] else ()
            passage = texts[article_id][index]
            yield f"near misses, {name}", question_example(question["question"], passage, "", answers=answers)
            if name == "xquad-dev" and question["answerable"]:
                yield from _across(question["question"], Place(article_id, index), articles)


def _across(question: str, place: Place, articles: Articles) -> Iterator[tuple[str, Example]]:
    """Yield the question with its passage and with the other passages of the article, in each language."""
    rng = random.Random(question)  # noqa: S311
    for article_id in articles.translations(place.article_id):
        language = articles.language(article_id)
        if language not in _LANGUAGES:
            continue
        paragraphs = articles.paragraphs(article_id)
        others = [text for number, text in enumerate(paragraphs) if number != place.index]
        name = f"questions, id to {language}"
        yield name, question_example(question, paragraphs[place.index], "", answers=("known",))
        for text in rng.sample(others, min(2, len(others))):
            yield name, question_example(question, text, "")
