"""How a score came about: a tree whose parts sum to it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel

from kotogura.search.counts import Counts

Kind = Literal["sum", "word", "prefix", "phrase", "constant", "pairs", "words", "meaning"]


class FieldCount(BaseModel):
    """How often a word stands in one field of the document.

    Attributes:
        field: title or body.
        frequency: how often.
        weight: what once counts.
        length: of the field, in units.
    """

    field: str
    frequency: int
    weight: float
    length: int


class Explanation(BaseModel):
    """A part of a score.

    Attributes:
        kind: `sum` of its parts; what a `word`, all words with a `prefix`, or a `phrase` is worth;
            a `constant` for a condition that has no words; `pairs` of characters; in a score by
            both, the `words` and the `meaning`.
        value: what it adds to the score. Of a `sum` it is the sum of the parts' values; of words
            and phrases boost · idf · frequency / (frequency + damper).
        text: terms as the index has them.
        boost: the factors that apply to it, multiplied.
        idf: how much it tells, by how few documents have it.
        frequency: the fields' frequencies, weighted.
        damper: k1 (1 - b + b · length / average), the length of the document.
        fields: where it stands.
        similarity: of the meaning, the best passage's cosine.
        share: of words, by what the score by word was multiplied, as all their parts are; of the
            meaning, by what its similarity above `furthest` was.
        furthest: of the meaning by both, the similarity up to which it adds nothing.
        parts: of a sum and of words.
    """

    kind: Kind
    value: float
    text: str | None = None
    boost: float | None = None
    idf: float | None = None
    frequency: float | None = None
    damper: float | None = None
    fields: list[FieldCount] = []
    similarity: float | None = None
    share: float | None = None
    furthest: float | None = None
    parts: list["Explanation"] = []

    def scaled(self, factor: float) -> "Explanation":
        """Return it as a part of a score in which it counts `factor` times as much."""
        changes: dict[str, object] = {"value": self.value * factor}
        if self.boost is not None:
            changes["boost"] = self.boost * factor
        changes["parts"] = [part.scaled(factor) for part in self.parts]
        return self.model_copy(update=changes)


def sum_of(parts: Iterable[Explanation]) -> Explanation:
    """Return the sum of `parts`, those left out that add nothing; one alone stays as it is.

    >>> sum_of([Explanation(kind="constant", value=0.5)] * 2).value
    1.0
    """
    some = [part for part in parts if part.value]
    if len(some) == 1:
        return some[0]
    return Explanation(kind="sum", value=sum(part.value for part in some), parts=some)


def explain_counts(
    kind: Kind,
    text: str,
    counts: Mapping[str, Counts],
    *,
    weights: Mapping[str, float],
    lengths: Mapping[str, NDArray[np.int64]],
    dampers: NDArray[np.float64],
    idf: float,
    boost: float,
    documents: Sequence[int],
) -> list[Explanation]:
    """Return what something with these counts is worth in each of `documents`.

    Args:
        kind: of the explanations.
        text: of the explanations.
        counts: by field, where it stands and how often.
        weights: of the fields.
        lengths: of every document's fields, by field.
        dampers: of every document.
        idf: what it tells.
        boost: what it is multiplied by.
        documents: numbers.
    """
    found = []
    for document in documents:
        fields = []
        for name, (having, frequencies) in counts.items():
            at = int(np.searchsorted(having, document))
            if weights.get(name, 1.0) and at < len(having) and having[at] == document:
                fields.append(
                    FieldCount(
                        field=name,
                        frequency=int(frequencies[at]),
                        weight=weights.get(name, 1.0),
                        length=int(lengths[name][document]),
                    )
                )
        frequency = sum(one.weight * one.frequency for one in fields)
        damper = float(dampers[document])
        value = boost * idf * frequency / (frequency + damper) if frequency else 0.0
        found.append(
            Explanation(
                kind=kind,
                value=value,
                text=text,
                boost=boost,
                idf=idf,
                frequency=frequency,
                damper=damper,
                fields=fields,
            )
        )
    return found
