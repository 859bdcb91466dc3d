"""Guards against the embedded AWS's known defects: one module each, see `ministack_main`.

A guard puts its own function in the place of a private one of MiniStack. It says at installation
when that name is gone, and its test says when a newer release no longer needs it.
"""
