"""A library for each test of searching."""

from pathlib import Path

import pytest

from tests.memory.library import Library
from tests.memory.racing import RacingPointers

SYNONYMS = {"car": "vehicle", "automobile": "vehicle"}


@pytest.fixture
def pointers() -> RacingPointers:
    return RacingPointers()


@pytest.fixture
def library(tmp_path: Path, pointers: RacingPointers) -> Library:
    library = Library(tmp_path, synonyms=SYNONYMS)
    library.pointers = pointers
    return library
