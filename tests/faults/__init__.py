"""Faults put into the running local stack, one by one, and what became of each.

`python -m tests.faults.table` runs them and writes `docs/faults.md` of what they saw.
"""
