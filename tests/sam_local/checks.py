"""What the answer to each event must say, whatever else it says."""

import json
import urllib.request

from kotogura.documents.identity import document_id
from kotogura.semantics.trainings import TrainingState
from tests.integration.conftest import MINATO, ROOT
from tests.sam_local.answers import NAME, SAMPLE, Answer, Story, body
from tests.sam_local.training import TRAINING_ID

ID = document_id(NAME)


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


def sentence_is_cut_by_the_dictionary(answer: Answer, story: Story) -> None:
    assert "湊式点検票" in [word["surface"] for word in body(answer)["words"]]


def synonyms_are_kept(answer: Answer, story: Story) -> None:
    assert "年次有給休暇" in body(answer)["text"]


def training_is_started(answer: Answer, story: Story) -> None:
    started = body(answer, 202)
    assert started["state"] == TrainingState.RUNNING
    story.stop(started["execution_arn"])


def aborted_training_is_listed(answer: Answer, story: Story) -> None:
    [newest, *_] = body(answer)["executions"]
    assert (newest["workflow"], newest["state"]) == ("train", "aborted")


def aborted_training_is_shown(answer: Answer, story: Story) -> None:
    listed = body(story.answers["manage-executions"])["executions"][0]
    shown = body(answer)
    assert {name: shown[name] for name in listed} == listed
    assert shown["steps"]


def schedule_is_daily(answer: Answer, story: Story) -> None:
    assert body(answer)["cadence"] == "daily"


def searches_are_counted(answer: Answer, story: Story) -> None:
    assert answer["hour_count"] >= 1
    assert answer["noted_tenant_count"] == 1


def usage_is_shown(answer: Answer, story: Story) -> None:
    days = body(answer)["days"]
    assert (days[0]["day"], days[-1]["day"], len(days)) == ("2026-11-01", "2026-11-20", 20)


def reindex_is_started(answer: Answer, story: Story) -> None:
    started = body(answer, 202)
    assert started["started"] is True
    workflow = story.system.deployment.outputs["ReindexStateMachineArn"]
    name = started["execution_id"].removeprefix("reindex.")
    story.stop(f"{workflow.replace(':stateMachine:', ':execution:')}:{name}")


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
    taken = body(answer, 202)
    assert taken["entry_count"] == 2
    story.stop(taken["execution_arn"])


def dictionary_is_shown(answer: Answer, story: Story) -> None:
    assert "湊式点検票" in body(answer)["text"]


def document_is_removed(answer: Answer, story: Story) -> None:
    assert body(answer, 202) == {"document_id": ID, "name": NAME}


def nothing_was_missed(answer: Answer, story: Story) -> None:
    assert answer["complete"] is True
    assert (answer["found"], answer["started_count"]) == ({}, 0)


def opening_is_not_kept(answer: Answer, story: Story) -> None:
    assert body(answer, 200) == {"noted": False}
