"""A deterministic simulator of the index: crashes, delays, duplicates and races from one seed.

The code under test is the product's own, down to `FolderFiles` and the ledger, pointers and staged
changes of the table; what is simulated lies below them: a disk that forgets what was not synced,
and a table that answers item by item. `python -m tests.simulation.run --help` tells the rest.
"""
