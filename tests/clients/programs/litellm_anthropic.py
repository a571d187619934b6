import litellm
from asking import FOLLOW_UP, NO_MODEL, QUESTION, URL, error_of, report

options = {"model": "anthropic/kutip", "api_base": URL, "api_key": "any", "max_tokens": 1000}
turns = [{"role": "user", "content": QUESTION}]
first = litellm.completion(messages=turns, **options).choices[0].message
chunks = [*litellm.completion(messages=turns, stream=True, **options)]
streamed = "".join(chunk.choices[0].delta.content or "" for chunk in chunks)
turns += [{"role": "assistant", "content": first.content}, {"role": "user", "content": FOLLOW_UP}]
later = litellm.completion(messages=turns, **options).choices[0].message
options["model"] = f"anthropic/{NO_MODEL}"
refused = error_of(lambda: litellm.completion(messages=turns, **options))
report(
    asked=first.content,
    streamed=streamed,
    continued=later.content,
    refused=refused,
    cited=first.provider_specific_fields,
    cited_in_stream=chunks,
)
