"""The ingest workflow's first step: an S3 event becomes an extracted document."""

from kotogura.platform.handlers.ingest import ingest_handler

handler = ingest_handler()
