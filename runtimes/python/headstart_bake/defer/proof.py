"""The proof that a function with deferral leaves the interpreter as it is without, and what is taken back for it."""

import time

MOST_ROUNDS = 12
# Names whose history is looked at in one run.
MOST_WANTED = 24
# How long statements are looked for, all in all; then whole packages are taken back.
SECONDS = 30

# The image of a run without deferral.
NOTHING = {"codes": {}, "table": {}, "modules": {}}


class Proof:
    """Each difference is met with one step after the other, from the cheapest to the coarsest."""

    def __init__(self, rounds):
        self.rounds, self.plan = rounds, rounds.plan
        self.order, self.plain = {}, {}
        self.steps = (self.load_fillers, self.load_in_order, self.blame_statements, self.take_back_packages)
        # By name, the step that comes next for it.
        self.next = {}
        self.fillers = {}
        self.left = SECONDS

    def run(self):
        """Whether the state is the same in the end."""
        for _ in range(MOST_ROUNDS):
            self.compare_plain_runs()
            different = self.steady_differences()
            self.rounds.tell("state: %d differences %s" % (len(different), sorted(different)[:4]))
            if not different:
                return True
            if not self.take_back(different) or not self.rounds.settle():
                return False
        return False

    def take_back(self, different):
        """Whether something was, so that it is worth another look."""
        last = len(self.steps) - 1
        while True:
            step = min(self.next.get(key, 0) for key in different)
            if step > last:
                return False
            keys = sorted(key for key in different if self.next.get(key, 0) == step)
            changed = self.steps[step](keys)
            if not changed or step == last:
                self.next.update(dict.fromkeys(keys, step + 1))
            self.rounds.tell("  %s: %s" % (self.steps[step].__name__, "something" if changed else "nothing"))
            if changed:
                return True

    def compare_plain_runs(self):
        """What the state is without deferral, as far as it is the same in each run."""
        rounds, loaded = self.rounds, self.loaded()
        self.order = order = {
            "compared": sorted(loaded.intersection(rounds.facts["sources"])),
            "absent": sorted(set(rounds.facts["modules"]) - loaded),
            "library": rounds.facts["library"],
            "expected": [],
        }
        plain = {**rounds.order, **NOTHING, **order}
        self.plan.allowed = set()
        unchanged = {**rounds.order, **rounds.image(), **order}
        self.plan.allowed = None
        # The last run has the image's codes, but nothing waits: what differs then is no matter of waiting.
        runs = rounds.children([("serve.py", one) for one in (plain, plain, unchanged)])
        first, *others = (run["state"] for run in runs)
        self.plain = {
            key: value for key, value in first.items() if all(other.get(key) == value for other in others)
        }
        order["expected"] = sorted(self.plain)

    def loaded(self):
        return set(self.rounds.outcome["loaded"]["events"])

    def steady_differences(self):
        """Those of two runs, as far as one more without deferral does not have them: all else is chance."""
        rounds = self.rounds
        order = {**rounds.order, **rounds.image(), **self.order}
        different = self.compare(rounds.child("serve.py", order))[0]
        if not different:
            return different
        again, plain = rounds.children([("serve.py", order), ("serve.py", {**order, **NOTHING})])
        chance = {key for key, value in self.plain.items() if plain["state"].get(key) != value}
        self.plain = {key: value for key, value in self.plain.items() if key not in chance}
        return different & self.compare(again)[0] - chance

    def differences(self):
        """The names that are not what they are without deferral, and the modules that are loaded."""
        rounds = self.rounds
        return self.compare(rounds.child("serve.py", {**rounds.order, **rounds.image(), **self.order}))

    def compare(self, outcome):
        loaded = set(outcome["loaded"]["events"])
        if not self.rounds.is_same(outcome):
            return set(self.plain), loaded
        return {key for key, value in self.plain.items() if outcome["state"].get(key) != value}, loaded

    def ask_for_fillers(self, keys, absent):
        return self.rounds.child("fillers.py", {**self.rounds.order, "absent": absent, "wanted": keys})

    def load_fillers(self, keys):
        """Has those modules loaded that make the names what they are."""
        wanted = keys[:MOST_WANTED]
        self.fillers.update(self.ask_for_fillers(wanted, self.order["absent"]))
        loaded = self.loaded()
        absent = {name for key in wanted for name in self.fillers[key] if name} - loaded
        return self.plan.force(absent, loaded)

    def load_in_order(self, keys):
        """Has the modules that fill the names do so in the order in which they did without deferral."""
        loaded = self.loaded()
        fillings = self.ask_for_fillers(keys[:MOST_WANTED], ()).values()
        chains = [[name for name in filling if name in loaded] for filling in fillings]
        before = self.plan.kept()
        if not any([self.plan.chain(names) for names in chains]):
            return False
        if self.rounds.is_same(self.rounds.serve()) and not self.differences()[0].issuperset(keys):
            return True
        self.plan.restore(before)
        self.rounds.serve()
        return False

    def blame_statements(self, keys):
        """Takes back the first statement with which a name is not the same, and what it kept from being loaded.

        Found by halving; the runs serve for all the names.
        """
        every, runs = self.plan.statements(), {}
        deadline = time.monotonic() + self.left

        def run(count):
            if count not in runs:
                self.plan.allowed = set(every[:count])
                runs[count] = self.differences()
            return runs[count]

        culprits = set()
        for key in keys:
            good, bad = 0, len(every)
            while bad - good > 1 and time.monotonic() < deadline:
                middle = (good + bad) // 2
                good, bad = (good, middle) if key in run(middle)[0] else (middle, bad)
            if bad - good == 1:
                culprits.add(bad)
        self.plan.allowed = None
        self.left = deadline - time.monotonic()
        for count in culprits:
            missing = runs[count - 1][1] - runs[count][1] if {count - 1, count} <= runs.keys() else set()
            self.plan.force(missing, self.loaded())
            self.plan.take_back_statement(*every[count - 1], "changes what other modules see")
        return bool(culprits)

    def take_back_packages(self, keys):
        """Takes back all that waits in or for the packages that the names, and what fills them, belong to."""
        names = {key.rpartition(".")[0] for key in keys if not key.startswith("process.")}
        names.update(name for key in keys for name in self.fillers.get(key, ()))
        return self.plan.take_back_packages({name.partition(".")[0] for name in names if name})
