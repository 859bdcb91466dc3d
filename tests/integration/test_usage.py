"""What was searched is found again as usage, by way of the log and the counting function."""

import json

import pytest

from tests.integration.conftest import HOSHINO, MINATO, RunningSystem, eventually

pytestmark = [pytest.mark.stack, pytest.mark.model, pytest.mark.enable_socket]


def test_searches_are_counted_by_mode_and_stored_documents_noted(system: RunningSystem) -> None:
    api = system.api(MINATO)
    for mode in ("words", "words", "both"):
        api.search("休暇", mode)

    def probe() -> dict[str, int] | None:
        name = system.deployment.outputs["UsageFunctionName"]
        answer = system.deployment.functions.invoke(
            FunctionName=name, Payload=json.dumps({"unfinished": True}).encode()
        )
        assert "FunctionError" not in answer, answer["Payload"].read()
        total = api.call("GET", "/usage")["total"]
        found = {one["mode"]: one["count"] for one in total["searches"]}
        return found if found.get("words", 0) >= 2 and found.get("both", 0) >= 1 else None

    eventually(probe, "the searches to be counted")
    usage = api.call("GET", "/usage")
    today = usage["days"][-1]
    pointer = system.deployment.pointers.get(MINATO)
    assert pointer is not None
    assert (today["document_count"], today["index_bytes"]) == (
        pointer.document_count,
        pointer.index_bytes,
    )
    assert today["document_count"] > 0
    assert today["training_count"] >= 1
    assert all(0 < one["p50_ms"] <= one["p95_ms"] for one in today["searches"])
    assert system.api(HOSHINO).call("GET", "/usage")["total"] != usage["total"]
