"""Evaluation: which documents a query's tree matches, and how well.

Every node gives one answer for each document of the generation, in arrays by document number. What
is a condition rather than words, such as a filter or an exclusion, decides which documents match
and adds nothing to the scores of words beside it; alone it gives every match the same score.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from kotogura.query import tree
from kotogura.query.tree import Node
from kotogura.search.explain import Explanation, sum_of
from kotogura.search.leaves import Leaves, Mask, Scores, chunks
from kotogura.search.marks import MarkedPhrase, MarkedWords, Marks
from kotogura.search.phrases import read_phrase
from kotogura.search.query_words import QueryWord

Condition = Callable[[tree.Filter], Mask]

CONDITION_SCORE = 1.0
"""What a match of conditions alone is worth."""


@dataclass(frozen=True, slots=True, eq=False)
class Scored:
    """A node's answer.

    Attributes:
        matches: bool [document count].
        scores: float64 [document count], above 0 where it matches and 0 elsewhere.
        is_condition: whether the scores tell nothing but that it matches.
        required: documents in which a search by meaning may look; None if it may in all of them.
        parts: why, for each of the documents to be explained.
    """

    matches: Mask
    scores: Scores
    is_condition: bool
    required: Mask | None
    parts: tuple[Explanation, ...]


@dataclass(frozen=True, slots=True)
class _Surroundings:
    """What a node is evaluated in.

    Attributes:
        leaves: weighs words, in one field or all.
        boost: what scores are multiplied by.
        strict: whether all of a word's parts must be there, as below AND and NOT.
        excluded: whether below NOT, where nothing is highlighted.
    """

    leaves: Leaves
    boost: float = 1.0
    strict: bool = False
    excluded: bool = False


class Evaluation:
    """Evaluates one query in one generation; afterwards `marks` tells what to highlight."""

    def __init__(self, leaves: Leaves, condition: Condition, documents: Sequence[int] = ()) -> None:
        """Wire the parts.

        Args:
            leaves: weighs leaves in all fields.
            condition: tells which documents meet a condition on metadata.
            documents: numbers of those to be explained.
        """
        self._leaves = leaves
        self._condition = condition
        self._documents = documents
        self._words: list[MarkedWords] = []
        self._phrases: list[MarkedPhrase] = []

    @property
    def marks(self) -> Marks:
        """What to highlight."""
        return Marks(tuple(self._words), tuple(self._phrases))

    def evaluate(self, node: Node) -> Scored:
        """Return the answer of the whole query; of nothing but what the analyzer drops, nothing.

        Raises:
            AnalyzerMismatch, UnanalyzableText: as the analyzer does.
            InvalidFilter: when a field's values can't be compared as a filter says.
        """
        return self._of(node, _Surroundings(self._leaves)) or self._nothing()

    def _of(self, node: Node, around: _Surroundings) -> Scored | None:
        """Return the answer of `node`; None where all of its text is dropped."""
        found: Scored | None
        match node:
            case tree.Words():
                found = self._of_words(node, around)
            case tree.Prefix():
                found = self._of_prefix(node, around)
            case tree.Phrase():
                found = self._of_phrase(node, around)
            case tree.Filter():
                found = self._of_condition(self._condition(node), around)
            case tree.InField():
                leaves = around.leaves.only(node.field)
                found = self._of(node.node, replace(around, leaves=leaves, strict=True))
            case tree.Boosted():
                found = self._of(node.node, replace(around, boost=around.boost * node.factor))
            case tree.Not():
                found = self._of(node.node, replace(around, strict=True, excluded=True))
                if found is not None:
                    live = around.leaves.reader.live
                    found = self._of_condition(live & ~found.matches, around)
            case tree.All():
                found = self._all(self._each(node.nodes, replace(around, strict=True)), around)
            case tree.Any():
                found = self._any(self._each(node.nodes, around), around)
            case tree.Run():
                others = [one for one in node.nodes if not _is_required(one)]
                either = self._any(self._each(others, around), around)
                required = [one for one in node.nodes if _is_required(one)]
                parts = self._each(required, around)
                found = self._all([either, *parts] if either else parts, around)
        return found

    def _each(self, nodes: Iterable[Node], around: _Surroundings) -> list[Scored]:
        answers = (self._of(node, around) for node in nodes)
        return [answer for answer in answers if answer is not None]

    def _of_words(self, node: tree.Words, around: _Surroundings) -> Scored | None:
        leaves = around.leaves
        if not around.strict:
            words = leaves.words(node.text)
            if not words:
                return None
            scores = leaves.score(words) * around.boost
            parts = self._explained_words(words, around)
            self._mark_words(words, around)
            return Scored(scores > 0, scores, False, None, parts)
        answers = []
        for chunk in chunks(node.text):
            words = leaves.words(chunk)
            if not words:
                continue
            matches = _holds_all(words, leaves)
            scores = np.where(matches, leaves.score(words) * around.boost, 0.0)
            parts = self._explained_words(words, around)
            self._mark_words(words, around)
            answers.append(Scored(matches, scores, False, matches, self._only(matches, parts)))
        return self._any(answers, around)

    def _of_prefix(self, node: tree.Prefix, around: _Surroundings) -> Scored | None:
        leaves = around.leaves
        text, counts, alternatives = leaves.prefix(node.text)
        if not text:
            return None
        scores = leaves.weigh(counts) * around.boost
        matches = scores > 0
        if alternatives:
            self._mark_words((QueryWord(alternatives, 0, 0, 0, 1),), around)
        parts = leaves.explain("prefix", text, counts, None, around.boost, self._documents)
        required = matches if around.strict else None
        return Scored(matches, scores, False, required, tuple(parts))

    def _of_phrase(self, node: tree.Phrase, around: _Surroundings) -> Scored | None:
        leaves = around.leaves
        fingerprint = leaves.reader.manifest.analyzer
        words = read_phrase(node.text, leaves.analyzer, fingerprint)
        if not words:
            return None
        text, counts, idf = leaves.phrase(words, node.slop)
        scores = leaves.weigh(counts, idf) * around.boost
        matches = scores > 0
        if not around.excluded and leaves.fields:
            self._phrases.append(MarkedPhrase(words, node.slop, leaves.fields))
        parts = leaves.explain("phrase", text, counts, idf, around.boost, self._documents)
        return Scored(matches, scores, False, matches, tuple(parts))

    def _of_condition(self, matches: Mask, around: _Surroundings) -> Scored:
        scores = np.where(matches, CONDITION_SCORE * around.boost, 0.0)
        return Scored(matches, scores, True, matches, self._constants(scores))

    def _all(self, answers: Sequence[Scored], around: _Surroundings) -> Scored | None:
        if len(answers) < 2:
            return answers[0] if answers else None
        matches = reduce(np.logical_and, [answer.matches for answer in answers])
        some = [answer.required for answer in answers if answer.required is not None]
        required = reduce(np.logical_and, some) if some else None
        scoring = [answer for answer in answers if not answer.is_condition]
        if not scoring:
            return replace(self._of_condition(matches, around), required=required)
        scores = np.where(matches, sum(answer.scores for answer in scoring), 0.0)
        parts = self._only(matches, self._sums(scoring))
        return Scored(matches, scores, False, required, parts)

    def _any(self, answers: Sequence[Scored], around: _Surroundings) -> Scored | None:
        if len(answers) < 2:
            return answers[0] if answers else None
        matches = reduce(np.logical_or, [answer.matches for answer in answers])
        some = [answer.required for answer in answers if answer.required is not None]
        required = reduce(np.logical_or, some) if len(some) == len(answers) else None
        if all(answer.is_condition for answer in answers):
            return replace(self._of_condition(matches, around), required=required)
        scores: Scores = np.sum([answer.scores for answer in answers], axis=0)
        return Scored(matches, scores, False, required, self._sums(answers))

    def _nothing(self) -> Scored:
        nothing = self._leaves.nothing()
        return Scored(nothing > 0, nothing, False, None, self._constants(nothing))

    def _mark_words(self, words: tuple[QueryWord, ...], around: _Surroundings) -> None:
        if not around.excluded:
            self._words.append(MarkedWords(words, around.leaves.fields))

    def _explained_words(
        self, words: Sequence[QueryWord], around: _Surroundings
    ) -> tuple[Explanation, ...]:
        if not self._documents:
            return ()
        found = around.leaves.explain_words(words, around.boost, self._documents)
        return tuple(sum_of(some) for some in zip(*found, strict=True))

    def _constants(self, scores: NDArray[np.float64]) -> tuple[Explanation, ...]:
        return tuple(
            Explanation(kind="constant", value=float(scores[document]))
            for document in self._documents
        )

    def _sums(self, answers: Sequence[Scored]) -> tuple[Explanation, ...]:
        return tuple(map(sum_of, zip(*(answer.parts for answer in answers), strict=True)))

    def _only(self, matches: Mask, parts: Sequence[Explanation]) -> tuple[Explanation, ...]:
        """Return `parts`, or nothing for a document that doesn't match."""
        nothing = Explanation(kind="constant", value=0.0)
        return tuple(
            part if matches[document] else nothing
            for document, part in zip(self._documents, parts, strict=True)
        )


def _is_required(node: Node) -> bool:
    """Return whether a part of a run must hold, wherever words beside it stand."""
    match node:
        case tree.Phrase() | tree.Filter() | tree.InField() | tree.Not():
            return True
        case tree.Boosted():
            return _is_required(node.node)
        case tree.All() | tree.Any() | tree.Run():
            return all(map(_is_required, node.nodes))
    return False


def _holds_all(words: Sequence[QueryWord], leaves: Leaves) -> Mask:
    """Return which documents have every word, a compound or all of its parts."""
    found = leaves.reader.live.copy()
    rest = sorted(words, key=lambda word: (word.position, -word.width))
    while rest:
        first, *others = rest
        behind = first.position + first.width
        inside = [word for word in others if word.position < behind]
        rest = [word for word in others if word.position >= behind]
        here = leaves.mask(first)
        found &= here | _holds_all(inside, leaves) if inside else here
    return found
