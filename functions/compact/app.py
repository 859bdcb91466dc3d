"""The compact workflow's step for one tenant."""

from kotogura.platform.handlers.compact import compact_handler

handler = compact_handler()
