"""What each document of a corpus is for: to teach, to choose among weights, or to judge."""

from collections.abc import Sequence
from dataclasses import dataclass

from kotogura.errors import NotEnoughText
from kotogura.semantics.shared_lines import without_shared_lines
from kotogura.semantics.token_measure import TokenMeasure
from kotogura.semantics.training_pairs import (
    TrainingDocument,
    TrainingPair,
    held_out_ids,
    make_pairs,
    spread_over_documents,
    watched_ids,
)

FEWEST_DOCUMENTS = 8
FEWEST_PAIRS = 8
MOST_PAIRS = 6_000
"""As many as a machine of four cores is taught in half an hour."""


@dataclass(frozen=True, slots=True)
class Division:
    """What a corpus's documents are for; no document serves two ends.

    Attributes:
        documents: all of them, without the lines that many share.
        taught: the pairs to train on.
        watched: pairs that choose among the weights of one training.
        asked: pairs of the documents held out, which judge the model.
    """

    documents: list[TrainingDocument]
    taught: list[TrainingPair]
    watched: list[TrainingPair]
    asked: list[TrainingPair]


def divide(
    documents: Sequence[TrainingDocument],
    measure: TokenMeasure,
    most_pairs: int = MOST_PAIRS,
    labelled: Sequence[TrainingPair] = (),
) -> Division:
    """Make pairs of `documents` and say what each is for; `measure` is the base model's.

    Pairs that people made go where their document goes; those of a document that isn't there are
    trained on. They come first when there are more than `most_pairs`.

    Raises:
        NotEnoughText: fewer than `FEWEST_DOCUMENTS` documents with a pair, or fewer than
            `FEWEST_PAIRS` pairs to train on.
    """
    bare = without_shared_lines(documents)
    pairs = [*dict.fromkeys([*labelled, *make_pairs(bare, measure)])]
    with_pairs = {pair.document_id for pair in pairs}
    if len(with_pairs) < FEWEST_DOCUMENTS:
        raise NotEnoughText(
            f"training needs {FEWEST_DOCUMENTS} documents with a title or headings above text, "
            f"and there are {len(with_pairs)}: upload more"
        )
    known = with_pairs & {document.document_id for document in documents}
    kept_back = held_out_ids(known)
    looked_at = watched_ids(known - kept_back)
    kept_apart = kept_back | looked_at
    taught = [pair for pair in pairs if pair.document_id not in kept_apart]
    if len(taught) < FEWEST_PAIRS:
        raise NotEnoughText(
            f"training needs {FEWEST_PAIRS} pairs of a title or heading and its text, "
            f"and there are {len(taught)}: upload more documents"
        )
    watched = [pair for pair in pairs if pair.document_id in looked_at]
    return Division(
        documents=bare,
        taught=spread_over_documents(taught, most_pairs),
        watched=spread_over_documents(watched, len(looked_at)),
        asked=[pair for pair in pairs if pair.document_id in kept_back],
    )
