"""The API for a tenant's documents and trainings."""

from kotogura.platform.handlers.manage import manage_handler

handler = manage_handler()
