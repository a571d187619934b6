"""What is asked, and how it is to be answered."""

from dataclasses import dataclass

from rag.citations import Marks, numbers
from rag.corpus.protocol import NO_FILTERS
from rag.datatypes import AnswerMode, Filters, Turn
from rag.language_model.protocol import USUAL_SAMPLING, Sampling


@dataclass(frozen=True, kw_only=True)
class Question:
    """What is asked after which `turns`, and how it is to be answered.

    `sampling` limits verbatim answers too; `marks` are written behind each claim. `is_append_only` asks that
    nothing told be taken back: where a language model fails in the middle, its sentences so far are the
    answer.
    """

    text: str
    turns: tuple[Turn, ...] = ()
    filters: Filters = NO_FILTERS
    top_k: int | None = None
    language: str | None = None
    mode: AnswerMode = "auto"
    sampling: Sampling = USUAL_SAMPLING
    marks: Marks = numbers
    is_append_only: bool = False
