"""Runs, compares, takes back: until the function with deferral is what it is without."""

import marshal
import os
import re
import subprocess
import sys
import sysconfig
import tempfile
from concurrent.futures import ThreadPoolExecutor

from .codes import Codes
from .plan import Plan
from .proof import Proof

HERE = os.path.dirname(os.path.abspath(__file__))
MOST_ROUNDS = 100
MOST_CULPRITS = 20


class Failed(Exception):
    """The function does not run as it stands, deferral aside."""


def search_path(package):
    """What a worker has before the standard library: the package, then the entries of `PYTHONPATH`."""
    entries = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    found = [package, *(os.path.join(package, entry) for entry in entries if entry)]
    return list(dict.fromkeys(found))


class Rounds:
    """The recorded run, and the plan that comes of it."""

    def __init__(self, package, entry, events, tell=lambda text: None):
        package = os.path.abspath(package)
        paths = [os.path.abspath(event) for event in events]
        self.order = {"package": package, "path": search_path(package), "entry": entry, "events": paths}
        self.tell = tell
        facts = self.child("observe.py", self.order)
        facts["library"] = sysconfig.get_path("stdlib")
        self.facts = facts
        self.plan = Plan(facts)
        self.codes = Codes(self.plan)
        self.outcome = None
        self.blamed = set()

    @property
    def deferred_us(self):
        """The best of three runs by the plan: import and events, in microseconds."""
        return min(self.serve(with_companions=True)["us"] for _ in range(3))

    @property
    def plain_us(self):
        """As `deferred_us`, from the same codes, with nothing waiting."""
        self.plan.allowed = set()
        best = self.deferred_us
        self.plan.allowed = None
        return best

    def child(self, script, order):
        """Runs one of the programs beside this file in an interpreter of its own."""
        with tempfile.TemporaryDirectory() as directory:
            given, made = (os.path.join(directory, name) for name in ("given", "made"))
            with open(given, "wb") as file:
                marshal.dump(order, file)
            command = [sys.executable, "-I", os.path.join(HERE, script), given, made]
            done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            if not os.path.exists(made):
                raise Failed(done.stderr.decode(errors="replace")[-4000:])
            with open(made, "rb") as file:
                return marshal.load(file)

    def children(self, runs):
        """As `child`, for pairs of its arguments, two at a time."""
        with ThreadPoolExecutor(2) as pool:
            return list(pool.map(lambda one: self.child(*one), runs))

    def image(self, with_companions=True):
        """What the image holds: codes and the table."""
        sources = [name for name, module in self.facts["modules"].items() if module["kind"] == "source"]
        codes = {name: self.codes.of(name) for name in sources}
        return {"codes": codes, "table": self.plan.table(with_companions), "modules": self.facts["modules"]}

    def serve(self, with_companions=False):
        self.outcome = self.child("serve.py", dict(self.order, **self.image(with_companions)))
        return self.outcome

    def settle(self):
        """Rounds until nothing has to be taken back."""
        for number in range(MOST_ROUNDS):
            outcome = self.serve()
            changed = self.take_back(outcome) or (not self.is_same(outcome) and self.blame())
            self.tell(
                "round %d: %d names wait; %d of %d modules after init; %d asked for in init, %d in events; %s"
                % (
                    number, self.plan.count(), len(outcome["loaded"]["init"]), len(self.facts["init"]),
                    sum(one[0] == "init" for one in outcome["asked"]),
                    sum(one[0] == "events" for one in outcome["asked"]),
                    "error" if outcome["error"] else outcome["results"] == self.facts["results"],
                )
            )  # fmt: skip
            if not changed:
                return self.is_same(outcome)
        return False

    def is_same(self, outcome):
        return outcome["error"] is None and outcome["results"] == self.facts["results"]

    def blame(self):
        """Takes back the first statement with which the function is not what it is without deferral.

        Found by halving: with the statements before it all is well, with it as well it is not.
        """
        plan, every = self.plan, self.plan.statements()
        good, bad = 0, len(every)
        while bad - good > 1:
            middle = (good + bad) // 2
            plan.allowed = set(every[:middle])
            if self.is_same(self.serve()):
                good = middle
            else:
                bad = middle
        plan.allowed = None
        if not every:
            return False
        name, number = every[bad - 1]
        # A module that is to blame for the second time is left alone.
        numbers = list(plan.deferred[name]) if name in self.blamed else [number]
        self.blamed.add(name)
        self.tell("  to blame: statements %s of %s" % (numbers, name))
        for number in numbers:
            plan.take_back_statement(name, number, "changes what the function does")
        return True

    def prove(self):
        """Whether the interpreter's state is what it is without deferral; what changes it is taken back."""
        return Proof(self).run()

    def take_back(self, outcome):
        """Whether anything was."""
        plan, loaded = self.plan, set(outcome["loaded"]["events"]).union(outcome["started"])
        changed = self.restore(plan.missed(loaded), loaded, outcome["error"])
        for phase, name, local, _ in outcome["asked"]:
            if phase == "init":
                changed |= plan.take_back_name(name, local, "is needed while modules are imported")
        for name, local in outcome["free"]:
            changed |= plan.take_back_name(name, local, "is loaded anyway")
        return changed

    def restore(self, missed, loaded, error):
        """Has modules loaded where the plain run loaded them: those that an error speaks of, where there is one."""
        plan = self.plan
        if error is not None:
            words = set(re.findall(r"\w+", error.strip().rpartition("\n")[2]))
            named = {other for holder, other in missed if words & plan.found_as[holder, other]}
            return plan.force(named, loaded)
        return plan.force({other for _, other in missed}, loaded)

    def give_up(self):
        """Nothing waits."""
        self.plan.deferred = {}
        self.serve(with_companions=True)

    def first_uses(self):
        """What each import that still waits does when it is the first to be carried out; takes back those that fail.

        They are tried after the events, and also before any, since none of them may ever come. A list of
        {"module", "name", "from", "us", "loads"}, from after the events.
        """
        for _ in range(MOST_CULPRITS):
            order = {**self.order, **self.image()}
            found, early = self.children([("firsts.py", order), ("firsts.py", {**order, "events": []})])
            failed = [one for one in found + early if one["error"]]
            for one in failed:
                self.tell("first use fails: %(module)s.%(name)s: %(error)s" % one)
                self.plan.take_back_name(one["module"], one["name"], "fails where it is used first")
            if not failed:
                return found
            self.settle()
        return None
