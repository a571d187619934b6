import langroid.language_models as lm
from asking import FOLLOW_UP, NO_MODEL, QUESTION, URL, error_of, report


def model_of(name: str, *, stream: bool = False) -> lm.OpenAIGPT:
    options = {"api_base": f"{URL}/v1", "api_key": "any", "stream": stream, "chat_context_length": 8000}
    return lm.OpenAIGPT(lm.OpenAIGPTConfig(chat_model=name, **options))


turns = [lm.LLMMessage(role=lm.Role.USER, content=QUESTION)]
first = model_of("kutip-sources").chat(turns).message
streamed = model_of("kutip-sources", stream=True).chat(turns).message
turns += [
    lm.LLMMessage(role=lm.Role.ASSISTANT, content=first),
    lm.LLMMessage(role=lm.Role.USER, content=FOLLOW_UP),
]
later = model_of("kutip-sources").chat(turns).message
refused = error_of(lambda: model_of(NO_MODEL).chat(turns))
report(asked=first, streamed=streamed, continued=later, refused=refused, cited=first)
