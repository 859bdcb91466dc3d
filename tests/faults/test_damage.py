"""Files of the store that changed: a Parquet file, a manifest, a file of a model."""

import pytest

from tests.faults.conftest import MIKAWA, MINATO, FaultySystem, Happened
from tests.integration.conftest import eventually

pytestmark = [pytest.mark.stack, pytest.mark.enable_socket]

STACK = "local stack"


def texts_of(system: FaultySystem) -> list[str]:
    """Return the files of texts of the tenant's current generation."""
    _, seen = system.command("index", "inspect", "--tenant", MIKAWA)
    return [f"segments/{one['segment_id']}/texts.parquet" for one in seen["segments"]]


@pytest.mark.fault("a Parquet file of which one bit changed", STACK)
def test_a_changed_bit_is_told_by_its_name_and_mended_by_a_reindex(
    system: FaultySystem, happened: Happened
) -> None:
    system.put(MIKAWA, "damaged.txt", "傷んだ頁\n虫に喰われた巻物。")
    system.settled(MIKAWA, "damaged.txt")
    files = texts_of(system)
    for name in files:
        system.flip(MIKAWA, name)
    status, problem = system.ask(MIKAWA, "巻物")
    assert (status, problem["code"]) == (500, "corrupt-index")
    assert "巻物" not in str(problem)
    line = system.told(
        "SearchFunction",
        lambda one: "RequestFailures" in one and one.get("code") == "corrupt-index",
    )
    assert line["service"] == "search"
    assert system.names_found(MINATO, "灯台") == ["steady.txt"]
    code, verified = system.command("index", "verify", "--tenant", MIKAWA)
    assert code == 1
    assert {problem["where"] for problem in verified["problems"]} >= set(files)
    code, _ = system.command("index", "rebuild", "--tenant", MIKAWA)
    assert code == 0
    assert system.names_found(MIKAWA, "巻物") == ["damaged.txt"]
    happened(
        "500 `corrupt-index` and its metric, for this tenant alone; `index verify` names the file, "
        "and a reindex mends it"
    )


@pytest.mark.fault("a manifest that is cut off", STACK)
def test_a_truncated_manifest_is_told_and_mended_by_a_reindex(
    system: FaultySystem, happened: Happened
) -> None:
    system.put(MIKAWA, "pointed.txt", "目録\n目録の狐。")
    system.settled(MIKAWA, "pointed.txt")
    pointer = system.deployment.pointers.get(MIKAWA)
    assert pointer is not None
    path = system.stack.folder.store / "tenants" / MIKAWA / pointer.manifest
    path.write_bytes(path.read_bytes()[:-20])
    status, problem = system.ask(MIKAWA, "狐")
    assert (status, problem["code"]) == (500, "corrupt-index")
    assert system.names_found(MINATO, "灯台") == ["steady.txt"]
    code, _ = system.command("index", "rebuild", "--tenant", MIKAWA)
    assert code == 0

    def probe() -> bool | None:
        return True if system.names_found(MIKAWA, "狐") == ["pointed.txt"] else None

    eventually(probe, "the rebuilt index to be searched")
    happened("500 `corrupt-index` for this tenant alone; a reindex makes a new one")
