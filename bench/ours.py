"""The product: opened as `functions/search` opens it, asked through `SearchService`."""

from collections.abc import Callable, Sequence

from bench.engine import Found, Job, second_pass
from bench.latency import time_each
from bench.library import TENANT, Library
from bench.ours_build import build
from bench.quality import FOUND_COUNT
from bench.rankings import RANKINGS
from kotogura.analysis.analyzer import AnalyzedText, Analyzer
from kotogura.analysis.tokenizers import sudachi_analyzer
from kotogura.index.cache import CACHE_BYTES
from kotogura.search.opened import OpenGenerations
from kotogura.search.pairs import PairRescoring
from kotogura.search.service import SearchService

__all__ = ["build", "open_engine"]

_OPENED_COUNT = 50
"""Of so many questions each is the first to an unopened generation; more would only take longer."""


class AnalyzedBefore:
    """Implements `Analyzer` for texts that were analysed before: what is timed is the rest."""

    def __init__(self, analyzer: Analyzer) -> None:
        self._analyzer = analyzer
        self._known: dict[str, AnalyzedText] = {}

    @property
    def fingerprint(self) -> str:
        """Return the analyzer's own."""
        return self._analyzer.fingerprint

    def analyze(self, text: str) -> AnalyzedText:
        """Return what the analyzer said of `text`."""
        found = self._known.get(text)
        if found is None:
            found = self._known[text] = self._analyzer.analyze(text)
        return found


class Ours:
    """Implements `Engine`."""

    paths = ("text", "terms", "full", "first-touch", "cold-terms", "first-query")

    def __init__(self, job: Job, rescoring: PairRescoring | None) -> None:
        self._rescoring = rescoring
        self._library = Library(job.folder)
        self._analyzer = sudachi_analyzer()
        self._before = AnalyzedBefore(self._analyzer)
        self._service = self._library.service(self._analyzer, rescoring)
        self._from_terms = self._library.service(self._before, rescoring)

    def search(self, question: str) -> Found:
        """Return the ten best (id, score)."""
        return _rank(self._service, question)

    def time(self, path: str, questions: Sequence[str]) -> list[float]:
        """Return the milliseconds of each question by one of `paths`."""
        if path == "text":
            return second_pass(self.search, questions)
        if path == "terms":
            return second_pass(lambda text: _rank(self._from_terms, text), questions)
        if path == "full":
            return second_pass(
                lambda text: self._service.search(TENANT, text, "words", FOUND_COUNT), questions
            )
        if path == "first-touch":
            return time_each(questions, self._fresh(self._library.opened()))
        if path == "first-query":
            return [
                time_each([question], self._fresh(self._library.opened()))[0]
                for question in questions[:_OPENED_COUNT]
            ]
        return self._cold_terms(questions)

    def _cold_terms(self, questions: Sequence[str]) -> list[float]:
        """Return the times of questions of whose terms no posting is in the cache."""
        opened = self._library.opened()
        answer = self._fresh(opened)
        answer(questions[-1])
        times: list[float] = []
        for question in questions:
            # What is larger than the cache pushes everything out, and itself.
            reader = opened.current(TENANT).reader
            reader.cache.put("everything", None, CACHE_BYTES + 1)
            reader.postings(["\0"])  # which reads the dictionary, and no postings
            times.extend(time_each([question], answer))
        return times

    def _fresh(self, opened: OpenGenerations) -> Callable[[str], Found]:
        """Return what answers from `opened`."""
        service = self._library.service(self._analyzer, self._rescoring, opened)
        return lambda text: _rank(service, text)


def open_engine(job: Job, name: str) -> Ours:
    """Return the engine called `name` over the index that `build` made."""
    return Ours(job, RANKINGS[name])


def _rank(service: SearchService, text: str) -> Found:
    return service.rank_words(TENANT, text, FOUND_COUNT)
