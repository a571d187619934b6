from asking import FOLLOW_UP, NO_MODEL, QUESTION, URL, error_of, report
from chatlas import ChatOpenAICompletions

options = {"model": "kutip-sources", "base_url": f"{URL}/v1", "api_key": "any"}
chat = ChatOpenAICompletions(**options)
first = str(chat.chat(QUESTION, echo="none"))
later = str(chat.chat(FOLLOW_UP, echo="none"))
streamed = "".join(ChatOpenAICompletions(**options).stream(QUESTION))
unknown = ChatOpenAICompletions(**{**options, "model": NO_MODEL})
refused = error_of(lambda: unknown.chat(QUESTION, echo="none"))
report(asked=first, streamed=streamed, continued=later, refused=refused, cited=first)
