"""Looking after a tenant's index by hand: inspect, verify, roll back, follow a reindex."""

from kotogura.platform.handlers.upkeep import upkeep_handler

handler = upkeep_handler()
