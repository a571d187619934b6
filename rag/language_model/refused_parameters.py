"""Recognises that a server refuses a parameter of the request, as those of reasoning models do.

OpenAI's models that reason, such as o3 and gpt-5, refuse `max_tokens` and every temperature but 1:
"Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead."
"""

import re

# Parameters that a request can do without. `max_completion_tokens` then takes the place of `max_tokens`.
_PARAMETERS = ("max_tokens", "temperature", "stop")

_CODES = ("unsupported_parameter", "unsupported_value")

# How OpenAI, LiteLLM, Anthropic, xAI and Moonshot word a refusal.
_REFUSES = (
    r"(?:unsupported|not support|n['’]t support|not permitted|deprecated|unrecognized"
    r"|only \S+ is (?:allowed|supported))"
)
# What is between a parameter and such words: the rest of the sentence, in which a number may have a point.
_BETWEEN = r"(?:[^.]|\.\d){0,60}?"
_PATTERNS = {
    name: re.compile(rf"\b{name}\b{_BETWEEN}{_REFUSES}|{_REFUSES}{_BETWEEN}\b{name}\b", re.I)
    for name in _PARAMETERS
}
_READ_CHARACTERS = 500


def refused_parameters(message: str, *, code: str | None, param: str | None) -> frozenset[str]:
    """Return the names of the parameters that a server does not support, from its reply with status 400.

    A value out of range is no reason to leave a parameter out.
    """
    if code in _CODES and param in _PARAMETERS:
        return frozenset({param})
    start = message[:_READ_CHARACTERS]
    return frozenset(name for name, pattern in _PATTERNS.items() if pattern.search(start))
