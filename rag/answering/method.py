"""The protocol of the answer methods."""

from collections.abc import AsyncIterator
from typing import Protocol

from rag.answering.draft import Draft
from rag.answering.events import Event


class AnswerMethod(Protocol):
    """A method to answer a question from the hits."""

    def answer(self, draft: Draft) -> AsyncIterator[Event]:
        """Complete the draft with an answer or a reason to refuse, and yield the events meanwhile.

        A method that fails yields `WritingFailed` and leaves the draft incomplete for the next method.
        """
        ...
