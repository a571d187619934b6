import litellm
from asking import FOLLOW_UP, QUESTION, URL, report

options = {"model": "anthropic/kutip", "api_base": URL, "api_key": "any", "max_tokens": 1000}
turns = [{"role": "user", "content": QUESTION}]
first = litellm.completion(messages=turns, **options).choices[0].message
chunks = litellm.completion(messages=turns, stream=True, **options)
streamed = "".join(chunk.choices[0].delta.content or "" for chunk in chunks)
turns += [{"role": "assistant", "content": first.content}, {"role": "user", "content": FOLLOW_UP}]
later = litellm.completion(messages=turns, **options).choices[0].message
report(asked=first.content, streamed=streamed, continued=later.content, cited=first.provider_specific_fields)
