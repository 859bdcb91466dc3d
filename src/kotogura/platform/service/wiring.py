"""The service wired together from its settings; nothing is created at import."""

from collections.abc import Callable, Mapping

import boto3
from botocore.config import Config

from kotogura.platform.handlers.manage import manage_app
from kotogura.platform.handlers.search import search_app
from kotogura.platform.service.api import ApiService
from kotogura.platform.service.health import Readiness
from kotogura.platform.service.keys import SigningKeys, key_source
from kotogura.platform.service.tokens import TokenVerifier
from kotogura.platform.settings import Settings, required
from kotogura.platform.table import Table
from kotogura.platform.telemetry import Telemetry
from kotogura.platform.wiring import Parts

# Who asks for health waits some five seconds.
_HASTY = Config(connect_timeout=1, read_timeout=2, retries={"total_max_attempts": 1})


def api_service(
    environment: Mapping[str, str], draining: Callable[[], bool] = lambda: False
) -> ApiService:
    """Return the API that `environment` describes.

    Args:
        environment: settings by name, as `kotogura.platform.settings.Settings` has them.
        draining: tells whether the process is about to end.

    Raises:
        InvalidArgument: naming the settings that are missing or wrong.
    """
    settings = Settings.of_service(environment)
    parts = Parts(settings)
    telemetry = Telemetry(
        environment.get("POWERTOOLS_SERVICE_NAME", "api"),
        environment.get("POWERTOOLS_METRICS_NAMESPACE", "Kotogura"),
    )
    table = Table(boto3.resource("dynamodb", config=_HASTY), settings.table)
    readiness = Readiness(parts.store, lambda: table.get("TENANTS", "?"), draining)
    apps = [search_app(parts, telemetry), manage_app(parts, telemetry)]
    return ApiService(apps, token_verifier(settings), readiness, telemetry)


def token_verifier(settings: Settings) -> TokenVerifier:
    """Return what checks tokens by `settings`. Raises InvalidArgument."""
    issuer = required(settings.token_issuer, "KOTOGURA_TOKEN_ISSUER").rstrip("/")
    named = required(settings.token_audience, "KOTOGURA_TOKEN_AUDIENCE").split(",")
    location = settings.token_keys or f"{issuer}/.well-known/jwks.json"
    audience = [one.strip() for one in named if one.strip()]
    return TokenVerifier(SigningKeys(key_source(location)), issuer, audience)
