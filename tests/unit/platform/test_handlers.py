"""Each function's handler: made without the network, and answering what its workflow reads."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from kotogura.documents import formats
from kotogura.documents.identity import document_id
from kotogura.documents.ledger import DocumentState
from kotogura.documents.quota import Quota
from kotogura.errors import (
    CommitConflict,
    Conflict,
    GenerationNotFound,
    InvalidArgument,
    InvalidTenantId,
    ModelLost,
    ModelNotFound,
    Unauthenticated,
    UndecodableText,
)
from kotogura.index import commit as commit_module
from kotogura.platform.folder import FolderFiles
from kotogura.platform.handlers import (
    claims,
    commit,
    compact,
    ingest,
    leaving,
    reindex,
    search,
    tokenize,
    upkeep,
)
from kotogura.platform.handlers.ingest import reason_of
from kotogura.platform.wiring import Parts
from kotogura.tenants.limits import Limits
from kotogura.tenants.usage import Timings
from tests.memory.buckets import MemoryBuckets
from tests.memory.language import WordAnalyzer
from tests.memory.library import Library
from tests.memory.usage import MemoryUsage
from tests.unit.platform.conftest import ROOT, Context

NAME = "rules/旅費規程.txt"
BODY = "旅費規程\n空港 まで の 日当 は 精算 する"


@pytest.fixture
def in_memory(library: Library, monkeypatch: pytest.MonkeyPatch) -> Library:
    """Let every handler be made over the library's parts."""
    monkeypatch.setattr(Parts, "from_environment", lambda: library)
    monkeypatch.setattr(library, "read", formats.read, raising=False)
    limits = Limits()
    quota = Quota(library.ledger, lambda _: limits, lambda _: None)
    monkeypatch.setattr(library, "quota", quota, raising=False)
    monkeypatch.setattr(library, "buckets", MemoryBuckets(), raising=False)
    monkeypatch.setattr(library, "usage", MemoryUsage(), raising=False)
    monkeypatch.setattr(library, "limits_of", lambda _: limits, raising=False)
    monkeypatch.setattr(commit, "pause", library.pauses.append)
    for module in (reindex, tokenize):
        monkeypatch.setattr(module, "ginza_analyzer", WordAnalyzer)
    return library


@pytest.fixture
def s3_event() -> Callable[..., dict[str, Any]]:
    def make(kind: str = "created", data: bytes = BODY.encode(), number: int = 1) -> Any:
        event = json.loads((ROOT / "events" / f"s3-object-{kind}.json").read_text("utf-8"))
        event["detail"]["object"] |= {
            "key": f"minato-shoji/documents/{NAME}",
            "size": len(data),
            "version-id": f"v{number}",
            "sequencer": f"{number:016X}",
        }
        return event

    return make


def test_a_document_goes_its_way_through_the_handlers(
    in_memory: Library, s3_event: Callable[..., dict[str, Any]], context: Context
) -> None:
    library = in_memory
    library.originals.put(library.tenant, NAME, BODY.encode())
    extracted = ingest.ingest_handler()(s3_event(), context)
    ids = {
        "tenant": "minato-shoji",
        "document_id": document_id(NAME),
        "sequencer": f"{1:016X}".ljust(40, "0"),
    }
    assert extracted == {"outcome": "extracted", **ids, "writing": extracted["writing"]}
    staged = tokenize.tokenize_handler()(extracted, context)
    assert staged == {"outcome": "staged", **ids, "segment_id": staged["segment_id"]}
    committed = commit.commit_handler()({name: staged[name] for name in ids}, context)
    assert committed == {
        "tenant": "minato-shoji",
        "document_id": document_id(NAME),
        "sequencer": ids["sequencer"],
        "outcome": "indexed",
        "generation": 1,
    }
    assert library.found("日当") == {NAME}
    assert ingest.ingest_handler()(s3_event(), context)["outcome"] == "skipped"


def test_nothing_of_an_erased_tenant_is_taken_in(
    in_memory: Library, s3_event: Callable[..., dict[str, Any]], context: Context
) -> None:
    library = in_memory
    library.tenants.mark_erased(library.tenant, "2026-11-27T09:00:00.000Z")
    library.originals.put(library.tenant, NAME, BODY.encode())
    for kind in ("created", "deleted", "permanently-deleted"):
        answer = ingest.ingest_handler()(s3_event(kind), context)
        assert (answer["outcome"], answer["reason"]) == ("skipped", "tenant-erased"), kind
    assert library.ledger.page(library.tenant).records == []
    assert list(library.files.names(library.tenant, "")) == []


def test_a_leaving_tenants_folder_is_listed_read_and_erased_once_it_is_marked(
    in_memory: Library,
    context: Context,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    library = in_memory
    files = FolderFiles(tmp_path / "store")
    monkeypatch.setattr(library, "files", files)
    files.write(library.tenant, "models/1/model.json", b"{}")
    handler = leaving.leaving_handler()

    def ask(action: str, **wanted: Any) -> Any:
        return handler({"tenant": library.tenant, "action": action, **wanted}, context)

    assert ask("list")["files"] == [["models/1/model.json", 2]]
    assert ask("list", prefix="segments")["files"] == []
    assert ask("read", name="models/1/model.json", start=1)["data"] == "fQ=="
    with pytest.raises(InvalidArgument):
        ask("read", name="../minato/models/1/model.json")
    with pytest.raises(InvalidArgument):
        ask("read", name="models/1/model.json", start=-1)
    with pytest.raises(InvalidArgument):
        ask("list", prefix="../minato")
    with pytest.raises(InvalidArgument, match="list, read, erase"):
        ask("rollback")
    with pytest.raises(Conflict):
        ask("erase")
    assert ask("list")["files"]
    library.tenants.mark_erased(library.tenant, "2026-11-27T09:00:00.000Z")
    assert ask("erase")["removed_file_count"] == 1
    assert ask("list")["files"] == []


def test_a_deletion_goes_straight_to_its_commit(
    in_memory: Library, s3_event: Callable[..., dict[str, Any]], context: Context
) -> None:
    library = in_memory
    library.upload(NAME, "空港 まで")
    library.originals.remove(library.tenant, NAME)
    removed = ingest.ingest_handler()(s3_event("deleted", number=0xFFFF_FFFF_FFFF_FFFF), context)
    assert removed["outcome"] == "removed"
    handler = commit.commit_handler()
    committed = handler(handler(removed, context), context)  # deferred first
    assert (committed["outcome"], committed["generation"]) == ("deleted", 2)
    assert library.found("空港") == set()


def test_a_deferred_commit_answers_with_the_event_to_come_back_with(
    in_memory: Library, context: Context
) -> None:
    library = in_memory
    library.upload("a.txt", "apple")  # at the only moment that the library's clock knows
    change = library.stage(library.put("b.txt", "apple"))
    ids = {
        "tenant": "minato-shoji",
        "document_id": change.document_id,
        "sequencer": change.sequencer,
    }
    handler = commit.commit_handler()
    answer = handler(ids, context)
    assert answer == {
        **ids,
        "outcome": "deferred",
        "generation": 1,
        "waited_for": 1,
        "wait_seconds": 1,
    }
    assert handler(answer, context) == {**ids, "outcome": "indexed", "generation": 2}
    assert library.found("apple") == {"a.txt", "b.txt"}


def test_a_bad_document_is_quarantined_with_its_reason(
    in_memory: Library, s3_event: Callable[..., dict[str, Any]], context: Context
) -> None:
    library = in_memory
    data = b"\x00\xff\x00\xfe" * 50
    library.originals.put(library.tenant, NAME, data)
    event = s3_event(data=data)
    with pytest.raises(UndecodableText) as caught:
        ingest.ingest_handler()(event, context)
    cause = json.dumps({"errorMessage": str(caught.value), "errorType": "UndecodableText"})
    failure = {"event": event, "error": {"Error": "UndecodableText", "Cause": cause}}
    answer = ingest.quarantine_handler()(failure, context)
    assert (answer["outcome"], answer["document_id"]) == ("quarantined", document_id(NAME))
    record = library.ledger.get(library.tenant, document_id(NAME))
    assert record is not None
    assert record.state is DocumentState.QUARANTINED
    assert record.reason is not None
    assert (record.reason.code, record.reason.detail) == ("undecodable-text", str(caught.value))


def test_a_reindex_goes_its_way_through_the_handlers(in_memory: Library, context: Context) -> None:
    library = in_memory
    library.upload("a.txt", "apple")
    library.upload("b.txt", "apple")
    planned = reindex.plan_handler()({"tenant": "minato-shoji"}, context)
    run = {"tenant": "minato-shoji", "run_id": planned["run_id"]}
    counts = {"base_generation": 2, "batch_count": 1, "document_count": 2}
    assert planned == {**run, **counts, "dictionary": None, "follow_up_count": 0}
    assert reindex.plan_handler()(run, context) == planned
    built = reindex.build_handler()({**run, "batch": 0}, context)
    assert set(built) == {"segment_id", "document_count", "quarantined_count"}
    swapped = reindex.swap_handler()(run, context)
    assert swapped == {**run, "generation": 3, "document_count": 2}
    assert library.found("apple") == {"a.txt", "b.txt"}


def test_a_run_of_reindex_is_named_by_its_id_alone(in_memory: Library, context: Context) -> None:
    run = {"tenant": "minato-shoji", "run_id": "../0123456789abcdef", "batch": 0}
    for handler in (reindex.plan_handler(), reindex.build_handler(), reindex.swap_handler()):
        with pytest.raises(InvalidArgument):
            handler(run, context)


def test_a_compaction_answers_what_it_did(in_memory: Library, context: Context) -> None:
    handler = compact.compact_handler()
    nothing = handler({"tenant": "minato-shoji"}, context)
    assert (nothing["generation"], nothing["removed_file_count"]) == (0, 0)
    in_memory.upload("a.txt", "apple")
    in_memory.upload("b.txt", "apple")
    answer = handler({"tenant": "minato-shoji"}, context)
    assert answer == {
        "tenant": "minato-shoji",
        "generation": 3,
        "embedded_segment_count": 0,
        "merged_segment_count": 2,
        "indexed_segment_count": 0,
        "removed_file_count": 0,
        "scrubbed_file_count": 0,
    }


def test_files_are_compared_in_turn_while_somebody_searches_them(
    in_memory: Library, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_memory.upload("a.txt", "apple")
    handler, first = compact.compact_handler(), datetime(2026, 11, 1, tzinfo=UTC)

    def night_after_night() -> int:
        count = 0
        for number in range(28):
            moment = int((first + timedelta(days=number)).timestamp())
            monkeypatch.setattr(compact, "epoch_seconds", lambda moment=moment: moment)
            count += handler({"tenant": "minato-shoji"}, context)["scrubbed_file_count"]
        return count

    assert night_after_night() == 0
    usage: MemoryUsage = in_memory.usage  # type: ignore[attr-defined]
    usage.put_searches(in_memory.tenant, first, {"words": Timings.of([9.0])})
    assert night_after_night() == len([*in_memory.manifest.file_entries()])


def ask(context: Context, action: str, **wanted: Any) -> dict[str, Any]:
    answer = upkeep.upkeep_handler()(
        {"tenant": "minato-shoji", "action": action, **wanted}, context
    )
    assert (answer["tenant"], answer["action"]) == ("minato-shoji", action)
    json.dumps(answer)  # Lambda answers JSON
    return dict(answer)


def test_an_index_is_inspected_and_verified_through_the_handler(
    in_memory: Library, context: Context
) -> None:
    in_memory.upload("a.txt", "apple")
    in_memory.upload("b.txt", "apple")
    assert ask(context, "inspect")["newest"]["document_count"] == 2
    assert (ask(context, "verify")["problem_count"], ask(context, "verify")["problems"]) == (0, [])
    name = in_memory.manifest.segments[0].files["terms"].name
    in_memory.files.write(in_memory.tenant, name, b"damaged")
    found = ask(context, "verify")
    assert found["problem_count"] == len(found["problems"]) == 1
    assert found["problems"][0]["where"] == name


def test_an_index_is_rolled_back_through_the_handler(in_memory: Library, context: Context) -> None:
    in_memory.upload("a.txt", "apple")
    in_memory.upload("b.txt", "apple")
    answer = ask(context, "rollback", generation=1)
    assert (answer["generation"], answer["content_of"], answer["document_count"]) == (3, 1, 1)
    assert (answer["missing_count"], answer["returned_count"]) == (1, 0)
    with pytest.raises(GenerationNotFound):
        ask(context, "rollback", generation=9)


def test_compaction_goes_on_without_the_model_and_fails_so_that_somebody_hears(
    in_memory: Library, context: Context
) -> None:
    library = in_memory
    library.upload("a.txt", "apple")
    library.promote("first")
    library.files.remove(library.tenant, "models/first/model.json")
    library.forget()
    library.upload("b.txt", "apple")
    with pytest.raises(ModelLost):
        compact.compact_handler()({"tenant": library.tenant}, context)
    assert library.found("apple") == {"a.txt", "b.txt"}


def test_a_model_is_rolled_back_through_the_handler(in_memory: Library, context: Context) -> None:
    in_memory.upload("a.txt", "apple")
    for digest in ("first", "second"):
        for name in ("model.json", "model.onnx", "tokenizer.json"):
            in_memory.files.write(in_memory.tenant, f"models/{digest}/{name}", b"{}")
        in_memory.promote(digest)
    answer = ask(context, "rollback-model")
    assert (answer["model"], answer["previous"], answer["generation"]) == ("first", "second", 4)
    assert answer["unembedded_document_count"] == 0
    assert ask(context, "rollback-model", model="second")["model"] == "second"
    with pytest.raises(ModelNotFound):
        ask(context, "rollback-model", model="third")
    for wrong in ("", 7):
        with pytest.raises(InvalidArgument):
            ask(context, "rollback-model", model=wrong)


@pytest.mark.parametrize("wanted", [{}, {"generation": "1"}, {"generation": True}])
def test_a_rollback_to_no_number_is_refused(
    in_memory: Library, context: Context, wanted: dict[str, Any]
) -> None:
    in_memory.upload("a.txt", "apple")
    with pytest.raises(InvalidArgument):
        ask(context, "rollback", **wanted)


def test_a_reindex_is_followed_through_the_handler(in_memory: Library, context: Context) -> None:
    in_memory.upload("a.txt", "apple")
    run = {"tenant": "minato-shoji", "run_id": "0123456789abcdef" * 2}
    follow = {"run_id": run["run_id"]}
    seen = [ask(context, "progress", **follow)]
    reindex.plan_handler()(run, context)
    seen.append(ask(context, "progress", **follow))
    reindex.build_handler()({**run, "batch": 0}, context)
    seen.append(ask(context, "progress", **follow))
    counts = [(one["planned_batch_count"], one["built_batch_count"]) for one in seen]
    assert counts == [(None, 0), (1, 0), (1, 1)]


def test_an_action_that_is_none_is_refused(in_memory: Library, context: Context) -> None:
    for action in ("", "remove"):
        with pytest.raises(InvalidArgument, match="inspect"):
            ask(context, action)


def test_an_event_for_no_tenant_is_refused(in_memory: Library, context: Context) -> None:
    with pytest.raises(InvalidTenantId):
        compact.compact_handler()({"tenant": "../minato-shoji"}, context)


def test_a_commit_that_loses_every_race_fails_by_its_class(
    in_memory: Library, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    change = in_memory.stage(in_memory.put("a.txt", "apple"))
    monkeypatch.setattr(commit_module, "ATTEMPT_COUNT", 2)
    monkeypatch.setattr(in_memory.pointers, "move", lambda *_: False)
    event = {
        "tenant": "minato-shoji",
        "document_id": change.document_id,
        "sequencer": change.sequencer,
    }
    with pytest.raises(CommitConflict):
        commit.commit_handler()(event, context)


def test_a_users_tenant_and_role_go_into_the_access_token() -> None:
    event = json.loads((ROOT / "events/cognito-pre-token-generation-v2.json").read_text("utf-8"))
    answer = claims.claims_handler()(event, Context())
    assert answer["response"]["claimsAndScopeOverrideDetails"] == {
        "accessTokenGeneration": {
            "claimsToAddOrOverride": {"tenant": "minato-shoji", "role": "admin"}
        }
    }


@pytest.mark.parametrize("role", [None, "", "member", "Admin", "root"])
def test_a_user_without_a_role_that_is_known_is_a_member(role: str | None) -> None:
    attributes = {"custom:tenant": "minato-shoji", "custom:role": role}
    answer = claims.claims_handler()({"request": {"userAttributes": attributes}}, Context())
    added = answer["response"]["claimsAndScopeOverrideDetails"]["accessTokenGeneration"]
    assert added["claimsToAddOrOverride"]["role"] == "member"


@pytest.mark.parametrize("tenant", [None, ""])
def test_a_user_without_a_tenant_gets_no_token(tenant: str | None) -> None:
    with pytest.raises(Unauthenticated):
        claims.claims_handler()(
            {"request": {"userAttributes": {"custom:tenant": tenant}}}, Context()
        )


def test_a_user_of_an_impossible_tenant_gets_no_token() -> None:
    with pytest.raises(InvalidTenantId):
        claims.claims_handler()(
            {"request": {"userAttributes": {"custom:tenant": "a/../b"}}}, Context()
        )


@pytest.mark.parametrize(
    ("error", "code", "detail"),
    [
        (
            {"Error": "EmptyDocument", "Cause": '{"errorMessage": "no text"}'},
            "empty-document",
            "no",
        ),
        ({"Error": "EmptyDocument", "Cause": "not json"}, "empty-document", "empty-document"),
        ({"Error": "EmptyDocument"}, "empty-document", "empty-document"),
        ({"Error": "ValueError", "Cause": '{"errorMessage": "himitsu"}'}, "internal", "ValueError"),
        ({"Error": "States.Timeout", "Cause": "himitsu"}, "internal", "States.Timeout"),
        ({"Error": "Kind", "Cause": "himitsu"}, "internal", "Kind"),
        ({}, "internal", "upload it again"),
    ],
)
def test_a_workflows_error_becomes_a_reason_that_quotes_nothing(
    error: dict[str, str], code: str, detail: str
) -> None:
    reason = reason_of(error)
    assert reason.code == code
    assert detail in reason.detail
    assert "himitsu" not in reason.detail


def test_the_search_handler_is_made_without_the_network(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KOTOGURA_TABLE", "kotogura-table")
    monkeypatch.setenv("KOTOGURA_STORE", str(tmp_path))
    assert callable(search.search_handler())
