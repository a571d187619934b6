"""Every error that Kutip raises on purpose, each with one HTTP status and one exit code.

    KutipError                          500  1
    ├── BadRequest                      422  2   the question, filter or article in the request is not valid
    │   ├── PayloadTooLarge             413  2
    │   └── UnknownModel                404  2   a chat request names an unknown model
    ├── SettingsError                   500  2   an environment variable or a line of `.env` is wrong
    ├── NotFound                        404  1   there is no such article, version, file or folder
    │   └── NoArticles                  404  3   no articles have been added yet
    ├── ReadingError                    422  1   a page cannot be read as an article
    │   └── RightsError                 422  1   the page forbids automatic indexing for AI
    ├── CorpusError                     503  1   the corpus cannot be read or changed
    │   ├── CorpusDamaged               503  1
    │   ├── CorpusNotWritable           503  1
    │   ├── CorpusBusy                  503  1   another process is writing for too long
    │   ├── CorpusUnreachable           503  1   the server of the corpus cannot be reached
    │   ├── CorpusTimeout               503  1   the server of the corpus does not answer in time
    │   ├── CorpusRefused               503  1   the server of the corpus refuses the user or token
    │   ├── CorpusTooOld                503  1   the server of the corpus is too old
    │   ├── CorpusTooNew                503  1
    │   ├── CorpusChanged               503  1   the indexes were dropped or replaced during a search
    │   └── EncoderMismatch             503  1   another encoder made the stored vectors
    ├── BackupError                     500  1   a backup cannot be written, or the file is not a backup
    ├── ClientGone                      408  1   the client disconnected
    ├── AddressInUse                    500  1   the server cannot listen on its address
    ├── Unauthorized                    401  1   the request has no key or an unknown key
    ├── Forbidden                       403  1   the key may not do this
    ├── Overloaded                      503  1   too many requests at the same time
    │   └── RateLimited                 429  1   too many requests a minute from one caller
    ├── EncoderError                    503  1   the embedding model cannot be loaded
    ├── RerankerError                   503  1   the reranker cannot be loaded
    ├── CrossEncoderError               503  1   the cross-encoder cannot be loaded
    ├── MissingExtra                    500  2   an optional package is not installed
    └── LanguageModelError              502  1   the language model gave no usable answer
        ├── LanguageModelUnavailable    502  1
        │   └── LanguageModelRejected   502  1   the server refused this one request
        ├── LanguageModelTimeout        504  1
        ├── LanguageModelRateLimited    502  1
        ├── LanguageModelPaused         502  1   it failed several times and is not asked for a while
        ├── LanguageModelCutOff         502  1   it stopped at its own length limit
        ├── LanguageModelContextExceeded 502  1  the prompt is longer than its context
        └── LanguageModelUncited        502  1   its answer is not about the evidence

A message names the thing, its value and the next step.
"""

from typing import ClassVar


class KutipError(Exception):
    """Base class of every error that Kutip raises on purpose.

    If `public` is set, callers of the service get this text instead of the message, because the message may
    name files of the server.
    """

    http_status: ClassVar[int] = 500
    exit_code: ClassVar[int] = 1
    public: ClassVar[str] = ""

    @property
    def public_message(self) -> str:
        """The message for callers of the service."""
        return self.public or str(self)


class BadRequest(KutipError):
    """The request is not valid. `field` names the wrong field of the request, if there is one."""

    http_status = 422
    exit_code = 2

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


class PayloadTooLarge(BadRequest):
    """A part of the request is larger than its limit."""

    http_status = 413


class UnknownModel(BadRequest):
    """A chat request names an unknown model."""

    http_status = 404


class SettingsError(KutipError):
    """A setting is unknown, or its value is not allowed."""

    exit_code = 2


class NotFound(KutipError):
    """There is no such article, version, file or folder."""

    http_status = 404


class NoArticles(NotFound):
    """No articles have been added yet, so there is nothing to search or list."""

    exit_code = 3


class ReadingError(KutipError):
    """A page cannot be read as an article."""

    http_status = 422


class RightsError(ReadingError):
    """The page forbids automatic indexing for AI, and no permission was stated."""


class CorpusError(KutipError):
    """The corpus cannot be read or changed."""

    http_status = 503
    public = "The articles cannot be read or changed at the moment. See the server's log for the reason."


class CorpusDamaged(CorpusError):
    """The file is not a database, or its content is damaged."""


class CorpusNotWritable(CorpusError):
    """The data folder cannot be written to."""


class CorpusBusy(CorpusError):
    """Another process has been writing for too long."""

    public = "Another process is changing the articles. Try again later."
    retry_after_seconds: ClassVar[float] = 30.0


class CorpusUnreachable(CorpusError):
    """The server that holds the corpus cannot be reached."""

    public = "The server that stores the articles cannot be reached. See the service's log for details."


class CorpusTimeout(CorpusError):
    """The server that holds the corpus does not answer in time."""

    public = "The server that stores the articles did not answer in time. See the service's log for details."


class CorpusRefused(CorpusError):
    """The server that holds the corpus refuses the user or its token."""

    public = "The server that stores the articles refuses this service. See the service's log for the reason."


class CorpusTooOld(CorpusError):
    """The server that holds the corpus is older than Kutip needs."""

    public = "The server that stores the articles is too old. See the service's log for the version it needs."


class CorpusTooNew(CorpusError):
    """A newer version of Kutip wrote the data folder."""


class CorpusChanged(CorpusError):
    """The indexes were dropped or replaced during a search."""


class EncoderMismatch(CorpusError):
    """The stored vectors come from another encoder than the configured one."""

    public = "The articles were encoded with another model than the configured one. See the service's log."


class BackupError(KutipError):
    """A backup cannot be written, or the file to restore is not a backup."""


class ClientGone(KutipError):
    """The client disconnected before it got its reply."""

    http_status = 408


class AddressInUse(KutipError):
    """The server cannot listen on its address."""


class Unauthorized(KutipError):
    """The request has no key, or a key that the service does not know."""

    http_status = 401


class Forbidden(KutipError):
    """The key does not allow this request."""

    http_status = 403


class Overloaded(KutipError):
    """Too many requests came at the same time. The same request may succeed later."""

    http_status = 503

    def __init__(self, message: str, *, retry_after_seconds: float) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


class RateLimited(Overloaded):
    """One caller sent more requests a minute than allowed."""

    http_status = 429


class EncoderError(KutipError):
    """The embedding model cannot be loaded."""

    http_status = 503


class RerankerError(KutipError):
    """The reranker cannot be loaded."""

    http_status = 503


class CrossEncoderError(KutipError):
    """The cross-encoder cannot be loaded."""

    http_status = 503


class MissingExtra(KutipError):
    """An optional package is not installed."""

    exit_code = 2


class LanguageModelError(KutipError):
    """The language model gave no usable answer. `reason` is the answer's `degraded`.

    `retry_after_seconds` is the pause that the language model's server asks for, if it does.
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
    """The language model's server refused this request, but accepts others."""


class LanguageModelTimeout(LanguageModelError):
    """The language model did not answer in time."""

    http_status = 504
    reason = "llm_timeout"


class LanguageModelRateLimited(LanguageModelError):
    """The language model's server accepts no more requests at the moment."""

    reason = "llm_rate_limited"


class LanguageModelPaused(LanguageModelError):
    """The language model was not asked because it failed several times in a row."""

    reason = "llm_paused"


class LanguageModelCutOff(LanguageModelError):
    """The language model stopped at its own length limit."""

    reason = "llm_cut_off"


class LanguageModelContextExceeded(LanguageModelError):
    """The prompt is longer than the language model's context."""

    reason = "llm_context_exceeded"


class LanguageModelUncited(LanguageModelError):
    """The language model's answer is not about the evidence."""

    reason = "llm_uncited"
