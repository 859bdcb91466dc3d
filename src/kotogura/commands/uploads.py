"""Uploading files of this machine, and waiting until they can be found.

Nothing is recorded here of what was sent: the bucket is asked for each file. So a command that was
interrupted goes on by being repeated, from any machine.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

from botocore.exceptions import ClientError

from kotogura.commands.deployment import Deployment
from kotogura.commands.errors import UploadIncomplete
from kotogura.commands.parallel import run_each
from kotogura.commands.selection import LocalFile, find_files
from kotogura.commands.settling import wait_for
from kotogura.commands.terminal import Terminal
from kotogura.documents.extraction import check_admissible
from kotogura.documents.identity import check_name, document_id, document_key
from kotogura.documents.ledger import DocumentRecord, DocumentState
from kotogura.documents.metadata import described_name
from kotogura.errors import DocumentError
from kotogura.tenants.identity import TenantId

__all__ = ["JOBS", "LocalFile", "UploadReport", "find_files", "upload"]

JOBS = 8
"""Files that are sent at a time, if nothing else is said."""


@dataclass(frozen=True, slots=True)
class UploadReport:
    """What became of an upload, in documents and the descriptions beside them.

    Attributes:
        uploaded: sent, or with `dry_run` those that would be.
        unchanged: the bucket has the same bytes under the name.
        indexed: can be found.
        quarantined: can't be read; each tells why.
        refused: not sent, since no document may be such; name and reason.
    """

    uploaded: int
    unchanged: int
    indexed: int
    quarantined: list[DocumentRecord]
    refused: list[tuple[str, str]] = field(default_factory=list)


def upload(
    deployment: Deployment,
    tenant: TenantId,
    files: Sequence[LocalFile],
    terminal: Terminal,
    deadline_seconds: float,
    *,
    jobs: int = JOBS,
    dry_run: bool = False,
    wait: bool = True,
) -> UploadReport:
    """Put `files` under the tenant's prefix and wait until each is findable or quarantined.

    Files whose bytes are there already are not sent again, but waited for all the same. What
    describes another file, a `.meta.json`, goes first and is not waited for.

    Raises:
        UploadIncomplete: when files could not be sent, or when none becomes findable for
            `deadline_seconds`; repeating the command goes on from there.
    """
    admitted, refused = _admitted(files)
    before = deployment.ledger.get_many(tenant, list(_documents(admitted))) if wait else {}
    sent = _send(deployment, tenant, admitted, terminal, jobs, dry_run)
    unchanged = len(admitted) - len(sent)
    if dry_run or not wait:
        return UploadReport(len(sent), unchanged, 0, [], refused)

    def is_settled(record: DocumentRecord) -> bool:
        """Whether the record tells of this upload's change, and of its end."""
        known = before.get(record.document_id) if record.name in sent else None
        ended = record.state in {
            DocumentState.INDEXED,
            DocumentState.UNPACKED,
            DocumentState.QUARANTINED,
        }
        return ended and (known is None or record.sequencer > known.sequencer)

    records = wait_for(
        deployment,
        tenant,
        _documents(admitted),
        is_settled,
        terminal,
        f"indexing for {tenant}",
        deadline_seconds,
    )
    return UploadReport(
        uploaded=len(sent),
        unchanged=unchanged,
        indexed=sum(record.state is DocumentState.INDEXED for record in records.values()),
        quarantined=[
            record for record in records.values() if record.state is DocumentState.QUARANTINED
        ],
        refused=refused,
    )


def _admitted(files: Sequence[LocalFile]) -> tuple[list[LocalFile], list[tuple[str, str]]]:
    """Return the files that may be documents, and name and reason of those that may not."""
    admitted, refused = [], []
    for file in files:
        try:
            if described_name(file.name) is None:
                check_admissible(file.name, file.path.stat().st_size)
            else:
                check_name(file.name)
        except DocumentError as error:
            refused.append((file.name, error.detail))
        else:
            admitted.append(file)
    return admitted, refused


def _documents(files: Sequence[LocalFile]) -> dict[str, str]:
    """Return the names of documents by id; a description has no record of its own."""
    return {
        document_id(file.name): file.name for file in files if described_name(file.name) is None
    }


def _send(
    deployment: Deployment,
    tenant: TenantId,
    files: Sequence[LocalFile],
    terminal: Terminal,
    jobs: int,
    dry_run: bool,
) -> set[str]:
    """Send what differs from the bucket, descriptions first; return the names."""
    sent: set[str] = set()
    count = 0
    label = "comparing" if dry_run else f"uploading for {tenant}"
    with terminal.progress(label, len(files)) as bar:
        for is_document in (False, True):
            part = [file for file in files if (described_name(file.name) is None) is is_document]
            begun = count
            outcomes = run_each(
                part,
                lambda file: _put(deployment, tenant, file, dry_run),
                jobs,
                lambda done, begun=begun: bar.show(begun + done),  # type: ignore[misc]
            )
            count += len(part)
            sent |= {file.name for file, is_sent in outcomes.done if is_sent}
            if outcomes.failed:
                file, why = outcomes.failed[0]
                left = len(part) - len(outcomes.done)
                raise UploadIncomplete(
                    f"{left} of {len(files)} files were not sent, {file.name} among them ({why}): "
                    "repeat the command; what is there is not sent again"
                )
    return sent


def _put(deployment: Deployment, tenant: TenantId, file: LocalFile, dry_run: bool) -> bool:
    """Send one file, unless the bucket has the same bytes under its key."""
    data = file.path.read_bytes()
    key = document_key(tenant, file.name)
    try:
        head = deployment.bulk_s3.head_object(Bucket=deployment.bucket, Key=key)
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") not in {"404", "NoSuchKey"}:
            raise
    else:
        digest = hashlib.md5(data, usedforsecurity=False).hexdigest()
        if head["ContentLength"] == len(data) and head["ETag"].strip('"') == digest:
            return False
    if not dry_run:
        deployment.bulk_s3.put_object(Bucket=deployment.bucket, Key=key, Body=data)
    return True
