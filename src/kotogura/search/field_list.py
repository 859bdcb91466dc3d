"""Which fields a tenant's documents have: what can be filtered, counted and sorted by."""

from typing import Literal, cast

import numpy as np
from pydantic import BaseModel, Field

from kotogura.index.reader import GenerationReader
from kotogura.search.fields import OF_EVERY_DOCUMENT, columns

Kind = Literal["date", "flag", "number", "text", "time"]


class FieldKind(BaseModel):
    """Values of one kind in a field."""

    kind: Kind = Field(description="text, number, flag, date (a day) or time (a moment)")
    document_count: int = Field(description="how many documents have such a value")


class FieldInfo(BaseModel):
    """A field that can be filtered, counted and sorted by."""

    name: str = Field(description="what `filter`, `facet` and `sort` call it")
    is_metadata: bool = Field(
        description="whether documents bring it; the others every document may have"
    )
    kinds: list[FieldKind] = Field(description="by kind; more than one if documents differ")


class FieldList(BaseModel):
    """The fields of a tenant's documents."""

    generation: int = Field(description="the generation of the index that answered")
    document_count: int = Field(description="how many documents there are")
    fields: list[FieldInfo] = Field(description="those of every document first, then by name")


def list_fields(reader: GenerationReader) -> list[FieldInfo]:
    """Return the fields that documents of this generation have, with documents counted by kind.

    It is worked out once for a generation: the index counts metadata in one pass of its files.
    """
    key = reader.key("field-list")
    found: list[FieldInfo] | None = reader.cache.get(key)
    if found is None:
        found = [
            FieldInfo(
                name=name,
                is_metadata=False,
                kinds=[
                    FieldKind(
                        kind=cast("Kind", column.kind),
                        document_count=len(np.unique(column.documents)),
                    )
                    for column in columns(reader, name)
                    if len(column.documents)
                ],
            )
            for name in OF_EVERY_DOCUMENT
        ]
        found = [field for field in found if field.kinds]
        found += [
            FieldInfo(
                name=summary.name,
                is_metadata=True,
                kinds=[
                    FieldKind(kind=cast("Kind", kind), document_count=count)
                    for kind, count in sorted(summary.documents_by_kind.items())
                ],
            )
            for summary in sorted(reader.metadata.fields(), key=lambda one: one.name)
        ]
        reader.cache.put(key, found, 500 * (1 + len(found)))
    return found
