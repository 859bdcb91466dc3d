"""The reindex workflow's last step: the new segments come into service."""

from kotogura.platform.handlers.reindex import swap_handler

handler = swap_handler()
