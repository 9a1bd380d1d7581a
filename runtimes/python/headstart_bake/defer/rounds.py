"""Runs, compares, takes back: until the function with deferral is what it is without."""

import marshal
import os
import re
import subprocess
import sys
import sysconfig
import tempfile

from .codes import Codes
from .plan import Plan

HERE = os.path.dirname(os.path.abspath(__file__))
MOST_ROUNDS = 100


class Failed(Exception):
    """The function does not run as it stands, deferral aside."""


class Rounds:
    """The recorded run, and the plan that comes of it."""

    def __init__(self, package, entry, events, tell=lambda text: None):
        self.order = {"package": os.path.abspath(package), "entry": entry, "events": [os.path.abspath(e) for e in events]}
        self.tell = tell
        facts = self.child("observe.py", self.order)
        facts["library"] = sysconfig.get_path("stdlib")
        self.facts = facts
        self.plan = Plan(facts)
        self.codes = Codes(self.plan)
        self.outcome = None

    def child(self, script, order):
        """Runs one of the programs beside this file in an interpreter of its own."""
        with tempfile.TemporaryDirectory() as directory:
            given, made = (os.path.join(directory, name) for name in ("given", "made"))
            with open(given, "wb") as file:
                marshal.dump(order, file)
            command = [sys.executable, "-I", os.path.join(HERE, script), given, made]
            done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            if os.environ.get("SHOW"): print(done.stderr.decode()[-3000:])
            if not os.path.exists(made):
                raise Failed(done.stderr.decode(errors="replace")[-4000:])
            with open(made, "rb") as file:
                return marshal.load(file)

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
            changed = self.take_back(outcome)
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
                return outcome["error"] is None and outcome["results"] == self.facts["results"]
        return False

    def take_back(self, outcome):
        """Whether anything was."""
        plan, loaded = self.plan, set(outcome["loaded"]["events"]).union(outcome["started"])
        changed = self.restore(plan.missed(loaded), loaded, outcome["error"])
        for phase, name, local in outcome["asked"]:
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
            if plan.force(named, loaded):
                return True
        return plan.force({other for _, other in missed}, loaded)
