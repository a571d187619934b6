import instructor
from asking import FOLLOW_UP, NO_MODEL, QUESTION, URL, error_of, report
from openai import OpenAI
from pydantic import BaseModel


class Reply(BaseModel):
    answer: str
    citations: list[str]


plain = OpenAI(base_url=f"{URL}/v1", api_key="any", max_retries=0)
client = instructor.from_openai(plain, mode=instructor.Mode.JSON_SCHEMA)
turns = [{"role": "user", "content": QUESTION}]
options = {"model": "kutip", "response_model": Reply, "max_retries": 0}
first = client.chat.completions.create(messages=turns, **options)
*_, last = client.chat.completions.create_partial(messages=turns, **options)
turns += [{"role": "assistant", "content": first.answer}, {"role": "user", "content": FOLLOW_UP}]
later = client.chat.completions.create(messages=turns, **options)
refused = error_of(lambda: client.chat.completions.create(messages=turns, **{**options, "model": NO_MODEL}))
report(
    asked=first.answer,
    streamed=last.answer,
    continued=later.answer,
    refused=refused,
    cited=first.citations,
    cited_in_stream=last.citations,
)
