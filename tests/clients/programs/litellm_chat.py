import litellm
from asking import FOLLOW_UP, NO_MODEL, QUESTION, URL, error_of, report

options = {"model": "openai/kutip", "api_base": f"{URL}/v1", "api_key": "any"}
turns = [{"role": "user", "content": QUESTION}]
first = litellm.completion(messages=turns, **options)
chunks = [*litellm.completion(messages=turns, stream=True, **options)]
streamed = "".join(chunk.choices[0].delta.content or "" for chunk in chunks)
message = first.choices[0].message
turns += [message, {"role": "user", "content": FOLLOW_UP}]
later = litellm.completion(messages=turns, **options).choices[0].message
options["model"] = f"openai/{NO_MODEL}"
refused = error_of(lambda: litellm.completion(messages=turns, **options))
report(
    asked=message.content,
    streamed=streamed,
    continued=later.content,
    refused=refused,
    cited=message.annotations,
    cited_in_stream=chunks,
)
