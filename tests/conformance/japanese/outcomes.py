"""What an engine made of the cases, and how much of it is as expected, by group."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from tests.conformance.japanese.cases import Grade, NumberedCase


@dataclass(frozen=True, slots=True)
class Answer:
    """What one query found: ids, or why the engine broke. A refused query finds nothing.

    Attributes:
        found: the documents' ids.
        refusal: what the engine says is wrong with the query; empty if nothing is.
        failure: the error that ended the search, where none should; empty if none did.
    """

    found: frozenset[str] = frozenset()
    refusal: str = ""
    failure: str = ""


class Engine(Protocol):
    """Indexes a case's documents, alone, and asks for its query."""

    def answer(self, case: NumberedCase) -> Answer:
        """Return what the case's query finds among its documents."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A case and what an engine answered."""

    case: NumberedCase
    answer: Answer

    @property
    def passed(self) -> bool:
        """Whether all hits are found, no miss is, and nothing broke."""
        return not self.complaint

    @property
    def complaint(self) -> str:
        """Return what is not as expected, in one line; empty if all is."""
        expected = self.case.case
        missing = [one for one in expected.hits if one not in self.answer.found]
        wrong = [one for one in expected.misses if one in self.answer.found]
        told = []
        if missing:
            told.append(f"not found: {', '.join(missing)}")
        if wrong:
            told.append(f"found by mistake: {', '.join(wrong)}")
        if self.answer.failure:
            told.append(f"broke: {self.answer.failure}")
        if told and self.answer.refusal:
            told.append(f"refused: {self.answer.refusal}")
        return "; ".join(told)

    @property
    def line(self) -> str:
        """Return the case in one line: name, grade, query and complaint."""
        query = self.case.case.query
        shown = query if len(query) <= 40 else f"{query[:40]}…"
        complaint = self.complaint or "as expected"
        return f"{self.case.name} ({self.case.case.grade}) {_safe(shown)}: {complaint}"


@dataclass(frozen=True, slots=True)
class Count:
    """How many cases passed, of how many."""

    passed: int = 0
    total: int = 0

    def __str__(self) -> str:
        return f"{self.passed}/{self.total}" if self.total else "–"

    @property
    def share(self) -> float:
        """Return the share that passed, 1.0 of none."""
        return self.passed / self.total if self.total else 1.0


def counts(outcomes: Iterable[Outcome]) -> dict[str, dict[Grade, Count]]:
    """Return counts by group and grade, in the order of the outcomes; both grades in each."""
    found: dict[str, dict[Grade, Count]] = {}
    for one in outcomes:
        grades = found.setdefault(one.case.group, {"must": Count(), "should": Count()})
        so_far = grades[one.case.case.grade]
        grades[one.case.case.grade] = Count(so_far.passed + one.passed, so_far.total + 1)
    return found


def total(outcomes: Iterable[Outcome], grade: Grade) -> Count:
    """Return how many cases of `grade` passed in all groups."""
    graded = [one.passed for one in outcomes if one.case.case.grade == grade]
    return Count(sum(graded), len(graded))


def _safe(text: str) -> str:
    """Return `text` as a terminal can show it: what it can't is written as an escape."""
    return "".join(
        one if one.isprintable() else one.encode("unicode-escape").decode() for one in text
    )
