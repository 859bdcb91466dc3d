"""The container's process as an operator meets it: its health, its log, its end."""

import json
import os
import socket
import subprocess
import time
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
import urllib3

from kotogura.local.service import service_command
from tests.integration.conftest import MINATO, RunningSystem, eventually
from tests.integration.serving import ROOT, container, django, free_port

pytestmark = [pytest.mark.stack, pytest.mark.model, pytest.mark.enable_socket]

PATIENCE_SECONDS = 30  # a fresh process opens the tenant's index and the dictionary first
BODY = json.dumps({"name": "新規.txt", "size_bytes": 3}).encode()


def connected(url: str, token: str) -> socket.socket:
    """Return a connection on which the head and half of the body of a request are sent.

    The worker has said that it waits for the rest.
    """
    address = urlsplit(url)
    assert address.hostname
    assert address.port
    opened = socket.create_connection((address.hostname, address.port), 30)
    head = (
        "POST /documents HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer {token}\r\nContent-Length: {len(BODY)}\r\n"
        "Expect: 100-continue\r\n\r\n"
    )
    opened.sendall(head.encode() + BODY[:5])
    assert opened.recv(65536) == b"HTTP/1.1 100 Continue\r\n\r\n"
    return opened


def rest(opened: socket.socket) -> bytes:
    """Send the other half and return all that comes back."""
    opened.sendall(BODY[5:])
    parts = []
    while part := opened.recv(65536):
        parts.append(part)
    opened.close()
    return b"".join(parts)


def test_a_request_in_flight_is_finished_when_the_process_ends(
    system: RunningSystem, tmp_path: Path
) -> None:
    token = system.accounts.token(MINATO)
    with container(system.state, tmp_path / "log", workers=1) as server:
        opened = connected(server.url, token)
        server.process.terminate()
        eventually(lambda: "Handling signal: term" in server.told() or None, "the signal")
        assert rest(opened).startswith(b"HTTP/1.1 201 Created")
        assert server.process.wait(45) == 0


def test_a_process_that_drains_still_answers_but_is_not_ready(
    system: RunningSystem, tmp_path: Path
) -> None:
    token = system.accounts.token(MINATO)
    with container(system.state, tmp_path / "log", {"KOTOGURA_DRAIN_SECONDS": "3"}) as server:
        server.process.terminate()

        def unready() -> bool | None:
            answer = urllib3.request("GET", f"{server.url}/health/ready", retries=False)
            return answer.status == 503 or None

        eventually(unready, "the readiness to fail", seconds=2.5)
        answer = urllib3.request(
            "GET",
            f"{server.url}/search?q=a&mode=words",
            headers={"Authorization": f"Bearer {token}"},
            retries=False,
            timeout=PATIENCE_SECONDS,
        )
        assert answer.status == 200
        assert server.process.wait(45) == 0


def test_the_log_is_json_and_holds_no_query(system: RunningSystem, tmp_path: Path) -> None:
    token = system.accounts.token(MINATO)
    query = quote("出張旅費の精算")
    with container(system.state, tmp_path / "log") as server:
        url = f"{server.url}/search?mode=words&q={query}"
        for _ in range(3):
            headers = {"Authorization": f"Bearer {token}"}
            urllib3.request("GET", url, headers=headers, timeout=PATIENCE_SECONDS)
        address = urlsplit(server.url)
        assert address.hostname
        assert address.port
        with socket.create_connection((address.hostname, address.port), 10) as opened:
            opened.sendall(f"GET /search?q={query} HTTP/9.9\r\n\r\n".encode())
            assert opened.recv(65536).startswith(b"HTTP/1.1 400")
        server.end()
        lines = [json.loads(line) for line in server.told().splitlines()]
    served = [line for line in lines if line.get("route") == "GET /search"]
    assert len(served) == 3
    assert {line["tenant"] for line in served} == {str(MINATO)}
    assert all(line["status"] == 200 and line["latency_ms"] > 0 for line in served)
    assert any(line.get("message", "").startswith("Invalid request") for line in lines)
    told = server.told()
    for secret in (query, "出張旅費", json.dumps("出張旅費").strip('"'), token):
        assert secret not in told


def test_a_django_project_tells_what_was_asked_in_no_line_either(
    system: RunningSystem, tmp_path: Path
) -> None:
    headers = {"Authorization": f"Bearer {system.accounts.token(MINATO)}"}
    query = quote('"出張旅費')
    with django(system.state, tmp_path / "log") as server:
        for path, status in (
            (f"/search?mode=words&q={query}", 400),
            (f"/nowhere/{query}", 404),
            ("/search?mode=words&q=a", 200),
        ):
            answer = urllib3.request(
                "GET", server.url + path, headers=headers, retries=False, timeout=PATIENCE_SECONDS
            )
            assert answer.status == status
        server.end()
    told = server.told()
    assert '"route": "GET /search"' in told
    for secret in (query, "出張旅費", json.dumps("出張旅費").strip('"')):
        assert secret not in told


@pytest.mark.parametrize(("size", "status"), [(9_900, 200), (11_000, 414)])
def test_a_url_may_be_as_long_as_a_gateway_takes(
    system: RunningSystem, container_url: str, size: int, status: int
) -> None:
    headers = {"Authorization": f"Bearer {system.accounts.token(MINATO)}"}
    path = "/search?mode=words&q=a&x="
    padded = path + "x" * (size - len(path))
    assert urllib3.request("GET", container_url + padded, headers=headers).status == status


def test_a_head_beyond_all_measure_is_refused(container_url: str) -> None:
    answer = urllib3.request("GET", f"{container_url}/search", headers={"X-Large": "x" * 9_000})
    assert answer.status == 431


def test_a_body_beyond_the_limit_is_refused(system: RunningSystem, platform: str) -> None:
    headers = {
        "Authorization": f"Bearer {system.accounts.token(MINATO)}",
        "Content-Type": "application/json",
    }
    if platform == system.deployment.api_url:
        pytest.skip("the embedded AWS has no limit; API Gateway answers 413")
    body = json.dumps({"text": "x" * 6_400_000}).encode()
    answer = urllib3.request("POST", f"{platform}/similar", body=body, headers=headers)
    assert (answer.status, json.loads(answer.data)["code"]) == (413, "request-too-large")


def test_a_worker_that_dies_is_replaced(system: RunningSystem, tmp_path: Path) -> None:
    with container(system.state, tmp_path / "log", workers=1) as server:
        pid = server.process.pid

        def workers() -> set[str]:
            return set(Path(f"/proc/{pid}/task/{pid}/children").read_text().split())

        [first] = workers()
        os.kill(int(first), 9)
        eventually(lambda: (workers() - {first}) or None, "another worker")

        def ready() -> bool | None:
            try:
                answer = urllib3.request("GET", f"{server.url}/health/ready", retries=False)
            except urllib3.exceptions.HTTPError:
                return None
            return answer.status == 200 or None

        eventually(ready, "the new worker to answer")


def test_a_missing_setting_is_named_in_one_line(tmp_path: Path) -> None:
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT / "src"),
        "KOTOGURA_TABLE": "table",
        "KOTOGURA_STORE": str(tmp_path),
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    started = time.monotonic()
    done = subprocess.run(
        service_command(ROOT, free_port(), 1),
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode != 0, f"it ran for {time.monotonic() - started:.0f} s"
    assert "KOTOGURA_" in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
