"""`python -m headstart.boot`: a start from an image without a host."""

import os
import subprocess
import sys
import tempfile
import unittest

APP = "import json\n\ndef handler(event, context):\n    return [event, context.get_remaining_time_in_millis() > 0]\n"


class Boot(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = directory.name
        self.write("app.py", APP)

    def write(self, name, text):
        path = os.path.join(self.directory, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as file:
            file.write(text)

    def boot(self, *arguments, **more):
        done = subprocess.run(
            [sys.executable, "-m", "headstart.boot", *arguments],
            cwd=self.directory,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            **more,
        )
        return done.returncode, done.stdout, done.stderr

    def test_one_invocation(self):
        self.assertEqual(self.boot("app.handler"), (0, "[{}, true]\n", ""))
        self.assertEqual(self.boot("app.handler", "--event", "[1]"), (0, "[[1], true]\n", ""))
        self.assertEqual(self.boot("app.handler", "--event", "-", input="2"), (0, "[2, true]\n", ""))
        self.write("events/e.json", "3")
        self.assertEqual(self.boot("app.handler", "--event", "@events/e.json"), (0, "[3, true]\n", ""))

    def test_an_image_that_does_not_fit_is_told_of(self):
        self.write(".headstart/image", "none")
        code, said, complaints = self.boot("app.handler")
        self.assertEqual((code, said), (0, "[{}, true]\n"))
        self.assertIn("is not used: it is no image", complaints)

    def test_calls_that_make_no_sense(self):
        for arguments in ((), ("app",), ("app.handler", "--what"), ("app.handler", "--event")):
            code, said, complaints = self.boot(*arguments)
            self.assertEqual((code, said), (2, ""), arguments)
            self.assertIn("Usage: python -m headstart.boot", complaints)
        self.assertIn("Examples:", self.boot("--help")[1])


if __name__ == "__main__":
    unittest.main()
