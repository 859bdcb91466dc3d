"""SageMaker's container contract for one of our models: `GET /ping` and `POST /invocations`.

https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-inference-code.html
"""

import json
from collections.abc import Iterable
from http import HTTPStatus
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, Field, ValidationError

from kotogura.errors import Conflict, InvalidArgument, KotoguraError, NotFound
from kotogura.platform.problems import problem
from kotogura.platform.service.exchange import Answer, Request, answer_of_response
from kotogura.platform.service.logs import service_log
from kotogura.platform.service.wsgi import StartResponse, WsgiApplication, request_of
from kotogura.platform.telemetry import where_raised
from kotogura.semantics.embedder import Embedder, OnnxEmbedder
from kotogura.semantics.model_manifest import ModelManifest

TEXT_COUNT = 256


class Embeddings(BaseModel):
    """Texts to embed, and the digest of the model that the caller has vectors of."""

    model: str
    kind: Literal["query", "passage"]
    texts: list[str] = Field(min_length=1, max_length=TEXT_COUNT)


def open_verified(folder: Path) -> OnnxEmbedder:
    """Return the model in `folder`, every file of it compared with its digest.

    Raises:
        CorruptModel: when one differs, is missing, or can't be read.
    """
    ModelManifest.read(folder).verify(folder)
    return OnnxEmbedder.open(folder)


def embedding_application(embedder: Embedder) -> WsgiApplication:
    """Return the WSGI application that embeds by `embedder`. Texts are in no log."""

    def answer(environ: dict[str, Any], start: StartResponse) -> Iterable[bytes]:
        request = request_of(environ)
        try:
            made = _answer(embedder, request)
        except KotoguraError as error:
            service_log.info("request refused", extra={"facts": {"code": error.code}})
            made = answer_of_response(problem(error))
        except Exception as error:  # noqa: BLE001 — a server would log what it quotes
            service_log.error("request failed", extra={"facts": {"raised": where_raised(error)}})
            made = answer_of_response(problem(KotoguraError("it broke here; the log has where")))
        status = HTTPStatus(made.status)
        headers = [*made.headers, ("Content-Length", str(len(made.body)))]
        start(f"{status.value} {status.phrase}", headers)
        return [made.body]

    return answer


def _answer(embedder: Embedder, request: Request) -> Answer:
    if (request.method, request.path) == ("GET", "/ping"):
        return _json({"model": embedder.digest})
    if (request.method, request.path) != ("POST", "/invocations"):
        raise NotFound("there is no such route")
    try:
        asked = Embeddings.model_validate_json(request.body())
    except ValidationError:
        raise InvalidArgument(
            f"send `model`, `kind` (query or passage) and 1 to {TEXT_COUNT} `texts` as JSON"
        ) from None
    if asked.model != embedder.digest:
        raise Conflict(f"this endpoint hosts the model {embedder.digest}")
    embed = embedder.embed_queries if asked.kind == "query" else embedder.embed_passages
    # A float32 goes through the decimals of JSON unchanged.
    return _json({"model": embedder.digest, "vectors": embed(asked.texts).tolist()})


def _json(told: Any) -> Answer:
    return Answer(200, [("Content-Type", "application/json")], json.dumps(told).encode())
