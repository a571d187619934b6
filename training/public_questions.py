"""Reads public sets of questions and passages, which `fetch.py` fetches.

Each set becomes articles, whose other paragraphs resemble a question without answering it, and questions.
"""

import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from training.data import Articles, Place, QuestionRow
from training.public_set import PublicSet


@dataclass
class _Found:
    """An article: its paragraphs, and each question with a paragraph, an answer and where it starts.

    A question that its paragraph does not answer has an empty answer.
    """

    title: str
    paragraphs: list[str] = field(default_factory=list)
    questions: list[tuple[str, int, str, int]] = field(default_factory=list)


PublicQuestions = PublicSet[_Found]

_NO_ANSWER: dict[str, Any] = {"text": "", "answer_start": 0}


def read_public_questions(public: Path, public_set: PublicQuestions, articles: Articles) -> list[QuestionRow]:
    """Return the questions of a set below `public`, and add its articles to `articles`."""
    folder = public / public_set.name
    if not folder.is_dir():
        return []
    rows = []
    for number, found in enumerate(public_set.read(folder)):
        article_id = f"public-{public_set.name}-{number}"
        articles.add(article_id, found.title, public_set.language, found.paragraphs)
        for question, index, answer, start in found.questions:
            row = QuestionRow(
                question=question,
                language=public_set.language,
                passage=found.paragraphs[index],
                title=found.title,
                answers=(answer,) if answer else (),
                answer_start=start if answer else None,
                place=Place(article_id, index),
                source=public_set.name,
            )
            rows.append(row)
    return rows


def _squad(files: list[Path]) -> Iterator[_Found]:
    """Read files in the format of SQuAD (Rajpurkar et al. 2016, 2018)."""
    for path in files:
        for article in json.loads(path.read_text(encoding="utf-8"))["data"]:
            found = _Found(article.get("title") or "")
            for paragraph in article["paragraphs"]:
                for one in paragraph["qas"]:
                    answers = one["answers"] or [_NO_ANSWER]
                    place = (len(found.paragraphs), answers[0]["text"], answers[0]["answer_start"])
                    found.questions.append((one["question"], *place))
                found.paragraphs.append(paragraph["context"])
            yield _exact(found)


def _exact(found: _Found) -> _Found:
    """Keep the unanswerable questions, and those whose answer stands where the set says."""
    found.questions = [
        (question, index, answer, start)
        for question, index, answer, start in found.questions
        if found.paragraphs[index].startswith(answer, start)
    ]
    return found


def _thai(folder: Path) -> Iterator[_Found]:
    """Thai questions on articles of Wikipedia, which are cut into their paragraphs."""
    articles: dict[str, list[dict[str, Any]]] = {}
    with zipfile.ZipFile(folder / "squad_format/data.zip") as archive:
        for part in ("train", "valid", "test"):
            for row in map(json.loads, archive.read(f"data/{part}.jsonl").decode().splitlines()):
                articles.setdefault(row["context"], []).append(row)
    for context, rows in articles.items():
        lines = list(_lines(context))
        found = _Found(rows[0]["title"], [text for _, text in lines])
        for row in rows:
            answer, start = row["answers"]["text"][0], row["answers"]["answer_start"][0]
            index = max(number for number, (begin, _) in enumerate(lines) if begin <= start)
            found.questions.append((row["question"], index, answer, start - lines[index][0]))
        yield _exact(found)


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield where each line begins, and the line; the first always, others if they are not empty."""
    begin = 0
    for line in text.split("\n"):
        if line.strip() or not begin:
            yield begin, line
        begin += len(line) + 1


QUESTION_SETS = (
    PublicQuestions(
        "SkelterLabsInc/JaQuAD",
        "23f5d72cc273c49b35e2d9efe0f51757aa1770bd",
        "ja",
        0.03,
        lambda folder: _squad(sorted(folder.glob("data/train/*.json"))),
    ),
    PublicQuestions(
        "iapp-technology/iapp-wiki-qa-dataset",
        "644a29c59bac62d5b15b9e9b06c55bba00708eca",
        "th",
        0.04,
        _thai,
    ),
    PublicQuestions(
        "ymcui/cmrc2018",
        "c0eb1b6ba219847457e6af3180da722bbeb656af",
        "zh-Hans",
        0.025,
        lambda folder: _squad([folder / "squad-style-data/cmrc2018_dev.json"]),
    ),
    PublicQuestions(
        "DRCKnowledgeTeam/DRCD",
        "b944790de5af02c5fbb7cd9cb1473d27d169eebf",
        "zh-Hant",
        0.02,
        lambda folder: _squad([folder / "DRCD_test.json"]),
    ),
    PublicQuestions(
        "AUT-NLP/PQuAD",
        "b1724102bdb2f00a61c8ca9f81250ceff9db1872",
        "fa",
        0.06,
        lambda folder: _squad([folder / f"Dataset/{part}.json" for part in ("Validation", "Test")]),
    ),
)
