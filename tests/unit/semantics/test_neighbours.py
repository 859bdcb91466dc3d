"""An inverted file offers candidates, and is kept with the segment whose vectors it is over."""

from pathlib import Path

import numpy as np
import pytest

from kotogura.errors import CorruptIndex
from kotogura.semantics import neighbours
from kotogura.semantics.neighbours import Neighbours, add_missing, build_neighbours
from kotogura.semantics.quantization import dot_products, quantize
from kotogura.semantics.vectors import PassageVectors
from tests.memory.library import Library

COUNT, DIMENSIONS = 3_000, 16


def made(count: int = COUNT) -> PassageVectors:
    """Vectors in thirty groups."""
    chance = np.random.default_rng(1)
    rows = chance.normal(size=(30, DIMENSIONS))[chance.integers(0, 30, count)]
    rows = rows + chance.normal(scale=0.3, size=rows.shape)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    matrix, scales = quantize(rows.astype(np.float32))
    numbers = np.arange(count, dtype=np.uint32)
    return PassageVectors(numbers, numbers, numbers, matrix, scales)


@pytest.fixture(scope="module")
def vectors() -> PassageVectors:
    return made()


@pytest.fixture(scope="module")
def opened(vectors: PassageVectors, tmp_path_factory: pytest.TempPathFactory) -> Neighbours:
    path = tmp_path_factory.mktemp("neighbours") / "neighbours.faiss"
    path.write_bytes(build_neighbours(vectors))
    return Neighbours.open(path, COUNT)


def asked() -> np.ndarray:
    queries = np.random.default_rng(2).normal(size=(50, DIMENSIONS)).astype(np.float32)
    return queries / np.linalg.norm(queries, axis=1, keepdims=True)


def test_nearly_all_of_the_ten_nearest_are_among_the_candidates(
    vectors: PassageVectors, opened: Neighbours
) -> None:
    found = 0
    for query in asked():
        nearest = np.argsort(-dot_products(vectors.matrix, vectors.scales, query))[:10]
        found += len(np.intersect1d(nearest, opened.nearest(query, 100)))
    assert found >= 0.98 * 500


def test_only_what_is_allowed_is_offered(vectors: PassageVectors, opened: Neighbours) -> None:
    allowed = np.arange(COUNT) % 7 == 3
    for query in asked()[:10]:
        rows = opened.nearest(query, 60, allowed)
        assert len(rows) == 60
        assert allowed[rows].all()
        assert len(set(rows.tolist())) == 60


def test_no_more_is_offered_than_there_is(opened: Neighbours) -> None:
    assert len(opened.nearest(asked()[0], COUNT * 2)) <= COUNT
    assert len(opened.nearest(asked()[0], 10, np.zeros(COUNT, dtype=bool))) == 0


def test_the_same_vectors_give_the_same_file(vectors: PassageVectors) -> None:
    assert build_neighbours(vectors) == build_neighbours(vectors)


@pytest.mark.parametrize("count", [1, 2, 60])
def test_few_vectors_make_a_file_too(tmp_path: Path, count: int) -> None:
    path = tmp_path / "few.faiss"
    path.write_bytes(build_neighbours(made(count)))
    rows = Neighbours.open(path, count).nearest(asked()[0], 5)
    assert sorted(rows.tolist()) == list(range(count)) or len(rows) == 5


def test_a_file_of_other_vectors_is_refused(tmp_path: Path, vectors: PassageVectors) -> None:
    path = tmp_path / "neighbours.faiss"
    path.write_bytes(build_neighbours(vectors))
    with pytest.raises(CorruptIndex):
        Neighbours.open(path, COUNT + 1)
    path.write_bytes(b"IwSq" + b"\xff" * 40)
    with pytest.raises(CorruptIndex):
        Neighbours.open(path, COUNT)
    with pytest.raises(CorruptIndex):
        Neighbours.open(tmp_path / "missing.faiss", COUNT)


@pytest.fixture
def filled(tmp_path: Path) -> Library:
    library = Library(tmp_path)
    for number in range(3):
        library.upload(f"{number}.txt", f"car yard {number}", "cars")
    library.promote("first")
    return library


def add(library: Library) -> int:
    return add_missing(library.tenant, library.generations, library.files, least_count=1)


def test_large_segments_get_a_file_that_the_generation_names(filled: Library) -> None:
    count = len(filled.manifest.segments)
    before = filled.manifest.generation
    assert add(filled) == count
    assert filled.manifest.generation == before + 1
    for segment in filled.manifest.segments:
        entry = segment.neighbours["first"]
        assert entry in set(segment.file_entries())
        assert len(filled.files.read(filled.tenant, entry.name)) == entry.size_bytes
    assert add(filled) == 0
    assert filled.manifest.generation == before + 1


def test_small_segments_get_none(filled: Library) -> None:
    assert add_missing(filled.tenant, filled.generations, filled.files) == 0
    assert neighbours.LEAST_COUNT > 3


def test_a_merge_leaves_them_behind_and_the_next_run_builds_one(filled: Library) -> None:
    filled.upload("more.txt", "lunch at noon", "food")
    add(filled)
    assert filled.compact()
    assert all(not segment.neighbours for segment in filled.manifest.segments)
    assert add(filled) == len(filled.manifest.segments) == 1


def test_another_models_promotion_leaves_them_behind(filled: Library) -> None:
    add(filled)
    filled.promote("first")
    assert all(set(segment.neighbours) == {"first"} for segment in filled.manifest.segments)
    filled.promote("second")
    assert all(not segment.neighbours for segment in filled.manifest.segments)


def test_a_tenant_without_a_model_has_none(tmp_path: Path) -> None:
    library = Library(tmp_path)
    assert add(library) == 0
    library.upload("a.txt", "car")
    assert add(library) == 0
