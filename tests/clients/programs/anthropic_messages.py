from anthropic import Anthropic
from asking import FOLLOW_UP, QUESTION, URL, report

client = Anthropic(base_url=URL, api_key="any", max_retries=0)
turns = [{"role": "user", "content": QUESTION}]
first = client.messages.create(model="kutip", max_tokens=1000, messages=turns)
with client.messages.stream(model="kutip", max_tokens=1000, messages=turns) as stream:
    streamed = "".join(stream.text_stream)
turns += [{"role": "assistant", "content": first.content}, {"role": "user", "content": FOLLOW_UP}]
later = client.messages.create(model="kutip", max_tokens=1000, messages=turns)
asked, continued = ("".join(block.text for block in message.content) for message in (first, later))
report(asked=asked, streamed=streamed, continued=continued, cited=first.content[0].citations)
