"""What every test relies on: imports, no clock in Hypothesis, and who shares a process."""

import os
import sys
from pathlib import Path

import pytest
from hypothesis import settings

sys.path.insert(0, str(Path(__file__).parents[1]))

# Wall-clock deadlines on a shared machine fail for no reason; the suite's own timeout stays.
settings.register_profile("kotogura", deadline=None, derandomize=True, print_blob=True)
settings.register_profile("explore", deadline=None, max_examples=400, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "kotogura"))

HERE = Path(__file__).parent
# What these rooms share takes long to make: a stack, a world, a model.
SHARED = {"attacks", "conformance", "contract", "integration", "local", "sam_local"}


def pytest_itemcollected(item: pytest.Item) -> None:
    """Keep together, where several processes run the suite, what shares a fixture."""
    below = item.path.relative_to(HERE).parts if HERE in item.path.parents else ()
    group = below[0] if below and below[0] in SHARED else str(item.path)
    item.add_marker(pytest.mark.xdist_group(group))
