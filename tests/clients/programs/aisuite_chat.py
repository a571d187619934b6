import aisuite
from asking import FOLLOW_UP, NO_MODEL, QUESTION, URL, error_of, report

client = aisuite.Client({"openai": {"base_url": f"{URL}/v1", "api_key": "any"}})
turns = [{"role": "user", "content": QUESTION}]
create = client.chat.completions.create
first = create(model="openai:kutip-sources", messages=turns).choices[0].message.content
chunks = create(model="openai:kutip-sources", messages=turns, stream=True)
streamed = "".join(chunk.choices[0].delta.content or "" for chunk in chunks)
later_turns = [*turns, {"role": "assistant", "content": first}, {"role": "user", "content": FOLLOW_UP}]
later = create(model="openai:kutip-sources", messages=later_turns).choices[0].message.content
refused = error_of(lambda: create(model=f"openai:{NO_MODEL}", messages=turns))
report(asked=first, streamed=streamed, continued=later, refused=refused, cited=first)
