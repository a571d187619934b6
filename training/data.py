"""Reads the training files: articles, claims and questions as small records."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

# Articles of XQuAD that training never sees in any language, so that they can measure the model.
HELD_OUT_XQUAD = frozenset({"12", "33", "42"})

# Claims and questions written for this project; most of their passages are in the shared articles.
AUTHORED = Path(__file__).parent / "authored"

# Such claims and questions that training never sees. No claim in `AUTHORED` is about the same passage as one
# of these claims; a few questions are.
HELD_OUT_CLAIMS = Path(__file__).parent / "held-out" / "claims.jsonl"
HELD_OUT_QUESTIONS = Path(__file__).parent / "held-out" / "questions.jsonl"

_ARTICLE_FILES = {
    "eval": ("facqa-dev", "idk-mrc-train", "xquad-dev", "ntrex-dev"),
    "train": ("jaquad-dev", "cmrc2018-dev", "drcd-dev", "arcd-dev"),
}


@dataclass(frozen=True)
class Place:
    """Some paragraphs of an article: `count` of them from `index` (0 is the first)."""

    article_id: str
    index: int
    count: int = 1


@dataclass(frozen=True)
class ClaimRow:
    """A claim, its evidence and the label; `place` locates the evidence if it is part of an article."""

    claim: str
    evidence: str
    label: str
    claim_language: str
    evidence_language: str
    place: Place | None
    source: str


@dataclass(frozen=True)
class QuestionRow:
    """A question and a passage; if the passage contains an answer, the answers and where the first starts.

    `language` is that of the question.
    """

    question: str
    language: str
    passage: str
    title: str
    answers: tuple[str, ...]
    answer_start: int | None
    place: Place | None
    source: str


class Articles:
    """The paragraphs of all articles, and their translations if a set is parallel."""

    def __init__(self, shared: Path) -> None:
        self._articles: dict[str, dict[str, Any]] = {}
        for folder, names in _ARTICLE_FILES.items():
            for name in names:
                self._articles |= {
                    row["id"]: row for row in read_jsonl(shared / folder / f"{name}.articles.jsonl")
                }
        for path in sorted(AUTHORED.glob("*.articles.jsonl")):
            self._articles |= {row["id"]: row for row in read_jsonl(path)}
        self._parallel: dict[str, list[str]] = {}
        for article in self._articles.values():
            self._parallel.setdefault(article.get("parallel_id", article["id"]), []).append(article["id"])

    def add(self, article_id: str, title: str, language: str, paragraphs: list[str]) -> None:
        """Add an article that has no translations."""
        row = {"id": article_id, "title": title, "language": language, "paragraphs": paragraphs}
        self._articles[article_id] = row
        self._parallel[article_id] = [article_id]

    def text(self, place: Place) -> str:
        """Return the paragraphs, joined by a space."""
        paragraphs = self._articles[place.article_id]["paragraphs"]
        return " ".join(paragraphs[place.index : place.index + place.count])

    def title(self, article_id: str) -> str:
        """Return the article's title, which may be empty."""
        title: str = self._articles[article_id]["title"]
        return title

    def language(self, article_id: str) -> str:
        """Return the language the article is written in."""
        language: str = self._articles[article_id]["language"]
        return language

    def paragraphs(self, article_id: str) -> list[str]:
        """Return all paragraphs of the article."""
        paragraphs: list[str] = self._articles[article_id]["paragraphs"]
        return paragraphs

    def translations(self, article_id: str) -> list[str]:
        """Return the ids of all translations of the article, including the article itself."""
        return self._parallel[self._articles[article_id].get("parallel_id", article_id)]

    def ids(self, prefix: str) -> list[str]:
        """Return the ids that begin with `prefix`."""
        return [article_id for article_id in self._articles if article_id.startswith(prefix)]

    def __contains__(self, article_id: str) -> bool:
        return article_id in self._articles


def read_jsonl(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the object in each line."""
    with path.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def is_held_out(article_id: str | None) -> bool:
    """Whether the article is held out from training."""
    if article_id is None or not article_id.startswith("xquad-"):
        return False
    return article_id[-2:] in HELD_OUT_XQUAD


def read_claims(path: Path) -> list[ClaimRow]:
    """Read a file of claims that contains their evidence."""
    return [
        ClaimRow(
            claim=row["claim"],
            evidence=row["evidence"],
            label=row["label"],
            claim_language=row["claim_language"],
            evidence_language=row["evidence_language"],
            place=_place(row),
            source=path.name.split(".")[0],
        )
        for row in read_jsonl(path)
        if not is_held_out(row.get("article_id"))
    ]


def read_all_own_claims(articles: Articles) -> list[ClaimRow]:
    """Read the claims in `AUTHORED`."""
    return [
        row for path in sorted(AUTHORED.glob("*.claims.jsonl")) for row in read_own_claims(path, articles)
    ]


def read_own_claims(path: Path, articles: Articles) -> list[ClaimRow]:
    """Read claims written for this project, whose evidence is in the shared or the authored articles."""
    return [
        ClaimRow(
            claim=row["claim"],
            evidence=articles.text(_own_place(row)),
            label=row["label"],
            claim_language=row["claim_language"],
            evidence_language=articles.language(row["article_id"]),
            place=_own_place(row),
            source="own",
        )
        for row in read_jsonl(path)
        if not is_held_out(row["article_id"])
    ]


def read_authored_questions(path: Path) -> list[QuestionRow]:
    """Read a file of questions that contains their passages."""
    return [
        QuestionRow(
            question=row["question"],
            language=row["question_language"],
            passage=row["passage"],
            title="",
            answers=(row["answer"],) if row["answerable"] else (),
            answer_start=row["answer_start"] if row["answerable"] else None,
            place=_place(row),
            source=path.name.split(".")[0],
        )
        for row in read_jsonl(path)
        if not is_held_out(row.get("article_id"))
    ]


def read_all_own_questions(articles: Articles, *, are_short: bool) -> list[QuestionRow]:
    """Read the questions in `AUTHORED`; the short ones, as people type them, are in files `short-*`."""
    return [
        row
        for path in sorted(AUTHORED.glob("*.questions.jsonl"))
        if path.name.startswith("short-") == are_short
        for row in read_own_questions(path, articles)
    ]


def read_own_questions(path: Path, articles: Articles) -> list[QuestionRow]:
    """Read questions written for this project, whose passages are in the shared or the authored articles."""
    rows = []
    for row in read_jsonl(path):
        if is_held_out(row["article_id"]):
            continue
        passage = articles.text(_own_place(row))
        rows.append(
            QuestionRow(
                question=row["question"],
                language=row["question_language"],
                passage=passage,
                title="",
                answers=(row["answer"],) if row["answerable"] else (),
                answer_start=passage.index(row["answer"]) if row["answerable"] else None,
                place=_own_place(row),
                source="own",
            )
        )
    return rows


def read_questions(path: Path, articles: Articles) -> list[QuestionRow]:
    """Read a question set whose passages are in an article file."""
    rows = []
    for row in read_jsonl(path):
        article_id, index = row["article_id"], row["paragraph_index"]
        if article_id not in articles or index is None or is_held_out(article_id):
            continue
        place = Place(article_id, index)
        rows.append(
            QuestionRow(
                question=row["question"],
                language=row["language"],
                passage=articles.text(place),
                title=articles.title(article_id),
                answers=tuple(row["answers"]) if row["answerable"] else (),
                answer_start=row["answer_start"] if row["answerable"] else None,
                place=place,
                source=path.name.split(".")[0],
            )
        )
    return rows


def in_language(row: ClaimRow, article_id: str, articles: Articles) -> ClaimRow:
    """Return the same claim with a translation of its evidence."""
    assert row.place is not None
    place = replace(row.place, article_id=article_id)
    return replace(
        row, place=place, evidence=articles.text(place), evidence_language=articles.language(article_id)
    )


def _place(row: dict[str, Any]) -> Place | None:
    if row.get("article_id") is None:
        return None
    return Place(row["article_id"], row["paragraph_index"], row.get("paragraphs") or 1)


def _own_place(row: dict[str, Any]) -> Place:
    return Place(row["article_id"], row["paragraph_index"], row["paragraphs"])
