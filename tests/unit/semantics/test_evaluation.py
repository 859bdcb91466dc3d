from collections.abc import Callable, Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from kotogura.semantics.evaluation import evaluate
from kotogura.semantics.token_measure import CharacterMeasure
from kotogura.semantics.training_pairs import TrainingDocument, TrainingPair

TOPICS = "休旅会宅端経健防証報育備"


class TopicEmbedder:
    """Knows a text by the first topic's character in it; a blind one knows nothing."""

    digest = "topics"
    dimensions = len(TOPICS)
    measure = CharacterMeasure(300)

    def __init__(self, *, blind: bool = False) -> None:
        self._blind = blind

    def embed_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return self.embed_passages(texts)

    def embed_passages(
        self, texts: Sequence[str], on_progress: Callable[[int, int], None] | None = None
    ) -> NDArray[np.float32]:
        vectors = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        for row, text in zip(vectors, texts, strict=True):
            found = next((c for c in text if c in TOPICS), None)
            row[0 if self._blind or found is None else TOPICS.index(found)] = 1
        if on_progress is not None:
            on_progress(len(texts), len(texts))
        return vectors


DOCUMENTS = [TrainingDocument(t, "無題", f"{t}について説明する文書である。") for t in TOPICS]
PAIRS = [TrainingPair(f"{t}とは", "", t) for t in TOPICS[:4]]


def test_a_model_that_knows_everything_reaches_one():
    figures = evaluate(TopicEmbedder(), DOCUMENTS, PAIRS)
    assert (figures.mrr10, figures.recall10) == (1.0, 1.0)
    assert (figures.query_count, figures.passage_count) == (4, 12)


def test_a_model_that_knows_nothing_gains_nothing_from_ties():
    figures = evaluate(TopicEmbedder(blind=True), DOCUMENTS, PAIRS)
    assert (figures.mrr10, figures.recall10) == (0.0, 0.0)


def test_the_rank_is_that_of_the_document_not_of_its_passages():
    wrong = TrainingDocument(
        "多", "無題", "\n\n".join(f"休みの話、その{n}。" * 15 for n in range(5))
    )
    right = TrainingDocument("正", "無題", "休みの話である。")
    figures = evaluate(TopicEmbedder(), [wrong, right], [TrainingPair("休", "", "正")])
    assert figures.reciprocal_ranks == (0.5,)


def test_a_document_without_text_is_not_found():
    documents = [*DOCUMENTS, TrainingDocument("空", "無題", " ")]
    assert evaluate(TopicEmbedder(), documents, [TrainingPair("休", "", "空")]).mrr10 == 0


def test_no_query_or_an_unknown_document_is_refused():
    with pytest.raises(ValueError, match="no query"):
        evaluate(TopicEmbedder(), DOCUMENTS, [])
    with pytest.raises(ValueError, match="not in the corpus"):
        evaluate(TopicEmbedder(), DOCUMENTS, [TrainingPair("休", "", "別")])
