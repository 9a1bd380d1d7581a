"""The launcher against the functions in testdata/functions/python, good and bad."""

import json
import os
import resource
import socket
import unittest

from support import VECTORS, Worker, jsontext

FUNCTIONS = os.path.join(os.path.dirname(VECTORS), "functions", "python")
HOSTS_OWN = ("worker.init_timed_out", "function.timed_out")


def run(path, case):
    """What came of a case: code or result, and how the process ended."""
    limit = case.get("memory_limit")
    limits = (lambda: resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))) if limit else None
    with Worker(max_payload=case.get("max_payload", 6 << 20), preexec_fn=limits) as worker:
        outcome = converse(worker, path, case)
        if outcome.get("code") in HOSTS_OWN:
            worker.process.kill()
        worker.socket.close()
        code = worker.wait()
        outcome.update({"exit_code": code} if code >= 0 else {"signal": -code})
        outcome.update(stdout=worker.stdout.text(), stderr=worker.stderr.text())
    return outcome


def converse(worker, path, case):
    worker.socket.settimeout(case.get("init_timeout_ms", 15000) / 1000)
    try:
        kind, body = worker.specialize(path, case["entry"])
    except socket.timeout:
        return {"code": "worker.init_timed_out"}
    if kind == "ready":
        worker.socket.settimeout(case.get("timeout_ms", 15000) / 1000)
        try:
            kind, body = worker.invoke_raw(jsontext.dumps(case["event"]))
        except socket.timeout:
            return {"code": "function.timed_out"}
    if kind is None:
        return {"code": "worker.exited"}
    return dict(body) if kind == "failure" else {"result": json.loads(body)}


class Cases(unittest.TestCase):
    maxDiff = None

    def check(self, name):
        path = os.path.join(FUNCTIONS, name)
        with open(os.path.join(path, "case.json"), encoding="utf-8") as file:
            case = json.load(file)
        outcome, expected = run(path, case), case["expect"]
        for field in ("code", "type", "result", "exit_code", "signal"):
            if field in expected:
                self.assertEqual(outcome.get(field), expected[field], outcome)
        for field in ("message", "stdout", "stderr"):
            self.assertIn(expected.get(field, ""), outcome.get(field) or "")
        self.assertNotIn("headstart_launcher", json.dumps(outcome.get("trace", [])))


def add(name):
    setattr(Cases, "test_" + name, lambda self: self.check(name))


for found in sorted(os.listdir(FUNCTIONS)):
    if os.path.exists(os.path.join(FUNCTIONS, found, "case.json")):
        add(found)


if __name__ == "__main__":
    unittest.main()
