"""What stands between the SAM command line's containers and this machine."""

import asyncio
import gc
import http.client
import json
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from kotogura.local.sam.container_requests import Surroundings, first_request
from kotogura.local.sam.relay import Relay

pytestmark = pytest.mark.enable_socket


class Engine(BaseHTTPRequestHandler):
    """Tells what it was asked, as JSON."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        answer = json.dumps({"path": self.path, "body": json.loads(body)}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def engine() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Engine) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield f"tcp:127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def ask(relay: Relay, path: str, body: dict[str, Any]) -> dict[str, Any]:
    host, port = relay.listening.removeprefix("tcp:").split(":")
    connection = http.client.HTTPConnection(host, int(port), timeout=10)
    try:
        connection.request("POST", path, json.dumps(body))
        answer: dict[str, Any] = json.load(connection.getresponse())
        return answer
    finally:
        connection.close()


def known(name: str) -> Surroundings:
    return Surroundings({"KOTOGURA_TABLE": name}, ("/store:/mnt/kotogura",), Path("/door.py"))


LABELS = {"sam.cli.container.type": "lambda", "sam.cli.function.name": "SearchFunction"}


def test_a_functions_container_gets_its_folder_its_variables_and_a_door(engine: str) -> None:
    wanted = {"Labels": LABELS, "Cmd": ["app.handler"], "Env": ["KOTOGURA_TABLE=Table", "A=1"]}
    with Relay("tcp:127.0.0.1:0", engine, first_request(known)) as relay:
        got = ask(relay, "/v1.41/containers/create?name=x", wanted)["body"]
    assert set(got["Env"]) == {
        "A=1",
        "KOTOGURA_TABLE=SearchFunction",
        "WRAPPED_HANDLER=app.handler",
        "AWS_LAMBDA_FUNCTION_HANDLER=door.handler",
    }
    assert got["Cmd"] == ["door.handler"]
    assert got["HostConfig"]["Binds"] == [
        "/store:/mnt/kotogura",
        "/door.py:/var/task/door.py:ro",
    ]


def test_every_other_request_stays_as_it_is(engine: str) -> None:
    with Relay("tcp:127.0.0.1:0", engine, first_request(known)) as relay:
        for path, body in (
            ("/v1.41/containers/create", {"Env": ["A=1"]}),
            ("/v1.41/containers/x/start", {"Labels": LABELS, "Env": ["A=1"]}),
        ):
            assert ask(relay, path, body) == {"path": path, "body": body}


def test_bytes_go_both_ways_through_a_socket_in_a_folder(tmp_path: Path, engine: str) -> None:
    with (
        Relay(f"unix:{tmp_path}/aws.sock", engine) as outer,
        Relay("tcp:127.0.0.1:0", outer.listening) as inner,
    ):
        big = {"text": "字" * 200_000}
        assert ask(inner, "/big", big) == {"path": "/big", "body": big}


def test_nobody_behind_the_relay_ends_the_connection_and_not_the_relay(engine: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        free = probe.getsockname()[1]
    with Relay("tcp:127.0.0.1:0", f"tcp:127.0.0.1:{free}") as relay:
        for _ in range(2):
            with pytest.raises((ConnectionError, http.client.HTTPException)):
                ask(relay, "/", {})


def test_an_address_that_is_taken_is_said_at_once() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        relay = Relay(f"tcp:127.0.0.1:{port}", "tcp:127.0.0.1:1")
        with pytest.raises(OSError, match="in use"), relay:
            pass


def test_a_connection_that_docker_hands_over_is_not_changed() -> None:
    head = b"POST /containers/x/attach HTTP/1.1\r\nUpgrade: tcp\r\nConnection: Upgrade\r\n\r\n"

    async def opened() -> bytes:
        reader = asyncio.StreamReader()
        reader.feed_data(head)
        made: bytes = await first_request(known)(reader)
        return made

    assert asyncio.run(opened()) == head


def test_what_the_other_side_says_late_comes_after_a_client_has_said_its_last() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(10)
        port = server.getsockname()[1]
        with Relay("tcp:127.0.0.1:0", f"tcp:127.0.0.1:{port}") as relay:
            host, _, there = relay.listening.removeprefix("tcp:").rpartition(":")
            with socket.create_connection((host, int(there)), timeout=10) as client:
                client.shutdown(socket.SHUT_WR)
                connection, _ = server.accept()
                with connection:
                    connection.settimeout(10)
                    assert connection.recv(1) == b""
                    with socket.create_connection((host, int(there)), timeout=10):
                        server.accept()[0].close()  # so the relay has gone on to wait
                    gc.collect()  # took a connection that only waits for garbage
                    connection.sendall(b"late")
                assert client.recv(4) == b"late"
