"""From a sentence that a language model wrote to the words of the evidence it names."""

from collections.abc import Sequence

from embeddings.encoder import Encoder
from rag.citations import Quote
from rag.claims import Sentence
from rag.datatypes import Hit
from rag.languages import sentence_spans


def quotes_for(sentence: Sentence, *, hits: Sequence[Hit], encoder: Encoder) -> list[Quote]:
    """Return, for each hit that the sentence's markers name, its sentence nearest in meaning.

    A number that names no hit is passed over. Nothing is verified here: the quotes are exact, and whether
    they carry the claim is `unchecked`.
    """
    named = [hits[number - 1] for number in sentence.evidence if 1 <= number <= len(hits)]
    if not named or not any(map(str.isalnum, sentence.text)):
        return []
    vector = encoder.encode_passages([_fitting(sentence.text, encoder)])[0]
    quotes = []
    for hit in named:
        spans = sentence_spans(hit.text, language=hit.language)
        similarities = encoder.encode_passages([hit.text[start:end] for start, end in spans]) @ vector
        start, end = spans[int(similarities.argmax())]
        quotes.append(
            Quote(
                hit=hit,
                start=hit.start + start,
                end=hit.start + end,
                verdict="unchecked",
                checks={"quote": True, "meaning": round(float(similarities.max()), 4)},
            )
        )
    return quotes


def _fitting(text: str, encoder: Encoder) -> str:
    """Return the sentence, or as much of its beginning as the encoder takes; a model may never end one."""
    while encoder.count_tokens([text])[0] > encoder.max_tokens:
        text = text[: len(text) // 2]
    return text
