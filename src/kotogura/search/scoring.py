"""Scoring: what a query is worth in every document, by word, by meaning or both, and why."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from kotogura.analysis.analyzer import Analyzer
from kotogura.index.manifest import FIELDS
from kotogura.index.reader import GenerationReader
from kotogura.query import tree
from kotogura.query.parsing import may_have_operators, parse
from kotogura.query.tree import Node, Words, positive_text
from kotogura.search.answers import Mode
from kotogura.search.bm25 import Bm25Settings
from kotogura.search.conditions import Condition
from kotogura.search.evaluation import Evaluation, Scored
from kotogura.search.explain import Explanation, sum_of
from kotogura.search.fields import known_fields
from kotogura.search.filters import matches
from kotogura.search.fusion import Shares, fuse, shares
from kotogura.search.leaves import Leaves
from kotogura.search.marks import MarkedWords, Marks
from kotogura.search.meaning import MeaningScores
from kotogura.search.opened import OpenGeneration
from kotogura.search.pairs import PairRescoring
from kotogura.search.ranking import rank
from kotogura.search.synonyms import NO_SYNONYMS, Synonyms
from kotogura.spans import span

Numbers = NDArray[np.int64]
Scores = NDArray[np.float64]
Embed = Callable[[OpenGeneration, str], NDArray[np.float32]]

USUAL_FIELDS = frozenset({"author", "date", "language", "tag", "type"})
"""Names that are fields in a query even where no document has them."""
_NOTHING = Explanation(kind="constant", value=0.0)


@dataclass(slots=True, eq=False)
class Found:
    """What a query found.

    Attributes:
        scores: float64 [document count], above 0 where it was found.
        marks: what to highlight.
        meaning: what passages a search by meaning found.
        has_words: False where a search by both found nothing by word.
        explain: tells how the scores of documents came about, in their order.
    """

    scores: Scores
    marks: Marks
    meaning: MeaningScores | None = None
    has_words: bool = True
    explain: Callable[[Sequence[int]], list[Explanation]] = lambda documents: [
        _NOTHING for _ in documents
    ]


@dataclass(slots=True, eq=False)
class _ByWord:
    """What a query found by word.

    Attributes:
        scores: float64 [document count].
        marks: what to highlight.
        gains: what rescoring added to the scores of the best.
        required: documents in which a search by meaning may look; None if it may in all.
        explain: tells how scores came about, but for the gains.
    """

    scores: Scores
    marks: Marks
    gains: dict[int, float] = field(default_factory=dict)
    required: NDArray[np.bool_] | None = None
    explain: Callable[[Sequence[int]], list[Explanation]] = lambda _: []

    def explained(self, documents: Sequence[int]) -> list[Explanation]:
        """Return how the scores of `documents` came about."""
        gains = (
            Explanation(kind="pairs", value=self.gains.get(number, 0.0)) for number in documents
        )
        return [
            sum_of((one, gain)) if gain.value else one
            for one, gain in zip(self.explain(documents), gains, strict=True)
        ]


def nothing_asked(document_count: int) -> Found:
    """Return what a query without words finds: nothing of its own."""
    return Found(np.zeros(document_count), Marks())


class Scoring:
    """Scores queries. A query without operators is scored as one bag of words, quickly."""

    def __init__(self, settings: Bm25Settings, rescoring: PairRescoring | None) -> None:
        self._settings = settings
        self._rescoring = rescoring

    def score(
        self,
        opened: OpenGeneration,
        analyzer: Analyzer,
        query: str,
        mode: Mode,
        embed: Embed,
        synonyms: Synonyms = NO_SYNONYMS,
        *,
        among: NDArray[np.bool_] | None = None,
        exhaustive: bool = False,
    ) -> Found:
        """Return what `query` finds in a generation, whose terms `analyzer` made.

        Args:
            opened: the generation.
            analyzer: made its terms.
            query: words, or operators too.
            mode: how to search.
            embed: makes a vector of a query.
            synonyms: the tenant's.
            among: documents in which to look by meaning; None for all. By word all are scored.
            exhaustive: whether every document's similarity must be known, as for going through all
                that is found by meaning.

        Raises:
            QuerySyntaxError: when an operator lacks what it needs; it tells the column.
            InvalidFilter: when a field's values can't be compared as the query says.
            ModelNotReady: when meaning is asked for and there is no model.
            AnalyzerMismatch, UnanalyzableText: as the analyzer does.
        """
        node = self._parsed(query, opened.reader)
        text = query if isinstance(node, Words) else positive_text(node)
        if mode == "meaning" and isinstance(node, Words):
            by_word = _ByWord(np.zeros(len(opened.reader.live)), Marks())
        else:
            by_word = self._by_word(opened, analyzer, node, text, synonyms)
        if mode == "words" or not text.strip():
            return Found(by_word.scores, by_word.marks, explain=by_word.explained)
        if by_word.required is not None:
            among = by_word.required if among is None else among & by_word.required
        vector = embed(opened, text)
        with span("compare-passages"):
            all_of_them = exhaustive and mode == "meaning"
            meaning = opened.passages.score(vector, among, exhaustive=all_of_them)
        if mode == "meaning":
            scores = cosines(meaning)
            found = Shares(0.0, 1.0, 0.0)
        else:
            found = shares(text, meaning.similarities, opened.passages.spread)
            scores = fuse(found, by_word.scores, meaning.similarities)

        def explain(documents: Sequence[int]) -> list[Explanation]:
            words = by_word.explained(documents) if found.words else [_NOTHING] * len(documents)
            return [
                _explain_both(one, found, float(meaning.similarities[number]), mode)
                for one, number in zip(words, documents, strict=True)
            ]

        marks = by_word.marks if mode == "both" else Marks()
        return Found(scores, marks, meaning, bool(by_word.scores.any()), explain)

    def by_word(
        self,
        opened: OpenGeneration,
        analyzer: Analyzer,
        query: str,
        synonyms: Synonyms = NO_SYNONYMS,
    ) -> Scores:
        """Return what `query` is worth in every document by word. Raises as `score` does."""
        node = self._parsed(query, opened.reader)
        text = query if isinstance(node, Words) else positive_text(node)
        return self._by_word(opened, analyzer, node, text, synonyms).scores

    def _parsed(self, query: str, reader: GenerationReader) -> Node:
        if not may_have_operators(query):
            return Words(query, 1)
        return parse(query, lambda name: name in USUAL_FIELDS or name in known_fields(reader))

    def _by_word(
        self,
        opened: OpenGeneration,
        analyzer: Analyzer,
        node: Node,
        text: str,
        synonyms: Synonyms,
    ) -> _ByWord:
        """Score by word; what rescoring adds is never less than nothing."""
        reader = opened.reader
        index = opened.word_index(self._settings)
        leaves = Leaves(reader, analyzer, self._settings, index, synonyms)
        if isinstance(node, Words):
            words = leaves.words(text)

            def explain_words(documents: Sequence[int]) -> list[Explanation]:
                found = leaves.explain_words(words, 1.0, documents)
                return [sum_of(one[at] for one in found) for at in range(len(documents))]

            marks = Marks((MarkedWords(words, FIELDS),))
            found = _ByWord(index.score_words(words), marks, explain=explain_words)
        else:

            def condition(one: tree.Filter) -> NDArray[np.bool_]:
                return matches(reader, one.field, Condition(one.operator, one.values))

            def evaluated(documents: Sequence[int]) -> tuple[Scored, Marks]:
                evaluation = Evaluation(leaves, condition, documents)
                return evaluation.evaluate(node), evaluation.marks

            def explain_node(documents: Sequence[int]) -> list[Explanation]:
                return list(evaluated(documents)[0].parts)

            scored, marks = evaluated(())
            found = _ByWord(scored.scores, marks, required=scored.required, explain=explain_node)
        if self._rescoring is not None and text.strip():
            pool = rank(found.scores, self._rescoring.pool_count, reader.document_id)
            numbers = np.array([number for number, _ in pool], dtype=np.int64)
            before = found.scores[numbers]
            after = self._rescoring.rescore(text, numbers, before, reader)
            found.scores[numbers] = after
            found.gains = dict(zip(numbers.tolist(), (after - before).tolist(), strict=True))
        return found


def cosines(meaning: MeaningScores) -> Scores:
    """Return similarities as scores: 0 for documents without passages or turned away."""
    return np.maximum(np.where(np.isfinite(meaning.similarities), meaning.similarities, 0.0), 0.0)


def _explain_both(words: Explanation, by: Shares, similarity: float, mode: Mode) -> Explanation:
    """Return how a document's words and its meaning add up to its score."""
    scaled = words.scaled(by.words)
    of_words = Explanation(
        kind="words", value=scaled.value, share=by.words, parts=[scaled] if scaled.value else []
    )
    of_meaning = Explanation(
        kind="meaning",
        value=by.of_meaning(similarity),
        similarity=similarity if np.isfinite(similarity) else None,
    )
    if mode == "both":
        furthest = by.furthest if np.isfinite(by.furthest) else None
        bounds = {"share": by.meaning, "furthest": furthest}
        of_meaning = of_meaning.model_copy(update=bounds)
    return sum_of((of_words, of_meaning))
