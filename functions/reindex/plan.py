"""The reindex workflow's first step: the tenant's files in batches."""

from kotogura.platform.handlers.reindex import plan_handler

handler = plan_handler()
