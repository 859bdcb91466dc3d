"""Fields that can be filtered, counted and sorted by: metadata, and what every document has.

| field | is |
| --- | --- |
| `name` | the document's name |
| `folder` | each folder that it lies in, without the last slash: `rules` and `rules/2026` |
| `title` | its title |
| `type` | what sort of file it is, in one word: `pdf`, `word`, `markdown` |
| `size_bytes` | the file's size |

No field of metadata is called so (see `kotogura.documents.metadata`).
"""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kotogura.index.metadata_columns import Column, Fact
from kotogura.index.reader import GenerationReader

Numbers = NDArray[np.int64]

_TYPES = {
    "application/json": "json",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "powerpoint",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "excel",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "word",
    "text/plain": "text",
    "text/tab-separated-values": "csv",
}


@dataclass(frozen=True, slots=True, eq=False)
class Spellings:
    """The texts of a column, those that differ in width or case alone as one.

    Attributes:
        folded: different texts as `fold` leaves them, ascending.
        groups: int64 [texts of the column], the place of each in `folded`.
        labels: how each of `folded` is written most often.
    """

    folded: tuple[str, ...]
    groups: Numbers
    labels: tuple[str, ...]


def fold(text: str) -> str:
    """Return `text` without what doesn't count when texts are compared: width and case.

    >>> fold("ＰＤＦ"), fold("ｶﾅ")
    ('pdf', 'カナ')
    """
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def short_type(media_type: str) -> str:
    """Return a media type in one word.

    >>> short_type("application/pdf"), short_type("text/plain"), short_type("text/html")
    ('pdf', 'text', 'html')
    """
    return _TYPES.get(media_type, media_type.rpartition("/")[2].removeprefix("x-"))


def columns(reader: GenerationReader, field: str) -> tuple[Column, ...]:
    """Return all values of `field`, a column for each kind; none for a field that nothing has."""
    if field in _FACTS:
        return (reader.metadata.fact(_FACTS[field]),)
    made = _MADE.get(field)
    if made is None:
        return reader.metadata.columns(field)
    key = reader.key("field", field)
    found: tuple[Column, ...] | None = reader.cache.get(key)
    if found is None:
        found = (made(reader),)
        reader.cache.put(key, found, found[0].size_bytes)
    return found


def known_fields(reader: GenerationReader) -> frozenset[str]:
    """Return the names of all fields that a document of this generation has."""
    key = reader.key("known-fields")
    found: frozenset[str] | None = reader.cache.get(key)
    if found is None:
        found = frozenset((*_FACTS, *_MADE)) | {one.name for one in reader.metadata.fields()}
        reader.cache.put(key, found, 100 * len(found))
    return found


def spellings(reader: GenerationReader, field: str, column: Column) -> Spellings:
    """Return how the texts of `column`, which is the one of texts in `field`, are compared."""
    key = reader.key("spellings", field)
    found: Spellings | None = reader.cache.get(key)
    if found is None:
        each = [fold(text) for text in column.texts]
        folded = tuple(sorted(set(each)))
        place = {text: number for number, text in enumerate(folded)}
        groups = np.array([place[text] for text in each], dtype=np.int64)
        counts = np.bincount(column.values, minlength=len(each))
        labels = [""] * len(folded)
        for number in np.argsort(counts, kind="stable").tolist():
            labels[groups[number]] = column.texts[number]
        found = Spellings(folded, groups, tuple(labels))
        size = groups.nbytes + sum(100 + 2 * len(text) for text in folded)
        reader.cache.put(key, found, size)
    return found


def _type(reader: GenerationReader) -> Column:
    column = reader.metadata.fact("media_type")
    return _of_texts(column, [[short_type(text)] for text in column.texts])


def _folder(reader: GenerationReader) -> Column:
    column = reader.metadata.fact("name")
    parts = [text.split("/")[:-1] for text in column.texts]
    return _of_texts(
        column, [["/".join(some[:end]) for end in range(1, len(some) + 1)] for some in parts]
    )


def _of_texts(column: Column, made: list[list[str]]) -> Column:
    """Return a column that has, for each value of `column`, the texts that `made` has for it."""
    texts = sorted({text for some in made for text in some})
    place = {text: number for number, text in enumerate(texts)}
    counts = np.array([len(some) for some in made], dtype=np.int64)
    flat = np.array([place[text] for some in made for text in some], dtype=np.int64)
    starts = np.cumsum(counts) - counts
    own = counts[column.values]
    within = np.arange(own.sum()) - np.repeat(np.cumsum(own) - own, own)
    values = flat[np.repeat(starts[column.values], own) + within]
    return Column("text", np.repeat(column.documents, own), values, tuple(texts))


_FACTS: dict[str, Fact] = {"name": "name", "size_bytes": "size_bytes", "title": "title"}
_MADE: dict[str, Callable[[GenerationReader], Column]] = {"folder": _folder, "type": _type}

OF_EVERY_DOCUMENT = tuple(sorted((*_FACTS, *_MADE)))
"""The fields that any document has, whatever metadata it brings."""
