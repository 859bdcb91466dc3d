"""Uploading files of this machine, and waiting until they can be found."""

import hashlib
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from botocore.exceptions import ClientError

from kotogura.commands.deployment import Deployment
from kotogura.commands.errors import UploadIncomplete
from kotogura.commands.terminal import Terminal
from kotogura.documents.identity import document_id, document_key
from kotogura.documents.ledger import DocumentRecord, DocumentState
from kotogura.errors import InvalidArgument
from kotogura.tenants.identity import TenantId

_POLL_SECONDS = 0.25


@dataclass(frozen=True, slots=True)
class LocalFile:
    """A file to upload, and the document's name it gets."""

    path: Path
    name: str


@dataclass(frozen=True, slots=True)
class UploadReport:
    """What became of an upload, in documents."""

    uploaded: int
    unchanged: int
    indexed: int
    quarantined: list[DocumentRecord]


def find_files(paths: Iterable[Path]) -> list[LocalFile]:
    """Return the files under `paths`, those of a folder named relative to it; hidden ones left out.

    Raises:
        InvalidArgument: when a path does not exist, or there is no file at all.
    """
    found: list[LocalFile] = []
    for path in paths:
        if path.is_dir():
            for inner in sorted(path.rglob("*")):
                relative = inner.relative_to(path)
                if inner.is_file() and not any(part.startswith(".") for part in relative.parts):
                    found.append(LocalFile(inner, relative.as_posix()))
        elif path.is_file():
            found.append(LocalFile(path, path.name))
        else:
            raise InvalidArgument(f"there is no file or folder {path}")
    if not found:
        raise InvalidArgument("there is no file to upload")
    return found


def upload(
    deployment: Deployment,
    tenant: TenantId,
    files: list[LocalFile],
    terminal: Terminal,
    deadline_seconds: float,
) -> UploadReport:
    """Put `files` under the tenant's prefix and wait until each is findable or quarantined.

    Files whose bytes are there already are not sent again, but waited for all the same.

    Raises:
        UploadIncomplete: when the deadline passes first.
    """
    names = {document_id(file.name): file.name for file in files}
    before = deployment.ledger.get_many(tenant, list(names))
    sent: set[str] = set()
    with terminal.progress(f"uploading for {tenant}", len(files)) as bar:
        for number, file in enumerate(files, 1):
            if _put(deployment, tenant, file):
                sent.add(document_id(file.name))
            bar.show(number)

    def is_settled(record: DocumentRecord) -> bool:
        """Whether the record tells of this upload's change, and of its end."""
        identity = record.document_id
        known = before.get(identity) if identity in sent else None
        ended = record.state in {DocumentState.INDEXED, DocumentState.QUARANTINED}
        return ended and (known is None or record.sequencer > known.sequencer)

    records = _wait(deployment, tenant, names, is_settled, terminal, deadline_seconds)
    quarantined = [
        record for record in records.values() if record.state is DocumentState.QUARANTINED
    ]
    return UploadReport(
        uploaded=len(sent),
        unchanged=len(files) - len(sent),
        indexed=sum(record.state is DocumentState.INDEXED for record in records.values()),
        quarantined=quarantined,
    )


def _put(deployment: Deployment, tenant: TenantId, file: LocalFile) -> bool:
    """Send one file, unless the bucket has the same bytes under its key."""
    data = file.path.read_bytes()
    key = document_key(tenant, file.name)
    etag = hashlib.md5(data, usedforsecurity=False).hexdigest()
    try:
        head = deployment.s3.head_object(Bucket=deployment.bucket, Key=key)
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") not in {"404", "NoSuchKey"}:
            raise
    else:
        if head["ETag"].strip('"') == etag:
            return False
    deployment.s3.put_object(Bucket=deployment.bucket, Key=key, Body=data)
    return True


def _wait(
    deployment: Deployment,
    tenant: TenantId,
    names: dict[str, str],
    is_settled: Callable[[DocumentRecord], bool],
    terminal: Terminal,
    deadline_seconds: float,
) -> dict[str, DocumentRecord]:
    """Return the settled records of all documents in `names`, by id."""
    begun = time.monotonic()
    with terminal.progress(f"indexing for {tenant}", len(names)) as bar:
        while True:
            records = deployment.ledger.get_many(tenant, list(names))
            settled = {key: record for key, record in records.items() if is_settled(record)}
            bar.show(len(settled))
            if len(settled) == len(names):
                return settled
            if time.monotonic() - begun > deadline_seconds:
                missing = [name for key, name in names.items() if key not in settled]
                raise UploadIncomplete(
                    f"{len(missing)} of {len(names)} files, {missing[0]} among them, are not "
                    f"searchable after {deadline_seconds:.0f} s: look into the logs, then repeat"
                )
            time.sleep(_POLL_SECONDS)
