"""The ingest workflow's way out: records why a document can't be found."""

from kotogura.platform.handlers.ingest import quarantine_handler

handler = quarantine_handler()
