from asking import FOLLOW_UP, QUESTION, URL, report
from openai import OpenAI

client = OpenAI(base_url=f"{URL}/v1", api_key="any", max_retries=0)
turns = [{"role": "user", "content": QUESTION}]
tools = [
    {"type": "function", "function": {"name": "cari", "parameters": {"type": "object", "properties": {}}}}
]
first = client.chat.completions.create(model="kutip", messages=turns, tools=tools).choices[0].message
chunks = client.chat.completions.create(model="kutip", messages=turns, stream=True)
streamed = "".join(chunk.choices[0].delta.content or "" for chunk in chunks)
turns += [first, {"role": "user", "content": FOLLOW_UP}]
later = client.chat.completions.create(model="kutip", messages=turns).choices[0].message
report(asked=first.content, streamed=streamed, continued=later.content, cited=first.annotations)
