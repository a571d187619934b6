from asking import FOLLOW_UP, QUESTION, URL, report
from llama_index.core.llms import ChatMessage
from llama_index.llms.openai_like import OpenAILike

model = OpenAILike(model="kutip-sources", api_base=f"{URL}/v1", api_key="any", is_chat_model=True)
turns = [ChatMessage(role="user", content=QUESTION)]
first = model.chat(turns).message
streamed = "".join(part.delta or "" for part in model.stream_chat(turns))
later = model.chat([*turns, first, ChatMessage(role="user", content=FOLLOW_UP)]).message
report(asked=first.content, streamed=streamed, continued=later.content, cited=first.content)
