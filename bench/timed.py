"""Parts of the product that add up what their calls take."""

import time
from collections.abc import Iterable
from pathlib import Path

from kotogura.analysis.analyzer import AnalyzedText, Analyzer
from kotogura.platform.folder import FolderFiles
from kotogura.tenants.identity import TenantId


class TimedAnalyzer:
    """Implements `Analyzer` by another."""

    def __init__(self, analyzer: Analyzer) -> None:
        self._analyzer = analyzer
        self.seconds = 0.0

    @property
    def fingerprint(self) -> str:
        """Return the analyzer's own."""
        return self._analyzer.fingerprint

    def analyze(self, text: str) -> AnalyzedText:
        """Return what the analyzer does."""
        start = time.perf_counter()
        analyzed = self._analyzer.analyze(text)
        self.seconds += time.perf_counter() - start
        return analyzed


class Before:
    """Implements `Analyzer` for texts that another has analysed before the clock starts."""

    def __init__(self, analyzer: Analyzer, texts: Iterable[str]) -> None:
        self.fingerprint = analyzer.fingerprint
        self._known = {text: analyzer.analyze(text) for text in texts}

    def analyze(self, text: str) -> AnalyzedText:
        """Return what was made of `text`."""
        return self._known[text]


class TimedFiles(FolderFiles):
    """Files in a folder; what is timed is waiting until they are durable."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.seconds = 0.0

    def write(self, tenant: TenantId, name: str, data: bytes) -> None:
        """Write `data` durably."""
        start = time.perf_counter()
        super().write(tenant, name, data)
        self.seconds += time.perf_counter() - start
