"""Every error Kutip raises on purpose, each with one HTTP status and one exit code.

    KutipError                          500  1
    ├── BadRequest                      422  2   the caller's question, filter or article is not usable
    │   ├── PayloadTooLarge             413  2
    │   └── UnknownModel                404  2   a chat asks a model that Kutip is not
    ├── SettingsError                   500  2   an environment variable or `.env` line is wrong
    ├── NotFound                        404  1   no such article, version, file or folder
    │   └── NoArticles                  404  3   nothing has been added yet
    ├── ReadingError                    422  1   a page cannot be read as an article
    │   └── RightsError                 422  1   the page forbids automatic indexing for AI
    ├── CorpusError                     503  1   the data folder cannot serve
    │   ├── CorpusDamaged               503  1
    │   ├── CorpusNotWritable           503  1
    │   ├── CorpusBusy                  503  1   another process writes for long
    │   ├── CorpusUnreachable           503  1   its server does not answer
    │   ├── CorpusTimeout               503  1   its server does not answer in time
    │   ├── CorpusRefused               503  1   its server does not know who asks, or denies it
    │   ├── CorpusTooOld                503  1   its server is
    │   ├── CorpusTooNew                503  1
    │   ├── CorpusChanged               503  1   another put other indexes in place of those looked into
    │   └── EncoderMismatch             503  1   the stored vectors are another encoder's
    ├── BackupError                     500  1   a backup cannot be written, or what is given is none
    ├── ClientGone                      408  1   nobody waits for the reply any more
    ├── AddressInUse                    500  1   the server cannot listen where it was told to
    ├── Unauthorized                    401  1   no key, or none of this service's
    ├── Forbidden                       403  1   the key may not do this
    ├── Overloaded                      503  1   more requests at once than are worked on
    │   └── RateLimited                 429  1   more requests a minute than one caller may send
    ├── EncoderError                    503  1   the embedding model cannot be loaded
    ├── RerankerError                   503  1   the reranker cannot be loaded
    ├── MissingExtra                    500  2   an optional package is not installed
    └── LanguageModelError              502  1   the language model gave no usable answer
        ├── LanguageModelUnavailable    502  1
        │   └── LanguageModelRejected   502  1   it would not take this one request
        ├── LanguageModelTimeout        504  1
        ├── LanguageModelRateLimited    502  1
        ├── LanguageModelPaused         502  1   it failed again and again, and is left alone for a while
        ├── LanguageModelCutOff         502  1   stopped at its own length limit
        ├── LanguageModelContextExceeded 502  1  the evidence is longer than it can read
        └── LanguageModelUncited        502  1   wrote nothing that the evidence is about

A message names the thing, its value and the next step.
"""

from typing import ClassVar


class KutipError(Exception):
    """Base of every error that Kutip raises on purpose.

    `public` is what callers of the service are told instead of a message that names this machine's files.
    """

    http_status: ClassVar[int] = 500
    exit_code: ClassVar[int] = 1
    public: ClassVar[str] = ""

    @property
    def public_message(self) -> str:
        """What may be told to whoever called the service."""
        return self.public or str(self)


class BadRequest(KutipError):
    """What the caller gave is not usable; `field` names where it stands, if anywhere."""

    http_status = 422
    exit_code = 2

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


class PayloadTooLarge(BadRequest):
    """What the caller gave is larger than its limit."""

    http_status = 413


class UnknownModel(BadRequest):
    """A chat asks a model that Kutip is not."""

    http_status = 404


class SettingsError(KutipError):
    """A setting is unknown or out of bounds."""

    exit_code = 2


class NotFound(KutipError):
    """No such article, version, file or folder."""

    http_status = 404


class NoArticles(NotFound):
    """Nothing has been added yet, so that there is nothing to search or list."""

    exit_code = 3


class ReadingError(KutipError):
    """A page cannot be read as an article."""

    http_status = 422


class RightsError(ReadingError):
    """The page forbids automatic indexing for AI and no permission was stated."""


class CorpusError(KutipError):
    """The data folder cannot serve."""

    http_status = 503
    public = "The articles cannot be read or changed now: the server's log says why."


class CorpusDamaged(CorpusError):
    """The database is no database any more, or holds pages that make no sense."""


class CorpusNotWritable(CorpusError):
    """The data folder refuses writing."""


class CorpusBusy(CorpusError):
    """Another process has been writing for as long as one waits."""

    public = "The articles are being changed by another process for long: try again."
    retry_after_seconds: ClassVar[float] = 30.0


class CorpusUnreachable(CorpusError):
    """The server that holds the corpus cannot be reached."""

    public = "The server of the articles cannot be reached now: this service's log says which."


class CorpusTimeout(CorpusError):
    """The server that holds the corpus does not answer in time."""

    public = "The server of the articles did not answer in time: this service's log says more."


class CorpusRefused(CorpusError):
    """The server that holds the corpus refuses the user or its token."""

    public = "The server of the articles refuses this service: its log says why."


class CorpusTooOld(CorpusError):
    """The server that holds the corpus is older than Kutip needs."""

    public = "The server of the articles is too old for this service: its log says which is needed."


class CorpusTooNew(CorpusError):
    """The data folder was written by a newer version of Kutip."""


class CorpusChanged(CorpusError):
    """What was looked into is gone: somebody dropped it, or put another in its place."""


class EncoderMismatch(CorpusError):
    """The stored vectors come from another encoder than the one configured."""

    public = "The articles were encoded by another model than this service's: its log says which."


class BackupError(KutipError):
    """A backup cannot be written, or what is to be restored is none."""


class ClientGone(KutipError):
    """Nobody waits for the reply any more."""

    http_status = 408


class AddressInUse(KutipError):
    """The server cannot listen where it was told to."""


class Unauthorized(KutipError):
    """The request carries no key, or none of this service's."""

    http_status = 401


class Forbidden(KutipError):
    """The key of the request may not do what it asks for."""

    http_status = 403


class Overloaded(KutipError):
    """More requests came at once than are worked on; later, the same request may be answered."""

    http_status = 503

    def __init__(self, message: str, *, retry_after_seconds: float) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


class RateLimited(Overloaded):
    """One caller sent more requests a minute than it may."""

    http_status = 429


class EncoderError(KutipError):
    """The embedding model cannot be loaded."""

    http_status = 503


class RerankerError(KutipError):
    """The reranker cannot be loaded."""

    http_status = 503


class MissingExtra(KutipError):
    """An optional package is not installed."""

    exit_code = 2


class LanguageModelError(KutipError):
    """The language model gave no usable answer; `reason` is the Answer's `degraded`.

    `retry_after_seconds` is how long its server wants to be left alone, where it says so.
    """

    http_status = 502
    reason: ClassVar[str] = "llm_error"

    def __init__(self, message: str, *, retry_after_seconds: float | None = None) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


class LanguageModelUnavailable(LanguageModelError):
    """The language model's server cannot be reached or failed."""

    reason = "llm_unavailable"


class LanguageModelRejected(LanguageModelUnavailable):
    """The language model's server takes requests, but not this one."""


class LanguageModelTimeout(LanguageModelError):
    """The language model did not answer in time."""

    http_status = 504
    reason = "llm_timeout"


class LanguageModelRateLimited(LanguageModelError):
    """The language model's server refuses more requests for now."""

    reason = "llm_rate_limited"


class LanguageModelPaused(LanguageModelError):
    """The language model failed again and again and was not asked."""

    reason = "llm_paused"


class LanguageModelCutOff(LanguageModelError):
    """The language model stopped at its own length limit."""

    reason = "llm_cut_off"


class LanguageModelContextExceeded(LanguageModelError):
    """The prompt is longer than the language model's context."""

    reason = "llm_context_exceeded"


class LanguageModelUncited(LanguageModelError):
    """The language model wrote nothing that the evidence is about."""

    reason = "llm_uncited"
