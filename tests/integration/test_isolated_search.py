"""The strict tier: a deployment in which no process ever searches for two tenants."""

from collections.abc import Iterator

import pytest
import urllib3

from kotogura.local.folders import StateFolder
from kotogura.local.stack import LocalStack, StackOptions
from kotogura.tenants.identity import TenantId
from tests.integration.conftest import HOSHINO, MINATO, ROOT, RunningSystem
from tests.integration.serving import free_port

pytestmark = [pytest.mark.stack, pytest.mark.enable_socket]

TENANTS = {MINATO: "港", HOSHINO: "星"}


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSystem]:
    """A stack whose parameter says so, with a document of each of two tenants."""
    state = tmp_path_factory.mktemp("strict") / "state"
    parameters = {"SearchIsolation": "PerTenant"}
    options = StackOptions(
        root=ROOT, state=state, port=free_port(), parameters=parameters, iam=True
    )
    with LocalStack(options) as stack:
        system = RunningSystem(stack, state)
        for tenant, word in TENANTS.items():
            system.accounts.create(tenant, word, f"{tenant}@example.com", "off")
            system.put(tenant, f"{word}.txt", f"{word}の規程\n出張の日当を定める。")
            system.settled(tenant, f"{word}.txt")
        yield system


@pytest.mark.parametrize(("tenant", "word"), TENANTS.items())
def test_a_search_is_answered_in_the_tenants_own_process(
    strict: RunningSystem, tenant: TenantId, word: str
) -> None:
    assert strict.names_found(tenant, "日当") == [f"{word}.txt"]
    log = StateFolder(strict.state).function_logs / "IsolatedSearchFunction.log"
    # Each tenant's first search began a process; a second would have found the first one's warm.
    assert f'"tenant":"{tenant}","cold_start":"true"' in log.read_text("utf-8").replace(" ", "")


def test_a_header_does_not_make_another_tenant(strict: RunningSystem) -> None:
    token = strict.accounts.token(MINATO)
    answer = urllib3.request(
        "GET",
        f"{strict.deployment.api_url}/search?q=%E6%97%A5%E5%BD%93",
        headers={"Authorization": f"Bearer {token}", "X-Amz-Tenant-Id": HOSHINO},
    )
    assert [hit["name"] for hit in answer.json()["hits"]] == ["港.txt"]
