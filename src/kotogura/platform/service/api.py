"""One request at a time through the very handlers that Lambda runs."""

import json
import re
import threading
import time
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver

from kotogura.errors import KotoguraError, NotFound, StoreUnavailable, Unauthenticated
from kotogura.platform.http import api_handler
from kotogura.platform.problems import problem
from kotogura.platform.service.exchange import (
    Answer,
    Request,
    answer_of,
    answer_of_response,
    event_of,
)
from kotogura.platform.service.health import Readiness
from kotogura.platform.service.logs import service_log
from kotogura.platform.service.tokens import VerifyRequest
from kotogura.platform.telemetry import Handler, Telemetry, where_raised

# Powertools keeps the current event in a class attribute, which all resolvers share: a thread that
# came between would answer one tenant with another's event.
_one_at_a_time = threading.Lock()

LIVE, READY = "/health/live", "/health/ready"


@dataclass(frozen=True, slots=True)
class Route:
    """A declared route, and the handler of the function that serves it."""

    key: str
    is_open: bool
    handler: Handler


@dataclass(frozen=True, slots=True)
class Context:
    """What a handler is told about its call, where Lambda isn't there to tell it."""

    aws_request_id: str
    function_name: str
    memory_limit_in_mb: int = 0
    invoked_function_arn: str = ""


class ApiService:
    """The whole API in one process; `answer` may be called by several threads."""

    def __init__(
        self,
        apps: Iterable[APIGatewayHttpResolver],
        verify: VerifyRequest,
        readiness: Readiness,
        telemetry: Telemetry,
    ) -> None:
        self._routes = [route for app in apps for route in _declared(app, telemetry)]
        self._verify = verify
        self._readiness = readiness
        self._name = str(telemetry.logger.service)

    def answer(self, request: Request) -> Answer:
        """Return the answer to `request`; whatever happens, there is one."""
        if request.path in (LIVE, READY) and request.method in ("GET", "HEAD"):
            return self._health(request.path)
        started = time.perf_counter()
        facts: dict[str, Any] = {"request_id": str(uuid.uuid4())}
        try:
            answer = self._routed(request, facts)
        except KotoguraError as error:
            facts["code"] = error.code
            answer = answer_of_response(problem(error))
            if isinstance(error, Unauthenticated):
                answer = Answer(
                    answer.status, [*answer.headers, ("WWW-Authenticate", "Bearer")], answer.body
                )
        except Exception as error:  # noqa: BLE001 — a server would log what it quotes
            facts["raised"] = where_raised(error)
            failure = KotoguraError("something broke on our side; the log has it")
            answer = answer_of_response(problem(failure))
        facts |= {
            "status": answer.status,
            "latency_ms": round((time.perf_counter() - started) * 1000, 1),
            "response_bytes": len(answer.body),
        }
        told = service_log.error if "raised" in facts else service_log.info
        told("request served", extra={"facts": facts})
        return answer

    def _routed(self, request: Request, facts: dict[str, Any]) -> Answer:
        route = self._route(request)
        facts["route"] = route.key
        claims = None if route.is_open else self._verify(request)
        facts["tenant"] = claims.get("tenant") if claims else None
        event = event_of(request, route.key, claims, facts["request_id"])
        context: Any = Context(facts["request_id"], self._name)
        with _one_at_a_time:
            return answer_of(route.handler(event, context))

    def _route(self, request: Request) -> Route:
        for pattern, route in self._routes:
            if pattern.fullmatch(f"{request.method} {request.raw_path}"):
                return route
        raise NotFound("there is no such route")

    def _health(self, path: str) -> Answer:
        try:
            if path == READY:
                self._readiness.check()
        except StoreUnavailable as error:
            service_log.warning("not ready", extra={"facts": {"detail": error.detail}})
            return answer_of_response(problem(error))
        told = json.dumps({"status": path.rpartition("/")[2]}).encode()
        headers = [("Content-Type", "application/json"), ("Cache-Control", "no-store")]
        return Answer(200, headers, told)


def _declared(
    app: APIGatewayHttpResolver, telemetry: Telemetry
) -> Iterable[tuple[re.Pattern[str], Route]]:
    """Yield what `app` declares, with what matches the method and the path of each route."""
    handler = api_handler(app, telemetry)
    paths: Mapping[str, Any] = json.loads(app.get_openapi_json_schema())["paths"]
    for path, item in paths.items():
        for method, operation in item.items():
            key = f"{method.upper()} {path}"
            literals = (re.escape(literal) for literal in re.split(r"{\w+}", key))
            is_open = operation.get("security") == []
            # Signs of a path may be line ends: only the slash ends a parameter.
            yield re.compile("[^/]+".join(literals)), Route(key, is_open, handler)
