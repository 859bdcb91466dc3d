"""The whole product wired together: each function's handler from its settings.

Nothing is created at import. A part is replaced by building another one here; the rooms only know
the protocols they state.
"""

import os
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config

from kotogura.documents.quota import Quota
from kotogura.errors import TenantErased
from kotogura.index.generations import Generations
from kotogura.platform.bucket import BucketOriginals
from kotogura.platform.clock import now
from kotogura.platform.folder import FolderFiles
from kotogura.platform.ledger import TableLedger
from kotogura.platform.openings import TableOpenings
from kotogura.platform.pointers import TablePointers, TableStagedChanges
from kotogura.platform.search_rate import TableBuckets
from kotogura.platform.settings import Settings, required
from kotogura.platform.table import Table
from kotogura.platform.tenant_session import TenantSessions, tenant_session
from kotogura.platform.tenants import TableTenants, TableTrainings
from kotogura.platform.texts import DICTIONARY, SYNONYMS, TableTexts
from kotogura.platform.uploads import BucketUploads
from kotogura.platform.usage import TableUsage
from kotogura.tenants.identity import TenantId
from kotogura.tenants.limits import Limits
from kotogura.tenants.usage import Stored

if TYPE_CHECKING:
    from kotogura.index.directory import Directory
    from kotogura.platform.reading import ReadingProcess
    from kotogura.semantics.serving import OpenEmbedder

_CLIENTS = Config(
    connect_timeout=3,
    read_timeout=30,
    retries={"mode": "standard", "max_attempts": 4},
)
_OBJECTS = _CLIENTS.merge(
    Config(
        signature_version="s3v4",  # a presigned URL binds the length too
        # A browser that PUTs a part sends no checksum, and S3 would miss it at the end.
        request_checksum_calculation="when_required",
    )
)


class Parts:
    """The parts a function is made of, each made when first asked for."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    @classmethod
    def from_environment(cls) -> "Parts":
        """Return the parts that the process's environment describes. Raises InvalidArgument."""
        return cls(Settings.from_environment(os.environ))

    @cached_property
    def _aws(self) -> boto3.Session:
        """For what belongs to one tenant: as the tenant role, where the settings name one."""
        if self.settings.tenant_role_arn is None:
            return self._own
        sts = self._own.client("sts", config=_CLIENTS)
        return tenant_session(TenantSessions(sts, self.settings.tenant_role_arn))

    @cached_property
    def _own(self) -> boto3.Session:
        """With the function's or the task's own role."""
        return boto3.Session()

    @cached_property
    def table(self) -> Table:
        """The table."""
        return Table(self._aws.resource("dynamodb", config=_CLIENTS), self.settings.table)

    @cached_property
    def originals(self) -> BucketOriginals:
        """The tenants' own files."""
        bucket = required(self.settings.documents_bucket, "KOTOGURA_DOCUMENTS_BUCKET")
        return BucketOriginals(self._aws.client("s3", config=_OBJECTS), bucket)

    @cached_property
    def uploads(self) -> BucketUploads:
        """Files that come in parts."""
        bucket = required(self.settings.documents_bucket, "KOTOGURA_DOCUMENTS_BUCKET")
        return BucketUploads(self._aws.client("s3", config=_OBJECTS), bucket)

    @cached_property
    def read(self) -> "ReadingProcess":
        """What reads the formats of tenants' files."""
        from kotogura.platform.reading import ReadingProcess  # noqa: PLC0415 — not every function

        return ReadingProcess()

    @cached_property
    def files(self) -> FolderFiles:
        """The store of indexes and models."""
        return FolderFiles(self.store)

    @property
    def store(self) -> Path:
        """The store's folder."""
        return required(self.settings.store, "KOTOGURA_STORE")

    @cached_property
    def open_embedder(self) -> "OpenEmbedder":
        """What opens a model for queries: an endpoint where there is one, else this process."""
        endpoint = self.settings.embedding_endpoint
        if not endpoint:
            from kotogura.semantics.embedder import OnnxEmbedder  # noqa: PLC0415 — not every function

            return OnnxEmbedder.open
        from kotogura.platform.embedding_endpoint import (  # noqa: PLC0415 — few deployments
            PATIENCE,
            EndpointEmbedder,
        )

        client = boto3.client("sagemaker-runtime", config=PATIENCE)
        return lambda folder: EndpointEmbedder.open(folder, client, endpoint)

    @cached_property
    def ledger(self) -> TableLedger:
        """The ledger of documents."""
        return TableLedger(self.table)

    @cached_property
    def staged(self) -> TableStagedChanges:
        """Changes that wait for their commit."""
        return TableStagedChanges(self.table)

    @cached_property
    def generations(self) -> Generations:
        """All tenants' generations."""
        return Generations(self.files, TablePointers(self.table), now)

    @cached_property
    def directory(self) -> "Directory":
        """Where documents are in segments."""
        from kotogura.index.directory import Directory  # noqa: PLC0415 — not every function

        return Directory(self.files)

    @cached_property
    def tenants(self) -> TableTenants:
        """The register of tenants, which belongs to none of them."""
        return TableTenants(self._own_table)

    @cached_property
    def buckets(self) -> TableBuckets:
        """How fast tenants search, which is not for them to say."""
        return TableBuckets(self._own_table)

    @cached_property
    def _own_table(self) -> Table:
        return Table(self._own.resource("dynamodb", config=_CLIENTS), self.settings.table)

    def limits_of(self, tenant: TenantId) -> Limits:
        """Return what the tenant may use: its own limits, or the deployment's.

        Raises:
            TenantErased: when it has left.
        """
        record = self.tenants.get(tenant)
        if record is None and self.tenants.erased_at(tenant):
            raise TenantErased("this tenant has left, and all of it is erased")
        return self.settings.limits.with_own(record.limits if record else {})

    def stored_of(self, tenant: TenantId) -> Stored | None:
        """Return what the tenant's current generation holds, as its pointer tells."""
        pointer = TablePointers(self.table).get(tenant)
        if pointer is None or pointer.document_count is None or pointer.index_bytes is None:
            return None
        return Stored(pointer.document_count, pointer.index_bytes)

    @cached_property
    def quota(self) -> Quota:
        """What holds tenants to their documents and bytes."""
        return Quota(self.ledger, self.limits_of, self.stored_of)

    @cached_property
    def synonyms(self) -> TableTexts:
        """The tenants' synonyms."""
        return TableTexts(self.table, SYNONYMS)

    @cached_property
    def dictionaries(self) -> TableTexts:
        """The tenants' user dictionaries."""
        return TableTexts(self.table, DICTIONARY, packs=True)

    @cached_property
    def openings(self) -> TableOpenings:
        """What tenants' people searched for and opened."""
        return TableOpenings(self.table)

    @cached_property
    def usage(self) -> TableUsage:
        """The records of what tenants used."""
        return TableUsage(self.table, self._own_table)

    @cached_property
    def trainings(self) -> TableTrainings:
        """The log of trainings."""
        return TableTrainings(self.table)
