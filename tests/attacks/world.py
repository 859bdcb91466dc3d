"""One process that serves the attacker and the victim, and all that can be seen of it.

Everything is the product's own but for the clouds below it: the table, the bucket and the workflows
are in memory, the store is a folder, and tokens are signed by an issuer whose key is at hand.
"""

import io
import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any
from unittest import mock
from urllib.parse import urlencode

from kotogura.documents.intake import receive
from kotogura.index.changes import stage_removal
from kotogura.index.commit import Committer
from kotogura.index.staging import stage_document
from kotogura.platform.bucket import BucketOriginals
from kotogura.platform.folder import FolderFiles
from kotogura.platform.handlers import manage, search
from kotogura.platform.pointers import TablePointers
from kotogura.platform.service.api import ApiService
from kotogura.platform.service.exchange import Request
from kotogura.platform.service.health import Readiness
from kotogura.platform.service.keys import SigningKeys
from kotogura.platform.service.logs import JsonLines
from kotogura.platform.service.tokens import TokenVerifier
from kotogura.platform.settings import Settings
from kotogura.platform.telemetry import Telemetry
from kotogura.platform.uploads import BucketUploads
from kotogura.platform.wiring import Parts
from kotogura.tenants.identity import TenantId
from kotogura.tenants.registry import TenantRecord
from tests.memory.functions import UpkeepOf
from tests.memory.issuer import CLIENT, ISSUER, key_set, token_of
from tests.memory.language import WordEmbedder
from tests.memory.library import Library
from tests.memory.objects import BUCKET, MemoryObjects
from tests.memory.sentences import shared_analyzer
from tests.memory.table import MemoryTable
from tests.memory.workflows import ARNS, MemoryWorkflows

ATTACKER = TenantId("minato")
VICTIM = TenantId("minato-shoji")
"""The one's id is the beginning of the other's."""
MODEL = "0123456789abcdef"
_services = count(1)


@dataclass(frozen=True)
class Seen:
    """An answer as a client gets it."""

    status: int
    headers: Sequence[tuple[str, str]]
    body: str

    @property
    def json(self) -> Any:
        """The body, read."""
        return json.loads(self.body)

    @property
    def text(self) -> str:
        """All of it."""
        return "\n".join([*(f"{name}: {value}" for name, value in self.headers), self.body])


class World:
    """The service over one table, one bucket and one store, for any number of tenants."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.table = MemoryTable()
        self.objects = MemoryObjects()
        self.workflows = MemoryWorkflows()
        self.answers: list[Seen] = []
        self.log = io.StringIO()
        self.facts: dict[str, str] = {}
        self.twin: World | None = None
        self._sequence: dict[str, int] = {}
        self._runs = count(1)
        settings = Settings(
            table="kotogura",
            documents_bucket=BUCKET,
            store=folder,
            train_workflow_arn=ARNS["train"],
            reindex_workflow_arn=ARNS["reindex"],
            compact_workflow_arn=ARNS["compact"],
            upkeep_function="upkeep",
            searches_per_second=1_000_000,
        )
        self.parts = parts = Parts(settings)
        client: Any = self.objects
        parts.table = parts._own_table = self.table
        parts.files = FolderFiles(folder)
        parts.originals = BucketOriginals(client, BUCKET)
        parts.uploads = BucketUploads(client, BUCKET)
        parts.open_embedder = lambda path: WordEmbedder(path.name)
        self.start()

    def start(self) -> None:
        """Begin a new process over what is there."""
        clients = {"stepfunctions": self.workflows, "lambda": UpkeepOf(self.library(ATTACKER))}
        with (
            redirect_stdout(self.log),
            mock.patch.object(search, "sudachi_analyzer", shared_analyzer),
            mock.patch.object(manage.boto3, "client", lambda name, **_: clients[name]),
        ):
            telemetry = Telemetry(f"attacked-{next(_services)}", "Kotogura")
            apps = [
                search.search_app(self.parts, telemetry),
                manage.manage_app(self.parts, telemetry),
            ]
        verifier = TokenVerifier(SigningKeys(lambda: key_set("one")), ISSUER, [CLIENT])
        readiness = Readiness(self.folder, lambda: None)
        self.service = ApiService(apps, verifier, readiness, telemetry)

    # What tenants do.

    def library(self, tenant: TenantId) -> Library:
        """Return a tenant's view of the parts below, for what its workflows do."""
        found = Library(self.folder / "unused", tenant, shared_analyzer())
        found.files, found.ledger = self.parts.files, self.parts.ledger  # type: ignore[assignment]
        found.pointers = TablePointers(self.table)
        found.staged = self.parts.staged  # type: ignore[assignment]
        found.originals = self.parts.originals  # type: ignore[assignment]
        found.directory = self.parts.directory
        found.models._files = self.parts.files
        return found

    def register(self, tenant: TenantId) -> None:
        """Let the operator create a tenant."""
        self.parts.tenants.create(TenantRecord(tenant, str(tenant), created_at="2026-01-01"))

    def put(
        self, tenant: TenantId, name: str, data: bytes, metadata: Mapping[str, str] | None = None
    ) -> str:
        """Put a file as its tenant does, and do what `ingest` does; return the document's id."""
        key = f"{tenant}/documents/{name}"
        self.objects.objects[key] = data
        self.objects.metadata[key] = dict(metadata or {})
        return self.ingest(tenant, self.event(tenant, key, len(data)))

    def remove(self, tenant: TenantId, name: str) -> str:
        """Remove a file as its tenant does, and do what `ingest` does."""
        key = f"{tenant}/documents/{name}"
        self.objects.objects.pop(key, None)
        return self.ingest(tenant, self.event(tenant, key, None))

    def event(self, tenant: TenantId, key: str, size_bytes: int | None) -> dict[str, Any]:
        """Return the event that S3 tells of a key, of its removal where it has no size."""
        self._sequence[tenant] = number = self._sequence.get(tenant, 0) + 1
        thing: dict[str, Any] = {"key": key, "sequencer": f"{number:08X}"}
        detail: dict[str, Any] = {"bucket": {"name": BUCKET}, "object": thing}
        if size_bytes is None:
            detail["deletion-type"] = "Delete Marker Created"
        else:
            thing["size"] = size_bytes
        kind = "Object Deleted" if size_bytes is None else "Object Created"
        return {"source": "aws.s3", "detail-type": kind, "detail": detail}

    def ingest(self, tenant: TenantId, event: dict[str, Any]) -> str:
        """Do what the workflow does for an event; return the document's id."""
        parts, view = self.parts, self.library(tenant)
        intake = receive(event, parts.originals, parts.ledger, parts.files)
        if intake.outcome == "removed":
            stage_removal(tenant, intake.document_id, intake.sequencer, parts.staged)
        elif intake.outcome == "extracted":
            dictionary = view.manifest.dictionary
            stage_document(
                tenant,
                intake.document_id,
                intake.sequencer,
                str(intake.writing),
                analyzer=view.analyzer_of(tenant, dictionary),
                embed=view.embed,
                files=parts.files,
                staged=parts.staged,
                dictionary=dictionary,
            )
        if intake.outcome != "skipped":
            Committer(
                parts.generations, parts.staged, parts.ledger, parts.directory, lambda _: None
            ).commit(tenant, intake.document_id, intake.sequencer)
        return intake.document_id

    def use_dictionary(self, tenant: TenantId, text: str) -> None:
        """Keep a user dictionary and reindex with it."""
        self.parts.dictionaries.put(tenant, text)
        view = self.library(tenant)
        view.dictionary, view.sequence = text, next(self._runs)
        view.reindex()

    # What a client does.

    def ask(
        self,
        method: str,
        path: str,
        query: Sequence[tuple[str, str]] | str = (),
        body: Any = None,
        *,
        tenant: TenantId = ATTACKER,
        token: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Seen:
        """Ask as a user of `tenant`, or with whatever token is given; the path is decoded."""
        sent = {"authorization": f"Bearer {token if token is not None else token_of(tenant)}"}
        sent |= {"content-type": "application/json"} | dict(headers or {})
        data = body if isinstance(body, bytes) else b"" if body is None else _json(body)
        text = query if isinstance(query, str) else urlencode(query, errors="surrogatepass")
        request = Request(method, path, text, sent, lambda limit: data[:limit])
        touched = len(self.objects.touched)
        with self.heard():
            answer = self.service.answer(request)
        seen = Seen(answer.status, answer.headers, answer.body.decode())
        if tenant == ATTACKER:
            self.answers.append(seen)
        else:  # may ask for objects of its own
            del self.objects.touched[touched:]
        return seen

    @contextmanager
    def heard(self) -> Iterator[None]:
        """Keep all that is logged meanwhile, by whatever logger."""
        handler = logging.StreamHandler(self.log)
        handler.setFormatter(JsonLines())
        service = logging.getLogger("kotogura.service")
        root = logging.getLogger()
        levels = service.level, root.level
        for logger in (service, root):
            logger.addHandler(handler)
            logger.setLevel(logging.INFO)
        try:
            with redirect_stdout(self.log):
                yield
        finally:
            for logger, level in zip((service, root), levels, strict=True):
                logger.removeHandler(handler)
                logger.setLevel(level)

    # What is true of a tenant.

    def state(self, tenant: TenantId) -> dict[str, object]:
        """Return all that a tenant has: files, items, objects, uploads, executions."""
        below = self.folder / "tenants" / tenant
        found: dict[str, object] = {
            f"file {path.relative_to(below)}": path.read_bytes()
            for path in sorted(below.rglob("*"))
            if path.is_file()
        }
        items = self.table.items.items()
        found |= {
            f"item {pk} {sk}": item
            for (pk, sk), item in items
            if pk == f"TENANT#{tenant}" or (pk, sk) == ("TENANTS", tenant)
        }
        for key, data in self.objects.objects.items():
            if key.startswith(f"{tenant}/"):
                found[f"object {key}"] = data
        for key, upload_id in self.objects.uploads:
            if key.startswith(f"{tenant}/"):
                found[f"upload {key}"] = upload_id
        for arn, execution in self.workflows.executions.items():
            if json.loads(execution["input"])["tenant"] == tenant:
                found[f"execution {arn}"] = execution["status"]
        return found


def _json(body: Any) -> bytes:
    return json.dumps(body).encode()
