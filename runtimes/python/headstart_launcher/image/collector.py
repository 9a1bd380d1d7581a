"""The collector of cycles, out of the way of a start.

What a start makes is there to stay. Looking through it again and again finds next to nothing and costs a tenth of the
time; and what is there when the function is ready need never be looked through again.
"""

import gc


class Paused:
    """No collection by itself within the block; what is there at its end is left alone for good."""

    def __enter__(self):
        self.before = gc.get_threshold()
        # Not `gc.disable`, which would hide that the function does that.
        gc.set_threshold(0, *self.before[1:])

    def __exit__(self, *_):
        if gc.get_threshold()[0] == 0 and self.before[0] != 0:
            gc.set_threshold(*self.before)
        gc.freeze()
