"""Recipes are chosen on documents that never judge the chosen one."""

import pytest

from kotogura.semantics.training_pairs import TrainingDocument, held_out_ids

pytestmark = pytest.mark.model  # the benchmark imports torch

DOCUMENTS = [TrainingDocument(str(number), f"規程{number}", "本文。") for number in range(400)]


def test_validation_documents_are_none_that_judge_a_model():
    from bench.finetune import validation_documents  # noqa: PLC0415  imports torch

    judging = held_out_ids(document.document_id for document in DOCUMENTS)
    found = validation_documents(DOCUMENTS)
    ids = {document.document_id for document in found}
    assert len(found) == len(ids) == len(DOCUMENTS) - len(judging)
    assert not {identifier.removeprefix("v") for identifier in ids} & judging
    titles = {document.title for document in DOCUMENTS if document.document_id not in judging}
    assert {document.title for document in found} == titles


def test_a_fifth_of_the_validation_documents_is_held_out_in_turn():
    from bench.finetune import validation_documents  # noqa: PLC0415  imports torch

    ids = {document.document_id for document in validation_documents(DOCUMENTS)}
    assert 0.1 <= len(held_out_ids(ids)) / len(ids) <= 0.3
