"""The ingest workflow's second step: an extracted document becomes a staged segment."""

from kotogura.platform.handlers.tokenize import tokenize_handler

handler = tokenize_handler()
