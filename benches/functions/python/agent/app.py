"""An assistant for a shop: asks a language model and does what it wants done. The event brings the model's replies."""

import json

import httpx
import openai

from stock import TOOLS, use

MODEL = "example-model"
INSTRUCTIONS = "You answer customers of a shop. Look up what is in stock before you promise anything."
MOST_TURNS = 4


def handler(event, context):
    """The answer to the customer, and what was asked of the model on the way there."""
    asked = []
    client = connect(iter(event["replies"]), asked)
    ask = WAYS[event.get("way", "chat")]
    try:
        answer = ask(client, event["question"])
    except openai.APIStatusError as error:
        answer = {"error": type(error).__name__, "status": error.status_code, "code": error.code}
    return {"answer": answer, "asked": asked}


def connect(replies, asked):
    """A client whose requests are noted, and answered by the replies in turn."""

    def reply(request):
        body = json.loads(request.content)
        asked.append({"path": request.url.path, "fields": sorted(body), "bytes": len(request.content)})
        given = next(replies)
        return httpx.Response(given["status"], headers=given.get("headers"), text=text_of(given["body"]))

    transport = httpx.MockTransport(reply)
    http = httpx.Client(transport=transport, trust_env=False)
    return openai.OpenAI(
        api_key="example-key", base_url="https://models.example/v1", http_client=http, max_retries=0
    )


def text_of(body):
    """A reply's body: a list is a stream of server-sent events."""
    if not isinstance(body, list):
        return json.dumps(body)
    return "".join("data: %s\n\n" % json.dumps(chunk) for chunk in body) + "data: [DONE]\n\n"


def chat(client, question):
    """Lets the model use the tools until it has an answer."""
    messages = conversation(question)
    for _ in range(MOST_TURNS):
        completion = client.chat.completions.create(model=MODEL, messages=messages, tools=TOOLS, temperature=0)
        message = completion.choices[0].message
        if not message.tool_calls:
            return {"text": message.content, "tokens": completion.usage.total_tokens}
        messages.append(message)
        for call in message.tool_calls:
            result = use(call.function.name, json.loads(call.function.arguments))
            messages.append({"role": "tool", "tool_call_id": call.id, "content": json.dumps(result)})
    return {"error": "no answer after %d turns" % MOST_TURNS}


def stream(client, question):
    """Puts the answer together as it comes."""
    chunks = client.chat.completions.create(model=MODEL, messages=conversation(question), stream=True)
    pieces = [chunk.choices[0].delta.content for chunk in chunks if chunk.choices]
    return {"text": "".join(piece for piece in pieces if piece), "pieces": len(pieces)}


def extract(client, question):
    """Has the model fill in a form."""
    from forms import Complaint

    response = client.responses.parse(
        model=MODEL, instructions=INSTRUCTIONS, input=question, text_format=Complaint
    )
    return response.output_parsed.model_dump(mode="json")


def conversation(question):
    """The messages that a conversation begins with."""
    return [{"role": "system", "content": INSTRUCTIONS}, {"role": "user", "content": question}]


WAYS = {"chat": chat, "stream": stream, "extract": extract}
