"""What every test relies on: imports, no clock in Hypothesis, and who shares a process."""

import os
import sys
from pathlib import Path

import pytest
from hypothesis import settings
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling, Scheduling

sys.path.insert(0, str(Path(__file__).parents[1]))

# Wall-clock deadlines on a shared machine fail for no reason; the suite's own timeout stays.
settings.register_profile("kotogura", deadline=None, derandomize=True, print_blob=True)
settings.register_profile("explore", deadline=None, max_examples=400, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "kotogura"))

# What these rooms share takes long to make: a stack, a world, a model.
_SHARED = {"attacks", "conformance", "contract", "faults", "integration", "local", "sam_local"}


class _ByRoom(LoadScopeScheduling):
    """Gives each process whole files of tests, and whole rooms where they share a fixture."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        top, _, below = file.partition("/")
        room = below.partition("/")[0]
        return room if top == "tests" and room in _SHARED else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Scheduling:
    """Let `--numprocesses` deal out work by rooms."""
    return _ByRoom(config, log)
