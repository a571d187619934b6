from any_llm import completion
from asking import FOLLOW_UP, NO_MODEL, QUESTION, URL, error_of, report

options = {"provider": "openai", "api_base": f"{URL}/v1", "api_key": "any"}
turns = [{"role": "user", "content": QUESTION}]
first = completion(model="kutip-sources", messages=turns, **options).choices[0].message.content
chunks = completion(model="kutip-sources", messages=turns, stream=True, **options)
streamed = "".join(chunk.choices[0].delta.content or "" for chunk in chunks)
later_turns = [*turns, {"role": "assistant", "content": first}, {"role": "user", "content": FOLLOW_UP}]
later = completion(model="kutip-sources", messages=later_turns, **options).choices[0].message.content
refused = error_of(lambda: completion(model=NO_MODEL, messages=turns, **options))
report(asked=first, streamed=streamed, continued=later, refused=refused, cited=first)
