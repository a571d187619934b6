import litellm
from asking import FOLLOW_UP, QUESTION, URL, report

options = {"model": "openai/kutip", "api_base": f"{URL}/v1", "api_key": "any"}
turns = [{"role": "user", "content": QUESTION}]
first = litellm.completion(messages=turns, **options)
chunks = [*litellm.completion(messages=turns, stream=True, **options)]
streamed = "".join(chunk.choices[0].delta.content or "" for chunk in chunks)
message = first.choices[0].message
turns += [message, {"role": "user", "content": FOLLOW_UP}]
later = litellm.completion(messages=turns, **options).choices[0].message
report(asked=message.content, streamed=streamed, continued=later.content, cited=message.annotations)
