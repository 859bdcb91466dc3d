"""One tenant's token never shows another tenant's documents."""

import json

import pytest
import urllib3

from kotogura.commands.errors import RequestFailed
from kotogura.documents.identity import document_id
from kotogura.tenants.identity import TenantId
from tests.integration.conftest import HOSHINO, MINATO, RunningSystem

pytestmark = [pytest.mark.stack, pytest.mark.model, pytest.mark.enable_socket]

OTHERS = [(MINATO, HOSHINO), (HOSHINO, MINATO)]


def _names(system: RunningSystem, tenant: TenantId) -> set[str]:
    return {record.name for record in system.deployment.ledger.page(tenant).records}


@pytest.mark.parametrize(("tenant", "other"), OTHERS)
@pytest.mark.parametrize("mode", ["words", "meaning", "both"])
def test_a_search_returns_the_tenants_own_documents_only(
    system: RunningSystem, tenant: TenantId, other: TenantId, mode: str
) -> None:
    hits = system.api(tenant).search("修理 休暇 契約 会議 製品", mode, 100)["hits"]
    names = {hit["name"] for hit in hits}
    assert names
    assert not names & (_names(system, other) - _names(system, tenant))


@pytest.mark.parametrize("suffix", ["", "/similar"])
def test_another_tenants_document_is_not_found(system: RunningSystem, suffix: str) -> None:
    identity = document_id("rules/就業規則.md")
    assert system.api(MINATO).call("GET", f"/documents/{identity}{suffix}")
    with pytest.raises(RequestFailed, match="404"):
        system.api(HOSHINO).call("GET", f"/documents/{identity}{suffix}")


def test_another_tenants_document_cannot_be_deleted(system: RunningSystem) -> None:
    identity = document_id("rules/就業規則.md")
    with pytest.raises(RequestFailed, match="404"):
        system.api(HOSHINO).call("DELETE", f"/documents/{identity}")
    assert system.api(MINATO).call("GET", f"/documents/{identity}")


def test_a_list_shows_the_tenants_own_documents_only(system: RunningSystem) -> None:
    listed = system.api(HOSHINO).call("GET", "/documents?limit=100")["documents"]
    names = {entry["name"] for entry in listed}
    assert names
    assert names <= _names(system, HOSHINO)


def test_similar_words_come_from_the_tenants_own_texts(system: RunningSystem) -> None:
    words = {hit["word"] for hit in system.api(HOSHINO).similar_words("休暇", 100)["hits"]}
    assert "育児休業" not in words


@pytest.mark.parametrize("path", ["/search?q=a", "/documents", "/trainings"])
@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer nonsense"}])
def test_without_a_valid_token_nothing_is_answered(
    system: RunningSystem, path: str, headers: dict[str, str]
) -> None:
    answer = urllib3.request("GET", system.deployment.api_url + path, headers=headers)
    assert answer.status == 401


def test_a_tenant_named_elsewhere_than_in_the_token_is_ignored(system: RunningSystem) -> None:
    token = system.accounts.token(HOSHINO)
    answer = urllib3.request(
        "GET",
        f"{system.deployment.api_url}/search?q=%E4%BC%91%E6%9A%87&mode=words&tenant={MINATO}",
        headers={"Authorization": f"Bearer {token}", "X-Tenant": MINATO},
    )
    assert answer.status == 200
    names = {hit["name"] for hit in json.loads(answer.data)["hits"]}
    assert not names & _names(system, MINATO)
