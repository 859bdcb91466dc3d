"""What holds for every implementation of `Buckets`."""

import pytest

from kotogura.platform.search_rate import TableBuckets
from kotogura.tenants.identity import TenantId
from kotogura.tenants.search_rate import Bucket, Buckets
from tests.conformance.conftest import choice
from tests.memory.buckets import MemoryBuckets

FULL = Bucket(250.0, 1_793_505_600.0)
LATER = Bucket(199.123456789, 1_793_505_600.0371234)


@pytest.fixture(params=choice("memory", "table"))
def buckets(request: pytest.FixtureRequest) -> Buckets:
    if request.param == "memory":
        return MemoryBuckets()
    return TableBuckets(request.getfixturevalue("table"))


def test_a_bucket_is_what_it_was_replaced_by(
    buckets: Buckets, minato: TenantId, other: TenantId
) -> None:
    assert buckets.get(minato) is None
    assert buckets.replace(minato, None, FULL)
    assert buckets.replace(minato, FULL, LATER)
    assert buckets.get(minato) == LATER
    assert buckets.get(other) is None


def test_who_read_another_bucket_changes_nothing(buckets: Buckets, minato: TenantId) -> None:
    assert not buckets.replace(minato, FULL, LATER)
    assert buckets.replace(minato, None, FULL)
    assert not buckets.replace(minato, None, LATER)
    assert not buckets.replace(minato, LATER, LATER)
    assert not buckets.replace(minato, Bucket(FULL.tokens, LATER.at), LATER)
    assert not buckets.replace(minato, Bucket(LATER.tokens, FULL.at), LATER)
    assert buckets.get(minato) == FULL
