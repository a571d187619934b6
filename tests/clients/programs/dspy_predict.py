import dspy
from asking import FOLLOW_UP, QUESTION, URL, report

dspy.configure(lm=dspy.LM("openai/kutip-sources", api_base=f"{URL}/v1", api_key="any", cache=False))
predict = dspy.Predict("question -> answer")
first = predict(question=QUESTION)
history = dspy.History(messages=[{"question": QUESTION, "answer": first.answer}])
talk = dspy.Predict("question, history: dspy.History -> answer")
later = talk(question=FOLLOW_UP, history=history)
report(
    asked=first.answer, streamed=None, continued=later.answer, cited=dspy.settings.lm.history[0]["response"]
)
