"""The reindex workflow's step for one batch: a segment of its documents."""

from kotogura.platform.handlers.reindex import build_handler

handler = build_handler()
