"""Queries embedded over HTTP: boto3, SageMaker's part in between, and the container's process."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import boto3
import numpy as np
import pytest
import urllib3

from kotogura.errors import ModelUnreachable
from kotogura.platform.embedding_endpoint import PATIENCE, EndpointEmbedder
from kotogura.semantics.embedder import OnnxEmbedder
from tests.integration.serving import Server, embedder, free_port
from tests.unit.semantics.conftest import write_toy_model

pytestmark = pytest.mark.enable_socket

TEXTS = ["会議室", "予約 休暇", "", "謎", " ", "\ud800"]


class Silent(WSGIRequestHandler):
    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def sagemaker(container: str) -> Iterator[str]:
    """Stand where SageMaker does: `/endpoints/<name>/invocations` leads to the container's route.

    What the container refuses becomes a ModelError that has its status, as in
    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html
    """

    def gateway(environ: dict[str, Any], start: Any) -> list[bytes]:
        body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        headers = {"Content-Type": environ["CONTENT_TYPE"]}
        answer = urllib3.request(
            "POST", f"{container}/invocations", body=body, headers=headers, retries=False
        )
        if answer.status == 200:
            start("200 OK", [("Content-Type", answer.headers["Content-Type"])])
            return [answer.data]
        told = {"Message": answer.data.decode(), "OriginalStatusCode": answer.status}
        kind = [("Content-Type", "application/json"), ("x-amzn-ErrorType", "ModelError")]
        start("424 Failed Dependency", kind)
        return [json.dumps(told).encode()]

    with make_server("127.0.0.1", 0, gateway, handler_class=Silent) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def client(address: str) -> Any:
    return boto3.client(
        "sagemaker-runtime",
        endpoint_url=address,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=PATIENCE,
    )


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hosted") / "model"
    write_toy_model(folder)
    return folder


@pytest.fixture(scope="module")
def hosted(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with embedder(model, tmp_path_factory.mktemp("embedder") / "log") as server:
        yield server


@pytest.fixture(scope="module")
def address(hosted: Server) -> Iterator[str]:
    with sagemaker(hosted.url) as url:
        yield url


def test_what_comes_over_http_is_what_the_model_says_to_the_last_bit(
    model: Path, address: str
) -> None:
    here = OnnxEmbedder.open(model)
    there = EndpointEmbedder.open(model, client(address), "kotogura-{digest}")
    assert np.array_equal(there.embed_queries(TEXTS), here.embed_queries(TEXTS))
    many = TEXTS * 20
    assert np.array_equal(there.embed_passages(many), here.embed_passages(many))


def test_the_ping_names_the_model(model: Path, hosted: Server) -> None:
    answer = urllib3.request("GET", f"{hosted.url}/ping")
    assert (answer.status, answer.json()["model"]) == (200, OnnxEmbedder.open(model).digest)


def test_another_model_is_told_from_an_endpoint_that_fails(address: str, tmp_path: Path) -> None:
    write_toy_model(tmp_path / "other", maximum_tokens=8)
    there = EndpointEmbedder.open(tmp_path / "other", client(address), "kotogura")
    with pytest.raises(ModelUnreachable, match="hosts another model"):
        there.embed_queries(["会議"])


def test_an_endpoint_that_is_gone_is_said_to_be(model: Path) -> None:
    there = EndpointEmbedder.open(model, client(f"http://127.0.0.1:{free_port()}"), "kotogura")
    with pytest.raises(ModelUnreachable, match="does not answer"):
        there.embed_queries(["会議"])


def test_texts_are_in_no_log_of_the_container(hosted: Server) -> None:
    told = {"model": "other", "kind": "query", "texts": ["極秘の企画書"]}
    for body in (json.dumps(told, ensure_ascii=False).encode(), "極秘の企画書".encode()):
        answer = urllib3.request("POST", f"{hosted.url}/invocations", body=body)
        assert answer.status in (400, 409)
    assert "request refused" in hosted.told()
    assert "極秘" not in hosted.told()


def test_a_container_whose_model_is_not_whole_never_answers(model: Path, tmp_path: Path) -> None:
    write_toy_model(tmp_path / "broken")
    file = tmp_path / "broken" / "model.onnx"
    file.write_bytes(file.read_bytes()[:-1] + b"x")
    log = tmp_path / "log"
    with (
        pytest.raises(pytest.fail.Exception, match="the server ended"),
        embedder(tmp_path / "broken", log),
    ):
        pass
    assert "Traceback" not in log.read_text("utf-8")
