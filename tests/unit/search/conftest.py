"""A library for each test of searching."""

from pathlib import Path

import pytest

from kotogura.analysis.analyzer import Analyzer
from kotogura.analysis.tokenizers import sudachi_analyzer
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


@pytest.fixture(scope="module")
def analyzer() -> Analyzer:
    return sudachi_analyzer()


@pytest.fixture
def japanese(tmp_path: Path, analyzer: Analyzer, request: pytest.FixtureRequest) -> Library:
    """A library of the module's `TEXTS`, analysed as the product does."""
    library = Library(tmp_path, analyzer=analyzer)
    for name, body in request.module.TEXTS.items():
        library.upload(name, body)
    return library
