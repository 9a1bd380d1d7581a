"""What the tests of the cache share."""

import threading
import time


class Counter:
    """A function that counts how often it ran."""

    def __init__(self, result=lambda *args, **kwargs: (args, kwargs), pause=0):
        self.calls = 0
        self.result = result
        self.pause = pause
        self.lock = threading.Lock()

    def __call__(self, *args, **kwargs):
        with self.lock:
            self.calls += 1
        time.sleep(self.pause)
        return self.result(*args, **kwargs)


def in_threads(number, function):
    """What `function` returned or raised in each of so many threads."""
    results = []

    def run():
        try:
            results.append(function())
        except Exception as error:
            results.append(error)

    threads = [threading.Thread(target=run) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def eventually(condition, within=5):
    deadline = time.monotonic() + within
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError("it did not come true")
        time.sleep(0.005)
