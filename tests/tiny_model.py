"""Sentence-transformers models of a few thousand random weights, saved as folders."""

from pathlib import Path

import torch
from sentence_transformers import CrossEncoder, SentenceTransformer
from sentence_transformers.base.modules.normalize import Normalize
from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
from transformers import BertConfig, BertForSequenceClassification, BertModel, BertTokenizer

WORDS = ("kopi", "banjir", "bus", "harga", "naik", "query", "passage", ":")
PIECES = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *WORDS)
POSITIONS = 32
DIMENSION = 16


def save_tiny_model(folder: Path, *, prompts: dict[str, str] | None = None) -> Path:
    """Save one layer of BERT with mean pooling; a token is a word of `WORDS` or `[UNK]`."""
    torch.manual_seed(7)
    bert = folder / "bert"
    BertModel(_config(layers=1)).save_pretrained(bert)
    _tokenizer().save_pretrained(bert)
    transformer = Transformer(str(bert), max_seq_length=POSITIONS)
    modules = [transformer, Pooling(DIMENSION, "mean"), Normalize()]
    SentenceTransformer(modules=modules, prompts=prompts, device="cpu").save(str(folder / "model"))
    return folder / "model"


def save_tiny_cross_encoder(folder: Path, *, labels: int = 1) -> Path:
    """Save two layers of BERT that score pairs of texts, of the same tokens."""
    torch.manual_seed(7)
    bert = folder / "scoring-bert"
    # Weights large enough that scores differ by more than rounding does.
    config = _config(layers=2, spread=0.5)
    config.num_labels = labels
    BertForSequenceClassification(config).save_pretrained(bert)
    _tokenizer().save_pretrained(bert)
    CrossEncoder(str(bert), device="cpu").save(str(folder / "cross-encoder"))
    return folder / "cross-encoder"


def _config(*, layers: int, spread: float = 0.02) -> BertConfig:
    return BertConfig(
        vocab_size=len(PIECES),
        hidden_size=DIMENSION,
        num_hidden_layers=layers,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=POSITIONS,
        initializer_range=spread,
    )


def _tokenizer() -> BertTokenizer:
    return BertTokenizer(vocab={piece: number for number, piece in enumerate(PIECES)})
