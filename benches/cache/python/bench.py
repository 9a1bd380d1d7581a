"""Times the caches of Python in turns: `bench.py DIRECTORY ROUNDS` prints rows as JSON.

`bench.py first-use NAME DIRECTORY` is one fresh process of the last measure.
"""

import functools
import json
import os
import random
import subprocess
import sys
import time

KEYS = ["key %d" % number for number in range(10_000)]
VALUE = bytes(range(256)) * 4
TTL = 3600
# How often all keys are asked for in one round of the measure whose calls are short.
PASSES = 10
# How many keys are written in one round: with four processes at once some peers take milliseconds for one.
WRITES = 1_000
PROCESSES = 4
END = "end\n"
FIRST_USES = 3


def load(key):
    return VALUE


class ProcessHit:
    """A value that the process holds."""

    name = "process hit"
    processes = (1,)

    def __init__(self, _):
        import cachetools
        import headstart

        size = 2 * len(KEYS)
        self.arms = {
            "headstart": headstart.cached(ttl=TTL, max_entries=size)(load),
            "cachetools.TTLCache": cachetools.cached(cachetools.TTLCache(size, TTL))(load),
            "functools.lru_cache": functools.lru_cache(size)(load),
        }
        for function in self.arms.values():
            for key in KEYS:
                function(key)

    def run(self, arm):
        function = self.arms[arm]
        return timed(lambda: [function(key) for key in KEYS for _ in range(PASSES)], len(KEYS) * PASSES)


class NodeHit:
    """A value that the process asks for the first time and another has written."""

    name = "node hit"
    processes = (1, PROCESSES)
    calls = len(KEYS)

    def __init__(self, directory):
        import diskcache

        self.directory = directory
        theirs = diskcache.Cache(os.path.join(directory, "diskcache"))
        self.memoized = theirs.memoize(expire=TTL, name="load")(load)
        self.arms = ("headstart", "diskcache")
        for arm in self.arms:
            self.run(arm)

    def run(self, arm):
        import headstart

        function = self.memoized
        if arm == "headstart":
            # Another one each time: it holds nothing in the process yet.
            place = os.path.join(self.directory, "headstart")
            function = headstart.cached(ttl=TTL, scope="node", directory=place, namespace="load")(load)
        return timed(lambda: [function(key) for key in KEYS], len(KEYS))


class NodeSet:
    """A value is written in place of an older one."""

    name = "node set"
    processes = (1, PROCESSES)
    calls = WRITES

    def __init__(self, directory):
        import diskcache
        import headstart

        ours = headstart.Cache("set", ttl=TTL, scope="node", directory=os.path.join(directory, "headstart"))
        theirs = diskcache.Cache(os.path.join(directory, "diskcache-set"))
        self.arms = {
            "headstart": ours.set,
            "diskcache": lambda key, value: theirs.set(key, value, expire=TTL),
        }
        for put in self.arms.values():
            put("key 0", VALUE)

    def run(self, arm):
        put = self.arms[arm]
        return timed(lambda: [put(key, VALUE) for key in KEYS[:WRITES]], WRITES)


def timed(work, number):
    begun = time.perf_counter_ns()
    work()
    return (time.perf_counter_ns() - begun) / number


class Workers:
    """Processes that run an arm at the same time."""

    def __init__(self, number, make):
        self.calls = make.func.calls
        self.pipes = [self._start(make, number) for number in range(number)]
        for _, replies in self.pipes:
            replies.readline()

    def _start(self, make, number):
        (orders, order), (reply, answers) = os.pipe(), os.pipe()
        if os.fork() == 0:
            # Each in an order of its own.
            random.Random(number).shuffle(KEYS)
            measure = make()
            with os.fdopen(orders) as lines, os.fdopen(answers, "w") as out:
                os.close(order)
                out.write("ready\n")
                out.flush()
                for line in lines:
                    if line == END:
                        break
                    measure.run(line.strip())
                    out.write("done\n")
                    out.flush()
            os._exit(0)
        os.close(orders)
        os.close(answers)
        return os.fdopen(order, "w"), os.fdopen(reply)

    def run(self, arm):
        def all_of_them():
            for orders, _ in self.pipes:
                orders.write(arm + "\n")
                orders.flush()
            for _, replies in self.pipes:
                replies.readline()

        return timed(all_of_them, self.calls)

    def end(self):
        # Closing would not do: those that were started later have these pipes too.
        for orders, _ in self.pipes:
            orders.write(END)
            orders.close()
            os.wait()


def interleaved(arms, rounds, run):
    """What `run(arm)` gives in each round, the arms in turns."""
    times = {arm: [] for arm in arms}
    for number in range(rounds + 1):
        for arm in random.sample(sorted(arms), len(arms)):
            took = run(arm)
            # The first round warms up.
            if number:
                times[arm].append(took)
    return times


def first_use(name, directory):
    """Nanoseconds of the import, and from opening the cache to its first hit."""
    begun = time.perf_counter_ns()
    if name == "headstart":
        from headstart import Cache as cache
    else:
        from diskcache import Cache as cache
    imported = time.perf_counter_ns()
    if name == "headstart":
        value = cache("set", ttl=TTL, scope="node", directory=os.path.join(directory, "headstart"))["key 0"]
    else:
        value = cache(os.path.join(directory, "diskcache-set"))["key 0"]
    ended = time.perf_counter_ns()
    assert value == VALUE
    print(json.dumps({"open": ended - imported, "open, import included": ended - begun}))


def first_uses(directory, rounds):
    NodeSet(directory)
    arms = ("headstart", "diskcache")
    times = {what: {arm: [] for arm in arms} for what in ("open", "open, import included")}

    def run(arm):
        command = [sys.executable, "-I", __file__, "first-use", arm, directory]
        for what, took in json.loads(subprocess.check_output(command)).items():
            times[what][arm].append(took)

    interleaved(arms, rounds * FIRST_USES, run)
    for what, by_arm in times.items():
        yield {"measure": "first use" + what[len("open") :], "processes": 1, "ns": by_arm}


def main(directory, rounds):
    rows = []
    for measure in (ProcessHit, NodeHit, NodeSet):
        for processes in measure.processes:
            sys.stderr.write("%s, %d processes\n" % (measure.name, processes))
            if processes == 1:
                made = measure(directory)
                arms, run, end = list(made.arms), made.run, lambda: None
            else:
                # In turn: the first one fills, the others find it filled.
                arms = list(measure(directory).arms)
                workers = Workers(processes, functools.partial(measure, directory))
                run, end = workers.run, workers.end
            rows.append({"measure": measure.name, "processes": processes, "ns": interleaved(arms, rounds, run)})
            end()
    rows.extend(first_uses(directory, rounds))
    print(json.dumps(rows))


if __name__ == "__main__":
    if sys.argv[1] == "first-use":
        first_use(*sys.argv[2:])
    else:
        main(sys.argv[1], int(sys.argv[2]))
