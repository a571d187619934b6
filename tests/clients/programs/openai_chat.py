from asking import FOLLOW_UP, NO_MODEL, QUESTION, URL, error_of, report
from openai import OpenAI

client = OpenAI(base_url=f"{URL}/v1", api_key="any", max_retries=0)
turns = [{"role": "user", "content": QUESTION}]
tools = [
    {"type": "function", "function": {"name": "cari", "parameters": {"type": "object", "properties": {}}}}
]
first = client.chat.completions.create(model="kutip", messages=turns, tools=tools).choices[0].message
chunks = client.chat.completions.create(model="kutip", messages=turns, stream=True)
deltas = [chunk.choices[0].delta for chunk in chunks]
streamed = "".join(delta.content or "" for delta in deltas)
refused = error_of(lambda: client.chat.completions.create(model=NO_MODEL, messages=turns))
turns += [first, {"role": "user", "content": FOLLOW_UP}]
later = client.chat.completions.create(model="kutip", messages=turns).choices[0].message
report(
    asked=first.content,
    streamed=streamed,
    continued=later.content,
    refused=refused,
    cited=first.annotations,
    cited_in_stream=[delta.model_extra.get("annotations") for delta in deltas],
)
