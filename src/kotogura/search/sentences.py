"""How a tenant's sentences are cut into words, also by a dictionary that is not kept yet."""

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from kotogura.analysis.analyzer import SudachiAnalyzer
from kotogura.analysis.cutting import CutWord, cut
from kotogura.analysis.tokenizers import user_analyzer
from kotogura.analysis.user_dictionary import compile_dictionary, digest_of, source_of
from kotogura.tenants.dictionaries import parse_dictionary
from kotogura.tenants.identity import TenantId

DRAFT_LIMIT_CHARACTERS = 20_000
"""A draft is compiled while somebody waits."""


class Sentences:
    """Cuts sentences. Not safe for concurrent use, like the analyzers."""

    def __init__(
        self, shared: SudachiAnalyzer, analyzer_of: Callable[[TenantId], SudachiAnalyzer]
    ) -> None:
        """Wire the parts; `analyzer_of` tells what reads the tenant's documents and queries."""
        self._shared = shared
        self._analyzer_of = analyzer_of

    def cut(self, tenant: TenantId, text: str, draft: str | None = None) -> list[CutWord]:
        """Return the words of `text`, by the dictionary in use or by the CSV `draft`.

        Raises:
            InvalidDictionary: naming the draft's lines that are wrong.
            UnanalyzableText: when Sudachi refuses a character.
        """
        if draft is None:
            return cut(text, self._analyzer_of(tenant))
        entries = parse_dictionary(draft)
        if not entries:
            return cut(text, self._shared)
        source = source_of(entries)
        with TemporaryDirectory() as folder:
            path = Path(folder) / "draft.dic"
            path.write_bytes(compile_dictionary(source))
            return cut(text, user_analyzer(path, digest_of(source), self._shared.tokenizer))
