"""What cuts sentences in tests: Sudachi, loaded once for a process."""

from functools import cache

from kotogura.analysis.analyzer import SudachiAnalyzer
from kotogura.analysis.tokenizers import sudachi_analyzer
from kotogura.search.sentences import Sentences


@cache
def shared_analyzer() -> SudachiAnalyzer:
    """Return the one analyzer."""
    return sudachi_analyzer()


def sudachi_sentences() -> Sentences:
    """Return sentences of tenants without a dictionary in use."""
    return Sentences(shared_analyzer(), lambda _: shared_analyzer())
