"""Counts by the hour what tenants searched, for their usage."""

from kotogura.platform.handlers.usage import usage_handler

handler = usage_handler()
