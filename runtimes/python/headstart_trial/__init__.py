"""Runs a function to be watched or timed: what `headstart trace --events` and `headstart profile` start.

The scripts are copied beside the record that they write, so that nothing but their own place tells it, and a
child process that comes by them writes into the same one. Standard library only, nothing imported that the
launcher does not import anyway.
"""
