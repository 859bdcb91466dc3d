from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from kotogura.errors import CorruptIndex
from kotogura.semantics.quantization import quantize
from kotogura.semantics.vectors import PassageVectors, WordVectors


def passages(count: int = 5, dimensions: int = 8) -> PassageVectors:
    rows, scales = quantize(
        np.random.default_rng(2).normal(size=(count, dimensions)).astype(np.float32)
    )
    numbers = np.arange(count, dtype=np.uint32)
    return PassageVectors(numbers, numbers * 10, numbers * 10 + 9, rows, scales, "abc")


def words() -> WordVectors:
    rows, scales = quantize(np.eye(2, 8, dtype=np.float32))
    return WordVectors(["会議", "休暇"], np.array([3, 2], dtype=np.uint32), rows, scales, "abc")


@pytest.mark.parametrize("count", [0, 1, 5])
def test_passages_come_back_as_they_were_written(count: int, tmp_path: Path):
    written = passages(count)
    path = tmp_path / "vectors.parquet"
    path.write_bytes(written.to_parquet())
    for source in (path, path.read_bytes()):
        read = PassageVectors.from_parquet(source)
        for name in ("ordinals", "starts", "ends", "matrix", "scales"):
            np.testing.assert_array_equal(getattr(read, name), getattr(written, name))
            assert getattr(read, name).dtype == getattr(written, name).dtype
        assert read.model_digest == "abc"


def test_words_come_back_as_they_were_written():
    written = words()
    read = WordVectors.from_parquet(written.to_parquet())
    assert read.terms == written.terms
    np.testing.assert_array_equal(read.document_frequencies, written.document_frequencies)
    np.testing.assert_array_equal(read.matrix, written.matrix)


def test_the_same_vectors_give_the_same_bytes():
    assert passages().to_parquet() == passages().to_parquet()


def test_a_word_is_most_similar_to_itself():
    similarities = words().similarities(np.eye(2, 8, dtype=np.float32)[1])
    assert similarities.round(3).tolist() == [0.0, 1.0]


def test_columns_of_different_length_are_refused():
    good = passages()
    with pytest.raises(ValueError, match="length"):
        PassageVectors(good.ordinals[:-1], good.starts, good.ends, good.matrix, good.scales)


def with_metadata(data: bytes, **changes: str) -> bytes:
    table = pq.read_table(pa.BufferReader(data))
    metadata = {
        **table.schema.metadata,
        **{f"kotogura.{k}".encode(): v for k, v in changes.items()},
    }
    stream = pa.BufferOutputStream()
    pq.write_table(table.replace_schema_metadata(metadata), stream)
    return stream.getvalue().to_pybytes()


@pytest.mark.parametrize(
    "change", [{"format_version": "2"}, {"kind": "words"}, {"dimensions": "9"}, {"dimensions": ""}]
)
def test_another_version_kind_or_shape_is_corrupt(change: dict[str, str]):
    with pytest.raises(CorruptIndex):
        PassageVectors.from_parquet(with_metadata(passages().to_parquet(), **change))


@pytest.mark.parametrize("column", ["ordinal", "start", "end", "vector", "scale"])
def test_a_missing_column_is_corrupt(column: str):
    table = pq.read_table(pa.BufferReader(passages().to_parquet()))
    stream = pa.BufferOutputStream()
    pq.write_table(table.drop_columns([column]), stream)
    with pytest.raises(CorruptIndex):
        PassageVectors.from_parquet(stream.getvalue().to_pybytes())


@pytest.mark.parametrize("data", [b"", b"PAR1", b"not parquet at all"])
def test_what_is_not_parquet_is_corrupt(data: bytes):
    with pytest.raises(CorruptIndex):
        PassageVectors.from_parquet(data)


def test_a_truncated_file_is_corrupt():
    with pytest.raises(CorruptIndex):
        WordVectors.from_parquet(words().to_parquet()[:-20])
