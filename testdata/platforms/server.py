"""Plays the server of one platform's functions: `server.py PART`."""

import http.client
import json
import os
import signal
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

seen = []
state = {"specialized": None}


class Server(BaseHTTPRequestHandler):
    """What all parts share: a connection that stays, and bodies."""

    protocol_version = "HTTP/1.1"

    def body(self):
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def say(self, status, value, headers=()):
        body = value if isinstance(value, bytes) else json.dumps(value).encode()
        self.send_response(status)
        for name, text in headers:
            self.send_header(name, text)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def handle_any(self):
        body = self.body()
        seen.append("%s %s" % (self.command, self.path))
        self.answer(body)

    do_GET = do_POST = do_PUT = do_DELETE = handle_any

    def log_message(self, *_):
        pass


def tell(event):
    """Does what an event says, before it is answered."""
    if "exit" in event:
        os._exit(event["exit"])
    if "sleep" in event:
        time.sleep(event["sleep"])


class Knative(Server):
    """Any request is the function's."""

    def answer(self, body):
        if self.path == "/refuse":
            return self.say(418, b"no", [("X-Why", "tea")])
        if self.path == "/large":
            return self.say(200, b"x" * (7 << 20))
        if self.path == "/binary":
            return self.say(200, b"\xff" * (5 << 20))
        if self.headers.get("Content-Type") == "application/json":
            event = json.loads(body)
            tell(event)
            if "fail" in event:
                return self.say(500, event["fail"].encode())
        told = {"path": self.path, "method": self.command, "headers": dict(self.headers), "body": body.decode("latin-1")}
        self.say(200, dict(told, service=os.environ.get("K_SERVICE")))


class FunctionCompute(Server):
    """A custom runtime of Function Compute."""

    def answer(self, body):
        assert self.headers["x-fc-control-path"]
        if self.path == "/initialize":
            failed = os.environ.get("FAILS") == "yes"
            value = {"errorMessage": "no database", "errorType": "InitError"} if failed else {}
            return self.say(200, value, [("x-fc-status", "404" if failed else "200")])
        if self.path in ("/pre-freeze", "/pre-stop"):
            with open(os.environ["NOTE"], "a") as note:
                note.write(self.path + "\n")
            return self.say(200, {})
        if self.path != "/invoke":
            return self.say(201, {"path": self.path, "control": self.headers["x-fc-control-path"]})
        event = json.loads(body)
        tell(event)
        if "fail" in event:
            error = {"errorMessage": event["fail"], "errorType": "Refused"}
            return self.say(200, error, [("x-fc-status", "404")])
        kept = {name: self.headers.get("x-fc-" + name) for name in ("request-id", "function-name", "function-handler")}
        self.say(200, {"event": event, "headers": kept, "seen": seen})


class Fission(Server):
    """An environment of Fission, of the second version."""

    old = False

    def answer(self, body):
        if self.path in ("/v2/specialize", "/specialize"):
            if self.old and self.path.startswith("/v2"):
                return self.say(404, b"")
            if state["specialized"] is not None:
                return self.say(400, b"not a generic container")
            state["specialized"] = json.loads(body or b"{}")
            return self.say(202, b"")
        self.say(200, {"specialized": state["specialized"], "path": self.path, "seen": seen})


class OldFission(Fission):
    """Of the first version."""

    old = True


class OpenWhisk(Server):
    """An action runtime."""

    def answer(self, body):
        value = json.loads(body)
        if self.path == "/init":
            if state["specialized"] is not None:
                return self.say(403, {"error": "Cannot initialize the action more than once."})
            state["specialized"] = value["value"]
            if "syntax error" in value["value"]["code"]:
                return self.say(502, {"error": "The action failed to generate or locate a binary."})
            return self.say(200, {"ok": True})
        event = value["value"]
        tell(event)
        if "fail" in event:
            return self.say(502, {"error": event["fail"]})
        if "text" in event:
            return self.say(200, "only text")
        named = {name: value[name] for name in ("action_name", "activation_id", "deadline")}
        if "log" in event:
            print(event["log"], flush=True)
        self.say(200, {"event": event, "main": state["specialized"]["main"], "named": named})
        if "log" in event:
            # It is still writing when the result is there.
            time.sleep(0.03)
            print("late", flush=True)
            for stream in (sys.stdout, sys.stderr):
                print("XXX_THE_END_OF_A_WHISK_ACTIVATION_XXX", file=stream, flush=True)


def scf():
    """A custom runtime of SCF, which asks."""
    connection = http.client.HTTPConnection(os.environ["SCF_RUNTIME_API"], int(os.environ["SCF_RUNTIME_API_PORT"]))

    def ask(method, path, body=None):
        connection.request(method, "/runtime/" + path, body)
        answer = connection.getresponse()
        return answer.headers, answer.read()

    ask("POST", "init/ready", " ")
    while True:
        headers, body = ask("GET", "invocation/next")
        event = json.loads(body)
        tell(event)
        if "fail" in event:
            error = {"errorMessage": event["fail"], "errorType": "Refused"}
            ask("POST", "invocation/error", json.dumps(error))
            continue
        kept = {name: headers[name] for name in ("request_id", "time_limit_in_ms", "memory_limit_in_mb")}
        ask("POST", "invocation/response", json.dumps({"event": event, "headers": kept}))


def drain(*_):
    """Ends in order."""
    if "NOTE" in os.environ:
        with open(os.environ["NOTE"], "a") as note:
            note.write("SIGTERM\n")
    os._exit(0)


signal.signal(signal.SIGTERM, drain)
PARTS = {
    "knative": Knative,
    "function-compute": FunctionCompute,
    "fission": Fission,
    "fission-1": OldFission,
    "openwhisk": OpenWhisk,
}
if sys.argv[1] == "scf":
    scf()
else:
    # A server takes a moment to listen.
    time.sleep(0.1)
    port = os.environ.get("FC_SERVER_PORT") or os.environ.get("RUNTIME_PORT") or os.environ["PORT"]
    ThreadingHTTPServer(("127.0.0.1", int(port)), PARTS[sys.argv[1]]).serve_forever()
