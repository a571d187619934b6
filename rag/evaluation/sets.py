"""Reads data sets of questions with their articles, and determines the gold of each question.

A folder contains `NAME.questions.jsonl` and `NAME.articles.jsonl`. Or it contains `questions.jsonl` and
`articles/`, as seeds/ does; these are one set with the folder's name. A set without articles of its own asks
about the articles of another set. `NAME.withhold_article_ids.json` names articles that must not be in the
index when the questions of the set are asked.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from rag.datatypes import Article, Hit, Paragraph, Unreadable
from rag.errors import BadRequest, NotFound, ReadingError
from rag.evaluation.metrics import contains_any
from rag.reading import Overrides, read_paths

Kind = Literal["answerable", "near-miss", "withheld", "off-corpus"]

# A paragraph of an article, or the whole article if the data names no paragraph.
Place = tuple[str, int | None]
_Offset = Annotated[int, Field(ge=0)]


class QuestionRecord(BaseModel):
    """A question in a line of `NAME.questions.jsonl`; other fields are ignored."""

    model_config = ConfigDict(strict=True, frozen=True)

    id: str
    question: str
    language: str
    article_id: str | None = None
    paragraph_index: _Offset | None = None
    also_in_paragraphs: list[_Offset] = []
    answers: list[str] = []
    answer_starts: list[_Offset] = []
    answerable: bool
    aligned_ids: dict[str, str] = {}
    alternative_article_ids: list[str] = []
    gold_parallel_id: str | None = None
    withheld_article_id: str | None = None

    @property
    def kind(self) -> Kind:
        """Whether the question can be answered, and if not, how close the articles come to an answer."""
        if self.answerable:
            return "answerable"
        if self.withheld_article_id:
            return "withheld"
        return "near-miss" if self.article_id else "off-corpus"


@dataclass(frozen=True, kw_only=True)
class GoldSpan:
    """The position of an answer in an article, in code points of its text."""

    article_id: str
    start: int
    end: int


@dataclass(frozen=True, kw_only=True)
class Gold:
    """The correct results of a question in one index: places to find, spans to cite, texts of an answer."""

    places: frozenset[Place] = frozenset()
    spans: frozenset[GoldSpan] = frozenset()
    answers: tuple[str, ...] = ()

    def place_of(self, hit: Hit) -> Place:
        """Return the hit's place: its article if the whole article is gold, otherwise its paragraph."""
        article = (hit.article_id, None)
        return article if article in self.places else (hit.article_id, hit.paragraph)


@dataclass(frozen=True, kw_only=True)
class QuestionSet:
    """The files of one set."""

    name: str
    questions: Path | None = None
    articles: Path | None = None
    withheld: Path | None = None


@dataclass(frozen=True)
class DataFolder:
    """The sets of a folder; each file is read only once."""

    sets: Mapping[str, QuestionSet]
    unreadable: list[Unreadable] = field(default_factory=list)
    _articles: dict[str, dict[str, Article]] = field(default_factory=dict)
    _questions: dict[str, list[QuestionRecord]] = field(default_factory=dict)

    def questions(self, name: str) -> list[QuestionRecord]:
        """Return the questions of a set.

        Raises:
            BadRequest: there is no such set.
            ReadingError: a line is not a question.
        """
        if name not in self._questions:
            path = self._set(name).questions
            if path is None:
                raise BadRequest(f"The set {name!r} has no questions. Name it with --haystack only.")
            self._questions[name] = list(_read_questions(path))
        return self._questions[name]

    def articles(self, name: str) -> dict[str, Article]:
        """Return the articles of a set by their ids; empty if the set has no articles of its own.

        Raises:
            BadRequest: there is no such set.
        """
        if name not in self._articles:
            path = self._set(name).articles
            items = list(read_paths([path], overrides=Overrides())) if path else []
            self.unreadable.extend(item for item in items if isinstance(item, Unreadable))
            self._articles[name] = {item.id: item for item in items if isinstance(item, Article)}
        return self._articles[name]

    def withheld_ids(self, name: str) -> frozenset[str]:
        """Return the ids of articles that must not be in the index when the set's questions are asked."""
        path = self._set(name).withheld
        named = {record.withheld_article_id for record in self.questions(name) if record.withheld_article_id}
        return frozenset(named | set(_read_ids(path) if path else []))

    def article_sets(self, name: str) -> tuple[str, ...]:
        """Return the sets whose articles a set asks about: itself, or the sets that contain the articles."""
        if self._set(name).articles:
            return (name,)
        records = self.questions(name)
        named = {record.article_id for record in records if record.article_id} | self.withheld_ids(name)
        return tuple(other for other in self.sets if named & self.articles(other).keys())

    def _set(self, name: str) -> QuestionSet:
        if name not in self.sets:
            raise BadRequest(f"There is no set {name!r}. The sets are {', '.join(self.sets)}.")
        return self.sets[name]


def open_data(folder: Path) -> DataFolder:
    """Find the sets of a folder.

    Raises:
        NotFound: the folder does not exist or contains no questions.
    """
    if not folder.is_dir():
        raise NotFound(f"There is no folder {folder}. Name the folder with the NAME.questions.jsonl files.")
    suffixes = (".questions.jsonl", ".articles.jsonl")
    names = {path.name.removesuffix(end) for end in suffixes for path in folder.glob(f"*{end}")}
    sets = {name: _named_set(folder, name) for name in sorted(names)}
    if (folder / "questions.jsonl").is_file():
        own_name = folder.resolve().name
        sets[own_name] = _only_set(folder, own_name)
    if not any(found.questions for found in sets.values()):
        raise NotFound(
            f"{folder} has neither NAME.questions.jsonl nor questions.jsonl. See docs/evaluate.md."
        )
    return DataFolder(sets)


def _named_set(folder: Path, name: str) -> QuestionSet:
    return QuestionSet(
        name=name,
        questions=_existing(folder / f"{name}.questions.jsonl"),
        articles=_existing(folder / f"{name}.articles.jsonl"),
        withheld=_existing(folder / f"{name}.withhold_article_ids.json"),
    )


def _only_set(folder: Path, name: str) -> QuestionSet:
    return QuestionSet(
        name=name,
        questions=folder / "questions.jsonl",
        articles=_existing(folder / "articles") or _existing(folder / "articles.jsonl"),
        withheld=_existing(folder / "withhold_article_ids.json"),
    )


def _existing(path: Path) -> Path | None:
    return path if path.exists() else None


def _read_questions(path: Path) -> Iterator[QuestionRecord]:
    for number, line in enumerate(_read(path).split(b"\n"), start=1):
        if line.strip():
            yield _parse(line, source=f"{path}:{number}")


def _parse(line: bytes, *, source: str) -> QuestionRecord:
    try:
        return QuestionRecord.model_validate_json(line)
    except ValidationError as error:
        problem = error.errors(include_url=False)[0]
        place = ".".join(map(str, problem["loc"])) or "the line"
        raise ReadingError(f"{source}: {place} is refused: {problem['msg']}. Correct the line.") from None


def _read_ids(path: Path) -> list[str]:
    try:
        return TypeAdapter(list[str]).validate_python(json.loads(_read(path)))
    except ValueError as error:  # ValidationError and JSONDecodeError are subclasses
        raise ReadingError(f"{path} is not a JSON list of article ids: {error!s:.200}. Correct it.") from None


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ReadingError(f"Cannot read {path}: {error.strerror}.") from error


def gold_of(
    record: QuestionRecord, *, articles: Mapping[str, Article], by_id: Mapping[str, QuestionRecord]
) -> Gold:
    """Return the gold of a question among these articles, including the gold of its translations.

    Raises:
        ReadingError: a question names a paragraph that its article does not have.
    """
    same = [record, *(by_id[other] for other in record.aligned_ids.values() if other in by_id)]
    found = [part for member in same for part in _parts(member, articles)]
    whole = {article_id for part in found for article_id, paragraph in part.places if paragraph is None}
    places = {place for part in found for place in part.places if place[1] is None or place[0] not in whole}
    return Gold(
        places=frozenset(places),
        spans=frozenset(span for part in found for span in part.spans),
        answers=tuple(dict.fromkeys(answer for member in same for answer in member.answers)),
    )


def _parts(record: QuestionRecord, articles: Mapping[str, Article]) -> Iterator[Gold]:
    """Yield the gold of each article that answers one question."""
    if not record.answerable or record.article_id is None:
        return
    if record.article_id in articles:
        yield _own_gold(record, articles[record.article_id])
    for article_id in record.alternative_article_ids:
        if article_id in articles:
            yield _gold_by_text(record, articles[article_id], paragraphs=None)
    for article in _parallels(record, articles):
        yield _gold_by_text(record, article, paragraphs=_paragraphs(record, article))


def _own_gold(record: QuestionRecord, article: Article) -> Gold:
    if record.paragraph_index is None:
        return Gold(places=frozenset({(article.id, None)}))
    first, *others = _paragraphs(record, article)
    spans = {
        _span(article, first, start, len(answer))
        for answer, start in zip(record.answers, record.answer_starts, strict=False)
    }
    found = [span for paragraph in others for span in _spans(article, paragraph, record.answers)]
    return Gold(places=_places(article, [first, *others]), spans=frozenset([*spans, *found]))


def _gold_by_text(
    record: QuestionRecord, article: Article, *, paragraphs: Sequence[Paragraph] | None
) -> Gold:
    """Return the gold in an article for which the data gives no offsets of an answer.

    Without `paragraphs`, the paragraphs that contain an answer are gold. If there are none, the whole article
    is gold.
    """
    if paragraphs is None:
        numbered = list(article.numbered_paragraphs())
        paragraphs = [part for part in numbered if contains_any(part.text, record.answers)]
        if len(numbered) == 1:
            paragraphs = numbered
    if not paragraphs:
        span = GoldSpan(article_id=article.id, start=0, end=len(article.text))
        return Gold(places=frozenset({(article.id, None)}), spans=frozenset({span}))
    spans = [span for paragraph in paragraphs for span in _spans(article, paragraph, record.answers)]
    return Gold(places=_places(article, paragraphs), spans=frozenset(spans))


def _parallels(record: QuestionRecord, articles: Mapping[str, Article]) -> Iterator[Article]:
    """Yield the line-by-line translations of an article. Their ids differ only in the language."""
    if record.gold_parallel_id and record.article_id:
        before, _, after = record.gold_parallel_id.rpartition("-")
        for language in sorted({article.language for article in articles.values()}):
            article_id = f"{before}-{language}-{after}"
            if article_id in articles and article_id != record.article_id:
                yield articles[article_id]


def _paragraphs(record: QuestionRecord, article: Article) -> list[Paragraph]:
    numbered = list(article.numbered_paragraphs())
    places = [] if record.paragraph_index is None else [record.paragraph_index, *record.also_in_paragraphs]
    for place in places:
        if place >= len(numbered):
            raise ReadingError(
                f"The question {record.id!r} names paragraph_index {place}, but {article.id!r} has "
                f"{len(numbered)} paragraphs. Correct the question."
            )
    return [numbered[place] for place in places]


def _places(article: Article, paragraphs: Iterable[Paragraph]) -> frozenset[Place]:
    return frozenset((article.id, paragraph.number) for paragraph in paragraphs)


def _spans(article: Article, paragraph: Paragraph, answers: Sequence[str]) -> list[GoldSpan]:
    """Return the positions of answers in a paragraph, or the whole paragraph if there are none."""
    found = [(paragraph.text.find(answer), len(answer)) for answer in answers]
    spans = [_span(article, paragraph, start, length) for start, length in found if start >= 0]
    return spans or [_span(article, paragraph, 0, len(paragraph.text))]


def _span(article: Article, paragraph: Paragraph, start: int, length: int) -> GoldSpan:
    offset = paragraph.start + start
    return GoldSpan(article_id=article.id, start=offset, end=offset + length)
