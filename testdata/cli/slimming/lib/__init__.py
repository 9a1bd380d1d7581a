def used():
    return 42
