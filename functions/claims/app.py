"""Cognito's pre-token trigger: the tenant goes into the access token."""

from kotogura.platform.handlers.claims import claims_handler

handler = claims_handler()
