from anthropic import Anthropic
from asking import FOLLOW_UP, NO_MODEL, QUESTION, URL, error_of, report

client = Anthropic(base_url=URL, api_key="any", max_retries=0)
turns = [{"role": "user", "content": QUESTION}]
first = client.messages.create(model="kutip", max_tokens=1000, messages=turns)
with client.messages.stream(model="kutip", max_tokens=1000, messages=turns) as stream:
    streamed = "".join(stream.text_stream)
    cited_in_stream = stream.get_final_message().content[0].citations
turns += [{"role": "assistant", "content": first.content}, {"role": "user", "content": FOLLOW_UP}]
later = client.messages.create(model="kutip", max_tokens=1000, messages=turns)
asked, continued = ("".join(block.text for block in message.content) for message in (first, later))
refused = error_of(lambda: client.messages.create(model=NO_MODEL, max_tokens=1000, messages=turns))
report(
    asked=asked,
    streamed=streamed,
    continued=continued,
    refused=refused,
    cited=first.content[0].citations,
    cited_in_stream=cited_in_stream,
)
