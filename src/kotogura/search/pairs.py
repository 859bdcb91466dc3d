"""Rescoring: of the best by BM25, those come first that write the words as the query does.

A morpheme is there or not; which characters stand side by side tells more, above all where the
query was cut into words otherwise than the document. So the best twenty are compared once more by
their pairs of neighbouring characters, again by BM25, and both scores are added. A pair's idf is
counted among the twenty, which ranks as well as counting it among all documents (docs/adr/0015) and
needs nothing in the index: no bytes, and no statistics to keep exact.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from kotogura.analysis.kanji import fold_kanji
from kotogura.analysis.normalization import normalize
from kotogura.index.reader import GenerationReader
from kotogura.search.bm25 import Bm25Settings, dampers, saturate

Codes = NDArray[np.uint32]

_TABLE_SIZE = 1 << 16


@dataclass(frozen=True, slots=True)
class PairRescoring:
    """How pairs of characters count.

    Attributes:
        weight: of their score beside the score by words.
        pool_count: how many of the best by words are compared.
        bm25: k1 and b for pairs; fields have no weights here.
        text_limit: characters of a document's body that are looked at.
    """

    weight: float = 1.0
    pool_count: int = 20
    bm25: Bm25Settings = field(default_factory=Bm25Settings)
    text_limit: int = 20_000

    def rescore(
        self,
        query: str,
        documents: NDArray[np.int64],
        scores: NDArray[np.float64],
        reader: GenerationReader,
    ) -> NDArray[np.float64]:
        """Return the scores of `documents` with what the query's pairs add to them.

        Args:
            query: as it was asked.
            documents: int64 [n], numbers of the best by words.
            scores: float64 [n], their scores by words.
            reader: of the generation in which they are.
        """
        pairs = np.unique(pair_codes(query))
        if not len(pairs) or not len(documents):
            return scores
        texts = self._texts(documents.tolist(), reader)
        lengths = np.array([len(one) for one in texts], dtype=np.float64)
        frequencies = count_pairs(pairs, texts)
        having = np.count_nonzero(frequencies, axis=0)
        idf = np.log1p((len(texts) - having + 0.5) / (having + 0.5))
        damped = dampers(lengths, float(lengths.mean()), self.bm25)
        gains: NDArray[np.float64] = saturate(frequencies, damped[:, None]) @ idf
        return scores + self.weight * gains

    def _texts(self, documents: list[int], reader: GenerationReader) -> list[Codes]:
        """Return the pairs of each document's title and body, from the cache where they are."""
        cache, key = reader.cache, reader.key
        kept = ((number, cache.get(key("pairs", number))) for number in documents)
        found: dict[int, Codes] = {number: codes for number, codes in kept if codes is not None}
        absent = [number for number in documents if number not in found]
        for number, (title, body) in reader.texts(absent).items():
            codes = pair_codes(f"{title}\n{body[: self.text_limit]}")
            cache.put(key("pairs", number), codes, codes.nbytes + 200)
            found[number] = codes
        return [found[number] for number in documents]


def pair_codes(text: str) -> Codes:
    """Return a number for each two neighbouring characters of `text`, in order; case aside.

    Two different pairs have different numbers, but for some of rare characters beyond U+FFFF.

    >>> pair_codes("Ab").tolist() == pair_codes("aB").tolist()
    True
    >>> len(pair_codes("空港"))
    1
    """
    characters = np.frombuffer(
        fold_kanji(normalize(text).text).casefold().encode("utf-32-le"), np.uint32
    )
    return (characters[:-1] << np.uint32(16)) ^ characters[1:]


def count_pairs(pairs: Codes, texts: list[Codes]) -> NDArray[np.float64]:
    """Return how often each of `pairs` stands in each of `texts`, [texts, pairs].

    A table of 16 bits rules nearly all of a text's pairs out; only the rest are compared.

    Args:
        pairs: uint32 [m], ascending, all different.
        texts: n arrays.
    """
    everything = np.concatenate(texts)
    table = np.zeros(_TABLE_SIZE, dtype=bool)
    table[_hashed(pairs)] = True
    places = np.flatnonzero(table[_hashed(everything)])
    codes = everything[places]
    columns = np.searchsorted(pairs, codes)
    columns[columns == len(pairs)] = 0
    same = pairs[columns] == codes
    ends = np.cumsum([len(one) for one in texts])
    rows = np.searchsorted(ends, places[same], side="right")
    size = len(texts) * len(pairs)
    counts = np.bincount(rows * len(pairs) + columns[same], minlength=size)
    return counts.reshape(len(texts), len(pairs)).astype(np.float64)


def _hashed(codes: Codes) -> NDArray[np.uint16]:
    hashed: NDArray[np.uint16] = (codes ^ (codes >> 16) * 31).astype(np.uint16)
    return hashed
