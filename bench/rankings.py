"""Which rankings of the product are measured: each is a key of the report."""

from collections.abc import Mapping

from kotogura.search.bm25 import Bm25Settings

RANKINGS: Mapping[str, Bm25Settings | None] = {"ours": Bm25Settings()}
"""`ours` by morphemes alone; None is what the product does by itself."""
