"""A run with deferral: a process that imports from a plan, and tells what was asked for, and when.

Started as a program: `serve.py ORDER OUTCOME`, both marshalled.
"""

import marshal
import os
import sys
import time
from importlib import machinery, util

sys.path[:0] = [os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))]

from headstart_bake.defer import trial  # noqa: E402
from headstart_bake.defer.watch import is_module, names_of  # noqa: E402
from headstart_launcher.image import deferred, order as gates  # noqa: E402

sys.path.pop(0)

DEFERRED = os.path.dirname(deferred.__file__)


class Loader(machinery.SourceFileLoader):
    def exec_module(self, module):
        Finder.started.append(self.name)
        code, entry = Finder.codes[self.name], Finder.table.get(self.name)
        code = marshal.loads(code)
        if entry is None:
            exec(code, module.__dict__)
        else:
            deferred.execute(module, code, entry)


class Finder:
    """Finds what the order holds the code of, and extension modules that need others first."""

    codes, table, modules = {}, {}, {}
    # A module that fails is not among the loaded ones any more.
    started = []

    @classmethod
    def find_spec(cls, name, path=None, target=None):
        entry = cls.table.get(name)
        if entry is not None and entry[4] and name not in sys.modules:
            found = gates.prepare(name, entry[4])
            if found is not None:
                return found
        if name not in cls.codes:
            return None
        facts = cls.modules[name]
        loader = Loader(name, facts["origin"])
        return util.spec_from_file_location(
            name, facts["origin"], loader=loader, submodule_search_locations=facts["locations"]
        )


class Log:
    """What was asked for: [phase, module, name]."""

    def __init__(self):
        self.phase = "init"
        self.asked = []
        self.loaded = {}
        self.free = []

    def install(self):
        original = deferred.State.get

        def get(state, name):
            if name in state.missing:
                self.asked.append([self.phase, state.names["__name__"], name, asker()])
            return original(state, name)

        deferred.State.get = get

    def between(self, phase):
        self.loaded[phase] = [name for name in sys.modules]
        if phase == "init":
            self.free = free_names()
        self.phase = "events"


def asker():
    """Where the program is that asks: file and line."""
    frame = sys._getframe(2)
    while frame.f_code.co_filename.startswith((DEFERRED, "<frozen importlib")) and frame.f_back is not None:
        frame = frame.f_back
    return "%s:%d" % (frame.f_code.co_filename, frame.f_lineno)


def states():
    for module in list(sys.modules.values()):
        if is_module(module):
            state = names_of(module).get(deferred.STATE)
            if type(state) is deferred.State:
                yield state


def free_names():
    """The names that are there to be taken: nothing is saved by their waiting."""
    found = []
    for state in states():
        for name, wanted in state.missing.items():
            if all(is_there(module, attribute) for module, attribute in wanted):
                found.append([state.names["__name__"], name])
    return found


def is_there(module, attribute):
    found = sys.modules.get(module)
    return is_module(found) and (not attribute or attribute in names_of(found))


def serve(order):
    Finder.codes, Finder.table, Finder.modules = order["codes"], order["table"], order["modules"]
    log = Log()
    log.install()
    if Finder.codes:
        sys.meta_path.insert(0, Finder)
    results, error = None, None
    begun = time.perf_counter()
    try:
        results = trial.run(order, log.between)
    except BaseException:
        import traceback

        error = traceback.format_exc()
        for phase in ("init", "events"):
            if phase not in log.loaded:
                log.between(phase)
    taken = int((time.perf_counter() - begun) * 1e6)
    state = {}
    if order.get("compared") is not None:
        # Whatever the comparison loads by looking is looked at alike in both runs.
        from headstart_bake.defer.state import fingerprint

        state = fingerprint(order["compared"], set(order["absent"]), order["library"], order["expected"])
    outcome = {"us": taken, "results": results, "state": state, "error": error, "started": Finder.started}
    return dict(outcome, asked=log.asked, loaded=log.loaded, free=log.free)


def main():
    with open(sys.argv[1], "rb") as file:
        order = marshal.load(file)
    outcome = serve(order)
    with open(sys.argv[2], "wb") as file:
        marshal.dump(outcome, file)


if __name__ == "__main__":
    main()
