"""What a tenant may use: its own limits before the deployment's."""

from kotogura.tenants.limits import BURST_SECONDS, LIMITS, Limits


def test_a_tenants_own_limits_come_before_the_deployments() -> None:
    granted = Limits(document_count=10, training_minutes=5)
    assert granted.with_own({}) == granted
    own = granted.with_own({"document_count": 20})
    assert (own.document_count, own.training_minutes) == (20, 5)


def test_every_limit_can_be_a_tenants_own() -> None:
    assert Limits().with_own(dict.fromkeys(LIMITS, 7)) == Limits(7, 7, 7, 7)


def test_a_burst_is_some_seconds_of_searches() -> None:
    assert Limits(searches_per_second=3).search_burst == 3 * BURST_SECONDS
