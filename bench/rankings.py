"""Which rankings of the product are measured: each is a key of the report."""

from collections.abc import Mapping

from kotogura.search.pairs import PairRescoring

RANKINGS: Mapping[str, PairRescoring | None] = {"ours": None, "ours_rescored": PairRescoring()}
"""`ours` by morphemes alone; `ours_rescored` is what the product does by itself."""
