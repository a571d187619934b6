"""Sentences of the evaluation sets: how many expected answers a sentence boundary splits, by language.

An answer that crosses a boundary can't be quoted in one sentence.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.data import evaluation_records, folder_argument
from rag.text.languages import Span, sentence_spans


@dataclass(frozen=True)
class GoldAnswer:
    """An expected answer: its paragraph, the language of the paragraph, and its offsets in it."""

    paragraph: str
    language: str
    start: int
    end: int

    def is_split(self, sentences: list[Span]) -> bool:
        """Whether no sentence of the paragraph contains the whole answer."""
        return not any(start <= self.start and self.end <= end for start, end in sentences)


@dataclass
class Count:
    """How many answers there are, and how many are split; and the sentences of their paragraphs."""

    answers: int = 0
    split: int = 0
    sentences: int = 0


def main() -> None:
    """Print a row for each set and language, and one for all."""
    folder = folder_argument(__doc__)
    paragraphs = {
        (record["id"], place): (paragraph, record["language"])
        for path in sorted(folder.glob("*.articles.jsonl"))
        for record in evaluation_records(folder, path.name.removesuffix(".jsonl"))
        for place, paragraph in enumerate(record["paragraphs"])
    }
    counts: dict[tuple[str, str], Count] = defaultdict(Count)
    for path in sorted(folder.glob("*.questions.jsonl")):
        name = path.name.removesuffix(".questions.jsonl")
        for answer, sentences in _split(gold_answers(folder, name, paragraphs)):
            for key in ((name, answer.language), ("all", "")):
                counts[key].answers += 1
                counts[key].split += answer.is_split(sentences)
                counts[key].sentences += len(sentences)
    print(f"{'set':16}{'language':>10}{'answers':>9}{'split':>7}{'sentences a paragraph':>23}")
    for (name, language), count in sorted(counts.items(), key=lambda item: (item[0][0] == "all", item[0])):
        mean = count.sentences / count.answers
        print(f"{name:16}{language:>10}{count.answers:>9}{count.split:>7}{mean:>23.2f}")


def gold_answers(
    folder: Path, name: str, paragraphs: dict[tuple[str, int], tuple[str, str]]
) -> Iterator[GoldAnswer]:
    """Yield the first answer of each question of a set that has an answer with a position."""
    for record in evaluation_records(folder, f"{name}.questions"):
        if record["answerable"] and record["answers"] and record["answer_start"] is not None:
            paragraph, language = paragraphs[record["article_id"], record["paragraph_index"]]
            start = record["answer_start"]
            yield GoldAnswer(paragraph, language, start, start + len(record["answers"][0]))


def _split(answers: Iterator[GoldAnswer]) -> Iterator[tuple[GoldAnswer, list[Span]]]:
    """Yield each answer with the sentences of its paragraph."""
    for answer in answers:
        yield answer, sentence_spans(answer.paragraph, language=answer.language)


if __name__ == "__main__":
    main()
