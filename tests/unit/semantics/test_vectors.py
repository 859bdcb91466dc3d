from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from kotogura.errors import CorruptIndex, StoreUnavailable
from kotogura.semantics.quantization import quantize
from kotogura.semantics.vector_files import vector_count
from kotogura.semantics.vectors import PassageVectors, WordVectors

ARRAYS = ("ordinals", "starts", "ends", "matrix", "scales")


def passages(count: int = 5, dimensions: int = 8) -> PassageVectors:
    rows, scales = quantize(
        np.random.default_rng(2).normal(size=(count, dimensions)).astype(np.float32)
    )
    numbers = np.arange(count, dtype=np.uint32)
    return PassageVectors(numbers, numbers * 10, numbers * 10 + 9, rows, scales, "abc")


def words() -> WordVectors:
    rows, scales = quantize(np.eye(2, 8, dtype=np.float32))
    return WordVectors(["会議", "休暇"], np.array([3, 2], dtype=np.uint32), rows, scales, "abc")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "vectors.arrow"


def batch_of(path: Path) -> pa.RecordBatch:
    with pa.OSFile(str(path), "rb") as source, pa.ipc.open_file(source) as file:
        return file.get_batch(0)


def write(path: Path, *batches: pa.RecordBatch) -> None:
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, batches[0].schema) as writer:
        for batch in batches:
            writer.write_batch(batch)


def as_format_1(path: Path) -> None:
    """Write the file as the first release did: Parquet."""
    batch = batch_of(path)
    metadata = {**batch.schema.metadata, b"kotogura.format_version": b"1"}
    table = pa.Table.from_batches([batch]).replace_schema_metadata(metadata)
    pq.write_table(table, path, compression="zstd", use_dictionary=False)


def assert_same(one: PassageVectors, other: PassageVectors) -> None:
    for name in ARRAYS:
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
        assert getattr(one, name).dtype == getattr(other, name).dtype
    assert one.model_digest == other.model_digest


@pytest.mark.parametrize("count", [0, 1, 5])
def test_passages_come_back_as_they_were_written(count: int, path: Path):
    path.write_bytes(passages(count).to_file())
    assert_same(PassageVectors.from_file(path), passages(count))
    assert vector_count(path) == count


@pytest.mark.parametrize("count", [0, 1, 5])
def test_files_of_the_first_format_are_read(count: int, path: Path):
    path.write_bytes(passages(count).to_file())
    as_format_1(path)
    assert_same(PassageVectors.from_file(path), passages(count))
    assert vector_count(path) == count


def test_words_come_back_as_they_were_written(path: Path):
    written = words()
    path.write_bytes(written.to_file())
    read = WordVectors.from_file(path)
    assert read.terms == written.terms
    np.testing.assert_array_equal(read.document_frequencies, written.document_frequencies)
    np.testing.assert_array_equal(read.matrix, written.matrix)


def test_the_elements_are_mapped_not_read(path: Path):
    path.write_bytes(passages().to_file())
    allocated = pa.total_allocated_bytes()
    read = PassageVectors.from_file(path)
    assert pa.total_allocated_bytes() == allocated
    assert not read.matrix.flags.owndata
    path.unlink()
    np.testing.assert_array_equal(read.matrix, passages().matrix)


def test_the_same_vectors_give_the_same_bytes():
    assert passages().to_file() == passages().to_file()


def test_a_word_is_most_similar_to_itself():
    similarities = words().similarities(np.eye(2, 8, dtype=np.float32)[1])
    assert similarities.round(3).tolist() == [0.0, 1.0]


def test_columns_of_different_length_are_refused():
    good = passages()
    with pytest.raises(ValueError, match="length"):
        PassageVectors(good.ordinals[:-1], good.starts, good.ends, good.matrix, good.scales)


@pytest.mark.parametrize(
    "change",
    [
        {"format_version": "3"},
        {"format_version": "1"},
        {"kind": "words"},
        {"dimensions": "9"},
        {"dimensions": "0"},
        {"dimensions": ""},
    ],
)
def test_another_version_kind_or_shape_is_corrupt(change: dict[str, str], path: Path):
    path.write_bytes(passages().to_file())
    batch = batch_of(path)
    metadata = {**batch.schema.metadata, **{f"kotogura.{k}".encode(): v for k, v in change.items()}}
    write(path, batch.replace_schema_metadata(metadata))
    with pytest.raises(CorruptIndex):
        PassageVectors.from_file(path)


@pytest.mark.parametrize("column", ["ordinal", "start", "end", "vector", "scale"])
def test_a_missing_column_is_corrupt(column: str, path: Path):
    path.write_bytes(passages().to_file())
    write(path, batch_of(path).drop_columns([column]))
    with pytest.raises(CorruptIndex):
        PassageVectors.from_file(path)


def test_a_second_batch_is_corrupt(path: Path):
    path.write_bytes(passages().to_file())
    write(path, batch_of(path), batch_of(path))
    with pytest.raises(CorruptIndex):
        PassageVectors.from_file(path)


def test_a_scale_that_is_no_number_is_corrupt(path: Path):
    made = passages()
    made.scales[1] = np.nan
    path.write_bytes(made.to_file())
    with pytest.raises(CorruptIndex):
        PassageVectors.from_file(path)


@pytest.mark.parametrize("data", [b"", b"PAR1", b"ARROW1", b"not a table at all"])
def test_what_is_no_table_is_corrupt(data: bytes, path: Path):
    path.write_bytes(data)
    with pytest.raises(CorruptIndex):
        PassageVectors.from_file(path)
    with pytest.raises(CorruptIndex):
        vector_count(path)


def test_a_truncated_file_is_corrupt(path: Path):
    path.write_bytes(words().to_file()[:-20])
    with pytest.raises(CorruptIndex):
        WordVectors.from_file(path)


def test_a_missing_file_may_come_back(path: Path):
    with pytest.raises(StoreUnavailable):
        PassageVectors.from_file(path)
