"""A sentence-transformers model of a few thousand random weights, saved as a folder."""

from pathlib import Path

import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.base.modules.normalize import Normalize
from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
from transformers import BertConfig, BertModel, BertTokenizer

WORDS = ("kopi", "banjir", "bus", "harga", "naik", "query", "passage", ":")
POSITIONS = 32
DIMENSION = 16


def save_tiny_model(folder: Path, *, prompts: dict[str, str] | None = None) -> Path:
    """Save one layer of BERT with mean pooling; a token is a word of `WORDS` or `[UNK]`."""
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *WORDS]
    tokenizer = BertTokenizer(vocab={piece: number for number, piece in enumerate(pieces)})
    config = BertConfig(
        vocab_size=len(pieces),
        hidden_size=DIMENSION,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=POSITIONS,
    )
    torch.manual_seed(7)
    bert = folder / "bert"
    BertModel(config).save_pretrained(bert)
    tokenizer.save_pretrained(bert)
    transformer = Transformer(str(bert), max_seq_length=POSITIONS)
    modules = [transformer, Pooling(DIMENSION, "mean"), Normalize()]
    SentenceTransformer(modules=modules, prompts=prompts, device="cpu").save(str(folder / "model"))
    return folder / "model"
