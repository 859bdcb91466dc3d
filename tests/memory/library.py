"""One tenant's whole library, wired of parts in memory: what a test uploads can be searched."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from kotogura.analysis.analyzer import Analyzer, SudachiAnalyzer
from kotogura.analysis.analyzers import Analyzers
from kotogura.documents.changes import DocumentChange, normalize_sequencer
from kotogura.documents.extraction import extract
from kotogura.documents.identity import document_id
from kotogura.documents.metadata_values import MetadataValue
from kotogura.index.changes import ManifestPointer, ManifestPointers, StagedChange, stage_removal
from kotogura.index.commit import Committer
from kotogura.index.content import IndexedDocument
from kotogura.index.described import write_file
from kotogura.index.dictionaries import dictionary_path
from kotogura.index.directory import Directory
from kotogura.index.generations import Generation, Generations
from kotogura.index.manifest import FileEntry, Manifest, SegmentEntry, model_manifest_name
from kotogura.index.merge import POLICY, compact
from kotogura.index.merge_policy import TieredPolicy
from kotogura.index.outcome import Committed
from kotogura.index.reader import GenerationReader
from kotogura.index.reindex import Within, build, plan
from kotogura.index.runs import Plan
from kotogura.index.staging import build_segment
from kotogura.index.swap import swap
from kotogura.search.opened import OpenGenerations
from kotogura.search.service import SearchService
from kotogura.semantics.promotion import promote
from kotogura.semantics.quantization import quantize
from kotogura.semantics.segment_vectors import embed_segment, merge_vectors
from kotogura.semantics.serving import ServingModels
from kotogura.semantics.vectors import WordVectors
from kotogura.tenants.files import TenantFiles
from kotogura.tenants.identity import TenantId
from tests.memory.changes import MemoryPointers, MemoryStagedChanges
from tests.memory.files import MemoryFiles
from tests.memory.language import WordAnalyzer, WordEmbedder
from tests.memory.ledger import MemoryLedger
from tests.memory.originals import MemoryOriginals
from tests.memory.tenants import MemoryTenants
from tests.memory.texts import MemoryTexts

MINATO = TenantId("minato-shoji")


@dataclass
class Library:
    """The rooms' parts over one folder; `tenant` is whose documents the methods are about.

    `synonyms` is the language of its models, `sequence` the number of the last change. What
    `described` says of a document by name is added to its metadata. `dictionary` is the tenant's
    user dictionary for the next reindex, where the analyzer is Sudachi's.
    """

    scratch: Path
    tenant: TenantId = MINATO
    analyzer: Analyzer | None = None
    synonyms: Mapping[str, str] | None = None
    sequence: int = 0

    def __post_init__(self) -> None:
        self.words: Analyzer = self.analyzer or WordAnalyzer()
        self.files: TenantFiles = MemoryFiles(self.scratch)
        self.pointers: ManifestPointers = MemoryPointers()
        self.staged = MemoryStagedChanges()
        self.ledger = MemoryLedger()
        self.originals = MemoryOriginals()
        self.directory = Directory(self.files)
        self.dictionary = ""
        self.dictionaries = MemoryTexts()
        self.tenants = MemoryTenants()
        self.described: dict[str, dict[str, list[MetadataValue]]] = {}
        self.pauses: list[int] = []
        self._served: tuple[tuple[object, ...], SearchService] | None = None
        self.models = ServingModels(self.files, lambda path: self.embedder(path.name))

    def of(self, tenant: TenantId) -> "Library":
        """Return another tenant's view of the same parts."""
        other = Library(self.scratch, tenant, self.words, self.synonyms, self.sequence)
        for part in ("files", "pointers", "staged", "ledger", "originals", "directory", "models"):
            setattr(other, part, getattr(self, part))
        return other

    def forget(self) -> None:
        """Forget what is open and remembered, as a new process does."""
        self._served = None
        self.directory = Directory(self.files)
        self.models = ServingModels(self.files, lambda path: self.embedder(path.name))

    def over(self, files: TenantFiles, pointer: ManifestPointer) -> "Library":
        """Return a library over an index that is there already; its documents have no ledger."""
        other = Library(self.scratch, self.tenant, self.words, self.synonyms, self.sequence)
        other.files, other.directory = files, Directory(files)
        other.models = ServingModels(files, lambda path: other.embedder(path.name))
        other.pointers.move(self.tenant, None, pointer)
        return other

    @property
    def generations(self) -> Generations:
        """All tenants' generations."""
        return Generations(self.files, self.pointers, lambda: "2026-01-01T00:00:00.000Z")

    @property
    def committer(self) -> Committer:
        """Commits without waiting; `pauses` tells how often it would have waited."""
        return Committer(
            self.generations, self.staged, self.ledger, self.directory, self.pauses.append
        )

    # Documents come and go.

    def put(self, name: str, body: str, title: str = "") -> DocumentChange:
        """Write the tenant's file and return the change that its event would tell."""
        data = f"{title}\n{body}".encode() if title else f"\n{body}".encode()
        self.originals.put(self.tenant, name, data)
        return self._change(name, "created", len(data))

    def take(self, name: str) -> DocumentChange:
        """Remove the tenant's file and return the change that its event would tell."""
        self.originals.remove(self.tenant, name)
        return self._change(name, "deleted", 0)

    def claim(self, change: DocumentChange) -> DocumentChange:
        """Enter `change` into the ledger."""
        self.ledger.claim(self.tenant, change)
        return change

    def stage(self, change: DocumentChange) -> DocumentChange:
        """Do what ingest and tokenize do for `change`."""
        self.claim(change)
        if change.kind == "deleted":
            stage_removal(self.tenant, change.document_id, change.sequencer, self.staged)
            return change
        data = self.originals.read(self.tenant, change.name, change.version_id, 1_000_000)
        assert data is not None
        document = extract(change, data)
        described = document.metadata | self.described.get(change.name, {})
        document = document.model_copy(update={"metadata": described})
        dictionary = self.manifest.dictionary
        segment = build_segment(
            self.tenant,
            [document],
            analyzer=self.analyzer_of(self.tenant, dictionary),
            embed=self.embed,
            files=self.files,
            dictionary=dictionary,
        )
        self.staged.add(
            self.tenant,
            StagedChange(
                document_id=change.document_id,
                version=change.sequencer,
                segment=segment,
                title=document.title,
            ),
        )
        return change

    def commit(self, change: DocumentChange) -> Committed:
        """Do what commit does for `change`."""
        return self.committer.commit(self.tenant, change.document_id, change.sequencer)

    def upload(self, name: str, body: str, title: str = "") -> Committed:
        """Put, stage and commit one document."""
        return self.commit(self.stage(self.put(name, body, title)))

    def delete(self, name: str) -> Committed:
        """Take one document away and commit that."""
        return self.commit(self.stage(self.take(name)))

    def _change(self, name: str, kind: str, size_bytes: int) -> DocumentChange:
        self.sequence += 1
        versions = self.originals.version_count(self.tenant, name)
        return DocumentChange(
            tenant=self.tenant,
            name=name,
            document_id=document_id(name),
            kind="created" if kind == "created" else "deleted",
            sequencer=normalize_sequencer(f"{self.sequence:08X}"),
            version_id=f"v{versions}",
            size_bytes=size_bytes,
            marker=kind == "deleted",
        )

    # The index is looked after.

    def compact(self, policy: TieredPolicy = POLICY) -> int:
        """Merge what is worth it; return how many segments were."""
        merge = partial(merge_vectors, files=self.files)
        return compact(self.tenant, self.generations, self.files, merge, policy)[1]

    def plan(self, run_id: str = "run", within: Within = lambda _, listed: listed) -> Plan:
        """Plan a reindex."""
        return plan(
            self.tenant,
            run_id,
            self.originals,
            self.generations,
            self.files,
            self.dictionary,
            within,
        )

    def build(self, planned: Plan, batches: Sequence[int] | None = None) -> list[str]:
        """Build all batches of a reindex, or some of them; return the segments' ids."""
        built = [
            build(
                self.tenant,
                planned.run_id,
                batch,
                originals=self.originals,
                ledger=self.ledger,
                analyzer=self.analyzer_of(self.tenant, planned.dictionary),
                embed=self.embed,
                files=self.files,
            )
            for batch in (planned.batches if batches is None else batches)
        ]
        return [one.segment_id for one in built if one.segment_id]

    def analyzer_of(self, tenant: TenantId, dictionary: str | None) -> Analyzer:
        """Return the analyzer with the tenant's user dictionary of this digest, if there is one."""
        if dictionary is None:
            return self.words
        assert isinstance(self.words, SudachiAnalyzer)
        return Analyzers(self.words, dictionary_path(self.files)).of(tenant, dictionary)

    def swap(self, planned: Plan, wanted: Callable[[], str | None] | None = None) -> Generation:
        """Publish what a reindex built."""
        return swap(
            self.tenant,
            planned.run_id,
            generations=self.generations,
            directory=self.directory,
            ledger=self.ledger,
            files=self.files,
            pause=self.pauses.append,
            rebuild=lambda number: self.build(planned, [number]),
            wanted=wanted,
        )

    def reindex(self) -> Generation:
        """Plan, build and swap."""
        planned = self.plan(f"run-{self.sequence}")
        self.build(planned)
        return self.swap(planned)

    # Meaning.

    def embedder(self, digest: str) -> WordEmbedder:
        """Return the model called `digest`."""
        return WordEmbedder(digest, self.synonyms)

    def embed(
        self, tenant: TenantId, segment_id: str, documents: Sequence[IndexedDocument]
    ) -> dict[str, FileEntry]:
        """Embed a new segment by the model in service, as `tokenize` does."""
        current = self.generations.replaceable(tenant)
        model = current.manifest.model if current else None
        if model is None or not self.models.has(tenant, model.digest):
            return {}
        embedder = self.models.embedder(tenant, model.digest)
        entry = embed_segment(tenant, segment_id, documents, embedder, self.files)
        return {model.digest: entry}

    def embed_entry(self, digest: str, segment: SegmentEntry) -> FileEntry:
        """Embed a published segment by the model `digest`, as the trainer does."""
        manifest = self.manifest.model_copy(update={"segments": (segment,)})
        reader = GenerationReader(self.tenant, manifest, self.files)
        documents = reader.documents(range(segment.document_count))
        reader.close()
        in_order = [documents[number] for number in sorted(documents)]
        embedder = self.embedder(digest)
        return embed_segment(self.tenant, segment.segment_id, in_order, embedder, self.files)

    def embed_words(self, digest: str) -> FileEntry:
        """Write the vectors of the tenant's vocabulary."""
        reader = self.reader()
        terms, frequencies = reader.vocabulary()
        reader.close()
        matrix, scales = quantize(self.embedder(digest).embed_passages(terms))
        words = WordVectors(terms, frequencies.astype("uint32"), matrix, scales, digest)
        name = f"models/{digest}/words.arrow"
        return write_file(self.tenant, name, words.to_file(), self.files)

    def promote(
        self, digest: str, embed: Callable[[SegmentEntry], FileEntry] | None = None
    ) -> Generation:
        """Bring the model `digest` into service; its files are a manifest without content."""
        self.files.write(self.tenant, model_manifest_name(digest), b"{}")
        return promote(
            self.tenant,
            digest,
            self.embed_words(digest),
            self.manifest.content_generation,
            embed or partial(self.embed_entry, digest),
            self.generations,
        )

    # What can be found.

    def current(self) -> Generation:
        """Return the newest generation, which there must be."""
        generation = self.generations.current(self.tenant)
        assert generation is not None
        return generation

    @property
    def manifest(self) -> Manifest:
        """The current generation's manifest, an empty one before the first commit or if lost."""
        current = self.generations.replaceable(self.tenant)
        return current.manifest if current else EMPTY

    def reader(self) -> GenerationReader:
        """Open the current generation."""
        return GenerationReader(self.tenant, self.manifest, self.files)

    def service(self) -> SearchService:
        """Return what answers searches; the same as long as the library is made of the same."""
        parts = (self.words, self.pointers, self.files)
        if self._served is None or self._served[0] != parts:
            opened = OpenGenerations(self.generations, self.files, self.models)
            self._served = parts, SearchService(opened, self.words, analyzer_of=self.analyzer_of)
        return self._served[1]

    def live(self) -> dict[str, str]:
        """Return the version of each document that can be found, by id; each is live once."""
        found: dict[str, str] = {}
        for segment in self.manifest.segments:
            for name, place in self.directory.places(self.tenant, segment.segment_id).items():
                if place.document not in segment.tombstones:
                    assert name not in found, "a document is live twice"
                    found[name] = place.version
        return found

    def found(self, query: str) -> set[str]:
        """Return the names of the documents that a search by word finds."""
        answer = self.service().search(self.tenant, query, "words", 100)
        return {hit.name for hit in answer.hits}


EMPTY = Manifest(generation=0, content_generation=0, analyzer="", created_at="")
