"""What `import headstart` costs: less than `import json`, and nothing else comes with it."""

import os
import subprocess
import sys
import tempfile
import unittest

PYTHON = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "python")
RUNS = 7


def run(code, *flags, cache):
    """Runs code in a fresh interpreter with valid bytecode; standard output and standard error."""
    environment = {"PYTHONPATH": PYTHON, "PYTHONPYCACHEPREFIX": cache}
    command = [sys.executable, "-S", *flags, "-c", code]
    done = subprocess.run(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=True, text=True
    )
    return done.stdout, done.stderr


def cumulative(text, module):
    """Microseconds that importing a module took, with all that it imports."""
    for line in text.splitlines():
        fields = line.split("|")
        if fields[-1].strip() == module:
            return int(fields[1])
    raise AssertionError("%s was not imported" % module)


class ImportCost(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.cache = directory.name
        run("import headstart, json", cache=self.cache)

    def best(self, module):
        costs = (run("import " + module, "-X", "importtime", cache=self.cache)[1] for _ in range(RUNS))
        return min(cumulative(text, module) for text in costs)

    def test_it_costs_less_than_json(self):
        ours, theirs = self.best("headstart"), self.best("json")
        self.assertLess(ours, theirs)

    def test_it_imports_nothing_else(self):
        code = "import sys; before = set(sys.modules); import headstart; print(sorted(set(sys.modules) - before))"
        self.assertEqual(run(code, cache=self.cache)[0].strip(), "['headstart', 'headstart._hooks']")


if __name__ == "__main__":
    unittest.main()
