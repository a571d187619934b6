from asking import FOLLOW_UP, NO_MODEL, QUESTION, URL, error_of, report
from llama_index.core.llms import ChatMessage
from llama_index.llms.openai_like import OpenAILike

options = {"api_base": f"{URL}/v1", "api_key": "any", "is_chat_model": True}
model = OpenAILike(model="kutip-sources", **options)
turns = [ChatMessage(role="user", content=QUESTION)]
first = model.chat(turns).message
streamed = "".join(part.delta or "" for part in model.stream_chat(turns))
later = model.chat([*turns, first, ChatMessage(role="user", content=FOLLOW_UP)]).message
refused = error_of(lambda: OpenAILike(model=NO_MODEL, max_retries=0, **options).chat(turns))
report(
    asked=first.content,
    streamed=streamed,
    continued=later.content,
    refused=refused,
    cited=first.content,
)
