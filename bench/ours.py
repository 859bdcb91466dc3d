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

    paths = ("text", "terms", "full", "first-touch", "first-pass", "first-query")

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
        if path == "first-pass":
            return time_each(questions, self._fresh())
        if path == "first-query":
            questions = questions[:_OPENED_COUNT]
        warmers = [None] * len(questions) if path == "first-query" else self._strangers(questions)
        times: list[float] = []
        for question, warmer in zip(questions, warmers, strict=True):
            answer = self._fresh()
            if warmer is not None:
                answer(warmer)
            times.extend(time_each([question], answer))
        return times

    def _fresh(self) -> Callable[[str], Found]:
        """Return what answers from a generation that is yet to be opened."""
        service = self._library.service(self._analyzer, self._rescoring)
        return lambda text: _rank(service, text)

    def _strangers(self, questions: Sequence[str]) -> list[str | None]:
        """Return for each question another one that shares no term with it."""
        terms = [frozenset(self._before.analyze(text).terms) for text in questions]
        count = len(questions)
        return [
            next(
                (
                    questions[other % count]
                    for other in range(number + 1, number + count)
                    if terms[other % count].isdisjoint(terms[number])
                ),
                None,
            )
            for number in range(count)
        ]


def open_engine(job: Job, name: str) -> Ours:
    """Return the engine called `name` over the index that `build` made."""
    return Ours(job, RANKINGS[name])


def _rank(service: SearchService, text: str) -> Found:
    return service.rank_words(TENANT, text, FOUND_COUNT)
