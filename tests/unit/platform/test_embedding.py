"""Vectors are made with a segment where there is time, and left to `compact` where there is not."""

from pathlib import Path

import pytest

from kotogura.platform.embedding import segment_embedder
from tests.memory.language import WordEmbedder
from tests.memory.library import Library

BODY = "an automobile again"


def open_words(folder: Path) -> WordEmbedder:
    return WordEmbedder(folder.name)


@pytest.mark.parametrize(
    ("longest", "digests"), [(len(BODY), {"first"}), (len(BODY) - 1, set[str]())]
)
def test_a_text_that_is_too_long_to_embed_meanwhile_is_found_by_word_first(
    library: Library, monkeypatch: pytest.MonkeyPatch, longest: int, digests: set[str]
) -> None:
    library.upload("cars.txt", "leave the car in the yard", "cars")
    library.promote("first")
    embed = segment_embedder(library.generations, library.files, longest, open_words)
    monkeypatch.setattr(library, "embed", embed)
    library.upload("more.txt", BODY, "more")
    assert set(library.manifest.segments[-1].vectors) == digests
    assert library.found("automobile") == {"more.txt"}
