"""The promises of every answer, in one place, so that every test can hold every answer against them."""

import json
import re
from itertools import pairwise

from api.schemas import answer_json
from rag.corpus.protocol import Corpus
from rag.datatypes import Answer, Citation

VERDICTS = {"supported", "unsupported", "contradicted", "unchecked"}


def check_answer(answer: Answer, corpus: Corpus) -> None:
    """Hold an answer against what is always true of one, whatever wrote it."""
    check_citations(answer, corpus)
    assert answer.is_refusal == (answer.refusal_reason is not None)
    if not answer.citations:
        assert answer.is_refusal or {claim.verdict for claim in answer.claims} == {"unsupported"}
    assert (answer.mode == "llm") == (answer.model is not None)
    if answer.is_refusal:
        assert answer.claims == ()
    assert answer.answer.strip()
    assert answer.question.strip()
    assert answer.query.strip()
    assert [hit.rank for hit in answer.hits] == list(range(1, len(answer.hits) + 1))
    assert json.loads(json.dumps(answer_json(answer)).encode())["answer"] == answer.answer


def check_citations(answer: Answer, corpus: Corpus) -> None:
    """Hold an answer's citations against every promise of a self-checking citation."""
    for citation in answer.citations:
        _check_source(citation, corpus)
        claim = answer.claims[citation.claim]
        assert (citation.answer_start, citation.answer_end) == (claim.start, claim.end)
        assert citation.number in claim.citations
        assert citation.verdict in VERDICTS
    for place, claim in enumerate(answer.claims):
        assert answer.answer[claim.start : claim.end] == claim.text
        entries = [citation.number for citation in answer.citations if citation.claim == place]
        assert entries == list(claim.citations)
        assert len(set(entries)) == len(entries)
        # A review may take back the support of a claim whose marker was sent already.
        assert bool(entries) == (claim.verdict != "unsupported" or "reviewed" in claim.checks)
        markers = "".join(f" [{number}]" for number in claim.citations)
        assert answer.answer[claim.end :].startswith(markers)
    for before, after in pairwise(answer.claims):
        assert before.end <= after.start
    _check_numbers(answer)


def _check_source(citation: Citation, corpus: Corpus) -> None:
    cited = corpus.article(citation.article_id, version=citation.article_version)
    assert cited is not None
    assert cited.text[citation.start : citation.end] == citation.quote
    assert citation.quote.strip()
    paragraph = list(cited.numbered_paragraphs())[citation.paragraph - 1]
    assert paragraph.start <= citation.start < citation.end <= paragraph.end
    assert (citation.title, citation.url, citation.outlet) == (cited.title, cited.url, cited.outlet)
    assert citation.published_at == cited.published_at
    assert (citation.link is None) == (cited.url is None)
    assert citation.link is None or "#:~:text=" in citation.link


def _check_numbers(answer: Answer) -> None:
    """Numbers run from 1 in order of first appearance, one a quote, and stand only behind claims."""
    printed = [int(number) for number in re.findall(r"\[\s*(\d+)\s*\]", answer.answer)]
    assert list(dict.fromkeys(printed)) == list(range(1, len(set(printed)) + 1))
    assert printed == [number for claim in answer.claims for number in claim.citations]
    assert set(printed) == {citation.number for citation in answer.citations}
    quotes = {(c.article_id, c.article_version, c.start, c.end): c.number for c in answer.citations}
    assert sorted(quotes.values()) == sorted(set(printed))
