"""What can be set, from the environment or `.env`; unknown `KUTIP_` names are refused."""

import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any, Literal

from dotenv import dotenv_values
from pydantic import AfterValidator, AliasChoices, Field, SecretStr, ValidationError
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, SettingsConfigDict

from rag.access_keys import as_key_hashes
from rag.datatypes import CorpusKind, Markers, SourceEvents, UnsupportedPolicy, VectorIndexType
from rag.errors import SettingsError

PREFIX = "KUTIP_"
ENV_FILE = ".env"

_HOST = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*")
_ORIGIN = re.compile(r"https?://(\*\.)?[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*(:\d{1,5})?")


def _as_origins(value: str) -> str:
    """Return origins with one space between; anything else could end the header they are put into."""
    origins = value.split()
    for origin in origins:
        if not _ORIGIN.fullmatch(origin):
            raise PydanticCustomError(
                "origin", "{origin} is no origin such as https://example.org", {"origin": repr(origin)}
            )
    return " ".join(origins)


def _as_hosts(value: str) -> str:
    """Return names of hosts with one space between."""
    hosts = value.lower().split()
    for host in hosts:
        if not _HOST.fullmatch(host):
            raise PydanticCustomError(
                "host", "{host} is no name such as kutip.example, without a port", {"host": repr(host)}
            )
    return " ".join(hosts)


def _without_user(address: str) -> str:
    """Return an address; one with a user or password would show it wherever it is shown."""
    if "@" in address:
        raise PydanticCustomError("user", "an address holds no user or password, a key is OPENAI_API_KEY")
    return address


def _as_key_hashes(value: SecretStr) -> SecretStr:
    """Return the hashes of keys, so that none is held in the clear, not even as a secret."""
    try:
        return SecretStr(" ".join(as_key_hashes(value.get_secret_value())))
    except ValueError as error:
        raise PydanticCustomError("keys", "{reason}", {"reason": str(error)}) from None


Hosts = Annotated[str, AfterValidator(_as_hosts)]
Origins = Annotated[str, AfterValidator(_as_origins)]
KeyHashes = Annotated[SecretStr, AfterValidator(_as_key_hashes)]

# What is wrong with a secret is told without it.
_SECRET_NAME = re.compile(r".*_(KEYS?|TOKEN)|OPENAI_BASE_URL")


class Settings(BaseSettings):
    """Every setting, with its default and bounds; `load_settings` reads them."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=ENV_FILE,
        env_ignore_empty=True,  # so that the output of `kutip settings` is a `.env`
        frozen=True,
        extra="ignore",
        populate_by_name=True,
        hide_input_in_errors=True,
    )

    data_dir: Path = Field(Path("data"), description="Folder of the corpus; made when missing.")
    corpus: CorpusKind = Field(
        "local", description="Where articles are kept: in the folder `local`ly, or on a `milvus` server."
    )
    milvus_uri: str | None = Field(
        None, pattern=r"^https?://[^\s?#]+$", description="Address of the Milvus server."
    )
    milvus_token: SecretStr | None = Field(None, description="Its `user:password`, or its API key.")
    milvus_prefix: str = Field(
        "kutip",
        pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,99}$",
        description="What the names of the corpus' collections begin with.",
    )
    milvus_timeout_seconds: Annotated[float, Field(gt=0, le=600)] = Field(
        10.0, description="Longest wait for one reply of the Milvus server."
    )
    milvus_index: VectorIndexType = Field(
        "AUTOINDEX", description="Index of the vectors, for collections that are made from now on."
    )
    milvus_shards: Annotated[int, Field(ge=1, le=16)] = Field(
        1, description="Shards of the passages, for collections that are made from now on."
    )
    milvus_replicas: Annotated[int, Field(ge=1, le=64)] = Field(
        1, description="Copies in memory, for collections that are made from now on."
    )

    embedding_model: str = Field(
        "bundled",
        min_length=1,
        description="`bundled` (multilingual-e5-small, offline), a hub name, or a folder.",
    )
    embedding_engine: Literal["auto", "openvino", "torch"] = Field(
        "auto",
        description="What runs the bundled model: `auto` is torch on a GPU, otherwise OpenVINO.",
    )
    passage_max_tokens: Annotated[int, Field(ge=32, le=8192)] = Field(
        256, description="Longest passage; a longer paragraph is cut at sentence ends."
    )

    reranker_model: str | None = Field(
        None,
        description="Cross-encoder that reads the best hits again and orders them: a hub name, or a folder.",
    )
    reranker_depth: Annotated[int, Field(ge=1, le=100)] = Field(
        32, description="Hits that the reranker reads, or those asked for where they are more."
    )

    llm_model: str | None = Field(
        None, description="Model that writes answers; without one, answers are verbatim sentences."
    )
    llm_timeout_seconds: Annotated[float, Field(gt=0, le=600)] = Field(
        60.0, description="Longest wait for the language model, whole answer included."
    )
    answer_timeout_seconds: Annotated[float, Field(gt=0, le=3600)] = Field(
        90.0, description="Longest use of the language model for one request, search included."
    )
    llm_max_tokens: Annotated[int, Field(ge=16, le=32_768)] = Field(
        1024, description="Longest answer asked of the language model."
    )
    llm_context_tokens: Annotated[int, Field(ge=512, le=2_000_000)] = Field(
        8192,
        description="Longest prompt and answer together; evidence beyond it is left out by whole passages.",
    )
    unsupported: UnsupportedPolicy = Field(
        "flag", description="Sentences of the language model that no evidence supports: `flag` or `drop`."
    )
    openai_api_key: SecretStr | None = Field(
        None, validation_alias=AliasChoices("OPENAI_API_KEY", "openai_api_key"), description="Its key."
    )
    openai_base_url: Annotated[str, AfterValidator(_without_user)] | None = Field(
        None,
        validation_alias=AliasChoices("OPENAI_BASE_URL", "openai_base_url"),
        description="Its server, if not OpenAI's; any compatible one.",
    )

    top_k: Annotated[int, Field(ge=1, le=50)] = Field(
        8, description="Passages an answer is written from, unless the question says otherwise."
    )
    max_question_characters: Annotated[int, Field(ge=1, le=20_000)] = Field(
        2000, description="Longest question or search query."
    )
    chat_markers: Markers = Field(
        "plain", description="Citations in a chat's text: `plain` numbers, or Markdown `links`."
    )
    chat_sources: SourceEvents = Field(
        "none", description="Source events in a chat's stream: `none`, or those that `open-webui` shows."
    )
    public_url: str | None = Field(
        None,
        pattern=r"^https?://[^\s?#]+$",
        description="Address at which readers reach Kutip's page; that of the request otherwise.",
    )
    host: str = Field("127.0.0.1", min_length=1, description="Address `kutip serve` listens on.")
    port: Annotated[int, Field(ge=0, le=65_535)] = Field(8000, description="Port `kutip serve` listens on.")
    frame_ancestors: Origins = Field(
        "",
        description="Origins that may show the chat page in a frame, with spaces between; none where empty.",
    )
    cors_origins: Origins = Field(
        "",
        description="Origins whose pages may send requests, with spaces between; none where empty.",
    )

    allowed_hosts: Hosts = Field(
        "",
        description="Names with a dot, beside localhost's, by which a service without keys may be called.",
    )
    api_keys: KeyHashes | None = Field(
        None,
        description="Keys that may ask, search and read, or `sha256:` hashes of them; see `kutip key`.",
    )
    admin_keys: KeyHashes | None = Field(
        None, description="Keys, or hashes of them, that may also add and delete articles."
    )
    rate_limit: Annotated[int, Field(ge=0, le=1_000_000)] = Field(
        0, description="Requests a minute of each key, or of each address where no key is set; 0 for any."
    )
    max_concurrent: Annotated[int, Field(ge=0, le=100_000)] = Field(
        64, description="Requests worked on at once; as many more wait for a moment; 0 for any number."
    )
    workers: Annotated[int, Field(ge=1, le=64)] = Field(
        1, description="Processes of `kutip serve` that answer, each with a model of its own."
    )
    search_wait_seconds: Annotated[float, Field(ge=0, le=60)] = Field(
        0.1, description="Longest wait of a search for a processor; one that would wait longer is refused."
    )
    shutdown_seconds: Annotated[int, Field(ge=0, le=3600)] = Field(
        25, description="Time that answers under way have to finish when `kutip serve` is told to stop."
    )

    log_format: Literal["text", "json"] = Field(
        "text", description="Lines of the log of `kutip serve`, on standard error."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="Least level of what is logged; at `info` one line a request."
    )
    trace_texts: bool = Field(
        False, description="Whether traces hold questions, prompts and answers, where traces are sent."
    )
    log_texts: bool = Field(False, description="Whether questions, queries and answers are logged too.")


def load_settings(**overrides: Any) -> Settings:
    """Read the settings; `overrides` win over the environment, which wins over `.env`.

    Raises:
        SettingsError: a `KUTIP_` name is unknown, or a value is out of its bounds.
    """
    _refuse_unknown(os.environ, source="the environment")
    _refuse_unknown(_env_file_names(), source=ENV_FILE)
    try:
        return Settings(**overrides)
    except ValidationError as error:
        first = error.errors()[0]
        name = environment_name(str(first["loc"][0]))
        shown = "" if _SECRET_NAME.fullmatch(name) else f" is {first['input']!r}"
        raise SettingsError(f"{name}{shown}: {first['msg']}: correct or remove it.") from error


def environment_name(field: str) -> str:
    """Return the environment variable of a field: `data_dir` is `KUTIP_DATA_DIR`."""
    name = field.upper()
    return name if name.startswith("OPENAI_") else PREFIX + name


def _env_file_names() -> list[str]:
    try:
        return list(dotenv_values(ENV_FILE))
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{ENV_FILE} cannot be read ({error}): write it as a UTF-8 text file.") from error


def _refuse_unknown(names: Iterable[str], *, source: str) -> None:
    known = [environment_name(field) for field in Settings.model_fields]
    unknown = sorted(name for name in names if name.upper().startswith(PREFIX) and name.upper() not in known)
    if unknown:
        raise SettingsError(
            f"{unknown[0]} in {source} is no setting of Kutip: correct or remove it. "
            f"The settings are {', '.join(known)}."
        )
