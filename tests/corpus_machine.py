"""Whatever two processes, which may be killed, do with a corpus: held against a dictionary of articles."""

import time
from collections import Counter
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, ClassVar, Literal

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from rag.corpus.local.corpus import LocalCorpus
from tests.crashes import (
    QUERIES,
    State,
    Step,
    Worker,
    backed_up_articles,
    chance_of,
    check_flipped,
    check_rows,
    expected_keyword_scores,
    expected_vector_scores,
    flip_bit_of_index,
    keyword_scores,
    make_tiers_small,
    possible_after,
    some_article,
    started,
    stored_articles,
    vector_scores,
)

Who = Literal["here", "there"]
Leg = Literal["vector", "keyword"]
Scores = dict[tuple[str, str], float]

FOUND: dict[Leg, Callable[[LocalCorpus, str], Scores]] = {"vector": vector_scores, "keyword": keyword_scores}
EXPECTED: dict[Leg, Callable[[Any, str], Scores]] = {
    "vector": expected_vector_scores,
    "keyword": expected_keyword_scores,
}

# Article 0 to 19, each with one of many contents.
DRAFTS = st.lists(
    st.tuples(st.integers(0, 19), st.integers(0, 99)),
    min_size=1,
    max_size=8,
    unique_by=lambda draft: draft[0],
)
NUMBERS = st.integers(0, 19)
EITHER = st.sampled_from(["here", "there"])


def step_of(drafts: list[tuple[int, int]]) -> Step:
    sources = (some_article(number, chance_of(seed)) for number, seed in drafts)
    return Step("ingest", articles=tuple(sources))


def serve(folder: Path, pipe: Connection) -> None:
    """Work in another process: answer each change when it is committed, each search with what it found."""
    make_tiers_small()
    worker = Worker(folder)
    while True:
        asked = pipe.recv()
        if isinstance(asked, Step):
            for _ in worker.perform(asked):
                pipe.send("committed")
            pipe.send("done")
        else:
            leg, query = asked
            pipe.send(FOUND[leg](worker.corpus, query))


class Elsewhere:
    """The other process."""

    def __init__(self, folder: Path) -> None:
        self._process, self._pipe = started(serve, folder)

    def begin(self, step: Step) -> None:
        self._pipe.send(step)

    def finish(self) -> int:
        """Wait until the step is done or the process dead; return the changes it acknowledged."""
        acknowledged = 0
        try:
            while self._pipe.recv() == "committed":
                acknowledged += 1
        except (EOFError, ConnectionResetError):
            self._process.join()
        return acknowledged

    def search(self, leg: Leg, query: str) -> Scores:
        self._pipe.send((leg, query))
        found: Scores = self._pipe.recv()
        return found

    def kill(self) -> None:
        self._process.kill()

    def end(self) -> None:
        self.kill()
        self._process.join()
        self._pipe.close()


class CorpusMachine(RuleBasedStateMachine):
    """Two processes work on one folder; whichever is asked finds what the dictionary holds."""

    taken: ClassVar[Counter[str]] = Counter()  # steps by name, over all runs

    def __init__(self) -> None:
        super().__init__()
        self._temporary = TemporaryDirectory(ignore_cleanup_errors=True)
        self.folder = Path(self._temporary.name, "data")
        self.state = State({})
        self.here = Worker(self.folder)
        self._there: Elsewhere | None = None

    @property
    def there(self) -> Elsewhere:
        """The other process, started when it is needed."""
        if self._there is None:
            self._there = Elsewhere(self.folder)
        return self._there

    def teardown(self) -> None:
        try:
            self._end_there()
            check_rows(self.folder, self.state.articles)
        finally:
            self.here.corpus.close()
            self._temporary.cleanup()

    def _end_there(self) -> None:
        if self._there:
            self._there.end()
        self._there = None

    def _perform(self, who: Who, step: Step) -> None:
        self.taken[f"{step.verb} {who}"] += 1
        if who == "here":
            acknowledged = len(list(self.here.perform(step)))
        else:
            self.there.begin(step)
            acknowledged = self.there.finish()
        assert acknowledged == len(list(step.states_after(self.state)))
        self.state = possible_after(self.state, [step], acknowledged)[0]

    @initialize(seed=st.integers(0, 99), count=st.sampled_from([0, 5, 20]))
    def begin(self, seed: int, count: int) -> None:
        if count:
            self._perform("here", step_of([(number, seed + number) for number in range(count)]))

    @rule(who=EITHER, drafts=DRAFTS)
    def ingest(self, who: Who, drafts: list[tuple[int, int]]) -> None:
        self._perform(who, step_of(drafts))

    @rule(drafts=DRAFTS)
    def ingest_in_both_at_once(self, drafts: list[tuple[int, int]]) -> None:
        self.taken["ingest in both at once"] += 1
        mine, others = step_of(drafts[::2]), step_of(drafts[1::2])
        self.there.begin(others)
        list(self.here.perform(mine))
        assert self.there.finish() == len(others.articles)
        self.state = possible_after(self.state, [mine, others], len(drafts))[0]

    @rule(who=EITHER, number=NUMBERS)
    def remove(self, who: Who, number: int) -> None:
        self._perform(who, Step("remove", article_id=f"a{number:02}"))

    @rule(who=EITHER)
    def optimize(self, who: Who) -> None:
        self._perform(who, Step("optimize"))

    @rule(who=EITHER)
    def reopen(self, who: Who) -> None:
        self._perform(who, Step("reopen"))

    @rule(who=EITHER)
    def back_up(self, who: Who) -> None:
        self._perform(who, Step("backup"))

    @precondition(lambda self: self.state.backup is not None)
    @rule(who=EITHER)
    def restore(self, who: Who) -> None:
        self._perform(who, Step("restore"))

    @rule(seed=st.integers(0, 99))
    def flip_bits(self, seed: int) -> None:
        """Flip a bit anywhere in a copy, then one of an index while no process has the folder open."""
        self.taken["flipped bits"] += 1
        self._end_there()
        self.here.corpus.close()
        check_flipped(self.folder, self.state.articles, chance_of(seed))
        flip_bit_of_index(self.folder, chance_of(seed))
        self.here = Worker(self.folder)

    @rule()
    def drop_without_closing(self) -> None:
        self.taken["dropped here"] += 1
        self.here = Worker(self.folder)

    @precondition(lambda self: self._there)
    @rule()
    def kill_idle(self) -> None:
        self.taken["killed idle"] += 1
        self._end_there()

    @rule(drafts=DRAFTS, number=NUMBERS, copying=st.booleans(), milliseconds=st.integers(0, 60))
    def kill_at_work(
        self, drafts: list[tuple[int, int]], number: int, copying: bool, milliseconds: int
    ) -> None:
        self.taken["killed at work"] += 1
        steps = [step_of(drafts), Step("remove", article_id=f"a{number:02}")]
        if copying:
            steps = [Step("backup"), *steps, Step("restore")]
        acknowledged = self._work_until_killed(
            [*steps, Step("search"), Step("optimize")], milliseconds / 1000
        )
        state = State(stored_articles(self.here.corpus), backed_up_articles(self.folder))
        assert state in possible_after(self.state, steps, acknowledged)
        self.state = state
        check_rows(self.folder, state.articles)

    def _work_until_killed(self, steps: list[Step], seconds: float) -> int:
        for step in steps:
            self.there.begin(step)
        time.sleep(seconds)
        self.there.kill()
        acknowledged = sum(self.there.finish() for _ in steps)
        self._end_there()
        return acknowledged

    @rule(who=EITHER, leg=st.sampled_from(["vector", "keyword"]), query=st.sampled_from(QUERIES))
    def search(self, who: Who, leg: Leg, query: str) -> None:
        self.taken[f"{leg} search {who}"] += 1
        found = FOUND[leg](self.here.corpus, query) if who == "here" else self.there.search(leg, query)
        assert found == pytest.approx(EXPECTED[leg](self.state.articles, query), abs=1e-5)
