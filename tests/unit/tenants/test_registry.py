from dataclasses import FrozenInstanceError

import pytest

from kotogura.tenants.identity import TenantId
from kotogura.tenants.registry import TenantRecord


def test_a_tenant_is_trained_weekly_unless_told_otherwise():
    assert TenantRecord(TenantId("abc"), "港商事").cadence == "weekly"


def test_a_record_does_not_change():
    record = TenantRecord(TenantId("abc"), "港商事")
    with pytest.raises(FrozenInstanceError):
        record.name = "別の名"
