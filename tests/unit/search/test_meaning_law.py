"""Search by meaning equals a plain comparison of every passage with the query."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kotogura.search.meaning import PassageIndex
from kotogura.semantics.passages import below_title, short_title, split_passages
from kotogura.semantics.quantization import dequantize, quantize
from tests.memory.language import WordEmbedder
from tests.memory.library import Library

WORDS = ["car", "yard", "lunch", "noon", "rest"]
paragraphs = st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map(
    lambda words: " ".join(words * 12)  # long enough that each becomes a passage of its own
)
bodies = st.lists(paragraphs, min_size=1, max_size=3).map("。\n\n".join)


@settings(max_examples=10)
@given(
    texts=st.lists(bodies, min_size=1, max_size=4),
    gone=st.integers(0, 5),
    merged=st.booleans(),
    query=st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map(" ".join),
)
def test_each_documents_similarity_is_that_of_its_best_passage(
    tmp_path_factory: pytest.TempPathFactory,
    texts: list[str],
    gone: int,
    merged: bool,
    query: str,
) -> None:
    library = Library(tmp_path_factory.mktemp("meaning"))
    for number, body in enumerate(texts):
        library.stage(library.put(f"{number}.txt", body, f"title {number}"))
    library.upload("last.txt", "rest rest", "last")
    library.promote("model")
    if gone < len(texts):
        library.delete(f"{gone}.txt")
    if merged:
        library.compact()

    embedder = WordEmbedder("model")
    vector = embedder.embed_queries([query])[0]
    reader = library.reader()
    index = PassageIndex(reader, library.files)
    scores = index.score(vector)
    for number, document in reader.documents(range(len(reader.live))).items():
        best = index.passage(scores, number)
        if not reader.live[number]:
            assert scores.similarities[number] == -np.inf
            assert best is None
            continue
        title = short_title(document.title, embedder.measure)
        passages = split_passages(document.body, embedder.measure, title=title)
        rows, scales = quantize(
            embedder.embed_passages(
                [below_title(title, passage.text(document.body)) for passage in passages]
            )
        )
        cosines = dequantize(rows, scales) @ vector
        assert scores.similarities[number] == pytest.approx(cosines.max(), abs=1e-5)
        assert best is not None
        chosen = [place for place, p in enumerate(passages) if p.start == best.start]
        assert cosines[chosen[0]] == pytest.approx(cosines.max(), abs=1e-5)
        mean = index.document_vector(number)
        assert mean is not None
        assert np.linalg.norm(mean) == pytest.approx(1, abs=1e-5)
        expected = dequantize(rows, scales).sum(axis=0)
        assert mean == pytest.approx(expected / np.linalg.norm(expected), abs=1e-5)
    reader.close()
