"""What a way of answering is: the shape of a language model's answer, of a verbatim one, or of a third."""

from collections.abc import AsyncIterator
from typing import Protocol

from rag.answering.draft import Draft
from rag.answering.events import Event


class Way(Protocol):
    """A way of answering from what was found."""

    def answer(self, draft: Draft) -> AsyncIterator[Event]:
        """Settle the draft: answer, or note why what was found holds no answer; yield what there is to tell.

        A way that fails tells of it with `WritingFailed` and leaves the draft unsettled, for the next way.
        """
        ...
