"""The unigram tokenizer of XLM-R (Kudo 2018, https://arxiv.org/abs/1804.10959), run by SentencePiece."""

import functools
from collections.abc import Iterable, Sequence

from sentencepiece import SentencePieceProcessor
from sentencepiece.sentencepiece_model_pb2 import ModelProto  # type: ignore[attr-defined]
from tokenizers import Regex, normalizers

from embeddings.weights import Vocabulary, open_weights


class UnigramTokenizer:
    """Turns texts into token ids.

    SentencePiece stores the 250,002 pieces in a tenth of the memory of the `tokenizers` library. A text that
    contains `<s>`, `</s>`, `<pad>` or `<unk>` does not give these special tokens.
    """

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.pad_id = vocabulary.pad_id
        self.bos_id = vocabulary.bos_id
        self.eos_id = vocabulary.eos_id
        self._processor = SentencePieceProcessor(model_proto=_model(vocabulary))
        self._normalizer = _normalizer()

    def encode(self, texts: Iterable[str], *, special_tokens: bool = True) -> list[list[int]]:
        """Return each text's token ids, between `<s>` and `</s>` if `special_tokens` is set."""
        normalized = [self._normalizer.normalize_str(text) for text in texts]
        ids: list[list[int]] = self._processor.encode(
            normalized, add_bos=special_tokens, add_eos=special_tokens, num_threads=1
        )
        return ids

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return each text's length in tokens, without special tokens."""
        return [len(ids) for ids in self.encode(texts, special_tokens=False)]

    def encode_span(self, text: str, span: tuple[int, int]) -> tuple[list[int], tuple[int, int]]:
        """Return the text's token ids without special tokens, and the first and the last token of `span`.

        `span` is a start and an (exclusive) end in characters of `text`.
        """
        start, end = (len(self._normalized_prefix(text, place).encode()) for place in span)
        pieces = self._processor.encode(self._normalizer.normalize_str(text), return_type="proto").pieces
        inside = [number for number, piece in enumerate(pieces) if piece.begin < end and piece.end > start]
        ids = [piece.id for piece in pieces]
        return ids, (inside[0], inside[-1]) if inside else (0, 0)

    def _normalized_prefix(self, text: str, place: int) -> str:
        # subtle: the normalizer strips spaces at the end, so a letter is added and removed again.
        return self._normalizer.normalize_str(text[:place] + "x")[:-1]


@functools.cache
def bundled_tokenizer() -> UnigramTokenizer:
    """Return the tokenizer of the bundled model, once per process, because it takes 90 MB and a second."""
    return UnigramTokenizer(open_weights().vocabulary())


def _model(vocabulary: Vocabulary) -> bytes:
    """Return the vocabulary as a serialised SentencePiece model, which puts "▁" before each word."""
    model = ModelProto()
    ids = {"bos": vocabulary.bos_id, "eos": vocabulary.eos_id, "pad": vocabulary.pad_id}
    kinds = dict.fromkeys(ids.values(), ModelProto.SentencePiece.CONTROL)
    kinds[vocabulary.unk_id] = ModelProto.SentencePiece.UNKNOWN
    for number, (piece, score) in enumerate(vocabulary.pieces):
        kind = kinds.get(number, ModelProto.SentencePiece.NORMAL)
        model.pieces.add(piece=piece, score=score, type=kind)
    model.trainer_spec.unk_id = vocabulary.unk_id
    for name, number in ids.items():
        setattr(model.trainer_spec, f"{name}_id", number)
    model.normalizer_spec.name = "identity"
    written: bytes = model.SerializeToString()
    return written


def _normalizer() -> normalizers.Normalizer:
    """Return SentencePiece's `nmt_nfkc`: NFKC, without control characters, with one space for any spaces.

    It equals the table in the weights file except for U+FF5E and for 74 code points. Unicode gave these code
    points a compatibility mapping after the table was made.
    """
    return normalizers.Sequence(
        [
            normalizers.Replace(Regex(r"[\x00-\x08\x0b\x0e-\x1f\x7f\x8f\x9f]"), ""),
            normalizers.Replace(Regex(r"[\t\n\f\r\u1680\u200b-\u200f\u2028\u2029\u2581\ufeff\ufffd]"), " "),
            normalizers.NFKC(),
            normalizers.Replace(Regex(r" {2,}"), " "),
            normalizers.Strip(),
        ]
    )
