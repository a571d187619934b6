"""The names of the models that clients choose from, and what each name stands for."""

from dataclasses import dataclass

from pydantic.config import JsonDict

from rag.datatypes import AnswerMode
from rag.errors import UnknownModel


@dataclass(frozen=True, kw_only=True)
class Model:
    """What a name stands for: how answers are written, and whether their text ends with the sources."""

    mode: AnswerMode
    lists_sources: bool = False


MODELS = {
    "kutip": Model(mode="auto"),
    "kutip-extractive": Model(mode="extractive"),
    "kutip-sources": Model(mode="auto", lists_sources=True),
    "kutip-extractive-sources": Model(mode="extractive", lists_sources=True),
}

MODEL_NAME_SCHEMA: JsonDict = {"enum": list(MODELS)}

_SHOWN_CHARACTERS = 100


def model_of(name: str) -> Model:
    """Return the model with a name.

    Raises:
        UnknownModel: there is no such model.
    """
    if name not in MODELS:
        raise UnknownModel(
            f"There is no model {name[:_SHOWN_CHARACTERS]!r}. The models are {', '.join(MODELS)}.",
            field="model",
        )
    return MODELS[name]
