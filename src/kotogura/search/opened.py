"""Generations that are open for searching."""

from collections import OrderedDict
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from kotogura.errors import CorruptIndex, ModelLost, ModelNotReady
from kotogura.index.cache import ByteCache
from kotogura.index.generations import Generations
from kotogura.index.manifest import Manifest
from kotogura.index.reader import GenerationReader
from kotogura.search.answers import Mode
from kotogura.search.bm25 import Bm25Settings
from kotogura.search.damage import Damage
from kotogura.search.meaning import PassageIndex
from kotogura.search.words import WordIndex
from kotogura.semantics.embedder import Embedder
from kotogura.semantics.serving import ServingModels
from kotogura.semantics.vectors import WordVectors
from kotogura.semantics.whole_texts import embed_text
from kotogura.spans import span
from kotogura.tenants.files import TenantFiles
from kotogura.tenants.identity import TenantId

OPEN_GENERATION_COUNT = 16


@dataclass(slots=True)
class OpenGeneration:
    """One pinned generation of one tenant, its parts opened when first asked for."""

    reader: GenerationReader
    files: TenantFiles
    _passages: PassageIndex | None = field(default=None)
    _words: WordVectors | None = field(default=None)
    _word_index: tuple[Bm25Settings, WordIndex] | None = field(default=None)

    @property
    def tenant(self) -> TenantId:
        """Whose it is."""
        return self.reader.tenant

    @property
    def manifest(self) -> Manifest:
        """What it is made of."""
        return self.reader.manifest

    def word_index(self, settings: Bm25Settings) -> WordIndex:
        """All words, weighed by `settings`."""
        if self._word_index is None or self._word_index[0] is not settings:
            self._word_index = settings, WordIndex(self.reader, settings)
        return self._word_index[1]

    @property
    def passages(self) -> PassageIndex:
        """All embedded passages. Raises ModelNotReady."""
        if self._passages is None:
            self._passages = PassageIndex(self.reader, self.files)
        return self._passages

    @property
    def words(self) -> WordVectors:
        """The embedded vocabulary. Raises ModelNotReady."""
        if self._words is None:
            model = self.manifest.model
            if model is None:
                raise ModelNotReady("no model is in service yet; start a training")
            self._words = WordVectors.from_file(self.files.path(self.tenant, model.words.name))
            if self._words.model_digest != model.digest:
                raise CorruptIndex("the words' vectors are another model's; train again")
        return self._words


class OpenGenerations:
    """Keeps the generations used last open, by tenant and manifest."""

    def __init__(self, generations: Generations, files: TenantFiles, models: ServingModels) -> None:
        self.damage = Damage(generations, files)
        self._generations = generations
        self._files = files
        self._models = models
        self._cache = ByteCache()
        self._open: OrderedDict[tuple[TenantId, str], OpenGeneration] = OrderedDict()

    def current(self, tenant: TenantId) -> OpenGeneration:
        """Return the tenant's newest generation, to be used for one request and no longer.

        A tenant that never uploaded anything has an empty one.
        """
        with span("open-generation") as opening:
            found = self._current(tenant)
            opening.count(generation=found.manifest.generation)
        return found

    def _current(self, tenant: TenantId) -> OpenGeneration:
        pointer = self._generations.pointer(tenant)
        name = pointer.manifest if pointer else ""
        found = self._open.pop((tenant, name), None)
        if found is None:
            manifest = self._generations.open(tenant, pointer).manifest if pointer else _EMPTY
            reader = GenerationReader(tenant, manifest, self._files, cache=self._cache, pinned=name)
            found = OpenGeneration(reader, self._files)
        self._open[tenant, name] = found
        if len(self._open) > OPEN_GENERATION_COUNT:
            _, oldest = self._open.popitem(last=False)
            oldest.reader.close()
        return found

    def mode_of(
        self, opened: OpenGeneration, asked: Mode | None, *, is_listing: bool
    ) -> tuple[Mode, str | None]:
        """Return how to search, and the code of what keeps a search from its usual mode.

        Where nothing is asked for, it is `both` once the tenant has a model, and `words` until
        then, for what lists without a query, and while the model's files are missing.
        """
        model = opened.manifest.model
        if asked is not None or is_listing or model is None:
            return asked or "words", None
        if self._models.has(opened.tenant, model.digest):
            return "both", None
        return "words", ModelLost.code

    def embed(self, opened: OpenGeneration, text: str) -> NDArray[np.float32]:
        """Return the unit vector, float32 [dimensions], of a query by the generation's model."""
        with span("embed-query"):
            vector: NDArray[np.float32] = self._embedder(opened).embed_queries([text])[0]
        return vector

    def embed_text(self, opened: OpenGeneration, text: str) -> NDArray[np.float32] | None:
        """Return the unit mean of a text's passages by the generation's model, if it has any."""
        with span("embed-query"):
            return embed_text(self._embedder(opened), text)

    def _embedder(self, opened: OpenGeneration) -> Embedder:
        model = opened.manifest.model
        if model is None:
            raise ModelNotReady("no model is in service yet; start a training")
        return self._models.embedder(opened.tenant, model.digest)


_EMPTY = Manifest(generation=0, content_generation=0, analyzer="", created_at="")
