"""Pairs that people made: `pairs.jsonl` beside the folder of the tenant's documents."""

import json

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from kotogura.documents.identity import document_id
from kotogura.semantics.training_pairs import TrainingPair

LABELLED_NAME = "pairs.jsonl"
LIMIT_BYTES = 16 * 1024 * 1024


class _Line(BaseModel):
    model_config = ConfigDict(extra="ignore")

    query: str = Field(min_length=1, max_length=1_000)
    passage: str = Field(min_length=1, max_length=10_000)
    document: str = ""


def parse_labelled(data: bytes) -> tuple[list[TrainingPair], int]:
    r"""Return the pairs of lines `{"query", "passage", "document"}`, and how many lines were wrong.

    `document` is the name of the document that the passage is from, and may be missing: a pair
    whose document is held out judges the model instead of teaching it, and one without is taught.
    Blank lines count as nothing; a wrong line spoils no other.

    >>> parse_labelled('{"query": "休み", "passage": "三日前までに申請します。"}\nno'.encode())
    ([TrainingPair(query='休み', passage='三日前までに申請します。', document_id='')], 1)
    """
    pairs, wrong = [], 0
    for line in data.decode("utf-8-sig", "replace").split("\n"):
        if not line.strip():
            continue
        try:
            read = _Line.model_validate(json.loads(line))
        except (ValidationError, ValueError, RecursionError):
            wrong += 1
            continue
        owner = document_id(read.document) if read.document else ""
        pairs.append(TrainingPair(read.query.strip(), read.passage.strip(), owner))
    return [pair for pair in pairs if pair.query and pair.passage], wrong
