"""Documents and trainings over HTTP."""

import base64
import json
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import boto3
import pytest
from botocore.config import Config
from botocore.stub import ANY, Stubber

from kotogura.documents.identity import document_id
from kotogura.documents.ledger import DocumentState, Reason
from kotogura.documents.quota import admit_all
from kotogura.errors import QuotaReached
from kotogura.platform.bucket import BucketOriginals
from kotogura.platform.executions import Executions
from kotogura.platform.http import api_handler
from kotogura.platform.manage_api import Managed, manage_api
from kotogura.platform.model_workflow import ModelWorkflow
from kotogura.platform.reindex_workflow import DictionaryWorkflow
from kotogura.platform.telemetry import Handler, Telemetry
from kotogura.platform.training_workflow import TrainingWorkflow
from kotogura.platform.uploads import BucketUploads
from kotogura.tenants.identity import TenantId
from kotogura.tenants.limits import Limits
from kotogura.tenants.registry import TenantRecord
from tests.memory.functions import UpkeepOf
from tests.memory.library import Library
from tests.memory.openings import MemoryOpenings
from tests.memory.tenants import MemoryTenants, MemoryTrainings
from tests.memory.texts import MemoryTexts
from tests.memory.usage import MemoryUsage
from tests.unit.platform.conftest import Answer

Ask = Callable[[Handler, dict[str, Any]], Answer]
Event = Callable[..., dict[str, Any]]
WORKFLOW = "arn:aws:states:us-east-1:123456789012:stateMachine:train"
REINDEX = "arn:aws:states:us-east-1:123456789012:stateMachine:reindex"
COMPACT = "arn:aws:states:us-east-1:123456789012:stateMachine:compact"
EXECUTION = "arn:aws:states:us-east-1:123456789012:execution:train:one"


@pytest.fixture
def objects() -> Iterator[Stubber]:
    client = boto3.client("s3", config=Config(signature_version="s3v4"))
    with Stubber(client) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


@pytest.fixture
def workflows() -> Iterator[Stubber]:
    with Stubber(boto3.client("stepfunctions")) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


@pytest.fixture
def trainings() -> MemoryTrainings:
    return MemoryTrainings()


@pytest.fixture
def usage() -> MemoryUsage:
    return MemoryUsage()


@pytest.fixture
def tenants(library: Library) -> MemoryTenants:
    registered = library.tenants
    registered.create(TenantRecord(library.tenant, "港商事"))
    return registered


@pytest.fixture
def openings() -> MemoryOpenings:
    return MemoryOpenings()


@pytest.fixture
def manage(  # noqa: PLR0917 — fixtures, by name
    library: Library,
    telemetry: Telemetry,
    objects: Stubber,
    workflows: Stubber,
    trainings: MemoryTrainings,
    usage: MemoryUsage,
    tenants: MemoryTenants,
    openings: MemoryOpenings,
) -> Handler:
    """The manage function over the library's ledger; `minato-shoji` is registered."""
    workflow = TrainingWorkflow(trainings, tenants, workflows.client, WORKFLOW)
    originals = BucketOriginals(objects.client, "kotogura-documents")
    dictionaries = DictionaryWorkflow(MemoryTexts(), workflows.client, REINDEX)
    models = ModelWorkflow(UpkeepOf(library), "upkeep", workflows.client, COMPACT)
    managed = Managed(
        originals=originals,
        uploads=BucketUploads(objects.client, "kotogura-documents"),
        ledger=library.ledger,
        trainings=workflow,
        synonyms=MemoryTexts(),
        dictionaries=dictionaries,
        models=models,
        openings=openings,
        usage=usage,
        tenants=tenants,
        executions=Executions(workflows.client, {"reindex": REINDEX}),
        admit=admit_all,
        limits_of=lambda _: Limits(),
        stored_of=lambda _: None,
    )
    return api_handler(manage_api(managed, telemetry), telemetry)


@pytest.mark.parametrize(
    "name",
    [
        "manage-upload",
        "manage-begin-upload",
        "manage-put-synonyms",
        "manage-put-dictionary",
        "manage-put-schedule",
        "manage-reindex",
        "manage-train",
        "manage-rollback-model",
        "manage-delete",
    ],
)
def test_nobody_brings_an_erased_tenant_back_by_a_token_that_outlives_it(
    manage: Handler, tenants: MemoryTenants, ask: Ask, event: Event, name: str
) -> None:
    tenants.mark_erased(TenantId("minato-shoji"), "2026-11-27T09:00:00.000Z")
    answer = ask(manage, event(name))
    assert (answer.status, answer.body["code"]) == (404, "tenant-erased")
    assert ask(manage, event("manage-list")).status == 200


def test_an_upload_gets_a_url_for_one_file_of_one_size(
    manage: Handler, ask: Ask, event: Event
) -> None:
    answer = ask(manage, event("manage-upload"))
    assert answer.status == 201
    assert answer.body["document_id"] == document_id("rules/旅費規程.txt")
    assert (answer.body["method"], answer.body["expires_in_seconds"]) == ("PUT", 900)
    url = urlsplit(answer.body["url"])
    assert unquote(url.path).endswith("/minato-shoji/documents/rules/旅費規程.txt")
    query = parse_qs(url.query)
    assert query["X-Amz-Expires"] == ["900"]
    assert "content-length" in query["X-Amz-SignedHeaders"][0].split(";")


@pytest.mark.parametrize(
    ("path", "name"), [("/documents", "manage-upload"), ("/uploads", "manage-upload")]
)
def test_without_room_no_upload_begins_and_the_remedy_is_told(
    library: Library, telemetry: Telemetry, ask: Ask, event: Event, path: str, name: str
) -> None:
    asked: list[tuple[str, str]] = []

    def refuse(tenant: TenantId, identity: str) -> None:
        asked.append((tenant, identity))
        raise QuotaReached("delete some")

    nothing: Any = None
    parts = dict.fromkeys(Managed.__slots__, nothing)
    parts |= {"admit": refuse, "tenants": library.tenants}
    app = manage_api(Managed(**parts), telemetry)
    body = {"name": "a.txt", "size_bytes": 9}
    answer = ask(api_handler(app, telemetry), event(name, path=path, body=body))
    assert (answer.status, answer.body["code"]) == (429, "quota-reached")
    assert int(answer.headers["retry-after"]) > 0
    assert asked == [(library.tenant, document_id("a.txt"))]


REFUSED_UPLOADS = [
    ({"name": "a.exe", "size_bytes": 1}, 415, "unsupported-document"),
    ({"name": "a.txt", "size_bytes": 20_000_001}, 413, "document-too-large"),
    ({"name": "a\u0000.txt", "size_bytes": 1}, 422, "invalid-document-name"),
    ({"name": "規" * 400 + ".txt", "size_bytes": 1}, 422, "invalid-document-name"),
    ({"name": "../../minato-shoji/documents/a.txt", "size_bytes": 1}, 422, "invalid-document-name"),
    ({"name": "", "size_bytes": 1}, 400, "invalid-argument"),
    ({"name": "a" * 901, "size_bytes": 1}, 400, "invalid-argument"),
    ({"name": "a.txt", "size_bytes": 0}, 400, "invalid-argument"),
    ({"name": "a.txt", "size_bytes": "many"}, 400, "invalid-argument"),
    ({"name": "a.txt"}, 400, "invalid-argument"),
    ([], 400, "invalid-argument"),
    ("not json", 400, "invalid-argument"),
    ("null", 400, "invalid-argument"),
]


@pytest.mark.parametrize(("body", "status", "code"), REFUSED_UPLOADS)
def test_a_bad_upload_is_refused_before_it_is_made(
    manage: Handler, ask: Ask, event: Event, body: Any, status: int, code: str
) -> None:
    answer = ask(manage, event("manage-upload", body=body))
    assert (answer.status, answer.body["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"


def test_the_upload_is_the_tokens_tenants_whatever_the_name_says(
    manage: Handler, ask: Ask, event: Event
) -> None:
    body = {"name": "minato-shoji/documents/a.txt", "size_bytes": 1, "tenant": "minato-shoji"}
    answer = ask(manage, event("manage-upload", body=body, tenant="tsubame"))
    assert answer.status == 201
    path = unquote(urlsplit(answer.body["url"]).path)
    assert path.startswith("/tsubame/documents/")


def test_documents_are_listed_with_their_state_and_reason(
    library: Library, manage: Handler, ask: Ask, event: Event
) -> None:
    library.upload("a.txt", "apple", "A title")
    bad = library.claim(library.put("b.txt", "pear"))
    library.ledger.settle(
        library.tenant,
        bad.document_id,
        bad.sequencer,
        DocumentState.QUARANTINED,
        reason=Reason("undecodable-text", "save it as UTF-8"),
    )
    answer = ask(manage, event("manage-list"))
    assert answer.status == 200
    listed = {entry["name"]: entry for entry in answer.body["documents"]}
    assert answer.body["cursor"] is None
    assert listed["a.txt"]["state"] == "indexed"
    assert (listed["a.txt"]["title"], listed["a.txt"]["generation"]) == ("A title", 1)
    assert listed["b.txt"]["reason"] == {"code": "undecodable-text", "detail": "save it as UTF-8"}
    assert listed["b.txt"]["generation"] is None


def test_a_long_list_comes_in_pages(
    library: Library, manage: Handler, ask: Ask, event: Event
) -> None:
    for number in range(5):
        library.claim(library.put(f"{number}.txt", "apple"))
    shown: list[str] = []
    query = {"limit": "2"}
    for _ in range(3):
        answer = ask(manage, event("manage-list", query=query))
        shown += [entry["document_id"] for entry in answer.body["documents"]]
        query = {"limit": "2", "cursor": answer.body["cursor"] or ""}
    assert shown == sorted(document_id(f"{number}.txt") for number in range(5))
    assert answer.body["cursor"] is None


def test_one_tenants_list_shows_nothing_of_anothers(
    library: Library, manage: Handler, ask: Ask, event: Event
) -> None:
    library.upload("a.txt", "apple")
    answer = ask(manage, event("manage-list", tenant="tsubame"))
    assert answer.body == {"documents": [], "cursor": None}


@pytest.mark.parametrize("query", [{"cursor": "UPPER"}, {"limit": "0"}, {"limit": "x"}])
def test_a_list_of_nonsense_is_refused(
    manage: Handler, ask: Ask, event: Event, query: dict[str, str]
) -> None:
    answer = ask(manage, event("manage-list", query=query))
    assert (answer.status, answer.body["code"]) == (400, "invalid-argument")


def test_a_document_is_deleted_in_the_bucket_and_its_event_does_the_rest(
    library: Library, manage: Handler, objects: Stubber, ask: Ask, event: Event
) -> None:
    library.upload("rules/a.txt", "apple")
    key = "minato-shoji/documents/rules/a.txt"
    objects.add_response("delete_object", {}, {"Bucket": "kotogura-documents", "Key": key})
    path = f"/documents/{document_id('rules/a.txt')}"
    answer = ask(manage, event("manage-delete", path=path))
    assert answer.status == 202
    assert answer.body["document_id"] == document_id("rules/a.txt")


def test_a_quarantined_document_of_an_impossible_name_can_be_deleted(
    library: Library, manage: Handler, objects: Stubber, ask: Ask, event: Event
) -> None:
    change = library.claim(library.put("bad\u0001name.txt", "apple"))
    key = "minato-shoji/documents/bad\u0001name.txt"
    objects.add_response("delete_object", {}, {"Bucket": "kotogura-documents", "Key": key})
    answer = ask(manage, event("manage-delete", path=f"/documents/{change.document_id}"))
    assert answer.status == 202


def test_only_ones_own_living_documents_are_deleted(
    library: Library, manage: Handler, ask: Ask, event: Event
) -> None:
    library.upload("a.txt", "apple")
    path = f"/documents/{document_id('a.txt')}"
    stranger = ask(manage, event("manage-delete", path=path, tenant="tsubame"))
    library.delete("a.txt")
    gone = ask(manage, event("manage-delete", path=path))
    never = ask(manage, event("manage-delete", path=f"/documents/{'b' * 26}"))
    for answer in (stranger, gone, never):
        assert (answer.status, answer.body["code"]) == (404, "document-not-found")


def test_a_bucket_that_does_not_answer_says_when_to_come_again(
    library: Library, manage: Handler, objects: Stubber, ask: Ask, event: Event
) -> None:
    library.upload("a.txt", "apple")
    objects.add_client_error("delete_object", "SlowDown", http_status_code=503)
    answer = ask(manage, event("manage-delete", path=f"/documents/{document_id('a.txt')}"))
    assert answer.status == 503
    assert "retry-after" in answer.headers


def start(workflows: Stubber) -> None:
    workflows.add_response(
        "start_execution",
        {"executionArn": EXECUTION, "startDate": "2026-01-01T00:00:00Z"},
        {"stateMachineArn": WORKFLOW, "name": ANY, "input": ANY},
    )


def test_a_training_is_started_for_the_tokens_tenant(
    manage: Handler, workflows: Stubber, ask: Ask, event: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[dict[str, Any]] = []
    workflows.client.meta.events.register(
        "provide-client-params.sfn.StartExecution", lambda params, **_: sent.append(params)
    )
    start(workflows)
    answer = ask(manage, event("manage-train"))
    assert (answer.status, answer.body["state"]) == (202, "running")
    assert answer.body["execution_arn"] == EXECUTION
    (params,) = sent
    assert params["name"] == answer.body["training_id"]
    assert json.loads(params["input"]) == {
        "tenant": "minato-shoji",
        "training_id": answer.body["training_id"],
        "cause": "demand",
    }


def test_a_tenant_that_is_not_registered_trains_nothing(
    manage: Handler, ask: Ask, event: Event
) -> None:
    answer = ask(manage, event("manage-train", tenant="tsubame"))
    assert (answer.status, answer.body["code"]) == (404, "tenant-not-found")


def test_a_second_training_waits_for_the_first(
    library: Library,
    manage: Handler,
    workflows: Stubber,
    trainings: MemoryTrainings,
    ask: Ask,
    event: Event,
) -> None:
    trainings.update(library.tenant, "t1", {"state": "running", "execution_arn": EXECUTION})
    workflows.add_response("describe_execution", described("RUNNING"), {"executionArn": EXECUTION})
    answer = ask(manage, event("manage-train"))
    assert (answer.status, answer.body["code"]) == (409, "training-running")


def test_a_training_whose_workflow_was_aborted_stands_in_nobodys_way(
    library: Library,
    manage: Handler,
    workflows: Stubber,
    trainings: MemoryTrainings,
    ask: Ask,
    event: Event,
) -> None:
    trainings.update(library.tenant, "t1", {"state": "running", "execution_arn": EXECUTION})
    workflows.add_response("describe_execution", described("ABORTED"), {"executionArn": EXECUTION})
    start(workflows)
    assert ask(manage, event("manage-train")).status == 202
    record = trainings.get(library.tenant, "t1")
    assert record is not None
    assert record.state == "failed"


def described(status: str) -> dict[str, str]:
    return {
        "executionArn": EXECUTION,
        "stateMachineArn": WORKFLOW,
        "status": status,
        "startDate": "2026-01-01T00:00:00Z",
    }


def test_trainings_are_listed_newest_first(
    library: Library, manage: Handler, trainings: MemoryTrainings, ask: Ask, event: Event
) -> None:
    trainings.update(library.tenant, "t1", {"state": "kept", "figures": {"mrr10_base": 0.5}})
    trainings.update(library.tenant, "t2", {"state": "failed", "reason": {"code": "aborted"}})
    trainings.update(TenantId("tsubame"), "t3", {"state": "kept"})
    answer = ask(manage, event("manage-trainings"))
    assert answer.status == 200
    assert [one["training_id"] for one in answer.body["trainings"]] == ["t2", "t1"]
    assert answer.body["trainings"][1]["figures"] == {"mrr10_base": 0.5}


@pytest.mark.parametrize(
    "name", ["manage-list", "manage-upload", "manage-delete", "manage-train", "manage-trainings"]
)
def test_nothing_is_done_for_nobody(manage: Handler, ask: Ask, event: Event, name: str) -> None:
    answer = ask(manage, event(name, tenant=None))
    assert (answer.status, answer.body["code"]) == (401, "unauthenticated")


def test_synonyms_are_written_and_read(manage: Handler, ask: Ask, event: Event) -> None:
    before = ask(manage, event("manage-synonyms"))
    assert before.status == 200
    assert before.body == {"text": "", "rule_count": 0, "version": "", "updated_at": None}
    written = ask(manage, event("manage-put-synonyms"))
    assert written.status == 200
    assert written.body["text"].startswith("有休, 年次有給休暇, 年休\n")
    assert written.body["rule_count"] == 2
    assert ask(manage, event("manage-synonyms")).body == written.body


def test_wrong_synonyms_are_refused_by_line_and_change_nothing(
    manage: Handler, ask: Ask, event: Event
) -> None:
    kept = ask(manage, event("manage-put-synonyms")).body
    wrong = event("manage-put-synonyms") | {"body": json.dumps({"text": "a, b\nc\nd => "})}
    answer = ask(manage, wrong)
    assert (answer.status, answer.body["code"]) == (400, "invalid-synonyms")
    assert "line 2: " in answer.body["detail"]
    assert "line 3: " in answer.body["detail"]
    assert ask(manage, event("manage-synonyms")).body == kept
    missing = event("manage-put-synonyms") | {"body": "{}"}
    assert ask(manage, missing).body["code"] == "invalid-argument"


def test_another_tenant_has_its_own_synonyms(manage: Handler, ask: Ask, event: Event) -> None:
    ask(manage, event("manage-put-synonyms"))
    assert ask(manage, event("manage-synonyms", tenant="tsubame")).body["text"] == ""


def test_a_dictionary_is_kept_and_starts_one_reindex(
    manage: Handler, ask: Ask, event: Event, workflows: Stubber
) -> None:
    before = ask(manage, event("manage-dictionary"))
    assert before.body == {"text": "", "entry_count": 0, "version": "", "updated_at": None}
    started = {"executionArn": EXECUTION, "startDate": "2026-01-01T00:00:00Z"}
    asked = {"stateMachineArn": REINDEX, "name": ANY, "input": '{"tenant": "minato-shoji"}'}
    workflows.add_response("start_execution", started, asked)
    written = ask(manage, event("manage-put-dictionary"))
    assert written.status == 202
    assert (written.body["entry_count"], written.body["execution_arn"]) == (2, EXECUTION)
    assert "until that ends" in written.body["next"]
    kept = ask(manage, event("manage-dictionary")).body
    assert kept["text"].startswith("湊式点検票,")
    assert kept["version"] == written.body["version"]

    name = f"20260101T000001000Z-minato-shoji-{kept['version']}"
    running = REINDEX.replace(":stateMachine:", ":execution:") + f":{name}"
    described = started | {"stateMachineArn": REINDEX, "status": "RUNNING", "name": name}
    workflows.add_response("describe_execution", described, {"executionArn": running})
    again = ask(manage, event("manage-put-dictionary"))
    assert (again.status, again.body["execution_arn"]) == (202, running)

    described = described | {"status": "FAILED"}
    workflows.add_response("describe_execution", described, {"executionArn": running})
    workflows.add_response("start_execution", started, asked)
    assert ask(manage, event("manage-put-dictionary")).body["execution_arn"] == EXECUTION


def test_a_wrong_dictionary_is_refused_by_line_and_starts_nothing(
    manage: Handler, ask: Ask, event: Event
) -> None:
    wrong = event("manage-put-dictionary") | {"body": "湊式,みなと\n湊式\n"}
    answer = ask(manage, wrong)
    assert (answer.status, answer.body["code"]) == (400, "invalid-dictionary")
    assert answer.body["detail"].startswith("line 2: ")
    encoded = {"body": base64.b64encode("湊式,みなと".encode("shift_jis")).decode()}
    answer = ask(manage, event("manage-put-dictionary") | encoded | {"isBase64Encoded": True})
    assert (answer.status, answer.body["code"]) == (400, "invalid-dictionary")
    as_json = event("manage-put-dictionary") | {"headers": {"content-type": "application/json"}}
    assert ask(manage, as_json).body["code"] == "unsupported-media-type"
    assert ask(manage, event("manage-dictionary")).body["text"] == ""


def test_another_tenant_has_its_own_dictionary(
    manage: Handler, ask: Ask, event: Event, workflows: Stubber
) -> None:
    workflows.add_response(
        "start_execution", {"executionArn": EXECUTION, "startDate": "2026-01-01T00:00:00Z"}
    )
    ask(manage, event("manage-put-dictionary"))
    assert ask(manage, event("manage-dictionary", tenant="tsubame")).body["text"] == ""


def two_models(library: Library) -> None:
    """Let the model `11…` serve, then `22…`."""
    library.upload("a.txt", "apple")
    for digest in ("1" * 64, "2" * 64):
        for name in ("model.json", "model.onnx", "tokenizer.json"):
            library.files.write(library.tenant, f"models/{digest}/{name}", b"{}")
        library.promote(digest)


@pytest.mark.parametrize("body", [{}, {"model": "1" * 8}])
def test_a_model_is_rolled_back(
    library: Library, manage: Handler, ask: Ask, event: Event, body: dict[str, str]
) -> None:
    two_models(library)
    answer = ask(manage, event("manage-rollback-model", body=body))
    assert (answer.status, answer.body) == (
        200,
        {
            "model": "1" * 64,
            "previous": "2" * 64,
            "generation": 4,
            "unembedded_document_count": 0,
            "execution_arn": None,
        },
    )
    assert library.manifest.model is not None
    assert library.manifest.model.digest == "1" * 64


def test_what_a_rolled_back_model_has_no_vectors_of_is_embedded_at_once(
    library: Library, manage: Handler, workflows: Stubber, ask: Ask, event: Event
) -> None:
    two_models(library)
    library.upload("b.txt", "pear")
    started = {"executionArn": EXECUTION, "startDate": "2026-01-01T00:00:00Z"}
    wanted = {"stateMachineArn": COMPACT, "name": ANY, "input": '{"tenant": "minato-shoji"}'}
    workflows.add_response("start_execution", started, wanted)
    answer = ask(manage, event("manage-rollback-model", body={}))
    assert answer.body["unembedded_document_count"] == 1
    assert answer.body["execution_arn"] == EXECUTION


def test_a_model_that_is_not_kept_is_not_found(
    library: Library, manage: Handler, ask: Ask, event: Event
) -> None:
    answer = ask(manage, event("manage-rollback-model"))
    assert (answer.status, answer.body["code"]) == (404, "model-not-found")
    two_models(library)
    answer = ask(manage, event("manage-rollback-model"))
    assert (answer.status, answer.body["code"]) == (404, "model-not-found")
    assert "1" * 64 in answer.body["detail"]


@pytest.mark.parametrize("digest", ["", "1", "../../models", "G" * 64, "1" * 65, 7])
def test_a_models_name_is_its_digest(
    library: Library, manage: Handler, ask: Ask, event: Event, digest: Any
) -> None:
    two_models(library)
    answer = ask(manage, event("manage-rollback-model", body={"model": digest}))
    assert (answer.status, answer.body["code"]) == (400, "invalid-argument")


def test_documents_are_asked_for_by_id_state_and_name(
    manage: Handler, library: Library, event: Event, ask: Ask
) -> None:
    names = ["rules/a.txt", "rules/b.txt", "notes/c.txt"]
    for name in names:
        library.upload(name, "旅費 は 精算 する")

    def listed(**query: str) -> list[str]:
        answer = ask(manage, event("manage-list", query=query))
        assert answer.status == 200, answer.body
        return [one["name"] for one in answer.body["documents"]]

    assert sorted(listed(prefix="rules/")) == names[:2]
    assert sorted(listed(state="indexed")) == sorted(names)
    assert listed(state="quarantined,received") == []
    unknown = document_id("never-seen.txt")
    wanted = [document_id(name) for name in reversed(names)]
    assert listed(ids=",".join([*wanted, unknown])) == names[::-1]
    for wrong in ({"state": "lost"}, {"ids": "not-an-id"}, {"ids": ",".join(wanted * 34)}):
        assert ask(manage, event("manage-list", query=wrong)).status == 400


def test_an_original_is_saved_under_its_own_name(
    manage: Handler, library: Library, event: Event, ask: Ask, objects: Stubber
) -> None:
    name = "rules/旅費 規程.txt"
    library.upload(name, "旅費 は 精算 する")
    key = f"minato-shoji/documents/{name}"
    asked = {"Bucket": "kotogura-documents", "Prefix": key, "MaxKeys": 1}
    objects.add_response("list_objects_v2", {"Contents": [{"Key": key}]}, asked)
    path = f"/documents/{document_id(name)}/original"
    answer = ask(manage, event("manage-download", path=path))
    assert answer.status == 200
    assert answer.body["name"] == name
    query = parse_qs(urlsplit(answer.body["url"]).query)
    [disposition] = query["response-content-disposition"]
    kind, _, saved = disposition.partition("; filename*=UTF-8''")
    assert (kind, unquote(saved)) == ("attachment", "旅費 規程.txt")
    assert query["response-content-type"] == ["application/octet-stream"]
    assert query["X-Amz-Expires"] == ["60"]


def test_an_original_that_is_gone_is_not_found(
    manage: Handler, library: Library, event: Event, ask: Ask, objects: Stubber
) -> None:
    library.upload("a.txt", "旅費")
    longer = {"Contents": [{"Key": "minato-shoji/documents/a.txt.bak"}]}
    objects.add_response("list_objects_v2", longer)
    for name in ("a.txt", "never-seen.txt"):
        path = f"/documents/{document_id(name)}/original"
        answer = ask(manage, event("manage-download", path=path))
        assert (answer.status, answer.body["code"]) == (404, "document-not-found")


def test_an_opening_is_noted_where_the_tenant_learns_from_them(
    manage: Handler, library: Library, openings: MemoryOpenings, ask: Ask, event: Event
) -> None:
    library.upload("rules/旅費規程.txt", "旅費規程", "空港での日当を定める。")
    opened = event("manage-opened")
    assert ask(manage, opened).body == {"noted": False}
    assert not openings.all(library.tenant)
    learning = event(
        "manage-put-schedule", body={"cadence": "weekly", "learns_from_openings": True}
    )
    assert ask(manage, learning).body == {"cadence": "weekly", "learns_from_openings": True}
    assert ask(manage, event("manage-schedule")).body["learns_from_openings"] is True
    for _ in range(2):
        assert ask(manage, opened).body == {"noted": True}
    [known] = openings.all(library.tenant)
    assert (known.query, known.count) == ("空港 日当", 2)
    assert known.document_id == document_id("rules/旅費規程.txt")


def test_a_schedule_that_says_nothing_of_openings_leaves_them_as_they_are(
    manage: Handler, ask: Ask, event: Event
) -> None:
    learning = {"cadence": "off", "learns_from_openings": True}
    ask(manage, event("manage-put-schedule", body=learning))
    answer = ask(manage, event("manage-put-schedule", body={"cadence": "daily"}))
    assert answer.body == {"cadence": "daily", "learns_from_openings": True}


@pytest.mark.parametrize("said", [0, 1, "true"])
def test_whether_openings_are_learned_from_is_said_by_a_boolean(
    manage: Handler, ask: Ask, event: Event, said: Any
) -> None:
    body = {"cadence": "daily", "learns_from_openings": said}
    assert ask(manage, event("manage-put-schedule", body=body)).status == 400


@pytest.mark.parametrize("body", [{}, {"q": ""}, {"q": "字" * 201}, {"q": 1}], ids=str)
def test_an_opening_needs_a_query(manage: Handler, ask: Ask, event: Event, body: Any) -> None:
    assert ask(manage, event("manage-opened", body=body)).status == 400


def test_a_document_that_nobody_knows_cannot_be_opened(
    manage: Handler, ask: Ask, event: Event
) -> None:
    learning = {"cadence": "off", "learns_from_openings": True}
    ask(manage, event("manage-put-schedule", body=learning))
    answer = ask(manage, event("manage-opened"))
    assert (answer.status, answer.body["code"]) == (404, "document-not-found")
