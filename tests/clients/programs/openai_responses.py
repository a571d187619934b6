from asking import FOLLOW_UP, NO_MODEL, QUESTION, URL, error_of, report
from openai import OpenAI

client = OpenAI(base_url=f"{URL}/v1", api_key="any", max_retries=0)
first = client.responses.create(model="kutip", input=QUESTION, tools=[{"type": "web_search"}])
with client.responses.stream(model="kutip", input=QUESTION) as stream:
    streamed = "".join(event.delta for event in stream if event.type == "response.output_text.delta")
    cited_in_stream = stream.get_final_response().output[0].content[0].annotations
turns = [{"role": "user", "content": QUESTION}, *first.output, {"role": "user", "content": FOLLOW_UP}]
later = client.responses.create(model="kutip", input=turns)
cited = first.output[0].content[0].annotations
refused = error_of(lambda: client.responses.create(model=NO_MODEL, input=QUESTION))
report(
    asked=first.output_text,
    streamed=streamed,
    continued=later.output_text,
    refused=refused,
    cited=cited,
    cited_in_stream=cited_in_stream,
)
