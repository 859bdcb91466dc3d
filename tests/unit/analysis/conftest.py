"""The analyzer as a search has it; loading its dictionary takes a moment, so once for all tests."""

import pytest

from kotogura.analysis.analyzer import SudachiAnalyzer
from kotogura.analysis.tokenizers import sudachi_analyzer


@pytest.fixture(scope="session")
def analyzer() -> SudachiAnalyzer:
    return sudachi_analyzer()


@pytest.fixture
def tokenizer(analyzer):
    return analyzer.tokenizer
