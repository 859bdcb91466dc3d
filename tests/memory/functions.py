"""A Lambda client in memory: the upkeep function's rollback of a model, over a library."""

import io
import json
from dataclasses import asdict
from typing import Any

from kotogura.errors import KotoguraError
from kotogura.semantics.model_rollback import roll_back_model
from kotogura.tenants.identity import TenantId
from tests.memory.library import Library


class UpkeepOf:
    """Answers `invoke` as Lambda does, for the action `rollback-model` alone."""

    def __init__(self, library: Library) -> None:
        self._library = library

    def invoke(self, **arguments: Any) -> dict[str, Any]:
        """Do what the upkeep function does; an error is answered by its class's name."""
        event = json.loads(arguments["Payload"])
        assert event["action"] == "rollback-model"
        library = self._library
        try:
            done = roll_back_model(
                TenantId(event["tenant"]),
                event.get("model"),
                library.generations,
                library.files,
                library.pauses.append,
            )
        except KotoguraError as error:
            told = {"errorType": type(error).__name__, "errorMessage": error.detail}
            return {"FunctionError": "Unhandled", "Payload": _stream(told)}
        return {"Payload": _stream({"tenant": event["tenant"], **asdict(done)})}


def _stream(answer: Any) -> io.BytesIO:
    return io.BytesIO(json.dumps(answer).encode())
