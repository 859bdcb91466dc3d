"""Which analyzer reads whose text: one for all, and one for each user dictionary in use."""

from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path

from kotogura.analysis.analyzer import SudachiAnalyzer
from kotogura.analysis.tokenizers import user_analyzer
from kotogura.tenants.identity import TenantId

KEPT_ANALYZER_COUNT = 4
"""Each takes 28 MB beside the system dictionary's pages, which all of them share."""


class Analyzers:
    """The shared analyzer, and lately used ones of tenants that have a user dictionary.

    Not safe for concurrent use, like the analyzers.
    """

    def __init__(
        self,
        shared: SudachiAnalyzer,
        path: Callable[[TenantId, str], Path],
        kept_count: int = KEPT_ANALYZER_COUNT,
    ) -> None:
        """Wire the parts; `path` tells where a tenant's dictionary of some digest lies."""
        self.shared = shared
        self._path = path
        self._kept_count = kept_count
        self._kept: OrderedDict[tuple[TenantId, str], SudachiAnalyzer] = OrderedDict()

    def of(self, tenant: TenantId, dictionary: str | None) -> SudachiAnalyzer:
        """Return the analyzer with the tenant's dictionary of this digest, or with none.

        Raises:
            StoreUnavailable: when the dictionary isn't there or can't be read.
        """
        if dictionary is None:
            return self.shared
        key = tenant, dictionary
        found = self._kept.get(key)
        if found is None:
            path = self._path(tenant, dictionary)
            found = self._kept[key] = user_analyzer(path, dictionary, self.shared.tokenizer)
            if len(self._kept) > self._kept_count:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        return found
