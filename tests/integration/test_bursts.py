"""Two hundred documents at once: found within a minute, in few generations, none of them lost."""

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from kotogura.documents.identity import document_id
from kotogura.documents.ledger import DocumentState
from kotogura.tenants.identity import TenantId
from tests.integration.conftest import RunningSystem, eventually

pytestmark = [pytest.mark.stack, pytest.mark.model, pytest.mark.enable_socket]

COUNT = 200
SECONDS = 60.0
MOST_GENERATIONS = 20
BODY = "海は静かで、灯火は夜通し点いていた。訪問者は記録簿に名前を書き、午後の船で島を出た。" * 12


def _name(number: int) -> str:
    return f"reports/{number:03d}.txt"


def test_two_hundred_documents_at_once_make_few_generations(
    system: RunningSystem, capsys: pytest.CaptureFixture[str]
) -> None:
    tenant = TenantId("lighthouses")
    system.accounts.create(tenant, "燈台の会", "lighthouses@example.com", "off")
    system.put(tenant, "first.txt", "題\n最初の文書。")
    before = system.settled(tenant, "first.txt").generation or 0
    earlier = _executions(system).keys()
    api = system.api(tenant)

    begun = time.monotonic()
    with ThreadPoolExecutor(16) as pool:
        texts = [f"第{number}号\n燈台守の報告。{BODY}" for number in range(COUNT)]
        list(pool.map(lambda n: system.put(tenant, _name(n), texts[n]), range(COUNT)))
    put_seconds = time.monotonic() - begun

    def found() -> float | None:
        total = api.search("燈台守", "words", 1)["total"]
        return time.monotonic() - begun if total == COUNT else None

    seconds = eventually(found, f"{COUNT} documents to be found", seconds=180)
    pointer = system.deployment.pointers.get(tenant)
    assert pointer is not None
    generations = pointer.generation - before

    def all_ended() -> Counter[str] | None:
        now = _executions(system)
        new = Counter(status for arn, status in now.items() if arn not in earlier)
        return new if sum(new.values()) >= COUNT and not new["RUNNING"] else None

    executions = eventually(all_ended, "all executions to end")
    with capsys.disabled():
        print(  # noqa: T201 — these figures are what the test is for
            f"\n{COUNT} documents: put in {put_seconds:.1f} s, found after {seconds:.1f} s, "
            f"in {generations} generations; executions {dict(executions)}"
        )
    assert executions == {"SUCCEEDED": COUNT}
    assert seconds <= SECONDS
    assert generations <= MOST_GENERATIONS
    ids = {document_id(_name(number)) for number in range(COUNT)}
    records = system.deployment.ledger.get_many(tenant, sorted(ids))
    assert {record.state for record in records.values()} == {DocumentState.INDEXED}
    assert len(records) == COUNT


def _executions(system: RunningSystem) -> dict[str, str]:
    """Tell the status of each execution of `ingest`."""
    pages = system.deployment.workflows.get_paginator("list_executions").paginate(
        stateMachineArn=system.deployment.outputs["IngestStateMachineArn"]
    )
    return {one["executionArn"]: one["status"] for page in pages for one in page["executions"]}
