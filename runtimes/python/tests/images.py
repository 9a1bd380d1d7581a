"""Images for tests: recorded by the trial's script, put together here as `docs/reference/image.md` says."""

import json
import os
import shutil
import struct
import subprocess
import sys
import tempfile
import zlib

from support import ROOT, Worker

KINDS = {"code": 1, "table": 2, "found": 6}


def pack(identity, entries):
    """An image in memory; `entries` are (kind, data) by name."""
    text = json.dumps(identity).encode()
    names = b"".join(name.encode() + b"\0" for name in sorted(entries, key=str.encode))
    index = text + names + bytes(-len(text + names) % 4)
    offset, records, body = 32 + len(index) + 16 * len(entries), b"", b""
    for name in sorted(entries, key=str.encode):
        kind, data = entries[name]
        padding = -(offset + len(body)) % 16
        body += bytes(padding)
        records += struct.pack("<4I", offset + len(body), len(data), zlib.crc32(data), KINDS[kind])
        body += data
    head = b"\x89HSIMG\r\n" + struct.pack("<5I", 1, len(entries), offset + len(body), len(text), len(names))
    return head + struct.pack("<I", zlib.crc32(head + index + records)) + index + records + body


class Baked:
    """What the script wrote of a package's recorded run."""

    def __init__(self, package, entry="app.handler", event=b"null", environment=None):
        with tempfile.TemporaryDirectory() as directory:
            trial = os.path.join(directory, "trial")
            shutil.copytree(os.path.join(ROOT, "headstart_trial"), trial)
            with Worker(flags=[os.path.join(trial, "bake.py")]) as worker:
                more = {} if environment is None else {"environment": environment}
                kind, ready = worker.specialize(package, entry, **more)
                if kind != "ready":
                    raise AssertionError(ready)
                worker.invoke_raw(event)
                worker.send("shutdown", {"grace_us": 1000000})
                worker.wait()
                self.said = worker.stderr.text()
            with open(os.path.join(trial, "bake.json")) as file:
                self.report = json.load(file)
            with open(os.path.join(trial, "bake.code"), "rb") as file:
                self.code = file.read()
            with open(os.path.join(trial, "bake.expressions"), "rb") as file:
                self.expressions = file.read()

    def names(self):
        return [module["name"] for module in self.report["modules"]]

    def image(self, check="stat", **identity):
        """The image's bytes."""
        report, entries, table = self.report, {}, ""
        for module in sorted(report["modules"], key=lambda it: it["name"].encode()):
            is_source = module["kind"] == "source"
            data = self.data(module) if is_source else b""
            entries["module/" + module["name"]] = ("code" if is_source else "found"), data
            searched = "" if module["searched"] is None else str(module["searched"])
            facts = [str(module.get(name, "")) for name in ("size", "mtime_ns", "hash")]
            table += "\t".join([module["kind"], str(module["root"]), module["path"], searched, *facts]) + "\n"
        entries["table/modules"] = "table", table.encode()
        fields = {name: report[name] for name in ("interpreter", "roots", "searched")}
        if self.expressions:
            entries["table/expressions"] = "code", self.expressions
        return pack({"language": "python", "check": check, **fields, **identity}, {**entries, **self.extra()})

    def data(self, module):
        """The code of a source."""
        return self.code[module["offset"] :][: module["bytes"]]

    def extra(self):
        """Further entries."""
        return {}


class Deferred(Baked):
    """The same, with imports that wait by the plan that the bake makes."""

    def __init__(self, package, events, entry="app.handler"):
        super().__init__(package, entry, event=json.dumps(events[0]).encode())
        with tempfile.TemporaryDirectory() as out:
            paths = []
            for number, event in enumerate(events):
                paths.append(os.path.join(out, "%d.json" % number))
                with open(paths[-1], "w") as file:
                    json.dump(event, file)
            order = {"package": package, "entry": entry, "events": paths, "out": out}
            subprocess.run(
                [sys.executable, os.path.join(ROOT, "headstart_bake", "run.py")],
                input=json.dumps(order).encode(),
                stderr=subprocess.PIPE,
                check=True,
            )
            with open(os.path.join(out, "defer.json")) as file:
                self.plan = json.load(file)
            with open(os.path.join(out, "defer.code"), "rb") as file:
                code = file.read()
            with open(os.path.join(out, "defer.table"), "rb") as file:
                self.table = file.read()
        self.codes = {name: code[offset:][:length] for name, offset, length in self.plan["codes"]}

    def extra(self):
        return {"table/deferred": ("code", self.table)}

    def data(self, module):
        return self.codes.get(module["name"]) or super().data(module)
