"""Reads the lines of a data set: questions and claims."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from rag.errors import ReadingError
from rag.verification.judgement import Judged

Kind = Literal["answerable", "near-miss", "withheld", "off-corpus"]

_Offset = Annotated[int, Field(ge=0)]
_Record = TypeVar("_Record", bound=BaseModel)


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


class EvidenceRecord(BaseModel):
    """A paragraph that a claim was written about; other fields are ignored."""

    model_config = ConfigDict(strict=True, frozen=True)

    article_id: str
    paragraph_index: _Offset


class ClaimRecord(BaseModel):
    """A claim in a line of `NAME.claims.jsonl`; other fields are ignored.

    `label` is the right verdict. `kind` says in what way the claim was made from its evidence.
    """

    model_config = ConfigDict(strict=True, frozen=True)

    id: str
    claim: str
    claim_language: str
    evidence: list[EvidenceRecord]
    label: Judged
    kind: str


def read_records(path: Path, model: type[_Record]) -> Iterator[_Record]:
    """Yield the records of a file with one JSON object per line.

    Raises:
        ReadingError: the file cannot be read, or a line is not such a record.
    """
    for number, line in enumerate(_read(path).split(b"\n"), start=1):
        if line.strip():
            yield _parse(line, model, source=f"{path}:{number}")


def read_ids(path: Path) -> list[str]:
    """Return the ids in a file that contains a JSON list of them.

    Raises:
        ReadingError: the file cannot be read, or contains something else.
    """
    try:
        return TypeAdapter(list[str]).validate_python(json.loads(_read(path)))
    except ValueError as error:  # ValidationError and JSONDecodeError are subclasses
        raise ReadingError(f"{path} is not a JSON list of article ids: {error!s:.200}. Correct it.") from None


def _parse(line: bytes, model: type[_Record], *, source: str) -> _Record:
    try:
        return model.model_validate_json(line)
    except ValidationError as error:
        problem = error.errors(include_url=False)[0]
        place = ".".join(map(str, problem["loc"])) or "the line"
        raise ReadingError(f"{source}: {place} is refused: {problem['msg']}. Correct the line.") from None


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ReadingError(f"Cannot read {path}: {error.strerror}.") from error
