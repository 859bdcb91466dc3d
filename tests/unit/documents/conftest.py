"""A tenant's world in memory: its bucket, its ledger, its files."""

import pytest

from kotogura.documents.extracted import ExtractedDocument, staged_name
from kotogura.documents.intake import receive
from kotogura.documents.ledger import DocumentState
from tests.memory.files import MemoryFiles
from tests.memory.ledger import MemoryLedger
from tests.unit.documents.bucket import MINATO, VersionedBucket


@pytest.fixture
def bucket():
    return VersionedBucket()


@pytest.fixture
def ledger():
    return MemoryLedger()


@pytest.fixture
def files(tmp_path):
    return MemoryFiles(tmp_path)


@pytest.fixture
def take(bucket, ledger, files):
    """Return what takes an event in."""
    return lambda event: receive(event, bucket, ledger, files)


@pytest.fixture
def staged(files):
    """Return what reads an answer's staged document."""

    def read(intake, tenant=MINATO):
        data = files.read(tenant, staged_name(intake.document_id, intake.sequencer, intake.writing))
        return ExtractedDocument.model_validate_json(data)

    return read


@pytest.fixture
def settle(ledger):
    """Return what ends a change as a commit does."""

    def end(intake, state=DocumentState.INDEXED, tenant=MINATO):
        return ledger.settle(tenant, intake.document_id, intake.sequencer, state, generation=1)

    return end
