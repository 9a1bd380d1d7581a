"""Tells which modules make a few names what they are: the plain run, looked at after each execution of a module.

Started as a program: `fillers.py ORDER FOUND`, both marshalled. FOUND: by name of the comparison (`state`), the
modules during whose execution its words changed, in order; "" for whatever the events did.
"""

import marshal
import os
import sys
import time
from importlib import machinery

sys.path[:0] = [os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))]

from headstart_bake.defer import state, trial  # noqa: E402

sys.path.pop(0)

# A name that takes longer than this to look at, all in all, is not looked at any more.
SECONDS = 1


class Fillers:
    def __init__(self, order):
        self.words = state.Words(set(order["absent"]))
        self.last = dict.fromkeys(order["wanted"])
        self.found = {name: [] for name in self.last}
        self.running = [""]
        self.taken = dict.fromkeys(self.last, 0)

    def install(self):
        for loader in (machinery.SourceFileLoader, machinery.ExtensionFileLoader):
            self.wrap(loader, "exec_module")
        self.wrap(machinery.ExtensionFileLoader, "create_module")

    def wrap(self, owner, name):
        original = getattr(owner, name)

        def wrapped(loader, argument):
            self.look()
            self.running.append(loader.name)
            try:
                return original(loader, argument)
            finally:
                self.look()
                self.running.pop()

        setattr(owner, name, wrapped)

    def look(self):
        """What has changed since the last time was changed by the module that runs now."""
        for name, before in self.last.items():
            if self.taken[name] > SECONDS:
                continue
            begun = time.perf_counter()
            text = self.words.of_name(name)
            self.taken[name] += time.perf_counter() - begun
            if text is not None and text != before:
                self.last[name] = text
                if self.running[-1] not in self.found[name]:
                    self.found[name].append(self.running[-1])


def main():
    with open(sys.argv[1], "rb") as file:
        order = marshal.load(file)
    fillers = Fillers(order)
    fillers.install()
    trial.run(order, lambda phase: fillers.look())
    with open(sys.argv[2], "wb") as file:
        marshal.dump(fillers.found, file)
    # Threads that the function left are nobody's concern.
    os._exit(0)


if __name__ == "__main__":
    main()
