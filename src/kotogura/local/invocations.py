"""What goes to a function and what comes back, as Lambda has it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from kotogura.local.images import LocalImage


@dataclass(frozen=True, slots=True)
class FunctionConfiguration:
    """The deployed function's own configuration, as far as it matters to run it.

    `timeout_seconds` holds for each invocation without the cold start; `revision` changes with
    every update; `credentials` are its role's, as variables of the environment, or empty where
    every caller may do everything. The workers of an `isolated` one take one tenant's events only.
    """

    name: str
    arn: str
    image: LocalImage
    handler: str
    environment: Mapping[str, str] = field(default_factory=dict)
    timeout_seconds: float = 3
    memory_mb: int = 128
    version: str = "$LATEST"
    log_format: str = "Text"
    revision: str = ""
    credentials: Mapping[str, str] = field(default_factory=dict)
    isolated: bool = False

    @classmethod
    def from_lambda(
        cls, configuration: Mapping[str, Any], credentials: Mapping[str, str] | None = None
    ) -> "FunctionConfiguration":
        """Return it out of what Lambda's GetFunctionConfiguration answers, plus ImageUri.

        Raises:
            ValueError: when the image is not a local one, or no command names the handler.
        """
        image_config = (configuration.get("ImageConfigResponse") or {}).get("ImageConfig") or {}
        command = image_config.get("Command") or []
        if not command:
            raise ValueError(
                f"{configuration['FunctionName']}: ImageConfig.Command names no handler"
            )
        environment = (configuration.get("Environment") or {}).get("Variables") or {}
        return cls(
            name=configuration["FunctionName"],
            arn=configuration["FunctionArn"],
            image=LocalImage.parse(configuration["ImageUri"]),
            handler=command[0],
            environment={name: str(value) for name, value in environment.items()},
            timeout_seconds=float(configuration.get("Timeout") or 3),
            memory_mb=int(configuration.get("MemorySize") or 128),
            version=configuration.get("Version") or "$LATEST",
            log_format=(configuration.get("LoggingConfig") or {}).get("LogFormat") or "Text",
            revision=str(configuration.get("RevisionId") or ""),
            credentials=credentials or {},
            isolated=(configuration.get("TenancyConfig") or {}).get("TenantIsolationMode")
            == "PER_TENANT",
        )


@dataclass(frozen=True, slots=True)
class Invocation:
    """One event for one function; `event` is JSON text in UTF-8.

    `tenant` is whose it is, as the caller told Lambda, where the function is isolated.
    """

    request_id: str
    event: bytes
    tenant: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the function answered, or why it failed: `payload` is JSON text in UTF-8.

    A failure's payload is Lambda's error object, whose `errorType` is the exception's class.
    """

    payload: bytes
    failed: bool = False

    @classmethod
    def failure(cls, error_type: str, message: str, request_id: str) -> "Outcome":
        """Return a failure of the runtime itself: time limit, crash, impossible start."""
        error = {
            "errorType": error_type,
            "errorMessage": f"RequestId: {request_id} Error: {message}",
        }
        return cls(json.dumps(error).encode(), failed=True)
