"""Plays one part of a runtime that speaks the AWS Lambda Runtime API: `runtime.py PART`."""

import base64
import http.client
import json
import os
import signal
import socket
import sys
import threading
import time

API = os.environ["AWS_LAMBDA_RUNTIME_API"]
RUNTIME = "/2018-06-01/runtime/"
EXTENSION = "/2020-01-01/extension/"


def call(method, path, body=None, headers=None, connection=None):
    """Status, headers and body of one request."""
    connection = connection or http.client.HTTPConnection(API)
    connection.request(method, path, body, headers or {})
    answer = connection.getresponse()
    return answer.status, dict(answer.getheaders()), answer.read()


def refusal(*arguments, **options):
    """Status and type of an answer that is a refusal."""
    status, _, body = call(*arguments, **options)
    return [status, json.loads(body)["errorType"]]


def next_event(connection=None):
    """Request id, headers and event of the next invocation."""
    status, headers, body = call("GET", RUNTIME + "invocation/next", connection=connection)
    assert status == 200, (status, body)
    return headers["Lambda-Runtime-Aws-Request-Id"], headers, json.loads(body)


def respond(request, value, connection=None):
    """Answers an event with a value."""
    return call("POST", RUNTIME + "invocation/%s/response" % request, json.dumps(value), connection=connection)


def echo():
    """Answers with all that there is to know, and does what the event says."""
    connection, last = http.client.HTTPConnection(API), None
    while True:
        request, headers, event = next_event(connection)
        if "exit" in event:
            os._exit(event["exit"])
        if "hang" in event:
            time.sleep(60)
        if "raise" in event:
            trace = ['  File "app.py", line 3, in handler\n']
            error = {"errorMessage": event["raise"], "errorType": "KeyError", "stackTrace": trace}
            call("POST", RUNTIME + "invocation/%s/error" % request, json.dumps(error), connection=connection)
            continue
        left = int(headers["Lambda-Runtime-Deadline-Ms"]) - time.time() * 1000
        value = {"event": event, "headers": headers, "environment": dict(os.environ), "left_ms": int(left), "last": last}
        if "bytes" in event:
            value = "x" * event["bytes"]
        # A refusal may come before all was sent, and ends the connection.
        path = RUNTIME + "invocation/%s/response" % request
        status, _, body = call("POST", path, json.dumps(value))
        last = [status, json.loads(body)]


def init_error():
    """Could not be initialized."""
    print("about to fail", file=sys.stderr, flush=True)
    error = {"errorMessage": "No module named 'gone'", "errorType": "Runtime.ImportModuleError", "stackTrace": []}
    call("POST", RUNTIME + "init/error", json.dumps(error), {"Lambda-Runtime-Function-Error-Type": error["errorType"]})
    sys.exit(1)


def stream():
    """Answers in pieces, with an error at the end where the event wants one."""
    while True:
        request, _, event = next_event()
        host, port = API.split(":")
        connection = socket.create_connection((host, int(port)))
        head = "POST %sinvocation/%s/response HTTP/1.1\r\nHost: %s\r\nTransfer-Encoding: chunked\r\n" % (RUNTIME, request, API)
        head += "Lambda-Runtime-Function-Response-Mode: streaming\r\n"
        head += "Trailer: Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body\r\n\r\n"
        connection.sendall(head.encode())
        pieces = ["x" * (1 << 20)] * 8 if "large" in event else ['{"pie', 'ces"', ": 3}"]
        for piece in pieces:
            connection.sendall(b"%x\r\n%s\r\n" % (len(piece), piece.encode()))
            time.sleep(event.get("pause", 0.01))
        if "cut" in event:
            connection.close()
            # Else it could ask for the next event before that is noticed.
            time.sleep(0.3)
            continue
        trailers = b""
        if "break" in event:
            body = base64.b64encode(json.dumps({"errorMessage": "half way", "errorType": "Stream.Broken"}).encode())
            trailers = b"Lambda-Runtime-Function-Error-Type: Stream.Broken\r\n"
            trailers += b"Lambda-Runtime-Function-Error-Body: " + body + b"\r\n"
        try:
            connection.sendall(b"0\r\n" + trailers + b"\r\n")
            assert connection.recv(100).startswith(b"HTTP/1.1 202")
        except ConnectionError:
            pass
        connection.close()


def wrong():
    """Asks for what is not to be had."""
    error = json.dumps({"errorType": "Odd", "errorMessage": ""})
    path = RUNTIME + "invocation/none/response"
    told = {"response before an event": refusal("POST", path, "{}")}
    request, _, _ = next_event()
    told["another event while one is handled"] = refusal("GET", RUNTIME + "invocation/next")
    told["response to another"] = refusal("POST", path, "{}")
    told["init error after init"] = refusal("POST", RUNTIME + "init/error", error)
    told["restore error without restore"] = refusal("POST", RUNTIME + "restore/error", error)
    told["no such call"] = refusal("GET", "/2018-06-01/runtime/invocation/last")
    told["a path out"] = refusal("GET", RUNTIME + "invocation/x/../next")
    told["another method"] = refusal("PUT", RUNTIME + "invocation/next")
    told["telemetry"] = refusal("PUT", "/2022-07-01/telemetry", "{}")
    told["a register after init"] = refusal("POST", EXTENSION + "register", "{}", {"Lambda-Extension-Name": "x"})
    respond(request, told)
    second = refusal("POST", RUNTIME + "invocation/%s/response" % request, "{}")
    request, _, _ = next_event()
    respond(request, {"second response": second})
    next_event()


def extension():
    """A runtime with an extension in its process."""
    name, wanted = {"Lambda-Extension-Name": "watcher"}, json.dumps({"events": ["INVOKE", "SHUTDOWN"]})
    _, headers, registered = call("POST", EXTENSION + "register", wanted, name)
    identifier = {"Lambda-Extension-Identifier": headers["Lambda-Extension-Identifier"]}
    twice = refusal("POST", EXTENSION + "register", wanted, name)
    unknown = refusal("GET", EXTENSION + "event/next", headers={"Lambda-Extension-Identifier": "nobody"})
    told, came, note = [], threading.Condition(), {}

    def watch():
        while True:
            _, _, body = call("GET", EXTENSION + "event/next", headers=identifier)
            with came:
                told.append(json.loads(body))
                came.notify_all()

    def end(*_):
        with came:
            came.wait_for(lambda: told[-1]["eventType"] == "SHUTDOWN", 5)
        with open(note["path"], "w") as file:
            file.write("SHUTDOWN %s, then SIGTERM" % told[-1]["shutdownReason"])
        os._exit(0)

    signal.signal(signal.SIGTERM, end)
    threading.Thread(target=watch, daemon=True).start()
    while True:
        number = len(told)
        request, _, event = next_event()
        note["path"] = event.get("note")
        with came:
            came.wait_for(lambda: len(told) > number, 5)
        answer = {"id": request, "told": told[-1], "registered": json.loads(registered)}
        respond(request, dict(answer, twice=twice, unknown=unknown))


def slow_init():
    """Takes long to start."""
    time.sleep(0.7)
    echo()


def snap_start():
    """Runs hooks before a snapshot and after a restore."""
    order = [os.environ["AWS_LAMBDA_INITIALIZATION_TYPE"], "before"]
    status, _, _ = call("GET", RUNTIME + "restore/next")
    assert status == 200
    order.append("after")
    while True:
        request, _, _ = next_event()
        respond(request, order)


def kept_connection():
    """Has hooks too, and says everything on one connection."""
    connection, drawn = http.client.HTTPConnection(API), []
    drawn.append("before")
    status, _, _ = call("GET", RUNTIME + "restore/next", connection=connection)
    assert status == 200
    drawn.append("after")
    while True:
        request, _, event = next_event(connection)
        print("event", event.get("number"), flush=True)
        name = os.environ["AWS_LAMBDA_FUNCTION_NAME"]
        answer = {"hooks": drawn, "event": event, "pid": os.getpid(), "address": API, "name": name}
        if "child" in event:
            child = os.fork()
            if child == 0:
                status, _, _ = respond(request, "from a child")
                os._exit(0 if status == 202 else 1)
            assert os.waitpid(child, 0)[1] == 0
            continue
        status, _, _ = respond(request, answer, connection)
        assert status == 202, status


def fails_once_restored():
    """Has a hook that raises after a restore, but not at a start."""
    begun = os.getpid()
    call("GET", RUNTIME + "restore/next")
    # A restored process has another number.
    if os.getpid() != begun:
        error = {"errorMessage": "no connection", "errorType": "Runtime.AfterRestoreError"}
        call("POST", RUNTIME + "restore/error", json.dumps(error))
        sys.exit(1)
    while True:
        respond(next_event()[0], "served")


def connected():
    """Is connected to something else too."""
    server = socket.create_server(("127.0.0.1", 0))
    kept = [server, socket.create_connection(server.getsockname())]
    while True:
        respond(next_event()[0], len(kept))


def restore_fails():
    """Has a hook that raises after a restore."""
    call("GET", RUNTIME + "restore/next")
    error = {"errorMessage": "no connection", "errorType": "Runtime.AfterRestoreError"}
    call("POST", RUNTIME + "restore/error", json.dumps(error))
    sys.exit(1)


def silent():
    """Never asks for anything."""
    time.sleep(60)


def garbage():
    """Talks nonsense, opens more connections than it may, and serves all the same."""
    host, port = API.split(":")
    request, _, _ = next_event()
    for text in (
        b"\x00\xff\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"POST %sinvocation/x/response HTTP/1.1\r\nContent-Length: -1\r\n\r\n" % RUNTIME.encode(),
        b"POST %sinit/error HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\nzzzzz" % RUNTIME.encode(),
        b"GET /%s HTTP/1.1\r\n\r\n" % (b"a/" * 50_000),
        b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 10_000,
    ):
        with socket.create_connection((host, int(port)), 5) as connection:
            try:
                connection.sendall(text)
                connection.recv(1000)
            except (ConnectionError, socket.timeout):
                pass
    crowd = [socket.create_connection((host, int(port))) for _ in range(100)]
    time.sleep(0.2)
    for connection in crowd:
        connection.close()
    # Until the server has noticed, there may be too many still.
    until = time.monotonic() + 5
    while True:
        try:
            status, _, _ = respond(request, {"served": True})
            break
        except (ConnectionError, http.client.BadStatusLine):
            assert time.monotonic() < until
            time.sleep(0.05)
    assert status == 202, status
    next_event()


globals()[sys.argv[1]]()
