"""Starts `ingest` for a tenant's documents that events missed."""

from kotogura.platform.handlers.reconcile import reconcile_handler

handler = reconcile_handler()
