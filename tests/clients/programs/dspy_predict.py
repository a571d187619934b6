import dspy
from asking import FOLLOW_UP, NO_MODEL, QUESTION, URL, error_of, report

JSON = {"type": "json_object"}
dspy.configure(
    lm=dspy.LM(
        "openai/kutip-sources", api_base=f"{URL}/v1", api_key="any", cache=False, response_format=JSON
    ),
    adapter=dspy.JSONAdapter(),
)
predict = dspy.Predict("question -> answer")
first = predict(question=QUESTION)
history = dspy.History(messages=[{"question": QUESTION, "answer": first.answer}])
talk = dspy.Predict("question, history: dspy.History -> answer")
later = talk(question=FOLLOW_UP, history=history)
cited = dspy.settings.lm.history[0]["response"]
with dspy.context(lm=dspy.LM(f"openai/{NO_MODEL}", api_base=f"{URL}/v1", api_key="any", num_retries=0)):
    refused = error_of(lambda: predict(question=QUESTION))
report(asked=first.answer, streamed=None, continued=later.answer, refused=refused, cited=cited)
