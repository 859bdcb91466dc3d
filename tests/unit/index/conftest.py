"""A library for each test of the index."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.memory.library import Library
from tests.memory.racing import RacingPointers


@pytest.fixture
def pointers() -> RacingPointers:
    return RacingPointers()


@pytest.fixture
def library(tmp_path: Path, pointers: RacingPointers) -> Library:
    library = Library(tmp_path)
    library.pointers = pointers
    return library


@pytest.fixture
def rivals(pointers: RacingPointers) -> list[Callable[[], object]]:
    """What happens just before the next moves of the library's pointer."""
    return pointers.rivals
