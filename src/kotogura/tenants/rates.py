"""What a tenant's use costs at list price in us-east-1: its share of the bill.

The figures are `kotogura cost`'s for one more of each, which `tests/unit/cost/test_rates.py` holds
within a hundredth. What all tenants share (images, alarms, nightly schedules) is nobody's share.
"""

from collections.abc import Mapping

from kotogura.tenants.usage import Stored, Timings

USD_PER_SEARCH: Mapping[str, float] = {"words": 5.02e-6, "meaning": 7.03e-6, "both": 7.03e-6}
"""By mode."""

USD_PER_INDEX_GB_MONTH = 0.025
"""Infrequent access; what is searched often costs up to twelve times as much."""

USD_PER_TRAINING_MINUTE = 0.00125
"""On Spot, by the default size of a training."""

DAYS_A_MONTH = 365 / 12


def estimated_usd(
    searches: Mapping[str, Timings], stored: Stored | None, training_minutes: float
) -> float:
    """Return the US dollars that a day's use costs, before tax and allowances."""
    searched = sum(
        timings.total * USD_PER_SEARCH.get(mode, USD_PER_SEARCH["both"])
        for mode, timings in searches.items()
    )
    kept = stored.index_bytes / 1e9 * USD_PER_INDEX_GB_MONTH / DAYS_A_MONTH if stored else 0.0
    return searched + kept + training_minutes * USD_PER_TRAINING_MINUTE
