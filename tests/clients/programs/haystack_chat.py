from asking import FOLLOW_UP, NO_MODEL, QUESTION, URL, error_of, report
from haystack.components.generators.chat import OpenAIChatGenerator
from haystack.dataclasses import ChatMessage
from haystack.utils import Secret

options = {"model": "kutip-sources", "api_base_url": f"{URL}/v1", "api_key": Secret.from_token("any")}
turns = [ChatMessage.from_user(QUESTION)]
first = OpenAIChatGenerator(**options).run(turns)["replies"][0]
parts = []
OpenAIChatGenerator(**options, streaming_callback=lambda chunk: parts.append(chunk.content)).run(turns)
later = OpenAIChatGenerator(**options).run([*turns, first, ChatMessage.from_user(FOLLOW_UP)])["replies"][0]
refused = error_of(lambda: OpenAIChatGenerator(**{**options, "model": NO_MODEL}).run(turns))
report(asked=first.text, streamed="".join(parts), continued=later.text, refused=refused, cited=first.text)
