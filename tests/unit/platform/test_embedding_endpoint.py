"""A query embedded elsewhere has the vector it would have here, and another model's is refused."""

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from kotogura.errors import CorruptModel, KotoguraError, ModelUnreachable, Throttled
from kotogura.platform.embedding_endpoint import BATCH_COUNT, DIGEST_DIGITS, EndpointEmbedder
from kotogura.platform.embedding_service import embedding_application, open_verified
from kotogura.platform.service.wsgi import WsgiApplication
from kotogura.semantics.embedder import OnnxEmbedder
from tests.unit.semantics.conftest import write_toy_model

TEXTS = ["会議室", "予約 休暇", "", "\ud800", "謎", " "]


class Runtime:
    """`sagemaker-runtime` over a container in this process, with its word for a refusal."""

    def __init__(self, hosted: WsgiApplication) -> None:
        self.hosted = hosted
        self.asked: list[dict[str, Any]] = []

    def invoke_endpoint(self, **asked: Any) -> dict[str, Any]:
        self.asked.append(asked)
        status, body = ask(self.hosted, "POST", "/invocations", asked["Body"])
        if status >= 400:
            told = {"Error": {"Code": "ModelError", "Message": "…"}, "OriginalStatusCode": status}
            raise ClientError(told, "InvokeEndpoint")  # type: ignore[arg-type]
        return {"Body": io.BytesIO(body)}


def ask(hosted: WsgiApplication, method: str, path: str, body: bytes = b"") -> tuple[int, bytes]:
    told: list[Any] = []
    environ = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
    }
    answer = b"".join(hosted(environ, lambda *given: told.extend(given)))
    return int(told[0].split()[0]), answer


@pytest.fixture
def model(tmp_path: Path) -> Path:
    write_toy_model(tmp_path / "model")
    return tmp_path / "model"


@pytest.fixture
def hosted(model: Path) -> WsgiApplication:
    return embedding_application(open_verified(model))


def test_the_vectors_are_those_of_the_model_itself_to_the_last_bit(
    model: Path, hosted: WsgiApplication
) -> None:
    here = OnnxEmbedder.open(model)
    there = EndpointEmbedder.open(model, Runtime(hosted), "kotogura")
    assert (there.digest, there.dimensions) == (here.digest, here.dimensions)
    for mine, theirs in (
        (here.embed_queries, there.embed_queries),
        (here.embed_passages, there.embed_passages),
    ):
        assert theirs(TEXTS).dtype == np.float32
        assert np.array_equal(theirs(TEXTS), mine(TEXTS))
    assert there.embed_queries([]).shape == (0, here.dimensions)


def test_passages_go_in_batches_and_tell_how_far_they_are(
    model: Path, hosted: WsgiApplication
) -> None:
    runtime = Runtime(hosted)
    heard: list[tuple[int, int]] = []
    texts = ["会議"] * (BATCH_COUNT + 3)
    EndpointEmbedder.open(model, runtime, "kotogura").embed_passages(
        texts, lambda *given: heard.append(given)
    )
    assert len(runtime.asked) == 2
    assert heard == [(BATCH_COUNT, len(texts)), (len(texts), len(texts))]


def test_an_endpoint_may_be_named_after_its_model(model: Path, hosted: WsgiApplication) -> None:
    runtime = Runtime(hosted)
    embedder = EndpointEmbedder.open(model, runtime, "kotogura-{digest}")
    embedder.embed_queries(["会議"])
    assert runtime.asked[0]["EndpointName"] == f"kotogura-{embedder.digest[:DIGEST_DIGITS]}"


def test_an_endpoint_with_another_model_is_refused_on_both_sides(
    model: Path, tmp_path: Path, hosted: WsgiApplication
) -> None:
    write_toy_model(tmp_path / "other", maximum_tokens=8)
    embedder = EndpointEmbedder.open(tmp_path / "other", Runtime(hosted), "kotogura")
    with pytest.raises(ModelUnreachable, match="another model"):
        embedder.embed_queries(["会議"])


class Broken:
    """An endpoint that answers, or raises, what it is told to."""

    def __init__(self, told: Any) -> None:
        self.told = told

    def invoke_endpoint(self, **_: Any) -> dict[str, Any]:
        if isinstance(self.told, Exception):
            raise self.told
        body = self.told if isinstance(self.told, bytes) else json.dumps(self.told).encode()
        return {"Body": io.BytesIO(body)}


def refusal(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "会議"}}, "InvokeEndpoint")


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (refusal("ThrottlingException"), Throttled),
        (refusal("ModelNotReadyException"), ModelUnreachable),
        (refusal("ValidationError"), ModelUnreachable),
        (refusal("AccessDeniedException"), ModelUnreachable),
        (ReadTimeoutError(endpoint_url="https://example.com"), ModelUnreachable),
        (b"<html>", ModelUnreachable),
        (b"\xff", ModelUnreachable),
        ([], ModelUnreachable),
        ({"vectors": [[0.0] * 8]}, ModelUnreachable),
        ({"model": "other", "vectors": [[0.0] * 8]}, ModelUnreachable),
    ],
    ids=str,
)
def test_what_goes_wrong_there_is_told_and_quotes_nothing(
    model: Path, told: Any, expected: type[KotoguraError]
) -> None:
    with pytest.raises(expected) as raised:
        EndpointEmbedder.open(model, Broken(told), "kotogura").embed_queries(["会議"])
    assert "会議" not in raised.value.detail


@pytest.mark.parametrize(
    "vectors", [None, [], [[0.0] * 7], [[0.0] * 8] * 2, [["a"] * 8], [[float("nan")] * 8], [1, [2]]]
)
def test_what_is_no_vector_is_never_compared(model: Path, vectors: Any) -> None:
    digest = OnnxEmbedder.open(model).digest
    broken = Broken({"model": digest, "vectors": vectors})
    with pytest.raises(ModelUnreachable):
        EndpointEmbedder.open(model, broken, "kotogura").embed_queries(["会議"])


def test_a_container_that_can_embed_answers_the_ping(model: Path, hosted: WsgiApplication) -> None:
    status, body = ask(hosted, "GET", "/ping")
    assert (status, json.loads(body)["model"]) == (200, OnnxEmbedder.open(model).digest)


@pytest.mark.parametrize(
    ("change", "status"),
    [
        (lambda _: b"{", 400),
        (lambda _: b"", 400),
        (lambda body: json.dumps({**json.loads(body), "texts": []}).encode(), 400),
        (lambda body: json.dumps({**json.loads(body), "texts": ["a"] * 257}).encode(), 400),
        (lambda body: json.dumps({**json.loads(body), "kind": "document"}).encode(), 400),
        (lambda body: json.dumps({**json.loads(body), "model": "other"}).encode(), 409),
        (lambda body: body + b" " * 6_400_000, 413),
        (lambda body: body, 200),
    ],
)
def test_a_request_that_means_nothing_is_refused(
    model: Path, hosted: WsgiApplication, change: Callable[[bytes], bytes], status: int
) -> None:
    digest = OnnxEmbedder.open(model).digest
    body = json.dumps({"model": digest, "kind": "query", "texts": ["会議"]}).encode()
    assert ask(hosted, "POST", "/invocations", change(body))[0] == status
    assert ask(hosted, "GET", "/invocations")[0] == 404


def test_a_model_that_differs_from_its_digest_is_not_hosted(model: Path) -> None:
    file = model / "model.onnx"
    data = bytearray(file.read_bytes())
    data[-1] ^= 1
    file.write_bytes(data)
    with pytest.raises(CorruptModel):
        open_verified(model)
