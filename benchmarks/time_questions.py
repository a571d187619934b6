"""Asks questions about a time, of stories with dates, and prints how many are answered from the right story.

`python -m benchmarks.time_questions tests/conversation/data/time.json`
"""

import argparse
import asyncio
import json
import tempfile
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

from rag.datatypes import Article
from rag.pipeline import Question
from rag.service import Service, build_service
from rag.settings import load_settings


def main() -> None:
    """Ask all questions of a file and print the shares by language."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    data = json.loads(parser.parse_args().data.read_text(encoding="utf-8"))
    with (
        tempfile.TemporaryDirectory() as folder,
        build_service(load_settings(data_dir=Path(folder))) as service,
    ):
        list(service.ingestion.ingest([_article(story) for story in data["stories"]]))
        _print_shares(service, data["questions"], datetime.fromisoformat(data["now"]))


def _article(story: dict[str, str]) -> Article:
    return Article(
        id=story["id"],
        language=story["language"],
        title=story["title"],
        paragraphs=(story["text"],),
        published_at=datetime.fromisoformat(f"{story['day']}T08:00:00+07:00"),
    )


def _print_shares(service: Service, questions: list[dict[str, Any]], now: datetime) -> None:
    asked: Counter[str] = Counter()
    right: Counter[str] = Counter()
    for question in questions:
        answer = asyncio.run(service.pipeline.answer(Question(text=question["question"], now=now)))
        cited = [citation.article_id for citation in answer.citations[:1]]
        kinds = (question["language"], "right story" if question["story"] else "refused")
        asked.update(kinds)
        if cited == question["story"]:
            right.update(kinds)
        else:
            print(f"wrong: {question['question']} {cited or answer.refusal_reason}")
    for kind, count in asked.items():
        print(f"{kind:12} {right[kind]}/{count} {right[kind] / count:.3f}")


if __name__ == "__main__":
    main()
