"""An engine given our terms: it answers from a question's text, and from the terms alone."""

from abc import ABC, abstractmethod
from collections.abc import Sequence

from bench.engine import Found, second_pass
from bench.terms import QueryTerms


class TermsEngine(ABC):
    """Implements `Engine` by what finds terms."""

    paths = ("text", "terms")

    def __init__(self) -> None:
        self._terms = QueryTerms()

    @abstractmethod
    def search_terms(self, terms: list[str]) -> Found:
        """Return the ten best (id, score) for our terms of a question."""

    def search(self, question: str) -> Found:
        """Return the ten best (id, score)."""
        return self.search_terms(self._terms.of(question))

    def time(self, path: str, questions: Sequence[str]) -> list[float]:
        """Return the milliseconds of each question by one of `paths`."""
        if path == "text":
            return second_pass(self.search, questions)
        terms = {question: self._terms.of(question) for question in questions}
        return second_pass(lambda question: self.search_terms(terms[question]), questions)
