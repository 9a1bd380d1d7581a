"""What reviews feel like, told with what textblob ships: no corpus is downloaded."""

import re

from textblob import TextBlob

WORD = re.compile(r"[a-z']+")


def handler(event, context):
    """What the named task tells of each review."""
    task = TASKS.get(event.get("task", "mood"))
    if task is None:
        return {"error": "no such task", "tasks": sorted(TASKS)}
    return {"reviews": task(event)}


def mood(event):
    """How good each review is, and how personal."""
    return [feeling(TextBlob(review)) for review in event["reviews"]]


def reasons(event):
    """As `mood`, with the words that made it."""
    answers = []
    for review in event["reviews"]:
        blob = TextBlob(review)
        found = blob.sentiment_assessments.assessments
        words = [{"words": words, "polarity": round(polarity, 2)} for words, polarity, _, _ in found]
        answers.append({**feeling(blob), "words": words})
    return answers


def corrected(event):
    """Each review as it was probably meant, and how good that is."""
    blobs = [TextBlob(review).correct() for review in event["reviews"]]
    return [{"text": str(blob), **feeling(blob)} for blob in blobs]


def phrases(event):
    """What each review speaks of: its noun phrases."""
    return [noun_phrases(TextBlob(review).parse()) for review in event["reviews"]]


def topics(event):
    """What each review is about, learned from the examples that the event brings."""
    from textblob.classifiers import NaiveBayesClassifier

    examples = [(words(example["text"]), example["topic"]) for example in event["examples"]]
    classifier = NaiveBayesClassifier(examples, feature_extractor=lambda document: dict.fromkeys(document, True))
    answers = []
    for review in event["reviews"]:
        likely = classifier.prob_classify(words(review))
        answers.append({"topic": likely.max(), "sure": round(likely.prob(likely.max()), 2)})
    return answers


def feeling(blob):
    """From -1, bad, to 1, good; from 0, a fact, to 1, an opinion."""
    return {"polarity": round(blob.polarity, 2), "subjectivity": round(blob.subjectivity, 2)}


def noun_phrases(parsed):
    """The noun phrases of a parsed text: sentences of words, each with its tag and its place in a chunk."""
    found = []
    for word, _, place, *_ in (word for sentence in parsed.split() for word in sentence):
        if place == "B-NP":
            found.append(word)
        elif place == "I-NP" and found:
            found[-1] += " " + word
    return found


def words(text):
    """A text's words, in lower case."""
    return WORD.findall(text.lower())


TASKS = {"mood": mood, "reasons": reasons, "corrected": corrected, "phrases": phrases, "topics": topics}
