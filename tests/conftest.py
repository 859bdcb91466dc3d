"""What every test may rely on: `tests.memory` can be imported, and Hypothesis keeps no clock."""

import os
import sys
from pathlib import Path

from hypothesis import settings

sys.path.insert(0, str(Path(__file__).parents[1]))

# Wall-clock deadlines on a shared machine fail for no reason; the suite's own timeout stays.
settings.register_profile("kotogura", deadline=None, derandomize=True, print_blob=True)
settings.register_profile("explore", deadline=None, max_examples=400, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "kotogura"))
