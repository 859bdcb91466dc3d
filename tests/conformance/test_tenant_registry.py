"""What holds for every implementation of `TenantRegistry`."""

import pytest

from kotogura.errors import TenantExists, TenantNotFound
from kotogura.platform.tenants import TableTenants
from kotogura.tenants.identity import TenantId
from kotogura.tenants.registry import TenantRecord, TenantRegistry
from tests.conformance.conftest import choice
from tests.memory.tenants import MemoryTenants


@pytest.fixture(params=choice("memory", "table"))
def tenants(request: pytest.FixtureRequest) -> TenantRegistry:
    if request.param == "memory":
        return MemoryTenants()
    return TableTenants(request.getfixturevalue("table"))


def record(name: str) -> TenantRecord:
    return TenantRecord(TenantId(name), f"株式会社 {name}", "daily", "2026-01-01T00:00:00.000Z")


def test_a_registered_tenant_is_found(tenants: TenantRegistry) -> None:
    tenants.create(record("minato-shoji"))
    assert tenants.get(TenantId("minato-shoji")) == record("minato-shoji")
    assert tenants.get(TenantId("minato")) is None


def test_an_id_is_taken_once(tenants: TenantRegistry) -> None:
    tenants.create(record("minato-shoji"))
    with pytest.raises(TenantExists):
        tenants.create(TenantRecord(TenantId("minato-shoji"), "another"))
    assert tenants.get(TenantId("minato-shoji")) == record("minato-shoji")


def test_all_tenants_are_told_by_id(tenants: TenantRegistry) -> None:
    assert list(tenants.all()) == []
    for name in ("tsubame", "aoba", "minato-shoji"):
        tenants.create(record(name))
    assert [one.tenant for one in tenants.all()] == ["aoba", "minato-shoji", "tsubame"]


def test_a_tenants_cadence_can_be_changed_and_no_others(tenants: TenantRegistry) -> None:
    for name in ("aoba", "minato-shoji"):
        tenants.create(record(name))
    tenants.set_cadence(TenantId("aoba"), "off")
    assert [one.cadence for one in tenants.all()] == ["off", "daily"]
    with pytest.raises(TenantNotFound):
        tenants.set_cadence(TenantId("tsubame"), "off")
    assert tenants.get(TenantId("tsubame")) is None


def test_an_erased_tenant_is_no_tenant_and_its_id_is_taken(tenants: TenantRegistry) -> None:
    for name in ("aoba", "minato-shoji"):
        tenants.create(record(name))
    aoba = TenantId("aoba")
    assert tenants.erased_at(aoba) is None
    assert tenants.mark_erased(aoba, "2026-11-27T09:00:00.000Z") == "2026-11-27T09:00:00.000Z"
    assert tenants.mark_erased(aoba, "2026-11-28T09:00:00.000Z") == "2026-11-27T09:00:00.000Z"
    assert tenants.erased_at(aoba) == "2026-11-27T09:00:00.000Z"
    assert tenants.get(aoba) is None
    assert [one.tenant for one in tenants.all()] == ["minato-shoji"]
    for change in (
        lambda: tenants.set_cadence(aoba, "daily"),
        lambda: tenants.set_limits(aoba, {}),
    ):
        with pytest.raises(TenantNotFound):
            change()
    with pytest.raises(TenantExists):
        tenants.create(record("aoba"))
    assert tenants.erased_at(TenantId("minato-shoji")) is None


def test_a_tenant_that_never_was_can_be_marked_as_erased(tenants: TenantRegistry) -> None:
    tenants.mark_erased(TenantId("aoba"), "2026-11-27T09:00:00.000Z")
    assert tenants.erased_at(TenantId("aoba"))
    assert list(tenants.all()) == []


def test_a_tenants_own_limits_are_replaced_as_a_whole(tenants: TenantRegistry) -> None:
    for name in ("aoba", "minato-shoji"):
        tenants.create(record(name))
    tenants.set_limits(TenantId("aoba"), {"searches_per_second": 5, "document_count": 7})
    tenants.set_limits(TenantId("aoba"), {"document_count": 9})
    assert [dict(one.limits) for one in tenants.all()] == [{"document_count": 9}, {}]
    tenants.set_cadence(TenantId("aoba"), "off")
    assert dict(tenants.get(TenantId("aoba")).limits) == {"document_count": 9}  # type: ignore[union-attr]
    with pytest.raises(TenantNotFound):
        tenants.set_limits(TenantId("tsubame"), {"document_count": 9})
