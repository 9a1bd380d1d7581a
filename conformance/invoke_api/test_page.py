"""The page in a real browser."""

import shutil
import subprocess
import tempfile
import time
import unittest

from server import Case, archive

BROWSER = next(filter(None, map(shutil.which, ["chromium", "chromium-browser", "google-chrome"])), None)


@unittest.skipUnless(BROWSER, "skipped: no chromium is on this machine")
class Page(Case):
    def dom(self):
        """The page as it is after its script has asked once and more."""
        with tempfile.TemporaryDirectory() as profile:
            options = ["--headless", "--no-sandbox", "--disable-gpu", "--user-data-dir=" + profile]
            options += ["--virtual-time-budget=3000", "--dump-dom", self.server.address + "/"]
            told = subprocess.run([BROWSER, *options], capture_output=True, text=True, timeout=120)
        self.assertEqual(told.returncode, 0, told.stderr)
        return told.stdout

    def test_it_shows_what_runs_and_runs_nothing_that_it_shows(self):
        self.create("shown")
        self.client.invoke(FunctionName="shown")
        self.create("evil", archive({"app.py": "raise ValueError('<b id=evil>')"}), Publish=True)
        self.client.put_provisioned_concurrency_config(
            FunctionName="evil", Qualifier="1", ProvisionedConcurrentExecutions=1
        )
        for _ in range(50):
            config = self.client.get_provisioned_concurrency_config(FunctionName="evil", Qualifier="1")
            if config["Status"] == "FAILED":
                break
            time.sleep(0.1)
        dom = self.dom()
        self.assertIn('<th scope="row">shown', dom)
        self.assertIn("cold 1", dom)
        self.assertIn('class="private"', dom)
        self.assertIn("live.</p>", dom)
        self.assertIn("&lt;b id=evil&gt;", dom)
        self.assertNotIn("<b id", dom)


if __name__ == "__main__":
    unittest.main()
