"""What a fuzzer runs: each target takes bytes and holds what came of them against what is always true."""

import json
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from io import BytesIO
from itertools import pairwise

from api.schemas import article_json
from rag.citations import Composer
from rag.datatypes import Article, Hit, Unreadable
from rag.prompts import Frame
from rag.reading import FORMATS, Overrides, parse_record, read_stream
from rag.reading.formats.streams import buffered
from rag.text.passages import cut_passages
from rag.verification.attribution import attribute, without_markup
from rag.verification.blocks import blocks
from rag.verification.claims import Sentence, SentenceReader, UsualMarkers
from rag.verification.evidence import Evidence
from rag.verification.facts import find_facts
from tests.conftest import TopicEncoder
from tests.word_cross_encoder import WordCrossEncoder

ENCODER = TopicEncoder()
FRAME = Frame(word="q3fa1")
SUFFIXES = tuple(FORMATS)
LANGUAGES = ("id", "en", "de", "zh-Hans", "th", "ar", "und")

_PERMITTED = Overrides(permission="of the fuzzer")
_MAXIMUM_REASON = 3000
_SEPARATOR = "\n----\n"


# Pages: the first line names the type, the rest is the page.


def pages(data: bytes) -> None:
    """Read a page of any type; check each article, and each reason why there is none."""
    kind, _, page = data.partition(b"\n")
    suffix = kind.decode("ascii", errors="replace")
    suffix = suffix if suffix in SUFFIXES else SUFFIXES[sum(kind) % len(SUFFIXES)]
    for item in _read(page, suffix):
        if isinstance(item, Unreadable):
            _check_reason(item.reason)
        else:
            _check_article(item)


def _read(page: bytes, suffix: str) -> Iterator[Article | Unreadable]:
    return read_stream(buffered(BytesIO(page)), name="page", suffix=suffix, overrides=_PERMITTED)


def _check_reason(reason: str) -> None:
    assert reason.strip()
    assert len(reason) < _MAXIMUM_REASON
    assert "Traceback" not in reason
    assert ".py" not in reason


def _check_article(article: Article) -> None:
    assert article.text == "\n\n".join(article.paragraphs)
    for paragraph in article.numbered_paragraphs():
        assert article.text[paragraph.start : paragraph.end] == paragraph.text
    told = article_json(article)
    assert json.loads(json.dumps(told, allow_nan=False).encode()) == told
    json.dumps(told, ensure_ascii=False).encode()  # no lone surrogate
    assert "\0" not in json.dumps(told, ensure_ascii=False)
    fields = {name: told[name] for name in _RECORD_FIELDS} | {"paragraphs": list(article.paragraphs)}
    assert parse_record(fields).to_article().version == article.version
    _check_passages(article)


_RECORD_FIELDS = (
    *("id", "title", "url", "outlet", "author", "published_at", "updated_at", "language", "section"),
    *("metadata", "permission", "headings"),
)


def _check_passages(article: Article) -> None:
    paragraphs = {paragraph.number: paragraph for paragraph in article.numbered_paragraphs()}
    passages = cut_passages(article, count_tokens=ENCODER.count_tokens, max_tokens=ENCODER.max_tokens)
    for passage in passages:
        assert article.text[passage.start : passage.end] == passage.text
        assert passage.text.strip()
        paragraph = paragraphs[passage.paragraph]
        assert paragraph.start <= passage.start < passage.end <= paragraph.end
        assert ENCODER.count_tokens([passage.text])[0] <= ENCODER.max_tokens
    for before, after in pairwise(passages):
        assert before.end <= after.start
    parts = [(passage.start, passage.text) for passage in passages]
    parts += [(paragraphs[number].start, paragraphs[number].text) for number in article.headings]
    assert _letters("".join(text for _, text in sorted(parts))) == _letters(article.text)


def _letters(text: str) -> str:
    return "".join(text.split())


# Sentences: what a language model might write, whole and torn.


def sentences(data: bytes) -> None:
    """Read a written answer; how it is torn must change nothing, and nothing of it be lost."""
    language = LANGUAGES[sum(data) % len(LANGUAGES)]
    text = data.decode(errors="replace")
    whole = _sentences([text], language)
    assert _sentences(list(text), language) == whole
    assert _sentences([text[start : start + 7] for start in range(0, len(text), 7)], language) == whole
    _check_blocks(text, language)
    composer = Composer()
    for sentence in whole[0]:
        add = composer.add if sentence.is_claim else _unclaimed(composer)
        add(sentence.text, (), lead=sentence.lead)
    for claim in composer.claims:
        assert composer.text[claim.start : claim.end] == claim.text
    # No bracket that somebody else wrote is taken for a citation: there is none.
    assert re.search(r"\[\s*\d+\s*\]", composer.text) is None


def _unclaimed(composer: Composer) -> Callable[..., str]:
    return lambda text, _, lead: composer.add_unclaimed(text, lead=lead)


def _sentences(pieces: Sequence[str], language: str) -> tuple[list[Sentence], bool]:
    markers = UsualMarkers(evidence_count=3, texts=("Harga kopi naik [5].",))
    reader = SentenceReader(FRAME, language=language, usual_markers=markers)
    found = [sentence for piece in pieces for sentence in reader.feed(piece)]
    return [*found, *reader.finish()], reader.is_refusal


def _check_blocks(text: str, language: str) -> None:
    found = list(blocks(text, language=language, in_code=False, is_line_start=True))
    for block in found:
        assert 0 <= block.start < block.end <= len(text)
        assert text[block.start : block.end].strip() == text[block.start : block.end]
    for before, after in pairwise(found):
        assert before.end <= after.start
    inside = "".join(text[block.start : block.end] for block in found)
    assert _words(inside) == _words(text)


def _words(text: str) -> str:
    """Return the letters of a text; digits can be a list's, which stand between blocks."""
    return "".join(sign for sign in text if sign.isalpha() and sign not in "xX")


# Verdicts: a passage, a line of four dashes, and a claim of it.


def verdicts(data: bytes) -> None:
    """Check a claim against a passage; also the same claim with a number and a name that it cannot hold."""
    text = "".join(sign for sign in data.decode(errors="replace") if sign not in "\0")
    language = LANGUAGES[sum(data) % len(LANGUAGES)]
    passage, _, claim = text.partition(_SEPARATOR)
    if not passage.strip():
        return
    evidence = Evidence([_hit(passage, language)], encoder=ENCODER)
    _check_verdict(claim, evidence, language)
    for foreign in (f"{_absent_number(passage)}", "Zyxqorth"):
        for changed in (f"{claim} {foreign}", f"{passage} {foreign}"):
            if foreign in passage or len(changed) > 2000:
                continue
            is_name = foreign.isalpha()
            with suppress(_Unknowable):
                _check_absent(changed, evidence, language, is_name=is_name)


class _Unknowable(Exception):
    """The claim states nothing that could be missed."""


def _check_absent(claim: str, evidence: Evidence, language: str, *, is_name: bool) -> None:
    facts = find_facts(without_markup(claim), language=language)
    if is_name and not any(name.folded == "zyxqorth" and not name.is_soft for name in facts.names):
        raise _Unknowable
    found = attribute(
        Sentence(lead="", text=claim, evidence=(1,)),
        evidence=evidence,
        language=language,
        claim_judge=WordCrossEncoder(),
    )
    assert found.verdict != "supported", claim


def _absent_number(passage: str) -> int:
    digits = re.sub(r"\D", "", "".join(str(unicodedata.digit(sign, sign)) for sign in passage))
    return next(number for number in range(73919, 99999, 101) if str(number) not in digits)


def _check_verdict(claim: str, evidence: Evidence, language: str) -> None:
    sentence = Sentence(lead="", text=claim, evidence=(1,))
    found = attribute(sentence, evidence=evidence, language=language, claim_judge=WordCrossEncoder())
    assert (found.verdict != "unsupported") == bool(found.quotes)
    hit = evidence.hits[0]
    for quote in found.quotes:
        assert hit.start <= quote.start < quote.end <= hit.end
        assert hit.text[quote.start - hit.start : quote.end - hit.start] == quote.text
        assert quote.text.strip() == quote.text
    composer = Composer()
    composer.add(claim, found.quotes, verdict=found.verdict, checks=found.checks)
    printed = [int(number) for number in re.findall(r"\[\s*(\d+)\s*\]", composer.text)]
    assert printed == [number for claimed in composer.claims for number in claimed.citations]
    assert list(dict.fromkeys(printed)) == list(range(1, len(set(printed)) + 1))


def _hit(text: str, language: str) -> Hit:
    return Hit(
        rank=1,
        score=1.0,
        source="hybrid",
        passage_id=1,
        article_id="a",
        article_version="sha256:0",
        title="Kopi",
        url="https://example.org/a",
        outlet=None,
        author=None,
        published_at=None,
        language=language,
        paragraph=1,
        start=10,
        end=10 + len(text),
        text=text,
    )


TARGETS: dict[str, Callable[[bytes], None]] = {"pages": pages, "sentences": sentences, "verdicts": verdicts}
