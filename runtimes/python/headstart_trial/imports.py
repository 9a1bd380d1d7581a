"""Times imports where the interpreter does them, without a word written meanwhile.

`-X importtime` measures at the same place, but writes a line for each module, gives packages that are imported on
the way to a submodule to that submodule, and leaves out imports that fail.
"""

import sys
import time
from _thread import get_ident

# The module whose `_find_and_load` the interpreter calls for every module that is not loaded yet.
BOOTSTRAP = sys.modules["_frozen_importlib"]
# Tracebacks leave out frames of this file.
FROZEN = "<frozen importlib._bootstrap>"


class Row:
    """One import: of which module, under which other, from when to when."""

    __slots__ = ("name", "parent", "phase", "begun", "ended", "failed", "before", "after")

    def __init__(self, name, parent, phase):
        self.name, self.parent, self.phase = name, parent, phase
        self.failed = False
        self.before = self.after = 0


class Recorder:
    """Keeps a row for every import in a phase: `init`, `first`, or none."""

    def __init__(self, sample):
        self.sample = sample
        self.rows = []
        self.phase = None
        self.phases = {}
        self.original = BOOTSTRAP._find_and_load

    def begin(self):
        """Stands before the interpreter's own function."""
        record = _recording(self, self.original, sys.modules, {})
        # The wrapper's frame is left out of tracebacks as the original's is.
        record.__code__ = record.__code__.replace(co_filename=FROZEN, co_name="_find_and_load")
        BOOTSTRAP._find_and_load = record

    def enter(self, phase):
        """Each phase is entered once; what follows it is of no interest."""
        if phase not in self.phases:
            self.phase = phase
            self.phases[phase] = [time.perf_counter_ns(), None]

    def leave(self, phase):
        """Ends a phase."""
        if self.phase == phase:
            self.phases[phase][1] = time.perf_counter_ns()
            # Until the first event comes, threads may go on with what the import began.
            self.phase = "first" if phase == "init" else None

    def write(self, path):
        """Writes the report."""
        BOOTSTRAP._find_and_load = self.original
        import json

        number = {id(row): at for at, row in enumerate(self.rows)}
        nested = {}
        for row in self.rows:
            key = id(row.parent)
            spent, grown = nested.get(key, (0, 0))
            nested[key] = spent + row.ended - row.begun, grown + row.after - row.before
        rows = [_told(row, number, nested.get(id(row), (0, 0))) for row in self.rows]
        phases = {name: begun and ended and ended - begun for name, (begun, ended) in self.phases.items()}
        with open(path, "w") as file:
            json.dump({"rows": rows, "phases": phases}, file)


def _recording(recorder, find_and_load, modules, stacks):
    clock, ident, sample, rows = time.perf_counter_ns, get_ident, recorder.sample, recorder.rows

    def record(name, *more):
        if recorder.phase is None or name in modules:
            return find_and_load(name, *more)
        stack = stacks.setdefault(ident(), [None])
        row = Row(name, stack[-1], recorder.phase)
        rows.append(row)
        stack.append(row)
        if sample is not None:
            row.before = sample()
        # The end too: a thread may still import when the report is written.
        row.begun = row.ended = clock()
        try:
            return find_and_load(name, *more)
        except BaseException:
            row.failed = True
            raise
        finally:
            row.ended = clock()
            if sample is not None:
                row.after = sample()
            stack.pop()

    return record


def _told(row, number, nested):
    return {
        "name": row.name,
        "file": None if row.failed else _file(sys.modules.get(row.name)),
        "parent": number.get(id(row.parent)),
        "phase": row.phase,
        "failed": row.failed,
        "self_ns": row.ended - row.begun - nested[0],
        "self_bytes": row.after - row.before - nested[1],
    }


def _file(module):
    try:
        # Not by attribute: what stands there may be an object that imports more when it is asked.
        found = object.__getattribute__(module, "__dict__")
        origin = found.get("__file__") or getattr(found.get("__spec__"), "origin", None)
    except Exception:
        return None
    return origin if isinstance(origin, str) else None


def watch_launcher(recorder, entry, invoke):
    """The phases: `init` is resolving the entry, `first` the first event."""
    resolve, call = entry.resolve, invoke.Invoker.invoke

    def resolving(*arguments):
        recorder.enter("init")
        try:
            return resolve(*arguments)
        finally:
            recorder.leave("init")

    def calling(*arguments):
        recorder.enter("first")
        try:
            return call(*arguments)
        finally:
            recorder.leave("first")

    entry.resolve, invoke.Invoker.invoke = resolving, calling
