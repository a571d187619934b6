import outlines
from asking import FOLLOW_UP, NO_MODEL, QUESTION, URL, error_of, report
from openai import OpenAI
from outlines.inputs import Chat

client = OpenAI(base_url=f"{URL}/v1", api_key="any", max_retries=0)
model = outlines.from_openai(client, "kutip-sources")
chat = Chat([{"role": "user", "content": QUESTION}])
first = model(chat)
streamed = "".join(model.stream(chat))
chat.add_assistant_message(first)
chat.add_user_message(FOLLOW_UP)
later = model(chat)
refused = error_of(lambda: outlines.from_openai(client, NO_MODEL)(chat))
report(asked=first, streamed=streamed, continued=later, refused=refused, cited=first)
