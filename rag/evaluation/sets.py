"""Reads data sets of questions and claims with their articles, and determines the gold of each question.

A folder contains `NAME.questions.jsonl` and `NAME.articles.jsonl`. Or it contains `questions.jsonl` and
`articles/`, as seeds/ does; these are one set with the folder's name. A set without articles of its own asks
about the articles of another set. `NAME.withhold_article_ids.json` names articles that must not be in the
index when the questions of the set are asked. `NAME.claims.jsonl`, or `claims-NAME.jsonl` for a set of claims
alone, contains claims about articles of any set.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from pathlib import Path

from rag.datatypes import Article, Hit, Paragraph, Unreadable
from rag.errors import BadRequest, NotFound, ReadingError
from rag.evaluation.metrics import contains_any
from rag.evaluation.records import ClaimRecord, QuestionRecord, read_ids, read_records
from rag.reading import Overrides, read_paths

# A paragraph of an article, or the whole article if the data names no paragraph.
Place = tuple[str, int | None]


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
    claims: Path | None = None


@dataclass(frozen=True)
class DataFolder:
    """The sets of a folder; each file is read only once."""

    sets: Mapping[str, QuestionSet]
    unreadable: list[Unreadable] = field(default_factory=list)
    _articles: dict[str, dict[str, Article]] = field(default_factory=dict)
    _questions: dict[str, list[QuestionRecord]] = field(default_factory=dict)
    _claims: dict[str, list[ClaimRecord]] = field(default_factory=dict)

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
            self._questions[name] = list(read_records(path, QuestionRecord))
        return self._questions[name]

    def claims(self, name: str) -> list[ClaimRecord]:
        """Return the claims of a set; empty if the set has no claims.

        Raises:
            BadRequest: there is no such set.
            ReadingError: a line is not a claim.
        """
        if name not in self._claims:
            path = self._set(name).claims
            self._claims[name] = list(read_records(path, ClaimRecord)) if path else []
        return self._claims[name]

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
        return frozenset(named | set(read_ids(path) if path else []))

    def article_sets(self, name: str) -> tuple[str, ...]:
        """Return the sets whose articles a set asks about: itself, or the sets that contain the articles."""
        if self._set(name).articles:
            return (name,)
        records = self.questions(name)
        named = {record.article_id for record in records if record.article_id} | self.withheld_ids(name)
        return self.sets_with(named)

    def has_only_claims(self, name: str) -> bool:
        """Whether a set has claims but no questions.

        Raises:
            BadRequest: there is no such set.
        """
        files = self._set(name)
        return files.claims is not None and files.questions is None

    def sets_with(self, article_ids: Set[str]) -> tuple[str, ...]:
        """Return the sets that contain one of these articles."""
        return tuple(name for name in self.sets if article_ids & self.articles(name).keys())

    def _set(self, name: str) -> QuestionSet:
        if name not in self.sets:
            raise BadRequest(f"There is no set {name!r}. The sets are {', '.join(self.sets)}.")
        return self.sets[name]


def open_data(folder: Path) -> DataFolder:
    """Find the sets of a folder.

    Raises:
        NotFound: the folder does not exist, or contains neither questions nor claims.
    """
    if not folder.is_dir():
        raise NotFound(f"There is no folder {folder}. Name the folder with the NAME.questions.jsonl files.")
    suffixes = (".questions.jsonl", ".articles.jsonl", ".claims.jsonl")
    names = {path.name.removesuffix(end) for end in suffixes for path in folder.glob(f"*{end}")}
    names |= {path.stem for path in folder.glob("claims-*.jsonl") if "." not in path.stem}
    sets = {name: _named_set(folder, name) for name in sorted(names)}
    if any((folder / name).is_file() for name in ("questions.jsonl", "claims.jsonl")):
        own_name = folder.resolve().name
        sets[own_name] = _only_set(folder, own_name)
    if not any(found.questions or found.claims for found in sets.values()):
        raise NotFound(
            f"{folder} has neither NAME.questions.jsonl nor questions.jsonl, and no claims. "
            "See docs/evaluate.md."
        )
    return DataFolder(sets)


def _named_set(folder: Path, name: str) -> QuestionSet:
    return QuestionSet(
        name=name,
        questions=_existing(folder / f"{name}.questions.jsonl"),
        articles=_existing(folder / f"{name}.articles.jsonl"),
        withheld=_existing(folder / f"{name}.withhold_article_ids.json"),
        claims=_existing(folder / f"{name}.claims.jsonl") or _only_claims(folder, name),
    )


def _only_set(folder: Path, name: str) -> QuestionSet:
    return QuestionSet(
        name=name,
        questions=_existing(folder / "questions.jsonl"),
        articles=_existing(folder / "articles") or _existing(folder / "articles.jsonl"),
        withheld=_existing(folder / "withhold_article_ids.json"),
        claims=_existing(folder / "claims.jsonl"),
    )


def _only_claims(folder: Path, name: str) -> Path | None:
    return _existing(folder / f"{name}.jsonl") if name.startswith("claims-") else None


def _existing(path: Path) -> Path | None:
    return path if path.exists() else None


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
