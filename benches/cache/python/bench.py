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
import traceback
import warnings

KEYS = ["key %d" % number for number in range(10_000)]
VALUE = bytes(range(256)) * 4
TTL = 3600
# How often all keys are asked for in one round of the measure whose calls are short.
PASSES = 10
PROCESSES = 4
# How many keys four processes write in one round: some peers take milliseconds for one.
WRITES = 1_000
# More than all rounds write: what is to be found is not swept away.
ROOM = 4 << 30
FIRST_USES = 3


def load(key):
    return VALUE


def in_files(directory):
    """Options of ours."""
    place = os.path.join(directory, "headstart")
    return {"ttl": TTL, "scope": "node", "directory": place, "node_bytes": ROOM}


def cache_in(directory):
    import headstart

    return headstart.Cache("set", **in_files(directory))


def are_hits(tier, before, after, calls):
    """Makes sure that all calls were hits of this kind, and nothing else was."""
    none = ("misses", "stale", "waits", "overdue", "damaged", "errors")
    expected = {"hits": calls, tier: calls, **dict.fromkeys(none, 0)}
    counted = {name: getattr(after, name) - getattr(before, name) for name in expected}
    assert counted == expected, counted


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

    def run(self, arm, _):
        self.function = self.arms[arm]
        self.before = self.function.cache_info() if arm == "headstart" else None
        took, self.values = timed(lambda call=self.function: [call(key) for key in KEYS for _ in range(PASSES)])
        return took

    def make_sure(self):
        assert all(value == VALUE for value in self.values)
        if self.before:
            are_hits("process_hits", self.before, self.function.cache_info(), len(self.values))


class NodeHit:
    """A value that the process asks for the first time and another has written."""

    name = "node hit"
    processes = (1, PROCESSES)

    def __init__(self, directory, keys=KEYS):
        import diskcache

        self.directory = directory
        self.keys = keys
        theirs = diskcache.Cache(os.path.join(directory, "diskcache"))
        self.memoized = theirs.memoize(expire=TTL, name="load")(load)
        self.arms = ("headstart", "diskcache")
        for arm in self.arms:
            self.run(arm, 0)

    @staticmethod
    def keys_of_workers():
        return KEYS

    def run(self, arm, _):
        import headstart

        self.function = self.memoized
        self.before = None
        if arm == "headstart":
            # Another one each time: it holds nothing in the process yet.
            options = dict(in_files(self.directory), max_entries=2 * len(KEYS), namespace="load")
            self.function = headstart.cached(**options)(load)
            self.before = self.function.cache_info()
        took, self.values = timed(lambda call=self.function: [call(key) for key in self.keys])
        return took

    def make_sure(self):
        assert all(value == VALUE for value in self.values)
        if self.before:
            are_hits("node_hits", self.before, self.function.cache_info(), len(self.values))


class NodeSet:
    """A value is written in place of an older one."""

    name = "node set"
    processes = (1, PROCESSES)

    def __init__(self, directory, keys=KEYS):
        import diskcache

        self.directory = directory
        self.keys = keys
        self.ours = cache_in(directory)
        # As much room as ours has.
        self.theirs = diskcache.Cache(os.path.join(directory, "diskcache-set"), size_limit=ROOM)
        self.arms = {
            "headstart": self.ours.set,
            "diskcache": lambda key, value: self.theirs.set(key, value, expire=TTL),
        }
        for put in self.arms.values():
            put("key 0", VALUE)

    @staticmethod
    def keys_of_workers():
        return KEYS[:WRITES]

    def run(self, arm, number):
        put = self.arms[arm]
        self.arm = arm
        self.written = self.keys_of(number)
        took, _ = timed(lambda: [put(key, VALUE) for key in self.written])
        return took

    def keys_of(self, _):
        return self.keys

    def make_sure(self):
        # Another one finds them: what this one holds shows nothing.
        found = cache_in(self.directory) if self.arm == "headstart" else self.theirs
        before = found.cache_info() if found is not self.theirs else None
        assert all(found.get(key) == VALUE for key in self.written)
        if before:
            assert self.ours.problem is None and found.problem is None
            are_hits("node_hits", before, found.cache_info(), len(self.written))


class NodeSetNew(NodeSet):
    """A value is written for a key that was never written."""

    name = "node set, new key"

    def keys_of(self, number):
        return ["%s of round %d by %d" % (key, number, os.getpid()) for key in self.keys]


def timed(work):
    """Nanoseconds for each thing that the work gives, and these."""
    begun = time.perf_counter_ns()
    done = work()
    return (time.perf_counter_ns() - begun) / len(done), done


class Alone:
    """This process."""

    def __init__(self, measure, directory):
        self.made = measure(directory)
        self.arms = list(self.made.arms)

    def run(self, arm, number):
        took = self.made.run(arm, number)
        self.made.make_sure()
        return took

    def end(self):
        pass


class Workers:
    """Processes that run an arm at the same time."""

    def __init__(self, measure, directory):
        # In turn: the first one fills, the others find it filled.
        self.arms = list(measure(directory).arms)
        self.calls = len(measure.keys_of_workers())
        self.pipes = [self._start(measure, directory, number) for number in range(PROCESSES)]
        self._replies()

    def _start(self, measure, directory, number):
        (orders, order), (reply, answers) = os.pipe(), os.pipe()
        if os.fork() == 0:
            status = 1
            try:
                os.close(order)
                with os.fdopen(orders) as lines, os.fdopen(answers, "w") as out:
                    self._work(measure, directory, number, lines, out)
                status = 0
            except BaseException:
                traceback.print_exc()
            finally:
                os._exit(status)
        os.close(orders)
        os.close(answers)
        return os.fdopen(order, "w"), os.fdopen(reply)

    @staticmethod
    def _work(measure, directory, number, lines, out):
        # Each in an order of its own.
        keys = measure.keys_of_workers()[:]
        random.Random(number).shuffle(keys)
        made = measure(directory, keys)
        answer(out)
        for line in lines:
            order = json.loads(line)
            if order is None:
                return
            if order:
                made.run(*order)
            else:
                made.make_sure()
            answer(out)

    def _tell(self, order):
        for orders, _ in self.pipes:
            orders.write(json.dumps(order) + "\n")
            orders.flush()

    def _replies(self):
        done = [replies.readline() for _, replies in self.pipes]
        assert all(done), "a process has failed"
        return done

    def run(self, arm, number):
        def all_of_them():
            self._tell([arm, number])
            self._replies()
            return range(self.calls)

        took, _ = timed(all_of_them)
        # When nobody writes any more.
        self._tell([])
        self._replies()
        return took

    def end(self):
        # Closing would not do: those that were started later have these pipes too.
        self._tell(None)
        for orders, replies in self.pipes:
            orders.close()
            replies.close()
            os.wait()


def answer(out):
    out.write("done\n")
    out.flush()


def interleaved(arms, rounds, run):
    """What `run(arm, number)` gives in each round, the arms in an order of its own."""
    times = {arm: [] for arm in arms}
    for number in range(rounds + 1):
        for arm in random.sample(sorted(arms), len(arms)):
            took = run(arm, number)
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
    print(json.dumps({"first use": ended - imported, "first use, import included": ended - begun}))


def first_uses(directory, rounds):
    NodeSet(directory)
    arms = ("headstart", "diskcache")

    def run(arm, _):
        command = [sys.executable, "-I", __file__, "first-use", arm, directory]
        return json.loads(subprocess.check_output(command))

    times = interleaved(arms, rounds * FIRST_USES, run)
    for what in ("first use", "first use, import included"):
        ns = {arm: [took[what] for took in taken] for arm, taken in times.items()}
        yield {"measure": what, "processes": 1, "ns": ns}


def main(directory, rounds):
    # What ours warns of is that it does not do what is timed.
    warnings.filterwarnings("error", "headstart: ")
    rows = []
    for measure in (ProcessHit, NodeHit, NodeSet, NodeSetNew):
        for processes in measure.processes:
            sys.stderr.write("%s, %d processes\n" % (measure.name, processes))
            made = (Alone if processes == 1 else Workers)(measure, directory)
            ns = interleaved(made.arms, rounds, made.run)
            rows.append({"measure": measure.name, "processes": processes, "ns": ns})
            made.end()
    rows.extend(first_uses(directory, rounds))
    print(json.dumps(rows))


if __name__ == "__main__":
    if sys.argv[1] == "first-use":
        first_use(*sys.argv[2:])
    else:
        main(sys.argv[1], int(sys.argv[2]))
