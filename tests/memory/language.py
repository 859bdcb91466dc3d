"""A language small enough to check by eye: words between blanks, and what they mean."""

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from kotogura.analysis.analyzer import AnalyzedText
from kotogura.semantics.token_measure import CharacterMeasure

_WORD = re.compile(r"[^\s。、]+")
DIMENSIONS = 48


class WordAnalyzer:
    """Implements `Analyzer`: each word between blanks is a term as it stands."""

    def __init__(self, fingerprint: str = "0123456789abcdef") -> None:
        self.fingerprint = fingerprint

    def analyze(self, text: str) -> AnalyzedText:
        """Return the words of `text`."""
        found = list(_WORD.finditer(text))
        return AnalyzedText(
            terms=[word[0] for word in found],
            positions=range(len(found)),
            widths=[1] * len(found),
            unit_starts=[word.start() for word in found],
            unit_ends=[word.end() for word in found],
            length=len(found),
        )


class WordEmbedder:
    """Implements `Embedder`: a text means the sum of its words; `synonyms` mean the same word.

    Two digests give two spaces: vectors of one say nothing in the other.
    """

    dimensions = DIMENSIONS
    measure = CharacterMeasure(300)

    def __init__(self, digest: str, synonyms: Mapping[str, str] | None = None) -> None:
        self.digest = digest
        self._synonyms = dict(synonyms or {})
        self.embedded_count = 0

    def embed_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Embed what people ask."""
        return np.stack([self._embed(text) for text in texts])

    def embed_passages(
        self, texts: Sequence[str], on_progress: Callable[[int, int], None] | None = None
    ) -> NDArray[np.float32]:
        """Embed what is searched."""
        self.embedded_count += len(texts)
        if on_progress is not None:
            on_progress(len(texts), len(texts))
        rows = [self._embed(text) for text in texts]
        return np.stack(rows) if rows else np.zeros((0, DIMENSIONS), dtype=np.float32)

    def _embed(self, text: str) -> NDArray[np.float32]:
        total = np.zeros(DIMENSIONS)
        for word in _WORD.findall(text):
            total += self._word(self._synonyms.get(word, word))
        length = float(np.linalg.norm(total))
        return (total / length if length else total).astype(np.float32)

    def _word(self, word: str) -> NDArray[np.float64]:
        noise = hashlib.shake_256(f"{self.digest} {word}".encode()).digest(DIMENSIONS)
        return np.frombuffer(noise, dtype=np.uint8) - 127.5
