"""A tenant's folder of the store for one who leaves: listed, read, erased."""

from kotogura.platform.handlers.leaving import leaving_handler

handler = leaving_handler()
