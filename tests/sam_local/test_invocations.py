"""Every function with every event that is meant for it, by the real `sam local invoke`.

`sam local invoke` ends with 0 when a handler fails, so each answer is judged by what it says. The
events are told in the order of a tenant's day: what one makes, later ones find.
"""

import json
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from kotogura.documents.identity import document_id
from kotogura.semantics.trainings import TrainingState
from tests.contract.test_events import FUNCTIONS
from tests.integration.conftest import MINATO, ROOT, RunningSystem
from tests.sam_local.answers import (
    NAME,
    SAMPLE,
    Answer,
    Event,
    Story,
    as_it_is,
    body,
    following,
    of_the_object,
    of_the_quarantine,
    of_the_samples_size,
    of_the_upload,
    to_the_generation_before,
)
from tests.sam_local.conftest import SamLocal
from tests.sam_local.training import TRAINING_ID, Training

pytestmark = [pytest.mark.stack, pytest.mark.model, pytest.mark.enable_socket]

ID = document_id(NAME)
Check = Callable[[Answer, Story], None]


@dataclass(frozen=True)
class Step:
    """One event, the function it is for, how it is filled in, and what the answer must say."""

    function: str
    event: str
    check: Check
    fill: Callable[[Event, Story], Event] = as_it_is


def words_are_found(answer: Answer, story: Story) -> None:
    found = body(answer)
    assert found["mode"] == "words"
    assert found["hits"][0]["name"] == NAME
    assert "空港" in found["hits"][0]["snippet"]["text"]


def meaning_is_found(answer: Answer, story: Story) -> None:
    found = body(answer)
    assert found["mode"] == "meaning"
    assert "rules/育児介護休業規程.txt" in [hit["name"] for hit in found["hits"][:3]]


def document_is_shown(answer: Answer, story: Story) -> None:
    shown = body(answer)
    assert (shown["document_id"], shown["name"]) == (ID, NAME)
    title, _, text = SAMPLE.read_bytes().decode("cp932").partition("\n")
    assert shown["title"] == title.strip()
    assert shown["body"].split() == text.split()


def similar_documents_are_found(answer: Answer, story: Story) -> None:
    found = body(answer)
    names = [hit["name"] for hit in found["hits"]]
    assert "rules/経費精算規程.md" in names
    assert NAME not in names


def similar_texts_are_found(answer: Answer, story: Story) -> None:
    assert NAME in [hit["name"] for hit in body(answer)["hits"]]


def similar_words_are_found(answer: Answer, story: Story) -> None:
    found = body(answer)
    assert found["word"] == "有給"
    assert any("休" in hit["word"] for hit in found["hits"]), found


def words_are_suggested(answer: Answer, story: Story) -> None:
    assert any("東京" in one["text"] for one in body(answer)["suggestions"]), answer


def fields_are_listed(answer: Answer, story: Story) -> None:
    found = body(answer)
    assert {"title", "language"} <= {one["name"] for one in found["fields"]}
    assert found["document_count"] > 10


def tenant_is_in_the_token(answer: Answer, story: Story) -> None:
    details = answer["response"]["claimsAndScopeOverrideDetails"]
    assert details["accessTokenGeneration"]["claimsToAddOrOverride"] == {
        "tenant": MINATO,
        "role": "admin",
    }


def documents_are_listed(answer: Answer, story: Story) -> None:
    states = {one["name"]: one["state"] for one in body(answer)["documents"]}
    assert states[NAME] == "indexed"


def page_is_served(answer: Answer, story: Story) -> None:
    assert answer["statusCode"] == 200
    assert "<html" in answer["body"]


def openapi_is_served(answer: Answer, story: Story) -> None:
    committed = ROOT / "src" / "kotogura" / "platform" / "openapi.json"
    assert body(answer)["paths"] == json.loads(committed.read_text("utf-8"))["paths"]


def synonyms_are_kept(answer: Answer, story: Story) -> None:
    assert "年次有給休暇" in body(answer)["text"]


def training_is_started(answer: Answer, story: Story) -> None:
    started = body(answer, 202)
    assert started["state"] == TrainingState.RUNNING
    workflows = story.system.deployment.workflows
    workflows.stop_execution(executionArn=started["execution_arn"])


def trainings_are_listed(answer: Answer, story: Story) -> None:
    states = {one["training_id"]: one["state"] for one in body(answer)["trainings"]}
    assert states[TRAINING_ID] == story.training.record.state


def document_is_extracted(answer: Answer, story: Story) -> None:
    assert (answer["outcome"], answer["document_id"]) == ("extracted", ID)
    assert answer["writing"]


def document_is_staged(answer: Answer, story: Story) -> None:
    assert (answer["outcome"], answer["document_id"]) == ("staged", ID)
    folder = story.system.state / "store" / "tenants" / MINATO / "segments" / answer["segment_id"]
    assert (folder / "postings.parquet").is_file()


def document_is_indexed(answer: Answer, story: Story) -> None:
    assert (answer["outcome"], answer["document_id"]) == ("indexed", ID)
    assert answer["generation"] == story.generation


def document_is_gone(answer: Answer, story: Story) -> None:
    assert (answer["outcome"], answer["document_id"]) == ("deleted", ID)
    assert answer["generation"] == story.generation


def index_is_inspected(answer: Answer, story: Story) -> None:
    assert answer["newest"]["generation"] == story.generation


def index_is_sound(answer: Answer, story: Story) -> None:
    assert answer["problems"] == []
    assert answer["file_count"] > 5


def run_is_planned(answer: Answer, story: Story) -> None:
    assert answer["batch_count"] == 1
    assert answer["document_count"] > 10


def batch_is_built(answer: Answer, story: Story) -> None:
    assert answer["segment_id"]
    assert answer["document_count"] == story.answers["reindex-plan"]["document_count"]


def run_is_followed(answer: Answer, story: Story) -> None:
    assert (answer["planned_batch_count"], answer["built_batch_count"]) == (1, 1)


def run_is_swapped_in(answer: Answer, story: Story) -> None:
    assert answer["generation"] == story.generation
    assert answer["document_count"] == story.answers["reindex-build"]["document_count"]


def index_is_compacted(answer: Answer, story: Story) -> None:
    assert answer["generation"] == story.generation
    assert answer["removed_file_count"] >= 0


def generation_is_rolled_back(answer: Answer, story: Story) -> None:
    assert answer["content_of"] == story.generation - 2
    assert answer["generation"] == story.generation


def no_such_model_is_kept(answer: Answer, story: Story) -> None:
    assert answer["errorType"] == "ModelNotFound"


def models_are_listed(answer: Answer, story: Story) -> None:
    assert any(name.endswith("/model.json") for name, _ in answer["files"])


def no_such_file_is_kept(answer: Answer, story: Story) -> None:
    assert answer["errorType"] == "StoreUnavailable"


def nothing_is_erased(answer: Answer, story: Story) -> None:
    assert answer["errorType"] == "Conflict"


def no_such_model_is_known(answer: Answer, story: Story) -> None:
    assert body(answer, 404)["code"] == "model-not-found"


def failure_is_recorded(answer: Answer, story: Story) -> None:
    assert (answer["outcome"], answer["code"]) == ("quarantined", "undecodable-text")
    record = story.system.deployment.ledger.get(MINATO, ID)
    assert record is not None
    assert record.state == "quarantined"


def removal_is_staged(answer: Answer, story: Story) -> None:
    assert (answer["outcome"], answer["document_id"]) == ("removed", ID)


def original_is_handed_out(answer: Answer, story: Story) -> None:
    with urllib.request.urlopen(body(answer)["url"]) as response:  # noqa: S310
        assert response.read() == SAMPLE.read_bytes()


def upload_in_parts_is_begun(answer: Answer, story: Story) -> None:
    begun = body(answer, 201)
    assert begun["document_id"] == ID
    assert sum(part["size_bytes"] for part in begun["parts"]) == begun["size_bytes"] == 6_000_000


def parts_are_missing(answer: Answer, story: Story) -> None:
    assert all(part["url"] for part in body(answer)["parts"])


def upload_is_unfinished(answer: Answer, story: Story) -> None:
    assert body(answer, 409)["code"] == "upload-unfinished"


def upload_is_given_up(answer: Answer, story: Story) -> None:
    assert body(answer) == {"document_id": ID, "name": NAME}


def upload_is_signed(answer: Answer, story: Story) -> None:
    signed = body(answer, 201)
    assert signed["document_id"] == ID
    request = urllib.request.Request(signed["url"], SAMPLE.read_bytes(), method="PUT")  # noqa: S310
    with urllib.request.urlopen(request) as response:  # noqa: S310
        assert response.status == 200


def dictionary_is_taken(answer: Answer, story: Story) -> None:
    assert body(answer, 202)["entry_count"] == 2


def dictionary_is_shown(answer: Answer, story: Story) -> None:
    assert "湊式点検票" in body(answer)["text"]


def document_is_removed(answer: Answer, story: Story) -> None:
    assert body(answer, 202) == {"document_id": ID, "name": NAME}


STEPS = [
    # The processes that indexed the samples may have another Unicode: the images index them anew.
    Step("ReindexPlanFunction", "reindex-plan", run_is_planned),
    Step("ReindexBuildFunction", "reindex-build", batch_is_built),
    Step("UpkeepFunction", "upkeep-progress", run_is_followed),
    Step("ReindexSwapFunction", "reindex-swap", run_is_swapped_in),
    Step("SearchFunction", "search-words", words_are_found),
    Step("SearchFunction", "search-meaning", meaning_is_found),
    Step("SearchFunction", "search-document", document_is_shown),
    Step("SearchFunction", "search-similar-documents", similar_documents_are_found),
    Step("SearchFunction", "search-similar", similar_texts_are_found),
    Step("SearchFunction", "search-similar-words", similar_words_are_found),
    Step("SearchFunction", "search-suggest", words_are_suggested),
    Step("SearchFunction", "search-fields", fields_are_listed),
    Step("ClaimsFunction", "cognito-pre-token-generation-v2", tenant_is_in_the_token),
    Step("ManageFunction", "manage-list", documents_are_listed),
    Step("ManageFunction", "manage-download", original_is_handed_out),
    Step("ManageFunction", "manage-begin-upload", upload_in_parts_is_begun),
    Step("ManageFunction", "manage-upload-parts", parts_are_missing, of_the_upload),
    Step("ManageFunction", "manage-complete-upload", upload_is_unfinished, of_the_upload),
    Step("ManageFunction", "manage-abort-upload", upload_is_given_up, of_the_upload),
    Step("ManageFunction", "manage-docs", page_is_served),
    Step("ManageFunction", "manage-openapi", openapi_is_served),
    Step("ManageFunction", "manage-put-synonyms", synonyms_are_kept),
    Step("ManageFunction", "manage-synonyms", synonyms_are_kept),
    Step("ManageFunction", "manage-train", training_is_started),
    Step("ManageFunction", "manage-trainings", trainings_are_listed),
    Step("IngestFunction", "s3-object-created", document_is_extracted, of_the_object),
    Step(
        "TokenizeFunction", "ingest-extracted", document_is_staged, following("s3-object-created")
    ),
    Step("CommitFunction", "commit", document_is_indexed, following("s3-object-created")),
    Step("UpkeepFunction", "upkeep-inspect", index_is_inspected),
    Step("UpkeepFunction", "upkeep-verify", index_is_sound),
    Step("LeavingFunction", "leaving-list", models_are_listed),
    Step("LeavingFunction", "leaving-read", no_such_file_is_kept),
    Step("LeavingFunction", "leaving-erase", nothing_is_erased),
    Step("CompactFunction", "compact", index_is_compacted),
    Step("UpkeepFunction", "upkeep-rollback", generation_is_rolled_back, to_the_generation_before),
    Step("UpkeepFunction", "upkeep-rollback-model", no_such_model_is_kept),
    Step("ManageFunction", "manage-rollback-model", no_such_model_is_known),
    Step("QuarantineFunction", "quarantine", failure_is_recorded, of_the_quarantine),
    Step("IngestFunction", "s3-object-permanently-deleted", document_is_extracted, of_the_object),
    Step("IngestFunction", "s3-object-deleted", removal_is_staged, of_the_object),
    Step("CommitFunction", "ingest-removed", document_is_gone, following("s3-object-deleted")),
    Step("ManageFunction", "manage-upload", upload_is_signed, of_the_samples_size),
    Step("ManageFunction", "manage-put-dictionary", dictionary_is_taken),
    Step("ManageFunction", "manage-dictionary", dictionary_is_shown),
    Step("ManageFunction", "manage-delete", document_is_removed),
]


@pytest.fixture(scope="module")
def story(system: RunningSystem, training: Training) -> Story:
    return Story(system, training)


@pytest.mark.parametrize("step", STEPS, ids=lambda step: f"{step.function}-{step.event}")
def test_a_function_answers_its_event(step: Step, story: Story, sam: SamLocal) -> None:
    event: dict[str, Any] = json.loads((ROOT / "events" / f"{step.event}.json").read_text("utf-8"))
    answer = sam.invoke(step.function, step.fill(event, story))
    story.answers[step.event] = answer
    step.check(answer, story)


def test_no_function_and_no_event_is_left_out() -> None:
    told: dict[str, set[str]] = {}
    for step in STEPS:
        told.setdefault(step.function, set()).add(step.event)
    assert told == {function: set(names) for function, names in FUNCTIONS.items()}
