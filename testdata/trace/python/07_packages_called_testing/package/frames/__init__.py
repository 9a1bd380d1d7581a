from frames import _testing
